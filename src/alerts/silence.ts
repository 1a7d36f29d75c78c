/**
 * Whether a bot is silent beyond its own schedule. Pure.
 *
 * By the statuses of the domain a bot is offline once it is silent for three times its usual gap, and for half an hour at the
 * least. A bot that works in office hours is that every night; so what counts beside it is how likely the silence is by its
 * own last two weeks: the product over the quarters of an hour of the silence of (1 − share of the days before on which it
 * was heard at this time of the day), on days of the week on which it works at all. An alert needs both.
 */
import { type Stretch, stretchesOf } from "../catalogue/period.ts";
import { DAY, HOUR, MINUTE } from "./windows.ts";

export const QUARTER = 15 * MINUTE;
/** What a schedule is learned from. */
export const LEARNED = 14 * DAY;
const AT_LEAST = 30 * MINUTE;
const GAPS = 3;
/** As likely as one in a thousand, and less, is beyond its schedule. */
const LIKELY_MIN = 1e-3;
const ABOUT = 3 * HOUR;
/** Fewer quarters of an hour are no schedule. */
const HEARD_MIN = 8;

export interface Heard {
  /** Starts of quarters of an hour in which it was heard, ascending; those that had ended before the instant count. */
  quarters: readonly number[];
  /** When it was last heard before the instant, to the minute. */
  last: number;
}

export interface Silence {
  /** How long it has been silent; microseconds. */
  silent: number;
  /** Null where it does not matter, as it was heard just now. */
  usual_gap: number | null;
  /** How likely the silence is by its schedule, 0..1. */
  likely: number;
  beyond: boolean;
}

/** Null while too little is known of the bot. `timezone`: schedules are kept by the local clock. */
export function silenceOf({ quarters, last }: Heard, timezone: string, t: number): Silence | null {
  const begin = quarters.findIndex((start) => start >= t - LEARNED);
  const end = quarters.findLastIndex((start) => start + QUARTER <= t) + 1;
  if (begin < 0 || end - begin < HEARD_MIN) return null;
  const silent = t - last;
  // Most bots are heard most of the time: of them nothing more has to be known.
  if (silent <= AT_LEAST) return { silent, usual_gap: null, likely: 1, beyond: false };
  const learned = quarters.slice(begin, end);
  const usual_gap = usualGap(learned);
  if (silent <= usual_gap * GAPS) return { silent, usual_gap, likely: 1, beyond: false };
  const likely = likelihood(learned, last, t, timezone);
  return { silent, usual_gap, likely, beyond: likely < LIKELY_MIN };
}

/** The 90th percentile of the time between the quarters it was heard in, as its status takes it. */
function usualGap(quarters: readonly number[]): number {
  const gaps = quarters.slice(1).map((start, index) => start - (quarters[index] ?? start));
  const sorted = gaps.sort((one, other) => one - other);
  const place = (sorted.length - 1) * 0.9;
  const [low = QUARTER, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place - Math.floor(place));
}

function likelihood(learned: readonly number[], last: number, t: number, timezone: string): number {
  const heard = new Set(learned);
  const since = Math.max((learned[0] ?? t) - QUARTER, t - LEARNED);
  const stretches = stretchesOf(timezone, since - DAY, t);
  let likely = 1;
  const first = Math.ceil(last / QUARTER) * QUARTER;
  // After a week of silence nothing that it did before makes it any less likely.
  for (let quarter = first; quarter + QUARTER <= t && quarter < first + 7 * DAY; quarter += QUARTER) {
    likely *= 1 - expected(heard, quarter, last, since, stretches);
    if (likely < LIKELY_MIN) break;
  }
  return likely;
}

/** The share of the days before on which it was heard at this time of the day. */
function expected(
  heard: ReadonlySet<number>,
  quarter: number,
  last: number,
  since: number,
  stretches: readonly Stretch[],
): number {
  let days = 0;
  let was = 0;
  let sameDays = 0;
  let wasSame = 0;
  for (let day = 1; day <= LEARNED / DAY; day++) {
    const then = sameClock(quarter, day, stretches);
    if (then < since) break;
    // Days of the very silence say nothing of what was usual before it.
    if (then > last) continue;
    days++;
    const near = heard.has(then);
    if (near) was++;
    if (day % 7 !== 0) continue;
    sameDays++;
    if (near || worked(heard, then)) wasSame++;
  }
  if (days === 0 || (sameDays > 0 && wasSame === 0)) return 0;
  return was / (days + 1);
}

/** True when it was heard about that time of that day: a bot that is heard now and then is not heard at the same quarter. */
function worked(heard: ReadonlySet<number>, quarter: number): boolean {
  for (let near = quarter - ABOUT; near <= quarter + ABOUT; near += QUARTER) if (heard.has(near)) return true;
  return false;
}

/** The same local time so many days before; clock changes are whole quarters of an hour. */
function sameClock(quarter: number, days: number, stretches: readonly Stretch[]): number {
  const then = quarter - days * DAY;
  return then + offsetAt(stretches, quarter) - offsetAt(stretches, then);
}

function offsetAt(stretches: readonly Stretch[], time: number): number {
  return stretches.findLast(({ start }) => start <= time)?.offset ?? 0;
}
