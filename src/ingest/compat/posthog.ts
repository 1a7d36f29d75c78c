/** PostHog's captures as events (https://posthog.com/docs/api/capture). */
import { eventTypeOf, firstText, listOf, objectOf, present, type Sent, taken } from "./foreign.ts";

export interface PosthogBody {
  /** The project's key, which is an ingest key here; null when there is none. */
  api_key: string | null;
  events: readonly Sent[];
}

/** A capture, a batch, or a bare list of captures. */
export function posthogBody(body: unknown): PosthogBody {
  if (Array.isArray(body)) return { api_key: keyOf(objectOf(body[0])), events: body.map(captured) };
  const whole = objectOf(body);
  const batch = listOf(whole.batch);
  const events = Array.isArray(whole.batch) ? batch.map(captured) : [captured(whole)];
  return { api_key: keyOf(whole) ?? keyOf(objectOf(batch[0])), events };
}

function keyOf(body: Record<string, unknown>): string | null {
  return firstText(body.api_key, body.token, objectOf(body.properties).token) ?? null;
}

function captured(capture: unknown): Sent {
  const { event, uuid, distinct_id, timestamp, properties } = objectOf(capture);
  const data = objectOf(properties);
  delete data.token;
  const common = {
    id: firstText(uuid, data.$insert_id),
    time: timestamp,
    location_id: firstText(taken(data, "location_id")),
    bot_id: firstText(taken(data, "bot_id")),
    contact_id: firstText(taken(data, "contact_id"), distinct_id, taken(data, "distinct_id")),
  };
  const generated = event === "$ai_generation" ? generation(data) : null;
  return present({
    ...common,
    conversation_id: firstText(taken(data, "conversation_id"), data.$ai_trace_id, data.$session_id),
    type: eventTypeOf(event, "capture"),
    value: taken(data, "value", "revenue"),
    currency: taken(data, "currency"),
    duration_ms: taken(data, "duration_ms"),
    success: taken(data, "success"),
    ...generated,
    data: { ...unmarked(data), ...generated?.data },
  });
}

/** A call of a language model: its cost where PostHog's client has worked one out. */
function generation(data: Record<string, unknown>): (Sent & { data: Sent }) | null {
  const cost = taken(data, "$ai_total_cost_usd");
  const seconds = taken(data, "$ai_latency");
  const fields = present({
    kind: "llm",
    cost,
    model: taken(data, "$ai_model"),
    tokens_in: taken(data, "$ai_input_tokens"),
    tokens_out: taken(data, "$ai_output_tokens"),
  });
  return {
    ...(cost === undefined ? {} : { type: "cost_incurred", value: costText(cost), currency: "USD" }),
    ...(typeof seconds === "number" ? { duration_ms: seconds * 1_000 } : {}),
    data: fields,
  };
}

/** Money has 4 places: rounded to them. */
export function costText(cost: unknown): unknown {
  return typeof cost === "number" && Number.isFinite(cost) ? cost.toFixed(4) : cost;
}

/** PostHog's own properties begin with a $, which no field of ours may. */
function unmarked(data: Record<string, unknown>): Sent {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name.replace(/^\$+/, ""), value]));
}
