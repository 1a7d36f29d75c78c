/** `/api/bi/drill-down`: from a figure to its parts and to the events behind it. */
import { z } from "zod";
import { isDimension } from "../../catalogue/dimensions.ts";
import { drillDown } from "../../report/drill-down.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { EVENTS_MAX, EVENTS_USUAL, eventCursor, eventShape, nextCursor } from "./events.ts";
import { allowSplits, askedOf, commonBody, wantedKpis } from "./input.ts";
import { kpiWanted } from "./questions.ts";
import { amountShape, cellShape, currencyShape, framedShape, kpiShape, trendShape, unitShape } from "./shapes.ts";

const drillBody = commonBody.extend({
  kpi: kpiWanted,
  by: z.string().min(1).max(256).refine(isDimension, "There is no such dimension.").nullable().default(null),
  limit: z.int().min(1).max(EVENTS_MAX).default(EVENTS_USUAL),
  cursor: eventCursor.nullable().default(null),
});

const drillShape = framedShape.extend({
  total: kpiShape.pick({
    value: true,
    currency: true,
    previous: true,
    change: true,
    approximate: true,
    currencies: true,
  }),
  segments: z.array(
    z.strictObject({
      key: cellShape,
      currency: currencyShape.optional(),
      value: amountShape,
      share: z.number().nullable(),
      previous: amountShape,
      change: z.number().nullable(),
    }),
  ),
  segments_more: z.boolean(),
  series: trendShape,
  events: z.array(eventShape),
  next_cursor: z.string().nullable(),
  definition: z.strictObject({
    label: z.string(),
    formula: z.string(),
    description: z.string(),
    unit: unitShape,
    sql: z.string(),
  }),
});

export function drillDownRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/api/bi/drill-down",
      example: { body: { kpi: "revenue", by: "bot_id", timeframe: "30d" } },
      access: "read",
      tag: "BI",
      summary:
        "What a figure is made of: its parts by a dimension, its series, its definition and the events behind it.",
      description:
        "segments are the largest 200 by value (segments_more says that there are others); share is of the total where parts add " +
        "up, null for rates and percentiles. events are those that the formula's own conditions and the filters let through, " +
        "newest first, paged by next_cursor.",
      body: drillBody,
      answers: { 200: { description: "The figure and what is behind it.", schema: drillShape } },
      handle: ({ request, caller, body }) => {
        const { filters, kpi: wanted, by, limit, cursor, ...given } = body;
        const asked = askedOf(parts, caller, given, filters, request.signal);
        if (by !== null) allowSplits(asked, by);
        const kpis = wantedKpis(parts, asked, [wanted], "kpi");
        // A page is of the range that the first one had, wherever that is by now.
        const range = cursor ? { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY } : {};
        const about = { route: "drill-down", of: [wanted, by, limit, cursor], kpis, subject: range };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const [kpi] = kpis;
          if (!kpi) throw new Error("one KPI was asked for");
          const { framed, next, ...answer } = await drillDown(parts, { ...asked, kpi, by, limit, after: cursor });
          return { framed, body: { ...answer, next_cursor: nextCursor(next) } };
        });
      },
    }),
  ];
}
