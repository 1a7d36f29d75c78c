/** Where a forecast leads, beside the last season: seasons and single buckets aside. */
import { adjusted, decompose } from "./decomposition.ts";
import { at, mean } from "./numbers.ts";

export interface Trend {
  /** "flat" where the change is not more than chance: within 1.645 standard errors of the recent mean. */
  direction: "up" | "down" | "flat";
  /** Change of a bucket to the next. */
  per_step: number;
}

const SURE = 1.645;

/** From the middle of the last whole seasons to the middle of what is ahead. */
export function trendOf(values: Float64Array, ahead: Float64Array, periods: readonly number[]): Trend {
  const n = values.length;
  const fitting = periods.filter((period) => n >= 2 * period + 1);
  const joined = new Float64Array(n + ahead.length);
  joined.set(values);
  joined.set(ahead, n);
  const own =
    fitting.length === 0
      ? joined
      : adjusted(joined, decompose(values, fitting, { multiplicative: false, fading: 0.8 }));
  const season = fitting[0] ?? 1;
  const width = Math.min(n, season * Math.max(1, Math.ceil(Math.max(ahead.length, 4) / season)));
  const before = mean(own, n - width, n);
  const change = mean(own, n) - before;
  let squares = 0;
  for (let t = n - width; t < n; t++) squares += (at(own, t) - before) ** 2;
  const error = width > 1 ? Math.sqrt(squares / (width - 1) / width) : 0;
  const per_step = change / ((width + ahead.length) / 2);
  const tiny = 1e-9 * Math.max(Math.abs(before), 1e-300);
  if (Math.abs(change) <= Math.max(SURE * error, tiny)) return { direction: "flat", per_step };
  return { direction: change > 0 ? "up" : "down", per_step };
}
