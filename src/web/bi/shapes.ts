/** What answers of the BI API look like, as far as several of them share it. */
import { z } from "zod";
import { GRAINS } from "../../catalogue/period.ts";

/** RFC 3339, UTC. */
export const instantShape = z.iso.datetime();
export const unitShape = z.enum(["money", "count", "percent", "ratio", "duration", "score"]);
/** Money is a decimal string, everything else a number; null where there is nothing below the line. */
export const amountShape = z.union([z.string().regex(/^-?\d+\.\d{2,}$/), z.number()]).nullable();
export const currencyShape = z.string().regex(/^[A-Z]{3}$/);
/** A row's cell: a split, a time or a figure. */
export const cellShape = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** A KPI over the whole timeframe; by currency where there are several. */
export const totalShape = z.union([cellShape, z.record(currencyShape, z.string())]);
export const trendShape = z.array(z.strictObject({ t: instantShape, v: amountShape }));

/** The part that every answer of the BI API has; extend it with what the route answers. */
export const framedShape = z.strictObject({
  generated_at: instantShape,
  timeframe: z.strictObject({
    name: z.enum(["24h", "7d", "30d", "90d", "1y", "all", "custom"]),
    from: instantShape,
    to: instantShape,
    grain: z.enum(GRAINS),
    timezone: z.string(),
  }),
  location_id: z.string().nullable(),
  freshness: z.strictObject({ as_of: instantShape, lag_ms: z.number().min(0) }),
  cache: z.strictObject({ hit: z.boolean(), age_ms: z.number().min(0) }),
});

export const kpiShape = z.strictObject({
  label: z.string(),
  unit: unitShape,
  value: amountShape,
  currency: currencyShape.optional(),
  target: z.union([z.string(), z.number()]).nullable(),
  status: z.enum(["on_target", "near_target", "off_target"]).nullable(),
  better: z.enum(["up", "down"]).nullable(),
  previous: amountShape,
  change: z.number().nullable(),
  trend: trendShape,
  previous_trend: trendShape.optional(),
  approximate: z.literal(true).optional(),
  currencies: z
    .array(
      z.strictObject({
        currency: currencyShape,
        value: amountShape,
        previous: amountShape,
        change: z.number().nullable(),
      }),
    )
    .optional(),
});

export const columnShape = z.strictObject({
  name: z.string(),
  kind: z.enum(["time", "dimension", "kpi"]),
  unit: unitShape.nullable(),
  label: z.string(),
  currency: currencyShape.optional(),
  approximate: z.literal(true).optional(),
});
