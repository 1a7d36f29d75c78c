/** How unlike any stretch of the past the latest stretch is. */
import type { Signal } from "./signals.ts";

const NEIGHBOURS = 3;

/**
 * Distance to the nearest stretches of the past, as in the k-nearest-neighbour detectors of Ramaswamy, Rastogi and Shim
 * (SIGMOD 2000) and the matrix profile (Yeh and others, ICDM 2016). Stretches fade instead of ending: the squared distance
 * to the stretch that ended `lag` buckets ago is d(now)² + fade × its last one, so that a bucket costs one multiplication a lag
 * and no rounding adds up.
 */
export function shapeSignal(length: number, lags: number): Signal {
  const fade = 1 - 1 / length;
  /** The last values in a ring. */
  const past = new Float64Array(lags);
  /** By lag, the distance of the bucket before. */
  const distances = new Float64Array(lags + 1);
  let at = 0;
  let count = 0;
  let a = Infinity;
  let b = Infinity;
  let c = Infinity;

  /** Lags from one to another, whose values stand in one piece that ends before `end`. */
  const run = (value: number, from: number, to: number, end: number, keep: boolean, near: boolean): void => {
    for (let lag = from; lag <= to; lag++) {
      const difference = value - (past[end - lag] ?? 0);
      const distance = (distances[lag] ?? 0) * fade + difference * difference;
      if (keep) distances[lag] = distance;
      if (distance >= c || !near) continue;
      if (distance < a) {
        c = b;
        b = a;
        a = distance;
      } else if (distance < b) {
        c = b;
        b = distance;
      } else c = distance;
    }
  };
  /** The same where the ring may wrap around in between. */
  const runs = (value: number, from: number, to: number, keep: boolean, near: boolean): void => {
    run(value, from, Math.min(to, at), at, keep, near);
    run(value, Math.max(from, at + 1), to, at + lags, keep, near);
  };

  return {
    step(value, _expected, keep) {
      a = Infinity;
      b = Infinity;
      c = Infinity;
      const known = Math.min(lags, count);
      // Those who ended just now are the same stretch; those who began before the series did are none.
      const first = Math.min(known, length);
      const last = Math.max(first, Math.min(known, count - length));
      runs(value, 1, first, keep, false);
      runs(value, first + 1, last, keep, true);
      runs(value, last + 1, known, keep, false);
      if (keep) {
        past[at] = value;
        at = (at + 1) % lags;
        count++;
      }
      return c === Infinity ? 0 : (Math.sqrt(a) + Math.sqrt(b) + Math.sqrt(c)) / NEIGHBOURS;
    },
  };
}
