/** What answers with forecasts have in common. */
import { z } from "zod";
import { METHOD } from "../../report/forecast.ts";
import { amountShape, currencyShape, instantShape, unitShape } from "./shapes.ts";

/** Money as text. */
export const moneyShape = z.string().regex(/^-?\d+\.\d{2,}$/);
const shareShape = z.number().min(0).max(1);

export const forecastShape = z.strictObject({
  kpi: z.string(),
  unit: unitShape,
  currency: currencyShape.optional(),
  horizon_days: z.int().min(1),
  history_days: z.int().min(0).describe("Complete local days since the first that had anything, at most half a year."),
  points: z
    .array(z.strictObject({ t: instantShape, yhat: amountShape, lower: amountShape, upper: amountShape }))
    .nullable()
    .describe("The local days after the last complete one; null with a reason where there is too little history."),
  total_estimate: amountShape,
  confidence_interval: z
    .strictObject({ level: shareShape, lower: amountShape, upper: amountShape })
    .nullable()
    .describe("Of the total; null where too few totals of the past could be compared."),
  method: z.literal(METHOD),
  backtest: z
    .strictObject({
      origins: z.int().min(1).describe("Days from which the method was tried with what was known then."),
      points: z.int().min(1),
      mae: amountShape.describe("Mean absolute error of a day."),
      naive_mae: amountShape.describe("The same of repeating the last day."),
      level: shareShape.describe("Share of outcomes that the intervals are meant to hold."),
      coverage: shareShape.describe("The share that they did hold."),
      total_coverage: shareShape.nullable().describe("The same of totals; null where too few could be compared."),
    })
    .nullable(),
  reason: z.string().nullable(),
});

const QUARTER_HOUR = 900_000_000;

/** Changes with every quarter of an hour: of answers that look at what is over by now, also where the timeframe does not end now. */
export function tickOf(now: number): number {
  return Math.floor(now / QUARTER_HOUR);
}
