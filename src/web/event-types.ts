/** GET /v1/event-types: what may be posted, as JSON Schemas and examples, straight from the catalogue. */
import { type ZodType, z } from "zod";
import { envelope } from "../catalogue/events/envelope.ts";
import { eventTypes } from "../catalogue/events.ts";
import type { EventType } from "../catalogue/types.ts";
import { type Route, route } from "./route.ts";

const answerShape = z.strictObject({
  event: z.looseObject({}),
  event_types: z.array(
    z.strictObject({
      type: z.string(),
      aliases: z.array(z.string()),
      family: z.string(),
      label: z.string(),
      description: z.string(),
      needs: z.array(z.string()),
      schema: z.looseObject({}),
      example: z.looseObject({ type: z.string() }),
    }),
  ),
});

/** `event` is the schema of the whole event, `schema` of each type that of its `data`. */
export function eventTypeRoutes(): readonly Route[] {
  let answer: { event: unknown; event_types: readonly unknown[] } | null = null;
  return [
    route({
      method: "GET",
      path: "/v1/event-types",
      access: "caller",
      tag: "Ingest",
      summary: "The event catalogue: types with JSON Schemas and examples.",
      answers: { 200: { description: "The envelope and every type.", schema: answerShape } },
      handle: () => {
        // Made at the first question: start-up does not wait for it.
        answer ??= { event: jsonSchema(envelope), event_types: eventTypes.map(described) };
        return answer;
      },
    }),
  ];
}

function described({ type, aliases = [], family, label, description, needs, data, example }: EventType) {
  return { type, aliases, family, label, description, needs, schema: jsonSchema(data), example };
}

/** As senders see it: the input side. */
function jsonSchema(schema: ZodType) {
  return z.toJSONSchema(schema, { io: "input" });
}
