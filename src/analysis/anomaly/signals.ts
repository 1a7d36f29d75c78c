/**
 * The simple signals of a series, each one number a bucket whose size grows with how odd the bucket is in one respect.
 * They must never use a value that came later, and answer 0 while they know too little.
 */
import { createWindow } from "./window.ts";

/** Of the deviation of the whole series. */
const STILL_SHARE = 0.05;
/** Of its level. */
const STILL_LEVEL_SHARE = 0.01;

export interface Signal {
  /** Its value with this bucket as the latest; remembers the bucket only if `keep`. */
  step(value: number, expected: number, keep: boolean): number;
}

/** How far from the long-run mean: values that the series never had. */
export function levelSignal(span: number): Signal {
  let mean = 0;
  let count = 0;
  return {
    step(value, _expected, keep) {
      const distance = count === 0 ? 0 : value - mean;
      if (keep) {
        count = Math.min(count + 1, span);
        mean += (value - mean) / count;
      }
      return distance;
    },
  };
}

/** How far from what is expected at this time. */
export function seasonSignal(): Signal {
  return { step: (value, expected) => value - expected };
}

/**
 * How far from the value so many buckets before. With `away` only as far as it leads away from what is expected: that the
 * series came back from an anomaly of last week is none.
 */
export function changeSignal(lag: number, away: boolean): Signal {
  const window = createWindow(lag);
  return {
    step(value, expected, keep) {
      const change = window.full() ? value - window.oldest() : 0;
      if (keep) window.push(value);
      if (!away) return change;
      const residual = value - expected;
      if (change * residual <= 0) return 0;
      return Math.abs(change) < Math.abs(residual) ? change : residual;
    },
  };
}

/** How far the mean of the last values is from the mean of what was expected: small, but for long. */
export function driftSignal(length: number): Signal {
  const window = createWindow(length);
  return {
    step(value, expected, keep) {
      const residual = value - expected;
      const sum = window.sum() - (window.full() ? window.oldest() : 0) + residual;
      const known = window.size() + 1 >= length;
      if (keep) window.push(residual);
      return known ? sum / length : 0;
    },
  };
}

/**
 * How far the logarithm of the local standard deviation is from its mean. With `more` only when the series trembles, not when
 * it freezes: one with a floor stands still there, and the level has said so.
 */
export function spreadSignal(length: number, span: number, more: boolean): Signal {
  const window = createWindow(length);
  let wholeMean = 0;
  let wholeSquares = 0;
  let wholeCount = 0;
  let mean = 0;
  let count = 0;
  return {
    step(value, _expected, keep) {
      const total = wholeCount + 1;
      const level = wholeMean + (value - wholeMean) / total;
      const squares = wholeSquares + (value - wholeMean) * (value - level);
      // As good as standing still; nothing at all before the series moved for the first time.
      const still = STILL_SHARE * Math.sqrt(squares / total) + STILL_LEVEL_SHARE * Math.abs(level);
      let distance = 0;
      if (window.size() + 1 >= length && still > 0) {
        const logarithm = Math.log(window.deviationWith(value) + still);
        if (count > 0) distance = logarithm - mean;
        if (keep) {
          count = Math.min(count + 1, span);
          mean += (logarithm - mean) / count;
        }
      }
      if (keep) {
        window.push(value);
        wholeMean = level;
        wholeSquares = squares;
        wholeCount = total;
      }
      return more ? Math.max(0, distance) : distance;
    },
  };
}
