/** What the models share of a past: its scale, its seasons, its logs. Each is made once, when first asked for. */
import { adjusted, decompose, isSeasonal, type Seasons } from "./decomposition.ts";
import { at, mean } from "./numbers.ts";

export interface Past {
  values: Float64Array;
  /** Those that fit twice, shortest first. */
  periods: readonly number[];
  /** Seasons that passed the test of the M competitions, every cycle alike. */
  steady: () => Seasons | null;
  /** Every period, later cycles weighing more. */
  fading: () => Seasons | null;
  /** The same past on the scale of logs; itself where a value is negative. */
  logs: () => Past;
  /** What is added to a value before its log; null where there are no logs. */
  shift: number | null;
  /** Whether values are factors of each other: then seasons multiply. */
  positive: boolean;
}

/** What a cycle weighs less for each cycle that followed it. */
const FADING = 0.8;
/** A value this share of the mean, or below, is too near 0 for its log; then the mean is added to all. */
const NEAR_ZERO = 0.01;
/** A long autoregression reaches back over so many of the longest season, and over at most this share of the past. */
const LONG_SEASONS = 2.5;
const LONG_SHARE = 0.6;
const LONG_WITHOUT_SEASON = 20;

export function pastOf(values: Float64Array, periods: readonly number[]): Past {
  return onScale(values, periods, shiftOf(values));
}

function onScale(values: Float64Array, periods: readonly number[], shift: number | null): Past {
  const positive = shift === 0;
  const fitting = periods.filter((period) => period > 1 && values.length >= 2 * period + 1);
  const past: Past = {
    values,
    periods: fitting,
    steady: once(() => {
      const seasonal = fitting.filter((period) => isSeasonal(values, period));
      return seasonal.length === 0 ? null : decompose(values, seasonal, { multiplicative: positive, fading: 1 });
    }),
    fading: once(() => {
      return fitting.length === 0 ? null : decompose(values, fitting, { multiplicative: false, fading: FADING });
    }),
    logs: once(() => (shift === null ? past : onScale(logsOf(values, shift), periods, null))),
    shift,
    positive,
  };
  return past;
}

/** None where all is well above 0, the mean where all is 0 or above. */
function shiftOf(values: Float64Array): number | null {
  let low = Number.POSITIVE_INFINITY;
  for (let t = 0; t < values.length; t++) low = Math.min(low, at(values, t));
  const middle = mean(values);
  if (low > 0 && low > NEAR_ZERO * middle) return 0;
  return low >= 0 && middle > 0 ? middle : null;
}

/** How many lags a long autoregression has. */
export function longOrder({ values, periods }: Past): number {
  const wanted = Math.ceil(LONG_SEASONS * (periods.at(-1) ?? LONG_WITHOUT_SEASON / LONG_SEASONS));
  return Math.min(wanted, Math.floor(values.length * LONG_SHARE));
}

export function changesOf(values: Float64Array): Float64Array {
  const changes = new Float64Array(Math.max(0, values.length - 1));
  for (let t = 0; t < changes.length; t++) changes[t] = at(values, t + 1) - at(values, t);
  return changes;
}

export function logsOf(values: Float64Array, shift: number): Float64Array {
  const logs = new Float64Array(values.length);
  for (let t = 0; t < logs.length; t++) logs[t] = Math.log(at(values, t) + shift);
  return logs;
}

export function withoutSeasons(values: Float64Array, seasons: Seasons | null): Float64Array {
  return seasons === null ? values : adjusted(values, seasons);
}

function once<T>(make: () => T): () => T {
  let made: { it: T } | null = null;
  return () => {
    made ??= { it: make() };
    return made.it;
  };
}
