/** `/api/bi/filter-values`: what a filter could be set to. */
import { z } from "zod";
import { isDimension } from "../../catalogue/dimensions.ts";
import { formatInstant } from "../../catalogue/time.ts";
import { type FilterValues, filterValues } from "../../report/filter-values.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { allowSplits, askedOf, commonQuery } from "./input.ts";
import { framedShape, instantShape } from "./shapes.ts";

const VALUES_MAX = 200;
const SEARCH_CHARS_MAX = 100;

const valuesQuery = commonQuery.omit({ include_comparisons: true, include_trends: true, filter: true }).extend({
  field: z
    .string()
    .min(1)
    .max(256)
    .refine(isDimension, "There is no such dimension.")
    .describe("A dimension: bot_id, type, temperature, data.source …"),
  search: z.string().trim().max(SEARCH_CHARS_MAX).default("").describe("Part of the value, whatever its case."),
  limit: z.coerce.number().int().min(1).max(VALUES_MAX).default(50),
});

const valuesShape = framedShape.extend({
  field: z.string(),
  values: z.array(z.strictObject({ value: z.string(), events: z.int().min(0) })).describe("The most frequent first."),
  complete: z.boolean().describe("False: there are more."),
  since: instantShape.describe("Events before this were not looked at: what stands in data only is read of 30 days."),
});

export function filterValueRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/filter-values",
      access: "read",
      tag: "BI",
      summary: "The values a field has in the timeframe, with how many events have each: for filters.",
      description: "Values that look like an address or a phone number are left out for those who may not see them.",
      query: valuesQuery,
      example: { query: "field=bot_id&timeframe=30d&search=seller" },
      answers: { 200: { description: "Values that are there.", schema: valuesShape } },
      handle: ({ request, caller, query: { field, search, limit, ...given } }) => {
        const asked = askedOf(parts, caller, given, [], request.signal);
        allowSplits(asked, field);
        const about = { route: "filter-values", of: [field, search.toLowerCase(), limit] };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, ...found } = await filterValues(parts, { ...asked, field, search, limit });
          return { framed, body: { field, ...valuesJson(found) } };
        });
      },
    }),
  ];
}

function valuesJson({ since, values, complete }: Omit<FilterValues, "framed">) {
  return { values, complete, since: formatInstant(since) };
}
