/** Simple detectors that people use today, to stand beside ours: each answers whether each day is an anomaly, causally. */

const WEEK = 7;
const MAD_SCALE = 1.4826;
const Z_THRESHOLD = 3.5;
const Z_WEEKS = 12;
const Z_WEEKS_MIN = 4;
const ESD_DAYS = 84;
const ESD_SHARE = 0.1;
const ESD_ALPHA = 0.05;

/** Robust z-score against the last 12 same weekdays, beyond 3.5: Iglewicz and Hoaglin (1993), what Bellwether did before. */
export function robustZ(values: readonly number[]): boolean[] {
  const pooled: number[] = [];
  return values.map((value, day) => {
    const same: number[] = [];
    for (let back = day - WEEK; back >= 0 && same.length < Z_WEEKS; back -= WEEK) same.push(values[back] ?? 0);
    if (same.length < Z_WEEKS_MIN) return false;
    const expected = median(same);
    const own = MAD_SCALE * median(same.map((known) => Math.abs(known - expected)));
    const usual = pooled.length === 0 ? 0 : MAD_SCALE * median(pooled.slice(-168)) * Math.abs(expected);
    pooled.push(expected === 0 ? 0 : Math.abs(value - expected) / Math.abs(expected));
    return Math.abs(value - expected) > Z_THRESHOLD * Math.max(own, usual, Math.abs(expected) * 0.01, Number.EPSILON);
  });
}

/**
 * Seasonal hybrid ESD over the last 84 days (Hochenbaum, Vallis and Kejariwal, 2017): the weekday's median and the window's
 * median taken off, then Rosner's generalised ESD test with median and MAD; an anomaly where the last day is among them.
 */
export function seasonalHybridEsd(values: readonly number[]): boolean[] {
  return values.map((_, day) => {
    if (day < ESD_DAYS - 1) return false;
    const window = values.slice(day - ESD_DAYS + 1, day + 1);
    const level = median(window);
    const weekdays = Array.from({ length: WEEK }, (_slot, slot) => median(window.filter((_v, i) => i % WEEK === slot)));
    const residuals = window.map((value, i) => value - level - ((weekdays[i % WEEK] ?? level) - level));
    return outliers(residuals).includes(ESD_DAYS - 1);
  });
}

/** Places of the outliers by the generalised ESD test. */
function outliers(residuals: readonly number[]): readonly number[] {
  const left = residuals.map((value, place) => ({ value, place }));
  const removed: number[] = [];
  let significant = 0;
  for (let k = 1; k <= Math.floor(ESD_SHARE * residuals.length); k++) {
    const middle = median(left.map(({ value }) => value));
    const spread = MAD_SCALE * median(left.map(({ value }) => Math.abs(value - middle)));
    if (spread === 0) break;
    const worst = left.reduce((one, other) =>
      Math.abs(other.value - middle) > Math.abs(one.value - middle) ? other : one,
    );
    const n = left.length;
    const t = studentQuantile(1 - ESD_ALPHA / (2 * n), n - 2);
    if (Math.abs(worst.value - middle) / spread > ((n - 1) * t) / Math.sqrt((n - 2 + t * t) * n)) significant = k;
    removed.push(worst.place);
    left.splice(left.indexOf(worst), 1);
  }
  return removed.slice(0, significant);
}

/** Cornish and Fisher's expansion around the normal quantile, good to three digits from 20 degrees of freedom on. */
function studentQuantile(p: number, freedom: number): number {
  const z = normalQuantile(p);
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

/** Abramowitz and Stegun 26.2.23, for p above one half. */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  const above = 2.515517 + 0.802853 * t + 0.010328 * t * t;
  return t - above / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
