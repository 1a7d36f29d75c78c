/** Cuts a range of time into the buckets of a grain, in any time zone, with its clock changes. */
import type { Grain } from "../types.ts";
import { type Stretch, stretchesOf } from "./zone.ts";

export interface Bucket {
  /**
   * What events of the bucket have in common: from a day up the bucket's local start, written as if it were UTC;
   * below a day its start.
   */
  label: number;
  /** The bucket's own start; before the range's start when the range begins within the bucket. */
  start: number;
  end: number;
}

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** 1970-01-01 was a Thursday. */
const MONDAY = 4 * DAY;

/** How long a bucket is at least. */
const SHORTEST: Readonly<Record<Grain, number>> = {
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 28 * DAY,
  quarter: 90 * DAY,
  year: 365 * DAY,
};
/** No clock change is wider than this; the first bucket's start is looked for this much earlier. */
const MARGIN = 2 * DAY;

/** At most this many buckets lie in [from, to); cheap, for limits. */
export function bucketsAtMost(grain: Grain, from: number, to: number): number {
  return Math.ceil((to - from) / SHORTEST[grain]) + 2;
}

/** The buckets that touch [from, to), in order, without gap or overlap; none when the range is empty. */
export function bucketsOf(grain: Grain, timezone: string, from: number, to: number): readonly Bucket[] {
  if (!(from < to)) return [];
  return isFine(grain) ? fineBuckets(grain, timezone, from, to) : coarseBuckets(grain, timezone, from, to);
}

/** True for grains below a day: their buckets follow elapsed time, not the calendar. */
export function isFine(grain: Grain): grain is "minute" | "hour" {
  return grain === "minute" || grain === "hour";
}

/** Local time as it counts for buckets: it never goes back. */
function localOf(stretches: readonly Stretch[], time: number): number {
  const stretch = stretches.findLast(({ start }) => start <= time);
  return stretch ? Math.max(time + stretch.offset, stretch.floor) : time;
}

function fineBuckets(grain: "minute" | "hour", timezone: string, from: number, to: number): readonly Bucket[] {
  const step = SHORTEST[grain];
  const stretches = stretchesOf(timezone, from - MARGIN, to + step);
  const starts: number[] = [];
  for (const [index, stretch] of stretches.entries()) {
    const until = Math.min(stretches[index + 1]?.start ?? Number.POSITIVE_INFINITY, to + step);
    const first = Math.max(stretch.start, from - step);
    if (first >= until) continue;
    // A clock change within an hour begins a bucket of its own.
    if (stretch.start >= from - step) starts.push(stretch.start);
    const aligned = Math.ceil((first + stretch.offset) / step) * step - stretch.offset;
    for (let start = aligned; start < until; start += step) if (start !== starts.at(-1)) starts.push(start);
  }
  return within(
    starts.map((start) => ({ label: start, start })),
    from,
    to,
  );
}

function coarseBuckets(grain: Grain, timezone: string, from: number, to: number): readonly Bucket[] {
  const stretches = stretchesOf(timezone, from - SHORTEST[grain] - 5 * DAY, to + SHORTEST[grain] + 5 * DAY);
  const starts: { label: number; start: number }[] = [];
  let label = floorLocal(grain, localOf(stretches, from));
  for (;;) {
    const start = instantOf(stretches, label);
    // A day that the zone skipped is no bucket: its start is the next one's.
    if (starts.at(-1)?.start === start) starts.pop();
    starts.push({ label, start });
    if (start >= to) break;
    label = nextLocal(grain, label);
  }
  return within(starts, from, to);
}

/** Pairs of neighbours that touch the range. */
function within(starts: readonly { label: number; start: number }[], from: number, to: number): readonly Bucket[] {
  const buckets: Bucket[] = [];
  for (const [index, { label, start }] of starts.entries()) {
    const end = starts[index + 1]?.start;
    if (end !== undefined && end > from && start < to) buckets.push({ label, start, end });
  }
  return buckets;
}

/** The first instant whose local time has reached the label. */
function instantOf(stretches: readonly Stretch[], label: number): number {
  for (const [index, stretch] of stretches.entries()) {
    const end = stretches[index + 1]?.start ?? Number.POSITIVE_INFINITY;
    const reached = stretch.floor >= label ? stretch.start : Math.max(stretch.start, label - stretch.offset);
    if (reached < end) return reached;
  }
  return label;
}

/** Start of the local bucket, local times written as if they were UTC. */
function floorLocal(grain: Grain, local: number): number {
  if (grain === "minute" || grain === "hour" || grain === "day")
    return Math.floor(local / SHORTEST[grain]) * SHORTEST[grain];
  if (grain === "week") return Math.floor((local - MONDAY) / (7 * DAY)) * 7 * DAY + MONDAY;
  const date = new Date(Math.floor(local / 1_000));
  const month =
    grain === "month" ? date.getUTCMonth() : grain === "quarter" ? Math.floor(date.getUTCMonth() / 3) * 3 : 0;
  return firstOf(date.getUTCFullYear(), month);
}

function nextLocal(grain: Grain, label: number): number {
  if (grain === "minute" || grain === "hour" || grain === "day" || grain === "week") return label + SHORTEST[grain];
  const date = new Date(Math.floor(label / 1_000));
  const months = grain === "month" ? 1 : grain === "quarter" ? 3 : 12;
  return firstOf(date.getUTCFullYear(), date.getUTCMonth() + months);
}

function firstOf(year: number, month: number): number {
  // Date.UTC reads the years 0 to 99 as 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month, 1);
  return date.getTime() * 1_000;
}
