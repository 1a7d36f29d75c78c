/**
 * Forecasts of a series: what comes next, how sure that is, and how well the same method did on the series' own past.
 * It must never read a clock, a store or the future, nor give an interval that was not measured.
 */
import {
  type CalibrationOptions,
  calibrate,
  heightAt,
  heightsOf,
  lowestHeights,
  type PastErrors,
} from "./conformal.ts";
import { MEMBERS, seasonalNaive } from "./members.ts";
import { at, sum } from "./numbers.ts";
import { floored, type Quality, TOTALS_MIN, tryOnPast } from "./quality.ts";
import { type Rolling, roll } from "./rolling.ts";
import { type Trend, trendOf } from "./trend.ts";
import { combined, errorSums, weightsAt } from "./weights.ts";

export type { Quality } from "./quality.ts";

export interface ForecastOptions {
  /** Buckets after which the series may repeat itself, shortest first: [24, 168] for hours, [7] for days, [] for none. */
  periods: readonly number[];
  /** What no value falls below (counts: 0); null for no such bound. */
  floor: number | null;
  /** Shares of outcomes that intervals are meant to hold, ascending: [0.8, 0.95]. */
  levels: readonly number[];
  /** Known effects of single buckets (holidays, annotations) by label, of the history and then of the horizon. */
  events?: readonly (string | null)[];
}

export interface Interval {
  level: number;
  lower: number;
  upper: number;
}

export interface ForecastPoint {
  yhat: number;
  /** Empty where the series has no past errors to measure them by. */
  intervals: readonly Interval[];
}

export interface Forecast {
  method: "ensemble" | "seasonal_naive" | "naive";
  points: readonly ForecastPoint[];
  total: number;
  /** Null where fewer sums over a whole horizon could be compared than an interval needs. */
  total_intervals: readonly Interval[] | null;
  trend: Trend;
  weights: readonly { model: string; weight: number }[];
  /** Null when too short to be tried on its own past. */
  quality: Quality | null;
  /** Why not the ensemble, in a sentence. */
  reason: string | null;
}

/** Older values are not looked at: they cost time and tell little. */
const HISTORY_MAX = 3_000;
/** The ensemble needs so many values, and so many of the shortest season. */
const ENSEMBLE_MIN = 12;
const ENSEMBLE_SEASONS = 2.5;
/** So many values are forecast by rolling origins, where there are enough: SPAN_LEAST, more with the horizon, half of all. */
const SPAN_LEAST = 30;
const SPAN_MORE = 60;
const SPAN_HORIZONS = 6;
const ORIGINS = 60;
const FITS = 3;

/**
 * What comes in the next `horizon` buckets: eleven models, weighted by how each did on the last part of the history itself,
 * with intervals from the errors of the whole. Finite for any finite history, the same for the same; null when there is no
 * history at all. Nothing in it is fitted to any set of series: the constants hold for all.
 */
export function forecast(history: readonly number[], horizon: number, options: ForecastOptions): Forecast | null {
  const recent = history.slice(-HISTORY_MAX);
  const n = recent.length;
  if (n === 0 || horizon < 1) return null;
  const unit = unitOf(recent);
  const values = Float64Array.from(recent, (value) => value / unit);
  const periods = options.periods.filter((period) => period > 1);
  const shortest = periods[0] ?? 1;
  const method = n >= neededBy(shortest) ? "ensemble" : shortest > 1 && n > shortest ? "seasonal_naive" : "naive";
  const season = method === "seasonal_naive" ? shortest : 1;
  const rolling = roll(values, method === "ensemble" ? MEMBERS : [seasonalNaive(season)], {
    horizon,
    periods,
    least: method === "ensemble" ? firstFit(n, periods) : season,
    span: Math.max(horizon + SPAN_LEAST, Math.min(n >> 1, SPAN_HORIZONS * horizon + SPAN_MORE)),
    count: ORIGINS,
    fits: FITS,
    events: options.events?.slice(history.length - n) ?? null,
  });
  const floor = options.floor === null ? null : options.floor / unit;
  const said = answer(values, rolling, horizon, periods, { ...options, floor });
  return { method, ...inUnit(said, unit), reason: reasonOf(method, n, shortest) };
}

/** A power of two near the highest value, so that no square of a value is lost, however huge or tiny; exact to take out. */
function unitOf(values: readonly number[]): number {
  const highest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return highest > 0 ? 2 ** Math.max(-1074, Math.floor(Math.log2(highest))) : 1;
}

function neededBy(shortest: number): number {
  return Math.max(ENSEMBLE_MIN, Math.ceil(ENSEMBLE_SEASONS * shortest));
}

/** Values behind the first origin: two of the longest season, where that is less than half of all. */
function firstFit(n: number, periods: readonly number[]): number {
  return Math.min(n - 1, Math.max(ENSEMBLE_MIN, Math.min(2 * (periods.at(-1) ?? 1) + 1, n >> 1)));
}

function answer(
  values: Float64Array,
  rolling: Rolling,
  horizon: number,
  periods: readonly number[],
  { floor, levels }: ForecastOptions,
): Omit<Forecast, "method" | "reason"> {
  const last = rolling.origins.length - 1;
  const sums = errorSums(rolling, values, horizon);
  const weights = weightsAt(rolling, sums, last, horizon);
  const ahead = floored(combined(rolling, weights, last, horizon), floor);
  const tried = tryOnPast(values, rolling, sums, { horizon, floor, periods, levels });
  const lowest = at(lowestHeights(values), values.length);
  const heights = heightsOf(ahead).map((height) => heightAt(height, lowest));
  const known = { known: values.length, horizon, levels };
  const widths = widthsOf(tried.errors, { ...known, lowest });
  const points = Array.from(ahead, (yhat, h) => ({
    yhat,
    intervals: widths.map(({ level, width }) => around(yhat, level, at(width, h) * at(heights, h), floor)),
  }));
  const total = sum(ahead);
  const floorOfAll = floor === null ? null : floor * horizon;
  const totalWidths =
    tried.totals.sizes.length < TOTALS_MIN ? null : widthsOf(tried.totals, { ...known, lowest: lowest * horizon });
  return {
    points,
    total,
    total_intervals:
      totalWidths?.map(({ level, width }) => around(total, level, at(width, horizon - 1) * sum(heights), floorOfAll)) ??
      null,
    trend: trendOf(values, ahead, periods),
    weights: rolling.members
      .map((model, index) => ({ model, weight: at(weights, index) }))
      .filter(({ weight }) => weight > 0),
    quality: tried.quality,
  };
}

/** Half widths at height 1, by level and step; none without errors. */
function widthsOf(errors: PastErrors, options: CalibrationOptions): readonly { level: number; width: Float64Array }[] {
  const calibration = calibrate(errors, options);
  if (calibration === null) return [];
  const { usual, times } = calibration;
  return options.levels.map((level, index) => ({ level, width: usual.map((size) => size * (times[index] ?? 0)) }));
}

function around(value: number, level: number, width: number, floor: number | null): Interval {
  const lower = value - width;
  return { level, lower: floor === null ? lower : Math.max(floor, lower), upper: value + width };
}

function inUnit(said: Omit<Forecast, "method" | "reason">, unit: number): Omit<Forecast, "method" | "reason"> {
  const interval = ({ level, lower, upper }: Interval): Interval => ({
    level,
    lower: lower * unit,
    upper: upper * unit,
  });
  const { points, total, total_intervals, trend, quality, weights } = said;
  return {
    points: points.map(({ yhat, intervals }) => ({ yhat: yhat * unit, intervals: intervals.map(interval) })),
    total: total * unit,
    total_intervals: total_intervals?.map(interval) ?? null,
    trend: { ...trend, per_step: trend.per_step * unit },
    weights,
    quality: quality && { ...quality, mae: quality.mae * unit, naive_mae: quality.naive_mae * unit },
  };
}

function reasonOf(method: Forecast["method"], n: number, shortest: number): string | null {
  if (method === "ensemble") return null;
  const repeats = method === "naive" ? "the last value" : "the last season";
  return `The history has ${n} ${n === 1 ? "value" : "values"}; the ensemble needs ${neededBy(shortest)}. Until then the forecast repeats ${repeats}.`;
}
