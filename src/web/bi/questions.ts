/**
 * The BI API: questions in, figures out.
 * It must never answer about a location that the caller may not see, nor say 500 for what was asked wrongly.
 */
import { z } from "zod";
import { KPIS } from "../../catalogue/kpis.ts";
import { GRAINS } from "../../catalogue/period.ts";
import { definedKpis } from "../../report/custom-kpis.ts";
import { kpiFigures } from "../../report/kpis.ts";
import { answerQuestion } from "../../report/question.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { allowSplits, askedOf, commonBody, commonQuery, KPIS_MAX, wantedKpis } from "./input.ts";
import { cellShape, columnShape, framedShape, kpiShape, totalShape } from "./shapes.ts";

const BY_MAX = 6;
const ROWS_MAX = 100_000;

const key = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "Use a key such as revenue.");
const dashboardQuery = commonQuery.extend({
  keys: z
    .string()
    .min(1)
    .max(4_000)
    .transform((text) => text.split(","))
    .optional(),
});
/** A KPI by its key, or written down for this question. */
export const kpiWanted = z.union(
  [
    key,
    z.strictObject({
      key,
      label: z.string().min(1).max(80).optional(),
      unit: z.enum(["money", "count", "percent", "ratio", "duration", "score"]).optional(),
      formula: z.string().min(1).max(10_000),
    }),
  ],
  { error: "Name a KPI by its key, or write {key, formula}." },
);
const queryBody = commonBody.extend({
  kpis: z.array(kpiWanted).min(1).max(KPIS_MAX),
  by: z.array(z.string().min(1).max(256)).max(BY_MAX).default([]),
  grain: z.enum(GRAINS).nullable().default(null),
  order: z
    .array(z.strictObject({ by: z.string().min(1).max(256), dir: z.enum(["asc", "desc"]).default("desc") }))
    .max(BY_MAX + 2)
    .default([]),
  limit: z.int().min(1).max(ROWS_MAX).nullable().default(null),
});

const dashboardShape = framedShape.extend({ kpis: z.record(z.string(), kpiShape) });
const queryShape = framedShape.extend({
  columns: z.array(columnShape),
  rows: z.array(z.array(cellShape)),
  totals: z.record(z.string(), totalShape),
});

/** `/api/bi/dashboard-kpis` and `/api/bi/query`. */
export function questionRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/dashboard-kpis",
      example: { query: "timeframe=7d&keys=revenue,leads,conversion_rate" },
      access: "read",
      tag: "BI",
      summary: "KPIs with targets, comparisons and trends.",
      query: dashboardQuery,
      answers: { 200: { description: "KPI objects by key.", schema: dashboardShape } },
      handle: async ({ request, caller, query }) => {
        const { filter, keys, include_comparisons, include_trends, ...given } = query;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const kpis =
          keys === undefined ? [...KPIS, ...definedKpis(parts.control, asked)] : wantedKpis(parts, asked, keys, "keys");
        const shown = { comparisons: include_comparisons, trends: include_trends };
        const about = { route: "dashboard-kpis", of: [keys, shown], kpis };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, kpis: figures } = await kpiFigures(parts, { ...asked, ...shown, kpis });
          return { framed, body: { kpis: figures } };
        });
      },
    }),

    route({
      method: "POST",
      path: "/api/bi/query",
      example: { body: { kpis: ["revenue", "leads"], by: ["bot_id"], grain: "day", timeframe: "7d" } },
      access: "read",
      tag: "BI",
      summary: "Any KPIs by any dimensions and grain.",
      body: queryBody,
      answers: { 200: { description: "Columns and rows.", schema: queryShape } },
      handle: async ({ request, caller, body }) => {
        const { filters, kpis, by, grain, order, limit, ...given } = body;
        const asked = askedOf(parts, caller, given, filters, request.signal);
        allowSplits(asked, by);
        const about = {
          route: "query",
          of: [kpis, by, grain, order, limit],
          kpis: wantedKpis(parts, asked, kpis, "kpis"),
          again: body,
        };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, answer } = await answerQuestion(parts, { ...asked, kpis, by, grain, order, limit });
          const { columns, rows, totals } = answer;
          return { framed, ...(grain === null ? {} : { grain }), body: { columns, rows, totals } };
        });
      },
    }),
  ];
}
