/**
 * OpenTelemetry's logs and traces as events (OTLP/JSON, https://opentelemetry.io/docs/specs/otlp/), with the attributes of
 * the GenAI conventions: agent, conversation, tokens, model, cost.
 */
import { eventTypeOf, firstText, listOf, objectOf, present, type Sent, taken } from "./foreign.ts";
import { costText } from "./posthog.ts";

/** Span.status.code */
const [OK, ERROR] = [1, 2];
const SEVERITY_ERROR = 17;

/** Every log record of an ExportLogsServiceRequest; null when it is none. */
export function otlpLogs(body: unknown): readonly Sent[] | null {
  const { resourceLogs } = objectOf(body);
  if (!Array.isArray(resourceLogs)) return null;
  const alike = new Map<string, number>();
  return scoped(resourceLogs, "scopeLogs", "logRecords").map(({ resource, item }) => logged(resource, item, alike));
}

/** Every span of an ExportTraceServiceRequest; null when it is none. */
export function otlpTraces(body: unknown): readonly Sent[] | null {
  const { resourceSpans } = objectOf(body);
  if (!Array.isArray(resourceSpans)) return null;
  return scoped(resourceSpans, "scopeSpans", "spans").map(({ resource, item }) => spanned(resource, item));
}

interface Scoped {
  resource: Record<string, unknown>;
  item: Record<string, unknown>;
}

function scoped(groups: readonly unknown[], scopes: string, items: string): Scoped[] {
  return groups.flatMap((group) => {
    const resource = attributesOf(objectOf(objectOf(group).resource).attributes);
    return listOf(objectOf(group)[scopes]).flatMap((scope) =>
      listOf(objectOf(scope)[items]).map((item) => ({ resource, item: objectOf(item) })),
    );
  });
}

function logged(resource: Scoped["resource"], record: Scoped["item"], alike: Map<string, number>): Sent {
  const data = attributesOf(record.attributes);
  const body = anyValue(record.body);
  const name = firstText(record.eventName, taken(data, "event.name"));
  const failed = Number(record.severityNumber ?? 0) >= SEVERITY_ERROR;
  const fields = typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : {};
  const said = typeof body === "string" ? body : undefined;
  const component = firstText(resource["service.name"]);
  const uid = taken(data, "log.record.uid", "event.id");
  const common = envelopeOf(resource, data, record);
  const type = name === undefined ? (failed ? "error_occurred" : "otel_log") : eventTypeOf(name, "otel_log");
  return present({
    ...common,
    id: firstText(uid) ?? idOf(record, alike),
    type,
    time: instantOf(record.timeUnixNano) ?? instantOf(record.observedTimeUnixNano),
    data: present({
      ...underscored(data),
      ...fields,
      ...(said === undefined ? {} : { message: said }),
      ...(name === undefined ? { component, severity: firstText(record.severityText) } : {}),
    }),
  });
}

function spanned(resource: Scoped["resource"], span: Scoped["item"]): Sent {
  const data = attributesOf(span.attributes);
  const operation = firstText(taken(data, "gen_ai.operation.name"));
  const common = envelopeOf(resource, data, span);
  const { code } = objectOf(span.status);
  const success =
    code === OK || code === "STATUS_CODE_OK"
      ? true
      : code === ERROR || code === "STATUS_CODE_ERROR"
        ? false
        : undefined;
  const duration_ms = millisBetween(span.startTimeUnixNano, span.endTimeUnixNano);
  const id = [firstText(span.traceId), firstText(span.spanId)].filter((part) => part !== undefined).join(":");
  const costs = operation !== undefined && common.value !== undefined;
  const name = eventTypeOf(firstText(taken(data, "event.name")), "otel_span");
  return present({
    ...common,
    id: id === "" ? undefined : id,
    type: costs ? "cost_incurred" : operation === undefined ? name : eventTypeOf(`gen_ai_${operation}`, "gen_ai"),
    time: instantOf(span.startTimeUnixNano),
    duration_ms,
    success,
    data: present({
      ...underscored(data),
      name: firstText(span.name),
      ...(operation === undefined ? {} : { kind: "llm", operation }),
    }),
  });
}

/** What both have, and the conventions' attributes that are fields of an event. */
function envelopeOf(resource: Scoped["resource"], data: Record<string, unknown>, item: Scoped["item"]): Sent {
  const agent = firstText(taken(data, "bot_id", "gen_ai.agent.name", "gen_ai.agent.id"));
  const cost = taken(data, "gen_ai.usage.cost", "gen_ai.cost.total_cost", "cost", "value");
  const conversation = firstText(taken(data, "conversation_id", "gen_ai.conversation.id", "session.id"));
  const tokens = {
    tokens_in: taken(data, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    tokens_out: taken(data, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    model: taken(data, "gen_ai.response.model", "gen_ai.request.model"),
  };
  // The price as it was said: money has 4 places, and a model's call may cost less than the last of them.
  Object.assign(data, present({ ...tokens, cost }));
  return {
    location_id: firstText(
      taken(data, "location_id", "location.id"),
      resource["bellwether.location_id"],
      resource.location_id,
      resource["location.id"],
    ),
    bot_id: agent ?? firstText(resource["gen_ai.agent.name"], resource["service.name"]),
    contact_id: firstText(taken(data, "contact_id", "enduser.id", "user.id")),
    conversation_id: conversation ?? firstText(item.traceId),
    value: costText(cost),
    currency: taken(data, "currency"),
    duration_ms: taken(data, "duration_ms"),
    success: taken(data, "success"),
  };
}

/** KeyValue lists as an object. */
function attributesOf(list: unknown): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  for (const pair of listOf(list)) {
    const { key, value } = objectOf(pair);
    if (typeof key === "string" && key !== "__proto__") attributes[key] = anyValue(value);
  }
  return attributes;
}

/** An AnyValue as JSON. 64-bit numbers come as text: those that a double holds become numbers. */
function anyValue(value: unknown): unknown {
  const any = objectOf(value);
  if ("stringValue" in any) return any.stringValue;
  if ("boolValue" in any) return any.boolValue;
  if ("intValue" in any) return Number.isSafeInteger(Number(any.intValue)) ? Number(any.intValue) : any.intValue;
  if ("doubleValue" in any) return any.doubleValue;
  if ("arrayValue" in any) return listOf(objectOf(any.arrayValue).values).map(anyValue);
  if ("kvlistValue" in any) return attributesOf(objectOf(any.kvlistValue).values);
  if ("bytesValue" in any) return any.bytesValue;
  return null;
}

/** Dots part the keys of a path into data: they become underscores. */
function underscored(data: Record<string, unknown>): Sent {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name.replaceAll(".", "_"), value]));
}

/** Nanoseconds since the epoch, as text or number, to RFC 3339 with microseconds; undefined for none. */
function instantOf(nanos: unknown): string | undefined {
  const text = firstText(nanos);
  if (text === undefined || !/^[1-9]\d{0,18}$/.test(text)) return undefined;
  const micros = BigInt(text) / 1_000n;
  const seconds = new Date(Number(micros / 1_000_000n) * 1_000);
  return Number.isNaN(seconds.getTime())
    ? undefined
    : `${seconds.toISOString().slice(0, 19)}.${String(micros % 1_000_000n).padStart(6, "0")}Z`;
}

function millisBetween(start: unknown, end: unknown): number | undefined {
  const [from, to] = [firstText(start), firstText(end)];
  if (from === undefined || to === undefined || !/^\d{1,19}$/.test(from) || !/^\d{1,19}$/.test(to)) return undefined;
  const micros = Number((BigInt(to) - BigInt(from)) / 1_000n);
  return micros < 0 ? undefined : micros / 1_000;
}

/** Log records carry no id: the same record sent again has the same content, and equal ones in a request are counted. */
function idOf(record: Scoped["item"], alike: Map<string, number>): string {
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify(record)).digest("hex").slice(0, 32);
  const before = alike.get(hash) ?? 0;
  alike.set(hash, before + 1);
  return before === 0 ? `log-${hash}` : `log-${hash}-${before}`;
}
