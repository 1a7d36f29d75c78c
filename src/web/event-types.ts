/** GET /v1/event-types: what may be posted, as JSON Schemas and examples, straight from the catalogue. */
import { Elysia } from "elysia";
import { type ZodType, z } from "zod";
import { envelope } from "../catalogue/events/envelope.ts";
import { eventTypes } from "../catalogue/events.ts";
import type { EventType } from "../catalogue/types.ts";
import { requireCaller } from "./access.ts";
import type { Parts } from "./parts.ts";

/** Any caller may read it. `event` is the schema of the whole event, `schema` of each type that of its `data`. */
export function eventTypeRoutes(parts: Parts) {
  let answer: { event: unknown; event_types: readonly unknown[] } | null = null;
  return new Elysia({ name: "event-types" }).get("/v1/event-types", ({ request }) => {
    requireCaller(parts, request);
    // Made at the first question: start-up does not wait for it.
    answer ??= { event: jsonSchema(envelope), event_types: eventTypes.map(described) };
    return answer;
  });
}

function described({ type, aliases = [], family, label, description, needs, data, example }: EventType) {
  return { type, aliases, family, label, description, needs, schema: jsonSchema(data), example };
}

/** As senders see it: the input side. */
function jsonSchema(schema: ZodType) {
  return z.toJSONSchema(schema, { io: "input" });
}
