/**
 * Where the history of a judgement begins. It depends on the time of the bucket alone, never on when somebody asks or
 * which timeframe they ask about: so the live engine, an answer and a backtest judge a bucket alike.
 */
import { bucketsOf } from "../../catalogue/period.ts";
import type { WatchGrain } from "./kinds.ts";

/** Buckets that share their history. */
export interface Epoch {
  /** What is known of before the epoch; microseconds. */
  anchor: number;
  /** The buckets that are judged begin in [from, to). */
  from: number;
  to: number;
}

interface Rule {
  /** Epochs are made of whole local months or weeks. */
  unit: "month" | "week";
  /** So many of them are one epoch. */
  units: number;
  /** So many of them before it are known. */
  before: number;
}

const DAY = 86_400_000_000;
const WEEK = 7 * DAY;
/** 1970-01-05 was a Monday. */
const MONDAY = 4 * DAY;

/** Half a year with half a year before it; a fortnight with six weeks before it. */
const RULES: Readonly<Record<WatchGrain, Rule>> = {
  day: { unit: "month", units: 6, before: 6 },
  hour: { unit: "week", units: 2, before: 6 },
};
/** Longer than the epoch and what is before it, together. */
const MARGIN: Readonly<Record<Rule["unit"], number>> = { month: 430 * DAY, week: 10 * WEEK };

/** Those in which buckets of [from, to) begin, in order. */
export function epochsOver(grain: WatchGrain, timezone: string, from: number, to: number): readonly Epoch[] {
  if (!(from < to)) return [];
  const { unit, units, before } = RULES[grain];
  const margin = MARGIN[unit];
  const parts = bucketsOf(unit, timezone, from - margin, to + margin);
  const starts = new Map(parts.map(({ label, start }) => [placeOf(unit, label), start]));
  const [first, last] = [from, to - 1].map((time) => {
    const part = parts.find(({ start, end }) => start <= time && end > time);
    return Math.floor(placeOf(unit, part?.label ?? time) / units);
  });
  const epochs: Epoch[] = [];
  for (let epoch = first ?? 0; epoch <= (last ?? 0); epoch++) {
    const [anchor, begin, end] = [epoch * units - before, epoch * units, (epoch + 1) * units].map((place) =>
      starts.get(place),
    );
    if (anchor === undefined || begin === undefined || end === undefined) throw new Error("an epoch has its months");
    epochs.push({ anchor, from: begin, to: end });
  }
  return epochs;
}

/** The number of a local month or week since the epoch. */
function placeOf(unit: Rule["unit"], label: number): number {
  if (unit === "week") return Math.round((label - MONDAY) / WEEK);
  const date = new Date(label / 1_000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
