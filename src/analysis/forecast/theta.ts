/**
 * The theta method (Assimakopoulos and Nikolopoulos 2000), as simple exponential smoothing with a drift of half the slope
 * (Hyndman and Billah 2003, "Unmasking the Theta method").
 */
import { at } from "./numbers.ts";
import { slopeOf } from "./smoothing.ts";

/** The smoothing weight with the least squared error of one step. */
export function fitTheta(values: Float64Array): number {
  let best = 0.5;
  let least = Number.POSITIVE_INFINITY;
  const cost = (alpha: number): void => {
    let level = at(values, 0);
    let squares = 0;
    for (let t = 1; t < values.length; t++) {
      const error = at(values, t) - level;
      squares += error * error;
      level += alpha * error;
    }
    if (squares < least) {
      least = squares;
      best = alpha;
    }
  };
  for (let alpha = 0.05; alpha < 1; alpha += 0.1) cost(alpha);
  const around = best;
  for (const off of [-0.04, -0.02, 0.02, 0.04, 0.049]) cost(around + off);
  return best;
}

/** What follows each of the ends, which are ascending; the line is the one through all values up to the end. */
export function theta(values: Float64Array, alpha: number, ends: readonly number[], horizon: number): Float64Array[] {
  const last = ends.at(-1) ?? 0;
  const ahead: Float64Array[] = [];
  let level = at(values, 0);
  let total = 0;
  let moment = 0;
  for (let t = 0; t < last; t++) {
    const value = at(values, t);
    level += alpha * (value - level);
    total += value;
    moment += (t + 1) * value;
    const n = t + 1;
    if (n === ends[ahead.length]) ahead.push(onwards(level, slopeOf(n, total, moment), alpha, n, horizon));
  }
  return ahead;
}

function onwards(level: number, slope: number, alpha: number, n: number, horizon: number): Float64Array {
  const ahead = new Float64Array(horizon);
  const rest = (1 - (1 - alpha) ** n) / alpha;
  for (let h = 0; h < horizon; h++) ahead[h] = level + (slope / 2) * (h + rest);
  return ahead;
}
