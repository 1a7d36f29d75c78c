/** `/api/bi/contacts`: whom the bots deal with, and what happened with one of them. */
import { z } from "zod";
import { leadChances } from "../../report/chances.ts";
import type { Asked } from "../../report/common.ts";
import { type ContactPage, contactLife, contactList } from "../../report/contact.ts";
import { contactTable, type TablePage } from "../../report/contact-table.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { type ChoiceGiven, choiceFields, choiceOf } from "./contact-choice.ts";
import { cursorOf, cursorText } from "./cursor.ts";
import { eventCursor, eventLimit, eventShape, nextCursor } from "./events.ts";
import { askedOf, commonQuery, fieldProblem } from "./input.ts";
import { tickOf } from "./insight-shapes.ts";
import { contactShape, countShape, levelShape, probabilityShape, purposeShape } from "./score-shapes.ts";
import { currencyShape, framedShape, instantShape } from "./shapes.ts";

const us = z.int();
const contactPlace = z
  .tuple([us, us, us, us, us])
  .refine(([from, to]) => from < to)
  .transform(([from, to, as_of, last_seen, mark]): ContactPage => ({ from, to, as_of, last_seen, mark }));
const tablePlace = z
  .tuple([us, us, us, us.min(0)])
  .refine(([from, to]) => from < to)
  .transform(([from, to, as_of, offset]): TablePage => ({ from, to, as_of, offset }));
/** Of a table of contacts, as the page of leads has it. */
export const tableCursor = cursorOf(tablePlace);
const listQuery = commonQuery.extend({
  ...choiceFields,
  cursor: cursorOf(z.union([contactPlace, tablePlace])).optional(),
  limit: eventLimit,
});
const lifeQuery = commonQuery.extend({ cursor: eventCursor.optional(), limit: eventLimit });

const figures = {
  first_seen: instantShape,
  last_seen: instantShape,
  events: z.int().min(1),
  conversations: z.int().min(0),
  name: z.string().nullable(),
  temperature: z.string().nullable(),
  stage: z.string().nullable().describe("Of the pipeline."),
  score: z.number().nullable(),
  step: z.string().nullable().describe("How far it came last: new, q1 to q4, qualified, converted, lost or a stage."),
  questions_answered: z.int().nullable(),
  stalled: z.boolean().nullable().describe("At its last question, and nothing went on since."),
  budget: z.string().nullable().describe("As it was sent."),
  timeline: z.string().nullable(),
  source: z.string().nullable(),
  outcome: z.enum(["open", "converted", "lost"]).nullable().describe("Of a lead, since it came in last."),
  revenue: z.record(currencyShape, z.string().regex(/^-?\d+\.\d{2,4}$/)),
} as const;
const listShape = framedShape.extend({
  contacts: z.array(
    z.strictObject({
      contact_id: z.string(),
      location_ids: z.array(z.string()),
      ...figures,
      chance: z
        .strictObject({
          method: z.enum(["model", "added_points"]).describe("Points where the location has no model: no probability."),
          probability: probabilityShape.nullable(),
          points: z.int().min(0).max(100).nullable(),
          level: levelShape,
        })
        .nullable()
        .optional()
        .describe("Of converting; where contacts are sorted by it."),
    }),
  ),
  total: countShape.optional().describe("How many there are on all pages; where they are chosen or sorted."),
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
        "Filters look at single events; tab, temperature, step, budget, timeline and source at the contact's own latest value. " +
        "Pages are of the moment of the first one.",
      query: listQuery,
      answers: { 200: { description: "One page of contacts.", schema: listShape } },
      handle: ({ request, caller, query }) => {
        const { filter, cursor, limit, include_comparisons: _, include_trends: __, ...rest } = query;
        const { search, tab, temperature, step, timeline, source, budget, sort, dir, ...given } = rest;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const subject = cursor ? { from: cursor.from, to: cursor.to } : {};
        const chosen = { tab, temperature, step, timeline, source, budget, sort, dir };
        const plain = Object.values(chosen).every((one) => one === undefined);
        if (cursor && plain !== "mark" in cursor)
          throw fieldProblem("cursor", "This is a cursor of a list with other parameters.");
        if (!plain) return chosenContacts(parts, request, asked, { ...chosen, search, after: cursor, limit });
        const after = cursor && "mark" in cursor ? cursor : null;
        const about = { route: "contacts", of: [search, after, limit], subject };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, contacts, next } = await contactList(parts, {
            ...asked,
            search: search ?? null,
            after,
            limit,
          });
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

interface Chosen extends ChoiceGiven {
  after: ContactPage | TablePage | undefined;
  limit: number;
}

function chosenContacts(parts: Parts, request: Request, asked: Asked, chosen: Chosen): Promise<Response> {
  const { after: place, limit, ...given } = chosen;
  const wanted = choiceOf(given, "last_seen");
  const after = place && "offset" in place ? place : null;
  const scored = wanted.sort === "conversion";
  // Chances look at all that was before, and change with the quarter of an hour.
  const clock = scored ? tickOf(asked.now) : null;
  const subject = scored ? ENDLESS : after ? { from: after.from, to: after.to } : {};
  const about = { route: "contacts", of: [given, after, limit, clock], subject };
  return biAnswer(parts, request, asked, about, async (asked) => {
    const chances = scored ? await leadChances(parts, asked) : null;
    const table = await contactTable(parts, { ...asked, ...wanted, currency: null, chances, after, limit });
    const contacts = scored ? table.contacts : table.contacts.map(({ chance: _, ...contact }) => contact);
    return { framed: table.framed, body: { contacts, total: table.total, next_cursor: tableCursorText(table.next) } };
  });
}

/** For the address of the next page. */
export function tableCursorText(next: TablePage | null): string | null {
  return next && cursorText([next.from, next.to, next.as_of, next.offset]);
}

function contactsCursor(next: ContactPage | null): string | null {
  return next && cursorText([next.from, next.to, next.as_of, next.last_seen, next.mark]);
}
