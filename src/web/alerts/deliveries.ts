/** The log of deliveries: what was sent to whom, how each try went, and once more. */
import { z } from "zod";
import { headingOf } from "../../alerts/delivery/wording.ts";
import { readNotice } from "../../alerts/notice.ts";
import { formatInstant } from "../../catalogue/time.ts";
import { DELIVERY_STATES, type DeliveryRow } from "../../control/deliveries.ts";
import type { Caller } from "../../control/types.ts";
import { seesRow } from "../access.ts";
import { audited } from "../audit.ts";
import { cursorOf, cursorText } from "../bi/cursor.ts";
import { Problem } from "../errors.ts";
import { pageSchema } from "../paging.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import type { Changing } from "./rule-changes.ts";

const listQuery = z.strictObject({
  channel_id: z.string().min(1).max(64).optional(),
  state: z.enum(DELIVERY_STATES).optional(),
  notice_id: z.string().min(1).max(64).optional(),
  cursor: cursorOf(z.tuple([z.int().min(1)])).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

const instant = z.iso.datetime();
const deliveryShape = {
  delivery_id: z.string(),
  notice_id: z.string().describe("Of webhooks: the webhook-id."),
  channel_id: z.string(),
  channel_name: z.string().describe("As the channel was called then."),
  channel_kind: z.string(),
  location_id: z.string().nullable().describe("Of the channel."),
  kind: z.string().describe("firing, repeat, resolved, no_data, error, delivery_failed or test."),
  title: z.string(),
  state: z.enum(DELIVERY_STATES),
  tries: z.int(),
  next_at: instant.nullable().describe("When it is tried again."),
  error: z.string().nullable(),
  replay_of: z.string().nullable(),
  created_at: instant,
  finished_at: instant.nullable(),
};
const deliverySchema = z.strictObject(deliveryShape);
const attemptSchema = z.strictObject({
  at: instant,
  duration_ms: z.int(),
  status: z.int().nullable().describe("Of HTTP or SMTP; null without an answer."),
  error: z.string().nullable(),
  response: z.string().nullable().describe("The first 1,024 characters of the answer."),
});
const wholeSchema = z.strictObject({
  ...deliveryShape,
  text: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  attempts: z.array(attemptSchema),
});
const DELIVERY_ID = { delivery_id: "The delivery." };

/** `/api/alerts/deliveries`. */
export function deliveryRoutes(parts: Parts): readonly Route[] {
  const { control } = parts;
  return [
    route({
      method: "GET",
      path: "/api/alerts/deliveries",
      access: "admin",
      tag: "Alerts",
      summary: "What was sent and what waits, the newest first.",
      description:
        "A delivery that fails is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h (Standard Webhooks), then it has failed. It is dropped when its channel is off.",
      query: listQuery,
      answers: { 200: { description: "The deliveries.", schema: pageSchema({ deliveries: z.array(deliverySchema) }) } },
      handle: ({ caller, query: { cursor, limit, ...filter } }) => {
        const before = cursor?.[0];
        const rows = control.deliveries({ ...filter, locations: caller.locations, before, limit: limit + 1 });
        const last = rows.length > limit ? rows[limit - 1] : undefined;
        return {
          deliveries: rows.slice(0, limit).map(deliveryJson),
          next_cursor: last === undefined ? null : cursorText([last.seq]),
        };
      },
    }),

    route({
      method: "GET",
      path: "/api/alerts/deliveries/:delivery_id",
      access: "admin",
      tag: "Alerts",
      summary: "One delivery, with every try.",
      params: DELIVERY_ID,
      answers: { 200: { description: "The delivery.", schema: wholeSchema } },
      handle: ({ caller, params }) => {
        const row = ownDelivery(parts, caller, params.delivery_id);
        const { text, facts } = readNotice(row.notice);
        const attempts = control.deliveryAttempts(row.delivery_id);
        return {
          ...deliveryJson(row),
          text,
          facts,
          attempts: attempts.map((attempt) => ({ ...attempt, at: formatInstant(attempt.at) })),
        };
      },
    }),

    route({
      method: "POST",
      path: "/api/alerts/deliveries/:delivery_id/replay",
      access: "admin",
      tag: "Alerts",
      summary: "Sends it once more, under the same webhook-id; one that still waits is tried at once.",
      params: DELIVERY_ID,
      answers: { 202: { description: "The delivery that is due.", schema: deliverySchema } },
      handle: ({ request, server, caller, params }) => {
        const queued = replayDelivery(parts, { request, server, caller }, params.delivery_id);
        return Response.json(deliveryJson(queued), { status: 202 });
      },
    }),
  ];
}

/** Once more; the delivery that is due. Throws Problem 404 or 409. */
export function replayDelivery(parts: Parts, by: Changing, id: string): DeliveryRow {
  const { delivery_id, location_id } = ownDelivery(parts, by.caller, id);
  const queued = parts.delivery.replay(delivery_id);
  if (!queued)
    throw new Problem({ status: 409, title: "Channel removed", detail: "Its channel is not there any more." });
  const details = { delivery_id: queued.delivery_id };
  audited(parts, by, "delivery_replayed", { object: delivery_id, location_id, details });
  return queued;
}

/** Throws Problem 404. */
export function ownDelivery({ control }: Parts, caller: Caller, delivery_id: string): DeliveryRow {
  const row = control.delivery(delivery_id);
  if (row && seesRow(caller)(row)) return row;
  throw new Problem({ status: 404, title: "Not found", detail: "There is no such delivery." });
}

function deliveryJson(row: DeliveryRow): z.infer<typeof deliverySchema> {
  const { seq: _, notice: text, remaining: __, next_at, created_at, finished_at, ...shown } = row;
  const notice = readNotice(text);
  return {
    ...shown,
    kind: notice.kind,
    title: headingOf(notice),
    next_at: next_at === null ? null : formatInstant(next_at),
    created_at: formatInstant(created_at),
    finished_at: finished_at === null ? null : formatInstant(finished_at),
  };
}
