/** The concierge: what to see to, and what each caller said about it: dismissed, snoozed, rated. */
import { z } from "zod";
import { isTimezone } from "../../catalogue/period.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { InsightNote } from "../../control/insight-notes.ts";
import type { Caller } from "../../control/types.ts";
import type { Asked } from "../../report/common.ts";
import { INSIGHT_KINDS, type Insight, type InsightKind, readInsightId } from "../../report/concierge/insight.ts";
import { concierge, INSIGHTS_MAX, RANKING } from "../../report/concierge.ts";
import { seesLocation } from "../access.ts";
import { audited } from "../audit.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import type { Given } from "../sign-in.ts";
import { biAnswer } from "./answer.ts";
import { askedOf } from "./input.ts";
import { tickOf } from "./insight-shapes.ts";
import { actionShape, countShape } from "./score-shapes.ts";
import { framedShape, instantShape } from "./shapes.ts";

const HOURS_MAX = 24 * 90;
const HOUR = 3_600_000_000;

const conciergeQuery = z.strictObject({
  location_id: z.string().min(1).max(64).optional().describe("One that you may see. Default: all of them together."),
  timezone: z.string().max(64).refine(isTimezone, "Use a name of the IANA database, such as Europe/Berlin.").optional(),
  include: z.enum(["open", "all"]).default("open").describe("all: with those that you dismissed or snoozed."),
});

const fact = z.union([z.string(), z.number(), z.boolean()]).nullable();
const noteShape = {
  dismissed_at: instantShape.nullable(),
  snoozed_until: instantShape.nullable(),
  rating: z.enum(["useful", "useless"]).nullable(),
} as const;
const insightShape = z.strictObject({
  id: z.string().describe("The same whenever the same is found."),
  kind: z.enum(INSIGHT_KINDS),
  location_id: z.string().nullable(),
  rank: z.int().min(1),
  urgency: z.number().min(0).max(100),
  sentence: z.string().describe("Every number and name in it is one of the facts."),
  facts: z.record(z.string(), fact),
  evidence: z.string().describe("The address that answers with the figures behind it."),
  action: actionShape,
  method: z.string(),
  quality: z.record(z.string(), fact).nullable(),
  ...noteShape,
});
const conciergeShape = framedShape.extend({
  insights: z.array(insightShape),
  total: countShape.describe("Also those beyond the list."),
  ranking: z.string(),
});
const notedShape = z.strictObject({ id: z.string(), ...noteShape });
const params = { id: "The insight's id." } as const;
const ratingBody = z.strictObject({ rating: z.enum(["useful", "useless"]).nullable() });
const snoozeBody = z.strictObject({ hours: z.number().positive().max(HOURS_MAX).default(24) });

/** `/api/bi/concierge`. */
export function conciergeRoutes(parts: Parts): readonly Route[] {
  const said = (by: Given & { caller: Caller }, id: string, what: string, change: Partial<InsightNote>) => ({
    id,
    ...noteJson(sayOfInsight(parts, by, id, what, change)),
  });
  const answers = { 200: { description: "What you said about it.", schema: notedShape } } as const;
  const resource = (name: string) =>
    ({ path: `/api/bi/concierge/:id/${name}`, access: "read", tag: "BI", params, answers }) as const;
  return [
    route({
      method: "GET",
      path: "/api/bi/concierge",
      access: "read",
      tag: "BI",
      summary: "What to see to, in a few plain sentences: each with its facts, where they come from, and one action.",
      description: `${RANKING} What was dismissed or snoozed is left out for the caller who said so, and for nobody else.`,
      query: conciergeQuery,
      answers: { 200: { description: "The most urgent first, ten at most.", schema: conciergeShape } },
      handle: ({ request, caller, query: { include, ...given } }) => {
        const asked = askedOf(parts, caller, given, [], request.signal);
        const noter = noterOf(caller);
        // What a caller says changes their own answer at once, and it is no event: so it is a part of the question.
        const about = {
          route: "concierge",
          of: [noter, include, parts.control.insightNotesAt(noter), tickOf(asked.now)],
          subject: { from: Number.NEGATIVE_INFINITY },
        };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, insights } = await found(parts, asked);
          const notes = notesOf(parts, noter, insights);
          const noted = insights.map((insight) => ({ ...insight, ...noteJson(notes.get(insight.id) ?? null) }));
          const open = noted.filter(({ id }) => isOpen(notes.get(id), asked.now));
          const shown = include === "all" ? noted : open;
          return { framed, body: { insights: shown.slice(0, INSIGHTS_MAX), total: shown.length, ranking: RANKING } };
        });
      },
    }),

    route({
      ...resource("dismissal"),
      method: "POST",
      summary: "Dismisses an insight for you.",
      handle: ({ request, server, caller, params: { id } }) =>
        said({ request, server, caller }, id, "dismissed", { dismissed_at: parts.now() }),
    }),
    route({
      ...resource("dismissal"),
      method: "DELETE",
      summary: "Takes a dismissal back.",
      handle: ({ request, server, caller, params: { id } }) =>
        said({ request, server, caller }, id, "dismissal_withdrawn", { dismissed_at: null }),
    }),
    route({
      ...resource("snooze"),
      method: "POST",
      summary: "Leaves an insight out of your list for some hours.",
      body: snoozeBody,
      example: { body: { hours: 24 } },
      handle: ({ request, server, caller, params: { id }, body: { hours } }) =>
        said({ request, server, caller }, id, "snoozed", { snoozed_until: parts.now() + Math.round(hours * HOUR) }),
    }),
    route({
      ...resource("rating"),
      method: "POST",
      summary: "Says whether an insight was of use; null takes it back.",
      body: ratingBody,
      example: { body: { rating: "useful" } },
      handle: ({ request, server, caller, params: { id }, body: { rating } }) =>
        said({ request, server, caller }, id, "rated", { rating }),
    }),
  ];
}

/** Keeps what the caller says of an insight; `what` is how the audit log calls it. Throws Problem 403 or 404. */
export function sayOfInsight(
  parts: Parts,
  by: Given & { caller: Caller },
  id: string,
  what: string,
  change: Partial<InsightNote>,
): InsightNote {
  const { location_id, kind } = seenInsight(parts, by.caller, id);
  const note = parts.control.noteInsight(noterOf(by.caller), id, change);
  audited(parts, by, `insight_${what}`, { object: id, location_id, details: { kind } });
  return note;
}

/** What the caller neither dismissed nor snoozed, the most urgent first. */
export async function insightsFor(parts: Parts, caller: Caller, asked: Asked): Promise<readonly Insight[]> {
  const { insights } = await found(parts, asked);
  const notes = notesOf(parts, noterOf(caller), insights);
  return insights.filter(({ id }) => isOpen(notes.get(id), asked.now));
}

function notesOf(parts: Parts, noter: string, insights: readonly Insight[]) {
  return parts.control.insightNotes(
    noter,
    insights.map(({ id }) => id),
  );
}

function isOpen(note: InsightNote | undefined, now: number): boolean {
  if (!note) return true;
  return note.dismissed_at === null && (note.snoozed_until === null || note.snoozed_until <= now);
}

/** The same for everyone with the same rights: what one says about it asks nothing anew. */
async function found(parts: Parts, asked: Asked): ReturnType<typeof concierge> {
  const { location_id, locations, timezone, personal, now } = asked;
  const whose = location_id === null ? locations : [location_id];
  const frame = ["30d", null, timezone, []];
  // As biAnswer writes its keys, so that analytics can name it.
  const key = JSON.stringify([
    "concierge-insights",
    parts.control.generation(),
    location_id,
    whose,
    ...frame,
    personal,
    tickOf(now),
  ]);
  const subject = { locations: whose, from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, types: null };
  const { value } = await parts.cache.take(
    key,
    subject,
    async (signal) => {
      const value = await concierge(parts, { ...asked, signal });
      return { value, bytes: JSON.stringify(value.insights).length * 2 };
    },
    asked.signal,
  );
  return value;
}

/** Whose notes: each person's and each key's own. */
export function noterOf({ kind, id }: Caller): string {
  return `${kind} ${id}`;
}

function noteJson(note: InsightNote | null) {
  const at = (time: number | null | undefined): string | null =>
    time === null || time === undefined ? null : formatInstant(time);
  return { dismissed_at: at(note?.dismissed_at), snoozed_until: at(note?.snoozed_until), rating: note?.rating ?? null };
}

/** What the id stands for. Throws Problem 404 for what is none, and for one of a location that the caller may not see. */
function seenInsight(parts: Parts, caller: Caller, id: string): { location_id: string | null; kind: InsightKind } {
  const read = readInsightId(id);
  const seen = read && (read.location_id === null || seesLocation(caller, read.location_id));
  if (seen && (read.location_id === null || parts.control.location(read.location_id))) return read;
  throw new Problem({ status: 404, title: "Not found", detail: "There is no such insight." });
}
