/** Predictive insights: forecasts, scores, what to do. */
import { z } from "zod";
import { FORECAST_KPIS, predictiveReport } from "../../report/predictive.ts";
import { SCORE_METHOD } from "../../report/scored-contacts.ts";
import type { Parts } from "../parts.ts";
import { type Route, route } from "../route.ts";
import { biAnswer } from "./answer.ts";
import { askedOf, commonQuery } from "./input.ts";
import { forecastShape, moneyShape, tickOf } from "./insight-shapes.ts";
import { amountShape, currencyShape, framedShape, instantShape } from "./shapes.ts";

const countShape = z.int().min(0);
const daysShape = z.number().min(0);

const leadFactsShape = z.strictObject({
  temperature: z.string().nullable(),
  answered: z.int().min(0).max(4),
  qualified: z.boolean(),
  stalled: z.boolean(),
  silent_days: daysShape,
  recent_events: countShape,
});
const buyerFactsShape = z.strictObject({
  purchases: countShape,
  silent_days: daysShape,
  usual_gap_days: daysShape,
  own_gap: z.boolean(),
  troubles: countShape,
});

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
      lower: amountShape,
      upper: amountShape,
      forecast: forecastShape.describe("Of the days that are not over."),
    })
    .describe("The local month in which the timeframe ends."),
  conversion: scoresShape(leadFactsShape).describe("Open leads of the timeframe, of its last 90 days at most."),
  churn: scoresShape(buyerFactsShape).describe("Buyers of the year before the end of the timeframe."),
  actions: z.array(
    z.strictObject({
      action: z.string(),
      title: z.string(),
      contact_id: z.string(),
      score: z.number(),
      because: z.array(z.string()),
    }),
  ),
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
          // Forecasts look back half a year, scores a year.
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

function scoresShape<Facts extends z.ZodType>(facts: Facts) {
  const level = z.enum(["low", "medium", "high"]);
  return z.strictObject({
    method: z.literal(SCORE_METHOD),
    description: z.string(),
    considered: countShape,
    scored: countShape,
    levels: z.strictObject({ high: countShape, medium: countShape, low: countShape }),
    contacts: z.array(
      z.strictObject({
        contact_id: z.string(),
        last_event_at: instantShape,
        facts,
        score: z.int().min(0).max(100).describe("The points of its factors added up; no probability."),
        level,
        factors: z.array(z.strictObject({ factor: z.string(), points: z.int(), text: z.string() })),
      }),
    ),
    reason: z.string().nullable(),
  });
}
