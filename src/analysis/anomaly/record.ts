/**
 * How far a signal is beyond everything it did before: its distance to its own record.
 * It must never compare two signals, or two series, with each other: each is measured by its own past alone.
 */

export interface RecordKeeper {
  /**
   * Natural logarithm of the signal over its bar, 0 below it; at most `EXCESS_MAX`. The bar is the record, but not below
   * `least`. Remembers the signal only if `keep`.
   */
  step(signal: number, least: number, keep: boolean): number;
  /** Of all that it remembers. */
  highest(): number;
  /** What the signal must reach for `step` to answer `excess`. */
  reach(excess: number, least: number): number;
}

/** All in buckets. */
export interface RecordOptions {
  /** What comes within so many of a higher value belongs to the same event. */
  apart: number;
  /** A level that the signal passes about once in so many is no news; one that it passed less often is. */
  once: number;
  /** After `grown`, what stood out in the first `novice` is forgotten: the signal knew too little of the series then. */
  novice: number;
  grown: number;
  /** An event lasts as long as the signal stays beyond what is usual: what is odd is told once, however long it stays so. */
  lasting: boolean;
}

/** One signal alone cannot be more convincing than this. */
const EXCESS_MAX = 1;
const PEAKS_MAX = 40;
/**
 * A record among few is less of a record: with a Pareto tail of index 1/0.05 the highest of n values grows as n^0.05, so
 * that it is extrapolated to what 1,000 more values would bring.
 */
const TAIL_INDEX = 0.05;
const HORIZON = 1_000;

interface Peak {
  height: number;
  at: number;
}

/**
 * Peaks over the past, declustered by runs as in extreme value theory (Coles, "An Introduction to Statistical Modeling of
 * Extreme Values", 2001, 5.3).
 */
export function createRecord({ apart, once, novice, grown, lasting }: RecordOptions): RecordKeeper {
  /** Highest first. */
  let peaks: Peak[] = [];
  let open: Peak | null = null;
  let count = 0;
  /** What the record is extrapolated by. */
  let growth = growthAfter(0);

  /** The second highest, not the highest: one outage must not hide the next. With time, one lower for each `once`. */
  const usual = (): number => {
    const rank = Math.min((peaks.length - 1) >> 1, 1 + Math.floor(count / once));
    return (peaks[rank]?.height ?? 0) * growth;
  };
  const bar = (least: number): number => {
    if (open && count - open.at >= apart) close(open);
    return Math.max(usual(), (open?.height ?? 0) * growth, least);
  };

  return {
    step(signal, least, keep) {
      const before = bar(least);
      if (keep) remember(signal, least);
      if (signal <= before) return 0;
      return before === 0 ? EXCESS_MAX : Math.min(EXCESS_MAX, Math.log(signal / before));
    },
    highest: () => Math.max(peaks[0]?.height ?? 0, open?.height ?? 0),
    reach: (excess, least) => bar(least) * Math.exp(excess),
  };

  function close(peak: Peak): void {
    let place = peaks.length;
    while (place > 0 && (peaks[place - 1]?.height ?? 0) < peak.height) place--;
    peaks.splice(place, 0, peak);
    if (peaks.length > PEAKS_MAX) peaks.pop();
    open = null;
  }

  function remember(signal: number, least: number): void {
    const lasts = lasting && signal > Math.max(usual(), least);
    count++;
    growth = growthAfter(count);
    if (count === grown) peaks = peaks.filter(({ at }) => at > novice);
    if (!open) open = { height: signal, at: count };
    else {
      if (signal > open.height || lasts) open.at = count;
      open.height = Math.max(open.height, signal);
    }
  }
}

function growthAfter(count: number): number {
  return (1 + HORIZON / (count + 1)) ** TAIL_INDEX;
}
