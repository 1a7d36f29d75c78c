/** Predictive insights: forecasts, scores, what to do. */
import { z } from "zod";
import { FORECAST_KPIS, predictiveReport } from "../../report/predictive.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { askedOf, commonQuery } from "./input.ts";
import { driversShape, forecastShape, moneyShape, tickOf } from "./insight-shapes.ts";
import { actionShape, levelShape, probabilityShape, purposeShape, scoresShape } from "./score-shapes.ts";
import { amountShape, currencyShape, framedShape, instantShape } from "./shapes.ts";

const predictiveShape = framedShape.extend({
  bookings: forecastShape.describe("The next 7 days."),
  revenue_month: z
    .strictObject({
      month: z.string().regex(/^\d{4,6}-\d{2}$/),
      from: instantShape,
      to: instantShape,
      currency: currencyShape,
      so_far: moneyShape,
      estimate: amountShape,
      lower: amountShape.describe("With upper: meant to hold 80% of the outcomes."),
      upper: amountShape,
      lower_95: amountShape,
      upper_95: amountShape,
      forecast: forecastShape.describe("Of the days that are not over."),
      drivers: driversShape
        .nullable()
        .describe("What moved it against as long a part of the month before; null where neither had any."),
    })
    .describe("The local month in which the timeframe ends."),
  conversion: scoresShape.describe("Open leads of the timeframe, of its last 90 days at most."),
  churn: scoresShape.describe("Buyers of the period before the end of the timeframe, as long as the horizon."),
  actions: z
    .array(
      actionShape.extend({
        model: purposeShape,
        contact_id: z.string(),
        location_id: z.string(),
        probability: probabilityShape,
        level: levelShape,
        because: z.array(z.string()),
      }),
    )
    .describe("The ten most probable of both that a recommendation rule is for."),
});

/** `/api/bi/predictive-insights`. */
export function predictiveRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/bi/predictive-insights",
      access: "read",
      tag: "BI",
      summary: "Bookings of the next 7 days, revenue of the month, churn and conversion scores, actions.",
      query: commonQuery,
      answers: {
        200: { description: "Forecasts with their measured quality, scores with factors.", schema: predictiveShape },
      },
      handle: async ({ request, caller, query }) => {
        const { filter, include_comparisons, include_trends, ...given } = query;
        const asked = askedOf(parts, caller, given, filter, request.signal, "filter");
        const about = {
          route: "predictive-insights",
          of: [tickOf(asked.now)],
          kpis: FORECAST_KPIS,
          // Forecasts look back a year, scores as well.
          subject: { from: Number.NEGATIVE_INFINITY },
        };
        return biAnswer(parts, request, asked, about, async (asked) => {
          const { framed, ...body } = await predictiveReport(parts, asked);
          return { framed, body };
        });
      },
    }),
  ];
}
