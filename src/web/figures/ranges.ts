/** Ranges that people ask for by name, as days of a zone: today, last week, this quarter. */
import { type Bucket, bucketsOf } from "../../catalogue/period.ts";
import type { Grain } from "../../catalogue/types.ts";

export interface NamedRange {
  label: string;
  /** Half-open, microseconds. What is still running ends with today, so that it is compared with as many days. */
  from: number;
  to: number;
}

export function namedRanges(now: number, timezone: string): readonly NamedRange[] {
  const running = (grain: Grain): Bucket =>
    bucketsOf(grain, timezone, now, now + 1)[0] ?? { start: now, end: now + 1, label: now };
  const { end: tonight } = running("day");
  const named = (label: string, grain: Grain, back: boolean): NamedRange => {
    const current = running(grain);
    const [before = current] = bucketsOf(grain, timezone, current.start - 1, current.start);
    return back ? { label, from: before.start, to: before.end } : { label, from: current.start, to: tonight };
  };
  return [
    named("Today", "day", false),
    named("Yesterday", "day", true),
    named("This week", "week", false),
    named("Last week", "week", true),
    named("This month", "month", false),
    named("Last month", "month", true),
    named("This quarter", "quarter", false),
    named("Last quarter", "quarter", true),
    named("Year to date", "year", false),
  ];
}
