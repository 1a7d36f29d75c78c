/** Contacts by their scores: whom to call first, cohorts, and what a score would be if facts were others. */
import { z } from "zod";
import { type CallPage, callFirst } from "../../report/call-first.ts";
import { contactCohorts } from "../../report/cohorts.ts";
import { PURPOSES } from "../../report/scores/definition.ts";
import { whatIfReport } from "../../report/what-if.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { cursorOf, cursorText } from "./cursor.ts";
import { askedOf, commonQuery, fieldProblem } from "./input.ts";
import { tickOf } from "./insight-shapes.ts";
import {
  actionShape,
  countShape,
  factorShape,
  levelShape,
  modelShape,
  probabilityShape,
  purposeShape,
} from "./score-shapes.ts";
import { framedShape, instantShape } from "./shapes.ts";

const LIMIT_MAX = 200;
const CHANGES_MAX = 20;
const NAME_CHARS_MAX = 64;

const modelQuery = z
  .enum(PURPOSES)
  .default("conversion")
  .describe("Leads that may convert, or buyers that may be lost.");
const us = z.int();
export const callCursor = cursorOf(
  z
    .tuple([us, us, us, z.int().min(0)])
    .refine(([from, to]) => from < to)
    .transform(([from, to, as_of, offset]): CallPage => ({ from, to, as_of, offset })),
);
const callQuery = commonQuery.extend({
  model: modelQuery,
  cursor: callCursor.optional(),
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(20),
});
const cohortQuery = commonQuery.extend({ model: modelQuery });

const callShape = framedShape.extend({
  model: purposeShape,
  models: z.array(modelShape),
  considered: countShape,
  contacts: z.array(
    z.strictObject({
      rank: z.int().min(1),
      contact_id: z.string(),
      location_id: z.string(),
      method: z.enum(["model", "added_points"]).describe("Points where the location has no model: no probability."),
      probability: probabilityShape.nullable(),
      points: z.int().min(0).max(100).nullable(),
      level: levelShape,
      last_event_at: instantShape,
      factors: z.array(
        z.strictObject({
          factor: z.string(),
          text: z.string(),
          phi: z.number().nullable(),
          points: z.number().nullable(),
        }),
      ),
      action: actionShape.nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
  reason: z.string().nullable(),
});

const bandShape = {
  from: probabilityShape,
  to: probabilityShape,
  contacts: countShape,
  predicted: z.number().min(0).describe("Of how many the outcome is expected: their probabilities added up."),
} as const;
const cohortsShape = framedShape.extend({
  model: purposeShape,
  models: z.array(modelShape),
  now: z.array(z.strictObject(bandShape)),
  earlier: z
    .strictObject({
      as_of: instantShape,
      until: instantShape,
      complete: z.boolean().describe("False while the horizon is not over: observed may still change."),
      bands: z.array(z.strictObject({ ...bandShape, observed: countShape })),
    })
    .describe("The contacts at the beginning of the timeframe, by what was known then, and what became of them."),
  reason: z.string().nullable(),
});

const value = z.union([z.number(), z.string().max(256)]).nullable();
const whatIfBody = z.strictObject({
  model: purposeShape.default("conversion"),
  location_id: z.string().min(1).max(64).optional().describe("Where the contact is known in several."),
  changes: z
    .record(z.string().min(1).max(NAME_CHARS_MAX), value)
    .refine((changes) => Object.keys(changes).length <= CHANGES_MAX, `At most ${CHANGES_MAX} changes.`)
    .default({})
    .describe("By factor. Without any the answer tells the factors, and values to try."),
});
const outlookShape = z.strictObject({ probability: probabilityShape, level: levelShape, logit: z.number() });
const whatIfShape = framedShape.extend({
  contact_id: z.string(),
  model: modelShape,
  before: outlookShape,
  after: outlookShape,
  deltas: z.array(
    z.strictObject({
      factor: z.string(),
      label: z.string(),
      from: value,
      to: value,
      phi_before: z.number(),
      phi_after: z.number(),
    }),
  ),
  factors: z.array(
    factorShape.extend({
      plausible: z.union([
        z.strictObject({ kind: z.literal("number"), values: z.array(z.number()) }),
        z.strictObject({ kind: z.literal("category"), values: z.array(z.string()) }),
      ]),
    }),
  ),
});

/** Scores look back further than any timeframe. */
const LOOKS_BACK = { from: Number.NEGATIVE_INFINITY };

export function scoreRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/call-first",
      access: "read",
      tag: "BI",
      summary: "Whom to call first: contacts by probability, with what it rests on and what to do.",
      description:
        "Leads (or, with model=churn, buyers) of locations with a model come first, by probability; leads of the others follow by " +
        "added points, which are no probability. Pages are of the moment of the first one.",
      query: callQuery,
      answers: { 200: { description: "One page of contacts.", schema: callShape } },
      handle: ({ request, caller, query }) => {
        const {
          filter,
          model,
          cursor: after = null,
          limit,
          include_comparisons: _,
          include_trends: __,
          ...given
        } = query;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const about = { route: "call-first", of: [model, after, limit, tickOf(asked.now)], subject: LOOKS_BACK };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const report = await callFirst(parts, { ...asked, purpose: model, after, limit });
          const { framed, next, ...body } = report;
          const next_cursor = next && cursorText([next.from, next.to, next.as_of, next.offset]);
          return { framed, body: { model, ...body, next_cursor } };
        });
      },
    }),

    route({
      method: "GET",
      path: "/api/bi/contact-cohorts",
      access: "read",
      tag: "BI",
      summary:
        "Contacts by steps of probability: how many there are, and how those of the timeframe's beginning turned out.",
      query: cohortQuery,
      answers: { 200: { description: "Ten bands now, and ten of then.", schema: cohortsShape } },
      handle: ({ request, caller, query }) => {
        const { filter, model, include_comparisons: _, include_trends: __, ...given } = query;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const about = { route: "contact-cohorts", of: [model, tickOf(asked.now)], subject: LOOKS_BACK };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, ...body } = await contactCohorts(parts, { ...asked, purpose: model });
          return { framed, body: { model, ...body } };
        });
      },
    }),

    route({
      method: "POST",
      path: "/api/bi/contacts/:contact_id/what-if",
      access: "read",
      tag: "BI",
      summary: "What the model would say of a contact if facts about it were others.",
      description:
        "It is the model's answer, not what would come of it: contacts that have the value may differ in other ways. 409 where the " +
        "contact is not scored now, with the reason.",
      params: { contact_id: "Of the contact, as the bots send it." },
      body: whatIfBody,
      example: { body: { model: "conversion", changes: { temperature: "hot" } } },
      answers: { 200: { description: "Before and after, and values to try.", schema: whatIfShape } },
      handle: ({ request, caller, params: { contact_id }, body: { model, location_id, changes } }) => {
        const asked = askedOf(parts, caller, { location_id }, [], request.signal);
        const about = { route: "what-if", of: [contact_id, model, changes, tickOf(asked.now)], subject: LOOKS_BACK };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const answered = await whatIfReport(parts, { ...asked, purpose: model, contact_id, changes });
          if ("refused" in answered) throw refusal(answered);
          const { framed, location_id: _, ...body } = answered;
          return { framed, body };
        });
      },
    }),
  ];
}

function refusal({ refused, field }: { refused: string; field: string | null }): Problem {
  if (field !== null) return fieldProblem(`changes.${field}`, refused);
  return new Problem({ status: 409, title: "Not scored", detail: refused });
}
