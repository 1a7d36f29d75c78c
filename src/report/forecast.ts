/** Forecasts as answers show them: points with times, the sum, how the method did before and a naive one would have, or why there is none. */
import { type Forecast, forecast, type Interval } from "../analysis/forecast/forecast.ts";
import { bucketsOf } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Kpi, Unit } from "../catalogue/types.ts";
import type { Framed } from "./common.ts";
import { endOf, type History, type Series, sinceFirst } from "./history.ts";
import type { Amount } from "./kpis.ts";

export interface ForecastFigure {
  kpi: string;
  unit: Unit;
  /** Of money. */
  currency?: string;
  horizon_days: number;
  /** Complete local days that it was made from: since the first that had anything. */
  history_days: number;
  /** Local days that follow the last complete one; null where there is no forecast. */
  points: readonly PointFigure[] | null;
  total_estimate: Amount;
  /** Of the sum; null where too few sums of the past could be compared. */
  confidence_interval: IntervalFigure | null;
  confidence_interval_95: IntervalFigure | null;
  trend: { direction: "up" | "down" | "flat"; per_day: Amount } | null;
  method: Forecast["method"] | null;
  /** The models that it was made from, by how well they did lately. */
  weights: readonly { model: string; weight: number }[];
  /** How the same method did on the history; null where that is too short to try it. */
  backtest: BacktestFigure | null;
  /** Why there is no forecast, or only a naive one. */
  reason: string | null;
}

/** `lower` and `upper` are meant to hold LEVEL of the outcomes; null where no past error tells how far they lie. */
export interface PointFigure {
  t: string;
  yhat: Amount;
  lower: Amount;
  upper: Amount;
  lower_95: Amount;
  upper_95: Amount;
  /** What is known of that day: a holiday, a note of the team. */
  event?: string;
}

export interface IntervalFigure {
  level: number;
  lower: Amount;
  upper: Amount;
}

export interface BacktestFigure {
  origins: number;
  points: number;
  mae: Amount;
  /** What repeating the same day of the week before would have done. */
  naive_mae: Amount;
  /** mae ÷ naive_mae; below 1 the forecast is better. */
  relative_mae: number | null;
  /** Share of outcomes that the intervals are meant to hold, and that they held. */
  level: number;
  coverage: number | null;
  coverage_95: number | null;
  total_coverage: number | null;
  total_coverage_95: number | null;
}

/** Of days: they may repeat themselves by the week. */
const PERIODS = [7];
export const LEVEL = 0.8;
export const WIDE_LEVEL = 0.95;
const LEVELS = [LEVEL, WIDE_LEVEL];
const DAY = 86_400_000_000;
/** A year: enough to measure, and no more than what is like today. */
export const HISTORY_US = 365 * DAY;
/** Forecasts of the same days are the same: only what moved is computed anew. */
const REMEMBERED_MAX = 200;
const remembered = new Map<string, Forecast | null>();

export interface ForecastWanted {
  kpi: Kpi;
  horizon: number;
  currency: string | null;
  /** What is known of single local days (holidays, notes), by the day's start. */
  events?: ReadonlyMap<number, string>;
}

/** The next `horizon` days of one series. The day that is running is the first of them. */
export function forecastFigure(
  framed: Framed,
  history: History,
  series: Series | null,
  { kpi, horizon, currency, events }: ForecastWanted,
): ForecastFigure {
  const values = sinceFirst(series?.values ?? []);
  const days = daysAfter(framed, history, horizon);
  const before = history.buckets.slice(history.buckets.length - values.length).map(({ start }) => start);
  const labels = events && events.size > 0 ? [...before, ...days].map((day) => events.get(day) ?? null) : null;
  const known = forecastOf(values, horizon, labels);
  const amount = amountsOf(kpi.unit);
  const head = {
    kpi: kpi.key,
    unit: kpi.unit,
    ...(currency === null ? {} : { currency }),
    horizon_days: horizon,
    history_days: values.length,
  };
  if (!known) return { ...head, ...NONE };
  return {
    ...head,
    points: known.points.map(({ yhat, intervals }, index) => {
      const event = events?.get(days[index] ?? Number.NaN);
      const near = intervalOf(intervals, LEVEL, amount);
      const wide = intervalOf(intervals, WIDE_LEVEL, amount);
      return {
        t: formatInstant(days[index] ?? 0),
        yhat: amount(yhat),
        lower: near?.lower ?? null,
        upper: near?.upper ?? null,
        lower_95: wide?.lower ?? null,
        upper_95: wide?.upper ?? null,
        ...(event === undefined ? {} : { event }),
      };
    }),
    total_estimate: amount(known.total),
    confidence_interval: intervalOf(known.total_intervals ?? [], LEVEL, amount),
    confidence_interval_95: intervalOf(known.total_intervals ?? [], WIDE_LEVEL, amount),
    trend: { direction: known.trend.direction, per_day: amount(known.trend.per_step) },
    method: known.method,
    weights: known.weights.map(({ model, weight }) => ({ model, weight: rounded(weight) })),
    backtest: known.quality && backtestOf(known.quality, amount),
    reason: known.reason,
  };
}

const NONE = {
  points: null,
  total_estimate: null,
  confidence_interval: null,
  confidence_interval_95: null,
  trend: null,
  method: null,
  weights: [],
  backtest: null,
  reason: "There is no complete day of history yet.",
} as const;

/** The forecast in numbers; null without history. What was never below nothing is not forecast to be. */
export function forecastOf(
  values: readonly number[],
  horizon: number,
  events: readonly (string | null)[] | null = null,
): Forecast | null {
  const key = `${horizon} ${Bun.hash(Float64Array.from(values))} ${values.length} ${events ? JSON.stringify(events) : ""}`;
  const before = remembered.get(key);
  if (before !== undefined) return before;
  const floor = values.some((value) => value < 0) ? null : 0;
  const made = forecast(values, horizon, { periods: PERIODS, floor, levels: LEVELS, ...(events ? { events } : {}) });
  remembered.set(key, made);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= REMEMBERED_MAX) break;
    remembered.delete(oldest);
  }
  return made;
}

/** How a number of this unit is written: an estimate of money to the cent, as text. */
export function amountsOf(unit: Unit): (value: number) => Amount {
  // Adding 0 makes a 0 of what was rounded to -0.
  return (value) =>
    unit === "money" ? (Math.round(value * 100) / 100 + 0).toFixed(2) : Number(value.toPrecision(12)) + 0;
}

function intervalOf(
  intervals: readonly Interval[],
  level: number,
  amount: (value: number) => Amount,
): IntervalFigure | null {
  const found = intervals.find((interval) => interval.level === level);
  return found ? { level, lower: amount(found.lower), upper: amount(found.upper) } : null;
}

function backtestOf(
  { origins, points, mae, naive_mae, coverage, total_coverage }: NonNullable<Forecast["quality"]>,
  amount: (value: number) => Amount,
): BacktestFigure {
  const at = (held: typeof total_coverage, level: number): number | null =>
    held?.find((one) => one.level === level)?.coverage ?? null;
  return {
    origins,
    points,
    mae: amount(mae),
    naive_mae: amount(naive_mae),
    relative_mae: naive_mae === 0 ? null : rounded(mae / naive_mae),
    level: LEVEL,
    coverage: at(coverage, LEVEL),
    coverage_95: at(coverage, WIDE_LEVEL),
    total_coverage: at(total_coverage, LEVEL),
    total_coverage_95: at(total_coverage, WIDE_LEVEL),
  };
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

/** Starts of the local days after the last complete one. */
function daysAfter(framed: Framed, { buckets, running }: History, horizon: number): readonly number[] {
  const start = running?.start ?? buckets.at(-1)?.end ?? endOf(framed);
  return bucketsOf("day", framed.timezone, start, start + (horizon + 2) * DAY)
    .map((bucket) => bucket.start)
    .slice(0, horizon);
}
