/** Revenue intelligence: money by time, bot and source, what moved it, and what comes next. */
import { z } from "zod";
import { REVENUE_KPIS, REVENUE_TYPES, revenueReport } from "../../report/revenue.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { askedOf, commonQuery } from "./input.ts";
import { driversShape, forecastShape, moneyShape, tickOf } from "./insight-shapes.ts";
import { currencyShape, framedShape, instantShape, kpiShape } from "./shapes.ts";

const amounts = {
  currency: currencyShape,
  revenue: moneyShape,
  commission: moneyShape,
  cost: moneyShape,
  margin: moneyShape,
} as const;

const revenueShape = framedShape.extend({
  revenue: kpiShape,
  commission: kpiShape,
  cost: kpiShape,
  margin: kpiShape,
  series: z.array(z.strictObject({ t: instantShape, ...amounts })).describe("A row a bucket and currency."),
  forecast: forecastShape,
  by_bot: z.array(z.strictObject({ bot_id: z.string().nullable(), ...amounts, share: z.number().nullable() })),
  by_source: z
    .array(
      z.strictObject({
        source: z.string().nullable(),
        currency: currencyShape.nullable(),
        revenue: moneyShape,
        commission: moneyShape,
        leads: z.int().min(0),
        share: z.number().nullable(),
      }),
    )
    .describe("By data.source of the very event; leads stand beside each currency."),
  drivers: z
    .array(driversShape)
    .nullable()
    .describe("What moved revenue against the period before; null when nothing is compared."),
});

/** `/api/bi/revenue-intelligence`. */
export function revenueRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/revenue-intelligence",
      access: "read",
      tag: "BI",
      summary: "Revenue, commission, cost and margin: series, forecast, bots, sources, drivers.",
      query: commonQuery,
      answers: { 200: { description: "Money, per currency.", schema: revenueShape } },
      handle: async ({ request, caller, query }) => {
        const { filter, include_comparisons, include_trends, ...given } = query;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const shown = { comparisons: include_comparisons, trends: include_trends };
        const about = {
          route: "revenue-intelligence",
          of: [shown, tickOf(asked.now)],
          kpis: REVENUE_KPIS,
          // The forecast looks back a year. Events of other types change nothing, but where the first and the last are.
          subject: {
            from: Number.NEGATIVE_INFINITY,
            ...(asked.timeframe === "all" ? {} : { types: REVENUE_TYPES }),
          },
        };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, kpis, ...rest } = await revenueReport(parts, { ...asked, ...shown });
          return { framed, body: { ...kpis, ...rest } };
        });
      },
    }),
  ];
}
