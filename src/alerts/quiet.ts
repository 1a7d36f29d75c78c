/** Quiet hours: when an alert is not delivered. It is evaluated all the same. */
import { stretchesOf } from "../catalogue/period.ts";

export interface Quiet {
  /** 1 is Monday, 7 is Sunday: the days on which a quiet stretch begins. */
  days: readonly number[];
  /** Local, "22:00"; not included is `to`. A `to` at or before `from` is on the next day. */
  from: string;
  to: string;
  /** IANA; null: the location's. */
  timezone: string | null;
}

const MINUTE = 60_000_000;
const DAY_MINUTES = 1_440;
const DAY = DAY_MINUTES * MINUTE;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 3;

/** `timezone`: of the location, for quiet hours that name none. */
export function isQuiet(quiet: Quiet | null, timezone: string, at: number): boolean {
  if (quiet === null) return false;
  const zone = quiet.timezone ?? timezone;
  const local = at + (stretchesOf(zone, at, at + 1).at(0)?.offset ?? 0);
  const day = Math.floor(local / DAY);
  const minute = Math.floor((local - day * DAY) / MINUTE);
  const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)];
  const overnight = to <= from;
  const begins = (which: number): boolean => quiet.days.includes(weekdayOf(which));
  if (!overnight) return begins(day) && minute >= from && minute < to;
  return (begins(day) && minute >= from) || (begins(day - 1) && minute < to);
}

function weekdayOf(day: number): number {
  return ((((day + FIRST_WEEKDAY) % 7) + 7) % 7) + 1;
}

/** Of "22:30". */
function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return hours * 60 + minutes;
}
