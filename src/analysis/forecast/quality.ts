/**
 * What the forecast would have been worth on the series' own past: errors at the rolling origins, beside those of the
 * seasonal naive forecast, and how often its intervals held. Every interval here is made from what was known at its origin.
 */
import { type Calibration, calibrate, heightAt, heightsOf, lowestHeights, type PastErrors } from "./conformal.ts";
import { at, sum } from "./numbers.ts";
import type { Rolling } from "./rolling.ts";
import { combined, type ErrorSums, weightsAt } from "./weights.ts";

/** With fewer errors an interval of the past is not counted: it could not have been given. */
const ERRORS_MIN = 10;
/** Sums over a whole horizon behind an interval of the sum, and behind its measured coverage. */
export const TOTALS_MIN = 8;

/** Of more errors than so many, intervals are made at every second origin only, or third: each sorts all errors before it. */
const CALIBRATED_MOST = 1_000;

export interface LevelCoverage {
  level: number;
  coverage: number;
}

export interface Quality {
  /** Earlier ends of the history that were tried, and single forecasts compared. */
  origins: number;
  points: number;
  /** Mean absolute error of what was said; and of the seasonal naive forecast, of the period that did best, at the same points. */
  mae: number;
  naive_mae: number;
  /**
   * The mean absolute error over that of the seasonal naive forecast of one step in the whole history (Hyndman and Koehler
   * 2006, "Another look at measures of forecast accuracy"); null where that is 0.
   */
  mase: number | null;
  /** Share of outcomes within the interval that was known then. */
  coverage: readonly LevelCoverage[];
  /** The same of the sum over the horizon; null with too few whole horizons to tell. */
  total_coverage: readonly LevelCoverage[] | null;
}

export interface Tried {
  errors: PastErrors;
  /** Of the sums over whole horizons, as of one step. */
  totals: PastErrors;
  quality: Quality | null;
}

export interface TriedOptions {
  horizon: number;
  floor: number | null;
  periods: readonly number[];
  levels: readonly number[];
}

export function tryOnPast(values: Float64Array, rolling: Rolling, sums: ErrorSums, options: TriedOptions): Tried {
  const { horizon, floor } = options;
  const n = values.length;
  const errors = empty();
  const totals = empty();
  for (let o = 0; o < rolling.origins.length - 1; o++) {
    const origin = rolling.origins[o] ?? 0;
    const ahead = floored(combined(rolling, weightsAt(rolling, sums, o, horizon), o, horizon), floor);
    const heights = heightsOf(ahead);
    const steps = Math.min(horizon, n - origin);
    for (let h = 0; h < steps; h++) add(errors, origin, h + 1, at(values, origin + h) - at(ahead, h), at(heights, h));
    if (steps < horizon) continue;
    add(totals, origin, horizon, sum(values, origin, origin + horizon) - sum(ahead), sum(heights));
  }
  return { errors, totals, quality: qualityOf(values, errors, totals, options) };
}

/** What no value falls below is not forecast either. */
export function floored(ahead: Float64Array, floor: number | null): Float64Array {
  return floor === null ? ahead : ahead.map((value) => Math.max(floor, value));
}

interface Growing extends PastErrors {
  origins: number[];
  steps: number[];
  sizes: number[];
  heights: number[];
}

function empty(): Growing {
  return { origins: [], steps: [], sizes: [], heights: [] };
}

function add(errors: Growing, origin: number, step: number, error: number, height: number): void {
  errors.origins.push(origin);
  errors.steps.push(step);
  errors.sizes.push(Math.abs(error));
  errors.heights.push(height);
}

function qualityOf(
  values: Float64Array,
  errors: PastErrors,
  totals: PastErrors,
  { horizon, periods, levels }: TriedOptions,
): Quality | null {
  const points = errors.sizes.length;
  if (points === 0) return null;
  const mae = errors.sizes.reduce((total, size) => total + size, 0) / points;
  const fitting = periods.filter((period) => period <= (errors.origins[0] ?? 0));
  const naives = (fitting.length === 0 ? [1] : fitting).map((period) => ({
    period,
    mae: naiveError(values, errors, period),
  }));
  const naive = naives.reduce((one, other) => (other.mae < one.mae ? other : one));
  const lowest = lowestHeights(values);
  const scale = scaleOf(values, naive.period);
  return {
    origins: new Set(errors.origins).size,
    points,
    mae,
    naive_mae: naive.mae,
    mase: scale > 0 ? mae / scale : null,
    coverage: coverageOf(errors, { horizon, levels, least: ERRORS_MIN }, lowest) ?? [],
    total_coverage: coverageOf(
      totals,
      { horizon, levels, least: TOTALS_MIN },
      lowest.map((height) => height * horizon),
    ),
  };
}

function naiveError(values: Float64Array, { origins, steps }: PastErrors, period: number): number {
  let total = 0;
  for (const [index, origin] of origins.entries()) {
    const place = origin + (steps[index] ?? 1) - 1;
    const back = period * Math.ceil((steps[index] ?? 1) / period);
    total += Math.abs(at(values, place) - at(values, place - back));
  }
  return total / origins.length;
}

function scaleOf(values: Float64Array, period: number): number {
  let total = 0;
  for (let t = period; t < values.length; t++) total += Math.abs(at(values, t) - at(values, t - period));
  return total / Math.max(1, values.length - period);
}

/** Each error against the interval of its own origin; null where none could have been given. */
function coverageOf(
  errors: PastErrors,
  options: { horizon: number; levels: readonly number[]; least: number },
  lowest: Float64Array,
): readonly LevelCoverage[] | null {
  let origin = -1;
  let ordinal = 0;
  const every = Math.ceil(errors.sizes.length / CALIBRATED_MOST);
  let calibration: Calibration | null = null;
  const inside = options.levels.map(() => 0);
  let counted = 0;
  for (const [index, size] of errors.sizes.entries()) {
    if (errors.origins[index] !== origin) {
      origin = errors.origins[index] ?? 0;
      calibration =
        ordinal++ % every > 0 ? null : calibrate(errors, { ...options, known: origin, lowest: at(lowest, origin) });
    }
    if (calibration === null) continue;
    counted++;
    const usual =
      at(calibration.usual, (errors.steps[index] ?? 1) - 1) * heightAt(errors.heights[index] ?? 0, at(lowest, origin));
    for (const [place, times] of calibration.times.entries()) {
      if (size <= times * usual) inside[place] = (inside[place] ?? 0) + 1;
    }
  }
  return counted === 0
    ? null
    : options.levels.map((level, place) => ({ level, coverage: (inside[place] ?? 0) / counted }));
}
