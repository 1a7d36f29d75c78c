/**
 * Timeframes, previous periods, grains and their buckets. Half-open [from, to), microseconds since the epoch.
 * It must never read a clock: the present is passed in.
 */
import type { Grain, TimeframeName } from "./types.ts";

export { type Bucket, bucketsAtMost, bucketsOf, isFine } from "./period/buckets.ts";
export { isTimezone, type Stretch, stretchesOf } from "./period/zone.ts";

export interface Range {
  from: number;
  to: number;
}

/** A range with the name it was asked by; "custom" for from and to. */
export interface Timeframe extends Range {
  name: TimeframeName | "custom";
  /** Of its trend. */
  grain: Grain;
}

const QUARTER_HOUR = 900_000_000;
const HOUR = 4 * QUARTER_HOUR;
const DAY = 24 * HOUR;

const NAMED: Readonly<Record<Exclude<TimeframeName, "all">, { length: number; grain: Grain }>> = {
  "24h": { length: DAY, grain: "hour" },
  "7d": { length: 7 * DAY, grain: "day" },
  "30d": { length: 30 * DAY, grain: "day" },
  "90d": { length: 90 * DAY, grain: "week" },
  "1y": { length: 365 * DAY, grain: "month" },
};

export const TIMEFRAMES: readonly TimeframeName[] = ["24h", "7d", "30d", "90d", "1y", "all"];
export const GRAINS: readonly Grain[] = ["minute", "hour", "day", "week", "month", "quarter", "year"];

/** Of what is not named: the coarsest grain that still gives a readable series. */
const BY_LENGTH: readonly { up_to: number; grain: Grain }[] = [
  { up_to: 3 * HOUR, grain: "minute" },
  { up_to: 3 * DAY, grain: "hour" },
  { up_to: 62 * DAY, grain: "day" },
  { up_to: 200 * DAY, grain: "week" },
  { up_to: 6 * 366 * DAY, grain: "month" },
  { up_to: 20 * 366 * DAY, grain: "quarter" },
];

/**
 * A named timeframe ends with the quarter of an hour that is running, so that it holds what happens now, answers from whole
 * rollup rows, and stays the same for a while. `all` runs from the first to the last event of `extent`, both included;
 * it is the last day when there is none.
 */
export function timeframeOf(
  name: TimeframeName,
  now: number,
  extent: { first: number; last: number } | null,
): Timeframe {
  const to = (Math.floor(now / QUARTER_HOUR) + 1) * QUARTER_HOUR;
  if (name === "all") {
    if (!extent) return { name, from: to - DAY, to, grain: "hour" };
    const range = { from: extent.first, to: extent.last + 1 };
    return { name, ...range, grain: grainOf(range) };
  }
  const { length, grain } = NAMED[name];
  return { name, from: to - length, to, grain };
}

/** A range that was given by its ends. */
export function customTimeframe(range: Range): Timeframe {
  return { name: "custom", ...range, grain: grainOf(range) };
}

/** The range of the same length just before. */
export function previousOf({ from, to }: Range): Range {
  return { from: from - (to - from), to: from };
}

/** The same events, ends moved out to quarters of an hour: only for a range beyond which nothing lies (`all`). */
export function widened({ from, to }: Range): Range {
  return { from: Math.floor(from / QUARTER_HOUR) * QUARTER_HOUR, to: Math.ceil(to / QUARTER_HOUR) * QUARTER_HOUR };
}

function grainOf({ from, to }: Range): Grain {
  return BY_LENGTH.find(({ up_to }) => to - from <= up_to)?.grain ?? "year";
}
