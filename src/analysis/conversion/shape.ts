/**
 * What one feature adds to the log-odds, as a table or a line.
 * Each shape is centred: its mean over the training rows is 0. So in a sum of shapes the value itself is the exact
 * Shapley value against the training rows as background, phi_j = f_j(x_j) - E f_j: in an additive model every order of
 * the features gives the same marginal contribution (Strumbelj & Kononenko 2014, "Explaining prediction models and
 * individual predictions with feature contributions"; Lundberg & Lee 2017, "A unified approach to interpreting model
 * predictions", linear models).
 */
import type { FeatureValue } from "./model.ts";

export type Shape = Steps | Levels;

/** Of a number: a value for each interval between the cuts, which belong to the interval above them. */
export interface Steps {
  kind: "steps";
  cuts: readonly number[];
  /** One more than cuts. */
  values: readonly number[];
  missing: number;
  /** Least and most seen; null where none was. */
  from: number | null;
  to: number | null;
}

/** Of a category. What was seen too rarely, or never, adds nothing: it falls back to the base. */
export interface Levels {
  kind: "levels";
  levels: readonly string[];
  values: readonly number[];
  missing: number;
}

/** A number that is not finite, or a value of the other kind, counts as missing. */
export function phiOf(shape: Shape, value: FeatureValue): number {
  if (shape.kind === "levels") {
    if (typeof value !== "string") return shape.missing;
    return shape.values[shape.levels.indexOf(value)] ?? 0;
  }
  if (typeof value !== "number" || !Number.isFinite(value)) return shape.missing;
  return shape.values[intervalOf(shape.cuts, value)] ?? 0;
}

/** How many of the ascending cuts are at most the value. */
export function intervalOf(cuts: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cuts[middle] ?? Number.POSITIVE_INFINITY) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
