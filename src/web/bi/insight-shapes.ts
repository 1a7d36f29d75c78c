/** What answers with forecasts have in common. */
import { z } from "zod";
import { amountShape, currencyShape, instantShape, unitShape } from "./shapes.ts";

/** Money as text. */
export const moneyShape = z.string().regex(/^-?\d+\.\d{2,}$/);
const shareShape = z.number().min(0).max(1);

const intervalShape = z.strictObject({ level: shareShape, lower: amountShape, upper: amountShape });

export const forecastShape = z.strictObject({
  kpi: z.string(),
  unit: unitShape,
  currency: currencyShape.optional(),
  horizon_days: z.int().min(1),
  history_days: z.int().min(0).describe("Complete local days since the first that had anything, at most a year."),
  points: z
    .array(
      z.strictObject({
        t: instantShape,
        yhat: amountShape,
        lower: amountShape.describe("With upper: meant to hold 80% of the outcomes."),
        upper: amountShape,
        lower_95: amountShape,
        upper_95: amountShape,
        event: z.string().optional().describe("What is known of that day."),
      }),
    )
    .nullable()
    .describe("The local days after the last complete one; null with a reason where there is no history."),
  total_estimate: amountShape,
  confidence_interval: intervalShape
    .nullable()
    .describe("Of the total, 80%; null where too few totals of the past could be compared."),
  confidence_interval_95: intervalShape.nullable(),
  trend: z.strictObject({ direction: z.enum(["up", "down", "flat"]), per_day: amountShape }).nullable(),
  method: z.enum(["ensemble", "seasonal_naive", "naive"]).nullable(),
  weights: z
    .array(z.strictObject({ model: z.string(), weight: shareShape }))
    .describe("The models that it was made from, by how well they did lately."),
  backtest: z
    .strictObject({
      origins: z.int().min(1).describe("Days from which the method was tried with what was known then."),
      points: z.int().min(1),
      mae: amountShape.describe("Mean absolute error of a day."),
      naive_mae: amountShape.describe("The same of a naive forecast, which repeats the week before."),
      relative_mae: z.number().min(0).nullable().describe("mae ÷ naive_mae: below 1 it is better than naive."),
      level: shareShape.describe("Share of outcomes that the intervals are meant to hold."),
      coverage: shareShape.nullable().describe("The share that they did hold; null where too few were given to tell."),
      coverage_95: shareShape.nullable(),
      total_coverage: shareShape.nullable().describe("The same of totals; null where too few could be compared."),
      total_coverage_95: shareShape.nullable(),
    })
    .nullable()
    .describe("Null where the history is too short to try it on."),
  reason: z.string().nullable().describe("Why there is no forecast, or only a naive one."),
});

const segmentShape = z.strictObject({
  key: z.string().nullable(),
  value: moneyShape,
  previous: moneyShape,
  contribution: moneyShape.describe("value − previous"),
  share: z.number().nullable(),
});

export const driversShape = z.strictObject({
  currency: currencyShape,
  value: moneyShape,
  previous: moneyShape,
  change: moneyShape,
  by: z.array(
    z.strictObject({
      dimension: z.enum(["bot_id", "source"]),
      segments: z.array(segmentShape),
      others: moneyShape.describe("Of all segments that are not listed: with theirs it is the change, exactly."),
    }),
  ),
});

const QUARTER_HOUR = 900_000_000;

/** Changes with every quarter of an hour: of answers that look at what is over by now, also where the timeframe does not end now. */
export function tickOf(now: number): number {
  return Math.floor(now / QUARTER_HOUR);
}
