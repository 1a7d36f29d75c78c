/** `/api/bi/events`: the events themselves, newest first. */
import { z } from "zod";
import { framed } from "../../report/common.ts";
import { eventsPage, type Page, paged } from "../../report/events.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { cursorOf, cursorText } from "./cursor.ts";
import { askedOf, commonQuery } from "./input.ts";
import { currencyShape, framedShape, instantShape } from "./shapes.ts";

export const EVENTS_MAX = 1_000;
export const EVENTS_USUAL = 100;

/** How many events a page has. */
export const eventLimit = z.coerce.number().int().min(1).max(EVENTS_MAX).default(EVENTS_USUAL);

const us = z.int();
export const eventCursor = cursorOf(
  z
    .tuple([us, us, us, us, us])
    .refine(([from, to]) => from < to)
    .transform(([from, to, time, received_at, fingerprint]): Page => ({ from, to, time, received_at, fingerprint })),
);

const eventsQuery = commonQuery.extend({ cursor: eventCursor.optional(), limit: eventLimit });

/** An event in an answer. */
export const eventShape = z.strictObject({
  id: z.string(),
  type: z.string(),
  time: instantShape,
  location_id: z.string(),
  bot_id: z.string().nullable(),
  contact_id: z.string().nullable(),
  conversation_id: z.string().nullable(),
  value: z
    .string()
    .regex(/^-?\d+\.\d{2,4}$/)
    .nullable(),
  currency: currencyShape.nullable(),
  duration_ms: z.number().nullable(),
  success: z.boolean().nullable(),
  data: z.record(z.string(), z.unknown()),
  received_at: instantShape,
});

const eventsShape = framedShape.extend({ events: z.array(eventShape), next_cursor: z.string().nullable() });

export function nextCursor(next: Page | null): string | null {
  return next && cursorText([next.from, next.to, next.time, next.received_at, next.fingerprint]);
}

export function eventRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/events",
      access: "read",
      tag: "BI",
      summary: "The events themselves, newest first.",
      description:
        "Pages by cursor: events that arrive meanwhile neither repeat nor hide others. Who may not export sees what is personal masked.",
      query: eventsQuery,
      answers: { 200: { description: "One page of events.", schema: eventsShape } },
      handle: async ({ request, caller, query }) => {
        const { filter, cursor = null, limit, include_comparisons: _, include_trends: __, ...given } = query;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const range = cursor ? { from: cursor.from, to: cursor.to } : {};
        const about = { route: "events", of: [cursor, limit], subject: range };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const resolved = paged(await framed(parts, asked), cursor);
          const { personal } = asked;
          const { events, next } = await eventsPage(parts.store, resolved.scope, {
            where: null,
            after: cursor,
            limit,
            personal,
          });
          return { framed: resolved, body: { events, next_cursor: nextCursor(next) } };
        });
      },
    }),
  ];
}
