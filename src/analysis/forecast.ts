/**
 * Forecasts of a daily series: what comes next, how sure that is, and how well the same method did before.
 * It must never read a clock or a store, nor give an interval that was not measured on the series' own past.
 */

export interface ForecastOptions {
  /** Steps after which the series repeats itself: 7 for days. */
  season: number;
  /** Share of outcomes that an interval is meant to hold: 0.8. */
  level: number;
  /** What no value falls below (counts: 0); null for no such bound. */
  floor: number | null;
}

export interface Estimate {
  yhat: number;
  lower: number;
  upper: number;
}

/** What the method would have said at earlier ends of the history, against what then happened. */
export interface Backtest {
  /** Ends of the history that were tried, and single forecasts compared. */
  origins: number;
  points: number;
  /** Mean absolute error; of this method, and of repeating the last value. */
  mae: number;
  naive_mae: number;
  /** Share of the outcomes that lay within the interval of that time. */
  coverage: number;
  /** The same of the sums over the whole horizon; null where the history is too short to tell. */
  total_coverage: number | null;
}

export interface Forecast {
  points: readonly Estimate[];
  total: number;
  /** Null where fewer sums than CALIBRATION_MIN could be compared. */
  total_interval: { lower: number; upper: number } | null;
  backtest: Backtest;
}

/** So many past errors are behind every interval. */
const CALIBRATION_MIN = 14;
/** So many earlier ends of the history are behind the measured coverage, at least. */
const TESTED_MIN = 14;

/** Values that a forecast of so many steps needs. */
export function historyNeeded(horizon: number, season: number): number {
  return season * Math.ceil(horizon / season) + CALIBRATION_MIN + TESTED_MIN;
}

/**
 * The seasonal naive forecast (Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 3rd ed., 5.2): each step
 * repeats the value of the last season at the same place. Intervals are split conformal on signed errors (Lei et al. 2018,
 * "Distribution-Free Predictive Inference for Regression"): ranks of the method's own past errors at the same distance.
 * Null with fewer values than `historyNeeded`.
 */
export function seasonalNaive(history: readonly number[], horizon: number, options: ForecastOptions): Forecast | null {
  if (horizon < 1 || history.length < historyNeeded(horizon, options.season)) return null;
  const errors = errorsOf(history, horizon, options.season);
  const totals = totalErrors(history, horizon, options.season);
  const end = history.length;
  const points = intervalsAt(history, errors, end, horizon, options);
  const total = sum(forecastAt(history, end, horizon, options.season));
  const total_interval = intervalOf(
    total,
    totals.slice(0, Math.max(0, end - horizon + 1)),
    horizonFloor(options, horizon),
    options,
  );
  return { points, total, total_interval, backtest: backtestOf(history, horizon, options, errors, totals) };
}

/** How many seasons back the value for a step ahead (1 is the next) is taken from. */
function seasonsBack(step: number, season: number): number {
  return Math.ceil(step / season);
}

function forecastAt(history: readonly number[], end: number, horizon: number, season: number): number[] {
  return Array.from({ length: horizon }, (_, index) => {
    return history[end + index - season * seasonsBack(index + 1, season)] ?? 0;
  });
}

/** By seasons back, by place in the history: the value less the one so many seasons before; NaN where there is none. */
function errorsOf(history: readonly number[], horizon: number, season: number): readonly (readonly number[])[] {
  return Array.from({ length: seasonsBack(horizon, season) }, (_, index) => {
    const lag = season * (index + 1);
    return history.map((value, at) => (at < lag ? Number.NaN : value - (history[at - lag] ?? 0)));
  });
}

/** By the end of the history it was made at: the sum over the horizon less its forecast; NaN where either is unknown. */
function totalErrors(history: readonly number[], horizon: number, season: number): readonly number[] {
  const first = season * seasonsBack(horizon, season);
  return Array.from({ length: Math.max(0, history.length - horizon + 1) }, (_, end) => {
    if (end < first) return Number.NaN;
    return sum(history.slice(end, end + horizon)) - sum(forecastAt(history, end, horizon, season));
  });
}

/** The forecast as it would have been made knowing the first `end` values, with intervals from the errors known by then. */
function intervalsAt(
  history: readonly number[],
  errors: readonly (readonly number[])[],
  end: number,
  horizon: number,
  options: ForecastOptions,
): Estimate[] {
  const bounds = errors.map((own) => boundsOf(own.slice(0, end), options.level));
  return forecastAt(history, end, horizon, options.season).map((yhat, index) => {
    const bound = bounds[seasonsBack(index + 1, options.season) - 1];
    if (!bound) throw new Error("a forecast was asked of too short a history");
    return { yhat, ...bounded(yhat, bound, options.floor) };
  });
}

function intervalOf(
  estimate: number,
  errors: readonly number[],
  floor: number | null,
  { level }: ForecastOptions,
): { lower: number; upper: number } | null {
  const bound = boundsOf(errors, level);
  return bound && bounded(estimate, bound, floor);
}

function bounded(
  estimate: number,
  { low, high }: { low: number; high: number },
  floor: number | null,
): { lower: number; upper: number } {
  const within = (value: number): number => (floor === null ? value : Math.max(floor, value));
  return { lower: within(estimate + low), upper: within(estimate + high) };
}

/** The conformal ranks among the errors; null with too few of them. */
function boundsOf(errors: readonly number[], level: number): { low: number; high: number } | null {
  const sorted = errors.filter((error) => !Number.isNaN(error)).sort((one, other) => one - other);
  const count = sorted.length;
  if (count < CALIBRATION_MIN) return null;
  const tail = (1 - level) / 2;
  const low = sorted[Math.max(1, Math.floor((count + 1) * tail)) - 1];
  const high = sorted[Math.min(count, Math.ceil((count + 1) * (1 - tail))) - 1];
  return low === undefined || high === undefined ? null : { low, high };
}

/** Every end of the history from which on the intervals had errors enough, the steps that are known by now compared. */
function backtestOf(
  history: readonly number[],
  horizon: number,
  options: ForecastOptions,
  errors: readonly (readonly number[])[],
  totals: readonly number[],
): Backtest {
  const first = options.season * seasonsBack(horizon, options.season) + CALIBRATION_MIN;
  const tally = { points: 0, error: 0, naive: 0, inside: 0, totals: 0, totals_inside: 0 };
  for (let end = first; end < history.length; end++) {
    const last = history[end - 1] ?? 0;
    const steps = intervalsAt(history, errors, end, Math.min(horizon, history.length - end), options);
    for (const [index, { yhat, lower, upper }] of steps.entries()) {
      const value = history[end + index] ?? 0;
      tally.points++;
      tally.error += Math.abs(value - yhat);
      tally.naive += Math.abs(value - last);
      if (value >= lower && value <= upper) tally.inside++;
    }
    const error = totals[end];
    const bound = error === undefined ? null : boundsOf(totals.slice(0, Math.max(0, end - horizon + 1)), options.level);
    if (error === undefined || bound === null) continue;
    tally.totals++;
    if (error >= bound.low && error <= bound.high) tally.totals_inside++;
  }
  return {
    origins: history.length - first,
    points: tally.points,
    mae: tally.error / tally.points,
    naive_mae: tally.naive / tally.points,
    coverage: tally.inside / tally.points,
    total_coverage: tally.totals < TESTED_MIN ? null : tally.totals_inside / tally.totals,
  };
}

function horizonFloor({ floor }: ForecastOptions, horizon: number): number | null {
  return floor === null ? null : floor * horizon;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
