/**
 * Intervals from a method's own past errors: split conformal prediction (Vovk, Gammerman and Shafer 2005; Lei, G'Sell,
 * Rinaldo, Tibshirani and Wasserman 2018), in which later errors weigh more (Barber, Candès, Ramdas and Tibshirani 2023,
 * "Conformal prediction beyond exchangeability"). Absolute errors are divided by the size that is usual at their distance
 * and at the height of their forecast, and those of all steps are pooled, so that a short history calibrates, too.
 */
import { weightOf } from "./fading.ts";
import { at } from "./numbers.ts";

/** One error a place in each: those of an origin stand together, origins ascending. */
export interface PastErrors {
  /** Values known when it was made: the error is known once origin + step values are, step from 1. */
  origins: readonly number[];
  steps: readonly number[];
  sizes: readonly number[];
  /** What the size is relative to: see `heightsOf`. */
  heights: readonly number[];
}

export interface CalibrationOptions {
  known: number;
  horizon: number;
  levels: readonly number[];
  lowest: number;
  least?: number;
}

export interface Calibration {
  /** Usual size of an error at height 1, by step, from 1 at index 0. */
  usual: Float64Array;
  /** By level: how many usual sizes an interval reaches to each side. */
  times: readonly number[];
}

/** Of the mean height of the history. */
const LOWEST = 0.1;
/** The errors of one origin hang together: they count as so many at most. */
const PER_ORIGIN = 2;

/** From the errors known when so many values are, none at a height below the lowest; null with fewer than `least` of them. */
export function calibrate(
  errors: PastErrors,
  { known, horizon, levels, lowest, least = 1 }: CalibrationOptions,
): Calibration | null {
  const { scores, weights, steps, origins } = knownErrors(errors, known, horizon, lowest);
  if (scores.length < least) return null;
  const usual = usualSizes(scores, weights, steps, horizon);
  let whole = 0;
  for (let i = 0; i < scores.length; i++) {
    whole += at(weights, i);
    scores[i] = at(scores, i) / (at(usual, at(steps, i) - 1) || 1);
  }
  const count = Math.min(whole, PER_ORIGIN * origins, scores.length);
  return { usual, times: levels.map((level) => weightedQuantile(scores, weights, level * (1 + 1 / count))) };
}

/** Sizes over heights of the errors known by then, how much each weighs, and how far ahead it was. */
function knownErrors(
  { origins, steps, sizes, heights }: PastErrors,
  known: number,
  horizon: number,
  lowest: number,
): { scores: Float64Array; weights: Float64Array; steps: Float64Array; origins: number } {
  const kept = { scores: new Float64Array(sizes.length), weights: new Float64Array(sizes.length) };
  const far = new Float64Array(sizes.length);
  let count = 0;
  let different = 0;
  let weight = 1;
  let last = -1;
  for (let i = 0; i < sizes.length; i++) {
    const origin = origins[i] ?? 0;
    const step = steps[i] ?? 1;
    if (origin + step > known) continue;
    if (origin !== last) {
      last = origin;
      different++;
      weight = weightOf(origin, known, horizon);
    }
    kept.scores[count] = (sizes[i] ?? 0) / heightAt(heights[i] ?? 0, lowest);
    kept.weights[count] = weight;
    far[count] = step;
    count++;
  }
  return {
    scores: kept.scores.subarray(0, count),
    weights: kept.weights.subarray(0, count),
    steps: far.subarray(0, count),
    origins: different,
  };
}

/**
 * The least value up to which the share of the weights is held: where all weigh the same, and the share is
 * level × (1 + 1 / count), the one of rank ⌈(count + 1) × level⌉; the greatest where more is asked for than there is.
 * By selection in place (Hoare 1961): both arrays are left in another order.
 */
export function weightedQuantile(values: Float64Array, weights: Float64Array, share: number): number {
  let whole = 0;
  for (let i = 0; i < weights.length; i++) whole += at(weights, i);
  // The tiny part: 19 of 20 alike must hold 0.95, not 0.9500000000000003.
  let wanted = (Math.min(1, share) - 1e-9) * whole;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = middleOf(at(values, low), at(values, (low + high) >> 1), at(values, high));
    let below = 0;
    let equal = 0;
    let less = low;
    let more = high;
    for (let i = low; i <= more; ) {
      const value = at(values, i);
      if (value < pivot) {
        below += at(weights, i);
        swap(values, weights, i++, less++);
      } else if (value > pivot) swap(values, weights, i, more--);
      else equal += at(weights, i++);
    }
    if (wanted <= below && less > low) high = less - 1;
    else if (wanted <= below + equal || more === high) return pivot;
    else {
      wanted -= below + equal;
      low = more + 1;
    }
  }
  return at(values, low);
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function swap(values: Float64Array, weights: Float64Array, i: number, j: number): void {
  const value = at(values, i);
  values[i] = at(values, j);
  values[j] = value;
  const weight = at(weights, i);
  weights[i] = at(weights, j);
  weights[j] = weight;
}

/**
 * What errors are measured against: half the height of the value forecast, half the mean height of the whole forecast. Errors
 * grow with what is counted, but a value near 0 is not sure.
 */
export function heightsOf(ahead: Float64Array): Float64Array {
  let total = 0;
  for (let h = 0; h < ahead.length; h++) total += Math.abs(at(ahead, h));
  const mean = total / Math.max(1, ahead.length);
  return ahead.map((value) => (Math.abs(value) + mean) / 2);
}

/** Not below the lowest: what was forecast as nearly nothing must not make an error endless. */
export function heightAt(height: number, lowest: number): number {
  return Math.max(height, lowest) || 1;
}

/** By how many values are known: a share of their mean height, as the lowest that errors are measured against. */
export function lowestHeights(values: Float64Array): Float64Array {
  const lowest = new Float64Array(values.length + 1);
  let total = 0;
  for (let t = 0; t < values.length; t++) {
    total += Math.abs(at(values, t));
    lowest[t + 1] = (LOWEST * total) / (t + 1);
  }
  return lowest;
}

/** Mean errors by step as a power of the step, c × stepᵍ, by weighted least squares of logs; it never shrinks with distance. */
function usualSizes(relative: Float64Array, by: Float64Array, steps: Float64Array, horizon: number): Float64Array {
  const sums = new Float64Array(horizon);
  const weights = new Float64Array(horizon);
  for (let i = 0; i < relative.length; i++) {
    const place = at(steps, i) - 1;
    sums[place] = at(sums, place) + at(by, i) * at(relative, i);
    weights[place] = at(weights, place) + at(by, i);
  }
  let [w, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < horizon; i++) {
    const weight = at(weights, i);
    const size = weight > 0 ? at(sums, i) / weight : 0;
    if (!(size > 0)) continue;
    const lx = Math.log(i + 1);
    const ly = Math.log(size);
    w += weight;
    x += weight * lx;
    y += weight * ly;
    xx += weight * lx * lx;
    xy += weight * lx * ly;
  }
  const usual = new Float64Array(horizon);
  if (w === 0) return usual;
  const spread = xx - (x * x) / w;
  const power = spread > 1e-9 ? Math.min(1, Math.max(0, (xy - (x * y) / w) / spread)) : 0;
  const base = Math.exp((y - power * x) / w);
  for (let i = 0; i < horizon; i++) usual[i] = base * (i + 1) ** power;
  return usual;
}
