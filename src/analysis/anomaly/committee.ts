/**
 * The signals that judge together: each says how far beyond its own past it is, and what they say is added with equal weights.
 * Nobody may weigh them: weights fitted to labelled series do not hold on others.
 */
import type { SeriesKind } from "./detector.ts";
import { createMember, type Member } from "./member.ts";
import { shapeSignal } from "./shape.ts";
import { changeSignal, driftSignal, levelSignal, type Signal, seasonSignal, spreadSignal } from "./signals.ts";

export interface Committee {
  /** Adds up what the members say of a bucket; remembers it only if `keep`. */
  step(value: number, expected: number, least: number, keep: boolean): { excess: number; loudest: string };
  /** How far below and above what is expected a value alone has this excess. */
  reach(excess: number, least: number): { below: number; above: number };
}

/** Stands in for a period where there is none. */
export const NO_PERIOD = 7;
/** Buckets of a stretch that is looked at as one: a period, but no more. */
const STRETCH_MAX = 24;
/** Of the shortest period: events closer than this are one event. */
const APART_SHARE = 0.75;
/** Of the longest period, so a quarter where that is a week: how often a level may be passed and be no news. */
const ONCE_PERIODS = 13;
/** What was odd before one and a half of the shortest periods is forgotten after two of the longest. */
const NOVICE_PERIODS = 1.5;
const GROWN_PERIODS = 2;
/** Of the longest period: what "long-run" means. */
const LONG_RUN_PERIODS = 12;
/** Of the longest period, within bounds: stretches of the past that the latest one is held against. */
const SHAPE_PERIODS = 6;
const SHAPE_LAGS = { least: 365, most: 2_016 };
/** Of the shortest period: sizes of a signal that make what is usual of it. */
const USUAL_PERIODS = 12;
const USUAL_MAX = 336;
/**
 * Beyond 3.5 robust standard deviations a value may be an outlier (Iglewicz and Hoaglin, "How to Detect and Handle Outliers",
 * 1993); 1.4826 times the median absolute deviation is one of normal values.
 */
const OUTLIER = 3.5;
const USUAL_SIZES = OUTLIER * 1.4826;
/** Distances lie around their median, not around nothing. */
const USUAL_DISTANCES = 2;

export function createCommittee(kind: SeriesKind): Committee {
  const shortest = kind.periods[0] ?? NO_PERIOD;
  const longest = kind.periods.at(-1) ?? NO_PERIOD;
  const stretch = Math.max(2, Math.min(STRETCH_MAX, shortest));
  const span = LONG_RUN_PERIODS * longest;
  const lags = Math.max(SHAPE_LAGS.least, Math.min(SHAPE_LAGS.most, SHAPE_PERIODS * longest));
  const bounded = kind.floor !== null;
  const record = {
    apart: Math.ceil(APART_SHARE * shortest),
    once: ONCE_PERIODS * longest,
    novice: NOVICE_PERIODS * shortest,
    grown: GROWN_PERIODS * longest,
    lasting: true,
  };
  const memory = Math.min(USUAL_MAX, USUAL_PERIODS * shortest);
  const common = { usual: USUAL_SIZES, least: 1, fixed: 0, sided: bounded, moving: false, record, memory };
  const member = (name: string, signal: Signal, other: Partial<typeof common> = {}): Member =>
    createMember({ name, signal, ...common, ...other });

  // The others say how the series is, these that it changed: that is over at once, and varies as two values do.
  const change = { moving: true, least: Math.SQRT2, record: { ...record, lasting: false } };
  const season = member("season", seasonSignal());
  const members: readonly Member[] = [
    member("level", levelSignal(span)),
    season,
    // What has a floor is work that begins and ends: to jump at opening time is no news.
    member("change", changeSignal(1, bounded), change),
    member("change", changeSignal(stretch, true), change),
    member("drift", driftSignal(stretch), { least: 1 / Math.sqrt(stretch) }),
    member("spread", spreadSignal(2 * stretch, span, bounded), {
      sided: false,
      least: 0,
      // The logarithm of a standard deviation of n normal values has a standard error of 1/√(2n).
      fixed: OUTLIER / Math.sqrt(2 * 2 * stretch),
    }),
    member("shape", shapeSignal(stretch, lags), { sided: false, usual: USUAL_DISTANCES }),
  ];

  return {
    step(value, expected, least, keep) {
      let excess = 0;
      let most = 0;
      let loudest = season.name;
      for (const one of members) {
        const says = one.step(value, expected, least, keep);
        excess += says;
        if (says > most) {
          most = says;
          loudest = one.name;
        }
      }
      return { excess, loudest };
    },
    reach: season.reach,
  };
}
