/**
 * How much each model counts: by the inverse of its mean absolute error at the rolling origins, to a power (Bates and
 * Granger 1969, "The Combination of Forecasts", took the square), later errors weighing more. At an earlier origin only errors count that were known
 * by then.
 */
import { weightOf } from "./fading.ts";
import { at, sum } from "./numbers.ts";
import type { Rolling } from "./rolling.ts";

/** The power grows with the history: the longer it is, the surer that the better model is better. */
const POWER_LEAST = 1;
const POWER_MOST = 8;
const POWER_FULL_AT = 400;

/** By member, by origin and step: the absolute errors of that origin up to and with that step, added up. */
export type ErrorSums = readonly Float64Array[];

/** The last origin, the whole history, has no errors. A member that said nothing once is NaN from there on. */
export function errorSums(rolling: Rolling, values: Float64Array, horizon: number): ErrorSums {
  return rolling.said.map((row) => {
    const sums = new Float64Array((rolling.origins.length - 1) * horizon);
    for (let o = 0; o < rolling.origins.length - 1; o++) {
      const ahead = row[o];
      const end = rolling.origins[o] ?? 0;
      const steps = Math.min(horizon, values.length - end);
      let total = ahead ? 0 : Number.NaN;
      for (let h = 0; h < steps; h++) {
        if (ahead) total += Math.abs(at(values, end + h) - at(ahead, h));
        sums[o * horizon + h] = total;
      }
    }
    return sums;
  });
}

/** By member; 0 for one that said nothing at that origin or failed before. */
export function weightsAt(rolling: Rolling, sums: ErrorSums, origin: number, horizon: number): Float64Array {
  const known = rolling.origins[origin] ?? 0;
  const errors = rolling.said.map((row, member) => {
    const own = sums[member];
    if (!row[origin] || !own) return Number.NaN;
    let total = 0;
    let count = 0;
    for (let o = 0; o < origin; o++) {
      const end = rolling.origins[o] ?? 0;
      const steps = Math.min(horizon, known - end);
      const weight = weightOf(end, known, horizon);
      total += weight * at(own, o * horizon + steps - 1);
      count += weight * steps;
    }
    return count === 0 ? 1 : total / count;
  });
  const power = POWER_LEAST + (POWER_MOST - POWER_LEAST) * Math.min(1, known / POWER_FULL_AT);
  const best = errors.reduce(
    (least, error) => (Number.isNaN(error) ? least : Math.min(least, error)),
    Number.POSITIVE_INFINITY,
  );
  const weights = Float64Array.from(errors, (error) => {
    if (Number.isNaN(error)) return 0;
    return error > 0 ? (best / error) ** power : 1;
  });
  const whole = sum(weights);
  return weights.map((weight) => (whole > 0 ? weight / whole : 0));
}

export function combined(rolling: Rolling, weights: Float64Array, origin: number, horizon: number): Float64Array {
  const out = new Float64Array(horizon);
  for (const [index, row] of rolling.said.entries()) {
    const ahead = row[origin];
    const weight = at(weights, index);
    if (!ahead || weight === 0) continue;
    for (let h = 0; h < horizon; h++) out[h] = at(out, h) + weight * at(ahead, h);
  }
  return out;
}
