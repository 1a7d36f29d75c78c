/**
 * Exponential smoothing in innovation form (Hyndman, Koehler, Ord and Snyder 2008, "Forecasting with Exponential
 * Smoothing") with a damped trend (Gardner and McKenzie 1985), up to two seasons and first-order autocorrelation of the
 * errors (Taylor 2003, "Short-term electricity demand forecasting using double seasonal exponential smoothing").
 */
import { at, clamp } from "./numbers.ts";
import { minimum } from "./simplex.ts";

export interface Smoothing {
  /** How much of a surprise goes into the level, the slope, each season. */
  alpha: number;
  beta: number;
  gammas: readonly number[];
  /** What is left of the slope after a step. */
  phi: number;
  /** How much of an error comes again in the next. */
  rho: number;
}

export interface SmoothingStart {
  level: number;
  slope: number;
  /** At most two, by period: the effect of each place. */
  seasons: readonly Float64Array[];
}

export interface Smoothed {
  /** Mean squared surprise of one step. */
  mse: number;
  /** What follows each of the ends that were asked for. */
  ahead: Float64Array[];
}

/** Runs over the values once, and looks ahead where so many of them are known: the ends are ascending. */
export function smooth(
  values: Float64Array,
  start: SmoothingStart,
  how: Smoothing,
  ends: readonly number[],
  horizon: number,
): Smoothed {
  const n = values.length;
  const { alpha, beta, phi, rho } = how;
  const [gamma = 0, gammaTwo = 0] = how.gammas;
  const one = start.seasons[0]?.slice() ?? new Float64Array(1);
  const two = start.seasons[1]?.slice() ?? new Float64Array(1);
  let { level, slope } = start;
  let error = 0;
  let squares = 0;
  let i = 0;
  let j = 0;
  const ahead: Float64Array[] = [];
  let next = ends[0] ?? -1;
  for (let t = 0; t <= n; t++) {
    if (t === next) {
      ahead.push(onwards({ level, slope, error, phi, rho, one, two, i, j }, horizon));
      next = ends[ahead.length] ?? -1;
    }
    if (t === n) break;
    level += phi * slope;
    const season = at(one, i);
    const seasonTwo = at(two, j);
    const before = error;
    error = at(values, t) - level - season - seasonTwo;
    const surprise = error - rho * before;
    squares += surprise * surprise;
    level += alpha * surprise;
    slope = phi * slope + beta * surprise;
    one[i] = season + gamma * surprise;
    two[j] = seasonTwo + gammaTwo * surprise;
    if (++i === one.length) i = 0;
    if (++j === two.length) j = 0;
  }
  return { mse: squares / Math.max(1, n), ahead };
}

interface State {
  level: number;
  slope: number;
  error: number;
  phi: number;
  rho: number;
  one: Float64Array;
  two: Float64Array;
  /** The places of the next value in its seasons. */
  i: number;
  j: number;
}

function onwards({ level, slope, error, phi, rho, one, two, i, j }: State, horizon: number): Float64Array {
  const ahead = new Float64Array(horizon);
  let [base, step, rest] = [level, slope, error];
  for (let h = 0; h < horizon; h++) {
    step *= phi;
    base += step;
    rest *= rho;
    ahead[h] = base + at(one, (i + h) % one.length) + at(two, (j + h) % two.length) + rest;
  }
  return ahead;
}

/** The parameters with the least squared surprise; `correlated` lets errors come again. */
export function fitSmoothing(
  values: Float64Array,
  start: SmoothingStart,
  correlated: boolean,
  tries: number,
): Smoothing {
  const smoothing = (point: readonly number[]): Smoothing => {
    const [alpha = 0, share = 0, phi = 1, rho = 0, ...gammas] = point;
    return { alpha, beta: share * alpha, phi, rho, gammas };
  };
  const gammas = start.seasons.map(() => 0.1);
  const found = minimum((point) => smooth(values, start, smoothing(point), [], 0).mse, {
    start: [0.3, 0.1, 0.95, 0, ...gammas],
    low: [0.001, 0, 0.8, correlated ? -0.5 : 0, ...gammas.map(() => 0)],
    high: [0.999, 0.5, 0.98, correlated ? 0.95 : 0, ...gammas.map(() => 0.6)],
    tries,
  });
  return smoothing(found);
}

/** A line through the first values: where the level and the slope begin. */
export function startOf(values: Float64Array, within: number): { level: number; slope: number } {
  const n = clamp(within, 1, values.length);
  let total = 0;
  let moment = 0;
  for (let t = 0; t < n; t++) {
    total += at(values, t);
    moment += (t + 1) * at(values, t);
  }
  const slope = slopeOf(n, total, moment);
  return { level: total / n - (slope * (n + 1)) / 2, slope };
}

/** Of the least squares line through n values at 1, 2, …, from their sum and the sum of each times its place. */
export function slopeOf(n: number, total: number, moment: number): number {
  return n < 2 ? 0 : (moment - ((n + 1) / 2) * total) / ((n * (n * n - 1)) / 12);
}
