/** What moved an amount from one period to the next: each segment's own difference, which add up to the whole exactly. */
import { lessOf, shareOf, sumOf } from "./read-answer.ts";

export interface Segment {
  key: string | null;
  currency: string;
  /** Decimal text. */
  amount: string;
}

export interface Moved {
  now: readonly Segment[];
  before: readonly Segment[];
}

export interface Driver {
  key: string | null;
  value: string;
  previous: string;
  /** value − previous. */
  contribution: string;
  /** Of the whole change; negative where it went against it, null where there is none. */
  share: number | null;
}

export interface Drivers {
  currency: string;
  value: string;
  previous: string;
  change: string;
  by: readonly {
    dimension: string;
    /** The DRIVERS_MAX that moved it most, largest first. */
    segments: readonly Driver[];
    /** What all others contributed together: with the segments it is the change. */
    others: string;
  }[];
}

const DRIVERS_MAX = 10;

/** For each currency of either period, by each dimension. */
export function driversOf(moved: Readonly<Record<string, Moved>>): readonly Drivers[] {
  const dimensions = Object.entries(moved);
  const [, first] = dimensions[0] ?? [];
  if (!first) return [];
  const currencies = new Set([...first.now, ...first.before].map(({ currency }) => currency));
  return [...currencies].sort().map((currency) => {
    const value = totalOf(first.now, currency);
    const previous = totalOf(first.before, currency);
    const change = lessOf(value, previous);
    return {
      currency,
      value,
      previous,
      change,
      by: dimensions.map(([dimension, own]) => ({ dimension, ...contributionsOf(own, currency, change) })),
    };
  });
}

function contributionsOf(
  moved: Moved,
  currency: string,
  change: string,
): { segments: readonly Driver[]; others: string } {
  const now = amountsIn(moved.now, currency);
  const before = amountsIn(moved.before, currency);
  const all = [...new Set([...now.keys(), ...before.keys()])].map((key): Driver => {
    const value = now.get(key) ?? "0.00";
    const previous = before.get(key) ?? "0.00";
    const contribution = lessOf(value, previous);
    return { key, value, previous, contribution, share: shareOf(contribution, change) };
  });
  const ordered = all
    .filter(({ contribution }) => Number(contribution) !== 0)
    .sort((one, other) => Math.abs(Number(other.contribution)) - Math.abs(Number(one.contribution)));
  const segments = ordered.slice(0, DRIVERS_MAX);
  return { segments, others: lessOf(change, sumOf(segments.map(({ contribution }) => contribution))) };
}

function totalOf(segments: readonly Segment[], currency: string): string {
  return sumOf(segments.filter((segment) => segment.currency === currency).map(({ amount }) => amount));
}

function amountsIn(segments: readonly Segment[], currency: string): ReadonlyMap<string | null, string> {
  return new Map(segments.filter((segment) => segment.currency === currency).map(({ key, amount }) => [key, amount]));
}
