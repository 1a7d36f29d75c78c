/** `/api/bi/contacts`: whom the bots deal with, and what happened with one of them. */
import { z } from "zod";
import { type ContactPage, contactLife, contactList } from "../../report/contact.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { cursorOf, cursorText } from "./cursor.ts";
import { eventCursor, eventLimit, eventShape, nextCursor } from "./events.ts";
import { askedOf, commonQuery } from "./input.ts";
import { tickOf } from "./insight-shapes.ts";
import { contactShape, purposeShape } from "./score-shapes.ts";
import { currencyShape, framedShape, instantShape } from "./shapes.ts";

const SEARCH_CHARS_MAX = 128;

const us = z.int();
const contactCursor = cursorOf(
  z
    .tuple([us, us, us, us, us])
    .refine(([from, to]) => from < to)
    .transform(([from, to, as_of, last_seen, mark]): ContactPage => ({ from, to, as_of, last_seen, mark })),
);
const listQuery = commonQuery.extend({
  search: z.string().min(1).max(SEARCH_CHARS_MAX).optional(),
  cursor: contactCursor.optional(),
  limit: eventLimit,
});
const lifeQuery = commonQuery.extend({ cursor: eventCursor.optional(), limit: eventLimit });

const figures = {
  first_seen: instantShape,
  last_seen: instantShape,
  events: z.int().min(1),
  conversations: z.int().min(0),
  temperature: z.string().nullable(),
  stage: z.string().nullable(),
  score: z.number().nullable(),
  revenue: z.record(currencyShape, z.string().regex(/^-?\d+\.\d{2,4}$/)),
} as const;
const listShape = framedShape.extend({
  contacts: z.array(z.strictObject({ contact_id: z.string(), location_ids: z.array(z.string()), ...figures })),
  next_cursor: z.string().nullable(),
});
const count = z.int().min(1);
const lifeShape = framedShape.extend({
  contact_id: z.string(),
  summary: z.strictObject({
    ...figures,
    by_type: z.array(z.strictObject({ type: z.string(), events: count })),
    by_bot: z.array(z.strictObject({ bot_id: z.string(), events: count, last_seen: instantShape })),
    by_location: z.array(z.strictObject({ location_id: z.string(), events: count, last_seen: instantShape })),
  }),
  scores: z
    .array(contactShape.omit({ contact_id: true }).extend({ model: purposeShape }))
    .describe("Of now, where a model is in force and the contact is one of those that it scores."),
  events: z.array(eventShape),
  next_cursor: z.string().nullable(),
});

const ENDLESS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

export function contactRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/contacts",
      access: "read",
      tag: "BI",
      summary: "Contacts, last heard of first.",
      description:
        "Those with an event in the timeframe that the filters let through; figures are of the timeframe. search finds a part of the id. " +
        "Pages are of the moment of the first one.",
      query: listQuery,
      answers: { 200: { description: "One page of contacts.", schema: listShape } },
      handle: ({ request, caller, query }) => {
        const {
          filter,
          search = null,
          cursor: after = null,
          limit,
          include_comparisons: _,
          include_trends: __,
          ...given
        } = query;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const subject = after ? { from: after.from, to: after.to } : {};
        const about = { route: "contacts", of: [search, after, limit], subject };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, contacts, next } = await contactList(parts, { ...asked, search, after, limit });
          return { framed, body: { contacts, next_cursor: contactsCursor(next) } };
        });
      },
    }),

    route({
      method: "GET",
      path: "/api/bi/contacts/:contact_id",
      access: "read",
      tag: "BI",
      summary: "One contact's timeline across bots, with a summary of all of it.",
      description:
        "The timeframe is all unless given; it and the filters narrow the events, not the summary. A contact that is known under " +
        "this id in several locations is one, as in all figures; by_location tells, and location_id narrows.",
      params: { contact_id: "Of the contact, as the bots send it." },
      query: lifeQuery,
      answers: { 200: { description: "The contact and one page of its events.", schema: lifeShape } },
      handle: ({ request, caller, params, query }) => {
        const { filter, cursor: after = null, limit, include_comparisons: _, include_trends: __, ...given } = query;
        const unnamed = given.timeframe === undefined && given.from === undefined && given.to === undefined;
        const wanted = unnamed ? { ...given, timeframe: "all" as const } : given;
        const asked = askedOf(parts, caller, wanted, filter, request.signal, "filter");
        const { contact_id } = params;
        const about = { route: "contact", of: [contact_id, after, limit, tickOf(asked.now)], subject: ENDLESS };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const life = await contactLife(parts, { ...asked, contact_id, after, limit });
          if (!life) throw new Problem({ status: 404, title: "Not found", detail: "There is no such contact." });
          const { framed, next, ...body } = life;
          return { framed, body: { ...body, next_cursor: nextCursor(next) } };
        });
      },
    }),
  ];
}

function contactsCursor(next: ContactPage | null): string | null {
  return next && cursorText([next.from, next.to, next.as_of, next.last_seen, next.mark]);
}
