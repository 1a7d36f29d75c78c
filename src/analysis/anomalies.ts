/**
 * Anomalies of one series: values that lie outside of what is usual at their time of day and of week.
 * It must never judge a value by anything that came later.
 */

export interface Judged {
  /** Its place in the series. */
  index: number;
  value: number;
  /** The median of the values at the same time of the week. */
  expected: number;
  lower: number;
  upper: number;
  /** How many robust standard deviations it is away: (value − expected) ÷ scale. */
  score: number;
}

export type Severity = "medium" | "high" | "critical";

export interface BaselineOptions {
  /** The last so many values at the same time of the week make what is usual. */
  baseline: number;
  /** Fewer than these, and a value is not judged. */
  baseline_min: number;
  /** So far from the median is an anomaly. */
  threshold: number;
  /** Counts vary by their square root at the least; sums of money do not. */
  counts: boolean;
}

/** Makes a median absolute deviation comparable with a standard deviation, and a mean absolute one. */
const MAD_SCALE = 1.4826;
const MEAN_SCALE = 1.2533;
/** Of the values before: as many as a week has hours. */
const POOLED_MAX = 168;
/** Less than this share of the level is no news, however even the series was. */
const LEAST_SHARE = 0.01;
/** One in so many values of nothing makes a series sparse. */
const SPARSE_SHARE = 5;

/**
 * The robust z-score of each value from `from` on, against the values at the same `slot` (time of the week) before it:
 * median and MAD, as in Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (1993). A few values make a poor MAD, so
 * the spread is never taken smaller than what is usual of the whole series relative to its level.
 */
export function judgeSeries(
  values: readonly number[],
  slots: readonly number[],
  from: number,
  options: BaselineOptions,
): readonly Judged[] {
  const before = new Map<number, number[]>();
  // How far values were from their own expectation, relative to it and not: what is usual of the whole series.
  const relative: number[] = [];
  const absolute: number[] = [];
  const judged: Judged[] = [];
  for (const [index, value] of values.entries()) {
    const slot = slots[index] ?? 0;
    const same = before.get(slot) ?? [];
    if (same.length >= options.baseline_min) {
      const expected = median(same);
      if (index >= from) {
        const scale = scaleOf(same, expected, { relative, absolute }, options);
        const reach = options.threshold * scale;
        judged.push({
          index,
          value,
          expected,
          lower: options.counts ? Math.max(0, expected - reach) : expected - reach,
          upper: expected + reach,
          score: (value - expected) / scale,
        });
      }
      const distance = Math.abs(value - expected);
      relative.push(expected === 0 ? 0 : distance / Math.abs(expected));
      absolute.push(distance);
      for (const known of [relative, absolute]) if (known.length > POOLED_MAX) known.shift();
    }
    before.set(slot, [...same, value].slice(-options.baseline));
  }
  return judged;
}

/** True where the value is that far away. */
export function isAnomaly({ score }: Judged, { threshold }: BaselineOptions): boolean {
  return Math.abs(score) > threshold;
}

/** By how far away it is; of what is an anomaly. */
export function severityOf(score: number): Severity {
  if (Math.abs(score) >= 8) return "critical";
  return Math.abs(score) >= 5 ? "high" : "medium";
}

/** The middle value; the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function scaleOf(
  same: readonly number[],
  expected: number,
  known: { relative: readonly number[]; absolute: readonly number[] },
  { counts }: BaselineOptions,
): number {
  const own = MAD_SCALE * median(same.map((value) => Math.abs(value - expected)));
  const pooled = MAD_SCALE * median(known.relative) * Math.abs(expected);
  const poisson = counts ? Math.sqrt(Math.max(1, expected)) : 0;
  const scale = Math.max(own, pooled, poisson, Math.abs(expected) * LEAST_SHARE);
  if (poisson > 0 || !isSparse(same)) return Math.max(scale, Number.EPSILON);
  // Few deals, many days of none: there the median of what is usual is nothing, and only the mean tells how much a deal is.
  const mean = known.absolute.reduce((sum, value) => sum + value, 0) / Math.max(1, known.absolute.length);
  return Math.max(scale, MEAN_SCALE * mean, Number.EPSILON);
}

/** True where nothing is a usual value. */
function isSparse(values: readonly number[]): boolean {
  return values.filter((value) => value === 0).length * SPARSE_SHARE >= values.length;
}
