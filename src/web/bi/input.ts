/** What BI routes read off a request: one spelling of timeframe, zone, location and filters for all of them. */
import { z } from "zod";
import { isField } from "../../catalogue/fields.ts";
import { expressionOf } from "../../catalogue/formula.ts";
import { isTimezone, type Range, TIMEFRAMES } from "../../catalogue/period.ts";
import { formulaTellsPersonal, isPersonalField, tellsPersonal } from "../../catalogue/personal.ts";
import { parseInstant } from "../../catalogue/time.ts";
import type { ComparisonOp, Filter, Kpi } from "../../catalogue/types.ts";
import type { Caller } from "../../control/types.ts";
import type { Asked } from "../../report/common.ts";
import { type KpiWanted, wantedKpi } from "../../report/question.ts";
import { QuestionFault } from "../../store/query/fault.ts";
import { locationsOf, seesPersonal } from "../access.ts";
import { Problem } from "../errors.ts";
import type { Parts } from "../parts.ts";

/** In one question. */
export const KPIS_MAX = 100;
const FILTERS_MAX = 20;
const VALUES_MAX = 100;
const VALUE_CHARS_MAX = 256;
const FIELD_CHARS_MAX = 256;
const OPS = [
  "eq",
  "ne",
  "in",
  "gt",
  "gte",
  "lt",
  "lte",
  "contains",
  "exists",
] as const satisfies readonly ComparisonOp[];
/** Longer than any history; keeps a year's grain from making endless buckets. */
const RANGE_MAX_US = 200 * 366 * 86_400_000_000;

export const instant = z
  .string()
  .max(64)
  .transform((text, context) => {
    const us = parseInstant(text);
    if (us !== null) return us;
    context.addIssue({ code: "custom", message: "Use an RFC 3339 instant, such as 2026-01-31T00:00:00Z." });
    return z.NEVER;
  });

const timezone = z.string().max(64).refine(isTimezone, "Use a name of the IANA database, such as Europe/Berlin.");
const name = z.string().min(1).max(64);
const field = z.string().min(1).max(FIELD_CHARS_MAX).refine(isField, "There is no such field.");
const scalar = z.union([z.string().max(VALUE_CHARS_MAX), z.number(), z.boolean()]);

/** `field:op:value`; the value may have colons of its own, those of `in` are parted by commas. */
export const filterText = z
  .string()
  .min(1)
  .max(FIELD_CHARS_MAX + VALUES_MAX * VALUE_CHARS_MAX)
  .transform((text, context): Filter => {
    const [, named = "", asked = "", value] = /^([^:]*):([^:]*)(?::(.*))?$/su.exec(text) ?? [];
    const op = OPS.find((known) => known === asked);
    const wrong = (message: string): never => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    if (!op) return wrong(`Write field:op:value with one of ${OPS.join(", ")}.`);
    if (!field.safeParse(named).success) return wrong("There is no such field.");
    if (op === "exists")
      return value === undefined || value === "true" || value === "false"
        ? { field: named, op, value: value !== "false" }
        : wrong("exists takes true or false.");
    if (value === undefined || value === "") return wrong("The filter has no value.");
    const values = op === "in" ? value.split(",") : [value];
    if (values.length > VALUES_MAX) return wrong(`At most ${VALUES_MAX} values.`);
    if (values.some(({ length }) => length > VALUE_CHARS_MAX))
      return wrong(`A value has at most ${VALUE_CHARS_MAX} characters.`);
    return { field: named, op, value: op === "in" ? values : value };
  });

const filterObject = z
  .strictObject({
    field,
    op: z.enum(OPS),
    value: z.union([scalar, z.array(scalar).min(1).max(VALUES_MAX)]).default(true),
  })
  .refine(({ op, value }) => Array.isArray(value) === (op === "in"), {
    path: ["value"],
    message: "Only in takes a list, and it takes nothing else.",
  })
  .refine(({ op, value }) => op !== "exists" || typeof value === "boolean", {
    path: ["value"],
    message: "exists takes true or false.",
  });

const TIME_FIELDS = {
  timeframe: z.enum(TIMEFRAMES).optional().describe("Default 30d; all is first to last event."),
  from: instant.optional().describe("With to, instead of a timeframe: RFC 3339, included."),
  to: instant.optional().describe("RFC 3339, not included."),
  timezone: timezone
    .optional()
    .describe("IANA name; days and weeks are of this zone. Default: the location's, else UTC."),
  location_id: name.optional().describe("One that you may see. Default: all of them together."),
} as const;

/** The query parameters of every GET of the BI API. */
export const commonQuery = z.strictObject({
  ...TIME_FIELDS,
  include_comparisons: flag().describe("Beside the timeframe just before."),
  include_trends: flag().describe("With a series at the timeframe's grain."),
  filter: z
    .union([filterText.transform((one) => [one]), z.array(filterText).max(FILTERS_MAX)], {
      error: "Write field:op:value.",
    })
    .default([])
    .describe(`field:op:value, may be repeated; op is one of ${OPS.join(", ")}.`),
});

/** The same fields in a JSON body. */
export const commonBody = z.strictObject({
  ...TIME_FIELDS,
  filters: z
    .array(z.union([filterObject, filterText], { error: "Write {field, op, value}." }))
    .max(FILTERS_MAX)
    .default([]),
});

interface TimeGiven {
  timeframe?: (typeof TIMEFRAMES)[number] | undefined;
  from?: number | undefined;
  to?: number | undefined;
  timezone?: string | undefined;
  location_id?: string | undefined;
}

/** Throws Problem 422 for times that do not go together, 403 or 404 for a location that the caller cannot see. */
export function askedOf(
  parts: Parts,
  caller: Caller,
  given: TimeGiven,
  filters: readonly Filter[],
  signal: AbortSignal,
  named: "filter" | "filters" = "filters",
): Asked {
  const timeframe = timeframeOf(given);
  const locations = locationsOf(caller, given.location_id);
  const location_id = given.location_id ?? null;
  if (location_id !== null && !parts.control.location(location_id))
    throw new Problem({ status: 404, title: "Not found", detail: "There is no such location." });
  const asked = { timeframe, timezone: given.timezone ?? null, location_id, locations, now: parts.now(), signal };
  const personal = seesPersonal(caller);
  allowFilters({ personal }, filters, named);
  return { ...asked, filters, personal };
}

/** Throws Problem 403 for a filter that would tell what is personal to one who may not see that; `path`: where the filters stand. */
export function allowFilters({ personal }: Pick<Asked, "personal">, filters: readonly Filter[], path: string): void {
  const place = personal ? -1 : filters.findIndex(tellsPersonal);
  if (place >= 0) throw personalProblem(`${path}.${place}.field`);
}

/** The same for splits: a list of them, or the one. */
export function allowSplits({ personal }: Pick<Asked, "personal">, by: string | readonly string[]): void {
  const place = personal ? -1 : [by].flat().findIndex(isPersonalField);
  if (place >= 0) throw personalProblem(typeof by === "string" ? "by" : `by.${place}`);
}

function personalProblem(field: string): Problem {
  return new Problem({
    status: 403,
    title: "Not allowed",
    detail:
      "Your role may not see what is personal, nor split by it, filter by it or search in it; errors names the place.",
    errors: [{ field, code: "personal", detail: "This may hold names, addresses, phone numbers or free text." }],
  });
}

/**
 * The KPIs that are named or written down in a request, built in or defined for the locations asked; Problem 422 says which
 * is wrong. `field`: "kpis" for a list in a body, "kpi" for the only one, "keys" for the one parameter.
 */
export function wantedKpis(
  parts: Parts,
  asked: Pick<Asked, "location_id" | "locations" | "personal">,
  wanted: readonly KpiWanted[],
  field: "kpis" | "kpi" | "keys",
): readonly Kpi[] {
  const placed = (path: string): string =>
    field === "keys" ? field : path.replace(/^kpis(\.0)?/, field === "kpi" ? "kpi" : "$&");
  if (wanted.length > KPIS_MAX) throw fieldProblem(field, `At most ${KPIS_MAX} KPIs at once.`);
  const kpis = wanted.map((one, index) => {
    try {
      const kpi = wantedKpi(parts.control, asked, one, index);
      // What the team defined is theirs to show; what is written down here must not tell more than its asker may see.
      if (typeof one !== "string" && !asked.personal && formulaTellsPersonal(expressionOf(kpi.formula)))
        throw personalProblem(placed(`kpis.${index}.formula`));
      return kpi;
    } catch (error) {
      if (!(error instanceof QuestionFault)) throw error;
      throw fieldProblem(placed(error.field), error.detail, error.code, error.position);
    }
  });
  if (new Set(kpis.map(({ key }) => key)).size < kpis.length) throw fieldProblem(field, "A KPI is named twice.");
  return kpis;
}

/** Problem 422 that names one field; `position`: where in a formula. */
export function fieldProblem(field: string, detail: string, code = "invalid", position: number | null = null): Problem {
  return new Problem({
    status: 422,
    title: "Invalid fields",
    detail: "Some fields are missing or wrong; errors names them.",
    errors: [{ field, code, detail, ...(position === null ? {} : { position }) }],
  });
}

function timeframeOf({ timeframe, from, to }: TimeGiven): Asked["timeframe"] {
  if (from === undefined && to === undefined) return timeframe ?? "30d";
  if (timeframe !== undefined) throw fieldProblem("timeframe", "Give a timeframe, or from and to, not both.");
  if (from === undefined) throw fieldProblem("from", "from is missing beside to.", "missing");
  if (to === undefined) throw fieldProblem("to", "to is missing beside from.", "missing");
  const range: Range = { from, to };
  if (to <= from) throw fieldProblem("to", "to must be later than from.");
  if (to - from > RANGE_MAX_US) throw fieldProblem("to", "The timeframe is longer than 200 years.");
  return range;
}

function flag() {
  return z
    .enum(["true", "false"])
    .default("true")
    .transform((text) => text === "true");
}
