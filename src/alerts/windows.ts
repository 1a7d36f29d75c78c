/** Durations and windows of time as rules write them: "15m", "7d", "today", "month". Half-open, microseconds. */
import { type Bucket, bucketsOf, type Range } from "../catalogue/period.ts";

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
  w: 604_800_000_000,
};
const NAMES: Readonly<Record<string, string>> = { s: "second", m: "minute", h: "hour", d: "day", w: "week" };
export const MINUTE = 60_000_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Calendar windows, which begin with a local day or month. */
export type CalendarWindow = "today" | "month";
const GRAIN_OF = { today: "day", month: "month" } as const;

/** Microseconds of "90s", "15m", "1h", "7d", "2w"; null for anything else. */
export function durationOf(text: string): number | null {
  const [, count, unit] = /^([1-9]\d{0,4})([smhdw])$/.exec(text) ?? [];
  const length = unit === undefined ? undefined : UNITS[unit];
  return length === undefined ? null : Number(count) * length;
}

/** The same of a text that is known to be one; "0s" is nothing. */
export function lengthOf(text: string): number {
  return durationOf(text) ?? 0;
}

/** "15m" → "15 minutes". */
export function durationText(text: string): string {
  const [, count, unit = ""] = /^(\d+)([smhdw])$/.exec(text) ?? [];
  const name = NAMES[unit];
  return name === undefined ? text : `${count} ${name}${count === "1" ? "" : "s"}`;
}

/** A length in the largest unit that says it in whole numbers up to a minute: "2 hours", "95 minutes". */
export function spanText(length: number): string {
  const whole = Math.max(0, Math.round(length / MINUTE));
  if (whole > 0 && whole % 1_440 === 0) return durationText(`${whole / 1_440}d`);
  if (whole > 0 && whole % 60 === 0) return durationText(`${whole / 60}h`);
  return whole > 2_880 ? durationText(`${Math.round(whole / 60)}h`) : durationText(`${whole}m`);
}

/** "over the last 15 minutes", "over the last hour", "today", "this month". */
export function windowText(window: string): string {
  if (window === "today") return "today";
  return window === "month" ? "this month" : `over the last ${durationText(window).replace(/^1 /, "")}`;
}

export interface Windows {
  /** The window that ends at `t`. At a local midnight "today" is the day that has just ended. */
  at(window: string, timezone: string, t: number): Range;
  /** The window of the same length that it is compared with: just before, or the same part of the day or month before. */
  before(window: string, timezone: string, t: number): Range;
}

/** Remembers the last calendar bucket of each zone: rules of a zone ask for the same one again and again. */
export function createWindows(): Windows {
  const known = new Map<string, Bucket>();

  function calendar(window: CalendarWindow, timezone: string, t: number): Bucket {
    const key = `${window} ${timezone}`;
    const last = known.get(key);
    if (last && last.start < t && t <= last.end) return last;
    const [bucket = { label: t, start: t - DAY, end: t }] = bucketsOf(GRAIN_OF[window], timezone, t - 1, t);
    known.set(key, bucket);
    return bucket;
  }

  return {
    at(window, timezone, t) {
      if (isCalendar(window)) return { from: calendar(window, timezone, t).start, to: t };
      return { from: t - lengthOf(window), to: t };
    },
    before(window, timezone, t) {
      if (!isCalendar(window)) return { from: t - 2 * lengthOf(window), to: t - lengthOf(window) };
      const { start } = calendar(window, timezone, t);
      const [earlier = { start: start - DAY, end: start }] = bucketsOf(GRAIN_OF[window], timezone, start - 1, start);
      // A short month before a long one ends before the same part of it does.
      return { from: earlier.start, to: Math.min(earlier.start + (t - start), earlier.end) };
    },
  };
}

export function isCalendar(window: string): window is CalendarWindow {
  return window === "today" || window === "month";
}

/** The last instant on the grid of `every` that is not later than `t`; grids begin at the epoch, so they are the same for everyone. */
export function instantOf(t: number, every: number): number {
  return Math.floor(t / every) * every;
}
