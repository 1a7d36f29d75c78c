/**
 * Anomalies of one series, bucket by bucket: what is unlike everything that the series did before.
 * It must never judge a value by anything that came later.
 */
import { createCommittee, NO_PERIOD } from "./committee.ts";
import { createExpectation } from "./expectation.ts";
import { createScale } from "./scale.ts";

export interface SeriesKind {
  /** Buckets after which the series may repeat itself, shortest first: [24, 168] for hours, [7] for days, [] for none. */
  periods: readonly number[];
  /** Counts vary by their square root at the least. */
  counts: boolean;
  /** What no value falls below; null for no bound. */
  floor: number | null;
  /** What no value rises above; null for no bound. */
  ceiling: number | null;
}

export type Severity = "medium" | "high" | "critical";

export interface Judgement {
  value: number;
  expected: number;
  lower: number;
  upper: number;
  /** 1 is where an anomaly begins; comparable between series. */
  score: number;
  anomaly: boolean;
  /** Null where there is no anomaly. */
  severity: Severity | null;
  /** Against what was expected. */
  side: "above" | "below" | null;
  /** The signal that spoke most. */
  signal: string;
}

export interface Detector {
  /**
   * The next bucket in order; null for a bucket without a value (a rate with nothing below the line). Null while there is
   * too little history.
   */
  next(value: number | null): Judgement | null;
  /** The same question without remembering it: the bucket that is still open, where a value may only rise yet (`only: "above"`). */
  peek(value: number, only?: "above"): Judgement | null;
}

/** One record broken by so much is an anomaly, or several by as much together: a natural logarithm, so about 6%. */
const EXCESS = 0.06;
/** Fixed cuts of the score, worst first. */
const SEVERITIES: readonly { severity: Severity; from: number }[] = [
  { severity: "critical", from: 6 },
  { severity: "high", from: 2.5 },
  { severity: "medium", from: 1 },
];
/** Within the refractory time only what is so many times worse is another anomaly. */
const WORSE = 4;
/** Of the shortest period: an anomaly is told when it begins, then the series is given so long to come back. */
const REFRACTORY_SHARE = 0.5;
const HISTORY = { least: 28, most: 168 };
/** Less than this share of what is expected is no news, however even the series was. */
const NEWS_SHARE = 0.01;
/** Standard deviations of a Poisson count within which nothing is news. */
const NEWS_POISSON = 3;
/** Differences of values are squared and added up: beyond this they are taken for it. */
const HUGE = 1e140;

/**
 * Seven simple signals, each against its own record (`committee.ts`), on the scale on which the series varies evenly
 * (`scale.ts`), around what is expected at this time (`expectation.ts`). After an anomaly comes a refractory time.
 */
export function createDetector(kind: SeriesKind): Detector {
  const scale = createScale(kind);
  const expectation = createExpectation(kind.periods, scale);
  const committee = createCommittee(kind);
  const refractory = Math.ceil(REFRACTORY_SHARE * (kind.periods[0] ?? NO_PERIOD));
  const needed = historyNeeded(kind);
  let seen = 0;
  let quiet = 0;
  let last = 0;

  const judge = (given: number, keep: boolean): Judgement | null => {
    const value = bounded(given);
    const scaled = scale.to(value);
    const usual = expectation.now() ?? scaled;
    const expected = scale.from(usual);
    const least = scale.to(expected + newsOf(kind, expected)) - usual;
    // Before the committee remembers this value.
    const reach = committee.reach(EXCESS, least);
    const { excess, loudest } = committee.step(scaled, usual, least, keep);
    if (seen < needed) return null;
    const odd = excess / EXCESS;
    const score = quiet > 0 && odd < WORSE * last ? 0 : odd;
    const severity = SEVERITIES.find(({ from }) => score >= from)?.severity ?? null;
    return {
      value: given,
      expected,
      lower: Math.max(kind.floor ?? -Infinity, bounded(scale.from(usual - reach.below))),
      upper: Math.min(kind.ceiling ?? Infinity, bounded(scale.from(usual + reach.above))),
      score,
      anomaly: severity !== null,
      severity,
      side: value > expected ? "above" : value < expected ? "below" : null,
      signal: loudest,
    };
  };

  return {
    next(value) {
      if (value === null) {
        expectation.learn(null);
        return null;
      }
      const judgement = judge(value, true);
      expectation.learn(bounded(value));
      scale.learn(bounded(value));
      seen++;
      if (quiet > 0) quiet--;
      if (judgement?.anomaly) {
        quiet = refractory;
        last = judgement.score;
      }
      return judgement;
    },
    peek(value, only) {
      const judgement = judge(value, false);
      if (!judgement || only !== "above" || judgement.side === "above") return judgement;
      return { ...judgement, score: 0, anomaly: false, severity: null };
    },
  };
}

/** All values of a series in order: the same judgements as `next`, one after the other. */
export function detect(values: readonly (number | null)[], kind: SeriesKind): readonly (Judgement | null)[] {
  const detector = createDetector(kind);
  return values.map((value) => detector.next(value));
}

/** Buckets needed before a first judgement: the longest period, but no more than a week of hours. */
export function historyNeeded(kind: SeriesKind): number {
  return Math.max(HISTORY.least, Math.min(HISTORY.most, kind.periods.at(-1) ?? 0));
}

/** How far from what is expected a value may always be. */
function newsOf({ counts }: SeriesKind, expected: number): number {
  const share = NEWS_SHARE * Math.abs(expected);
  return counts ? Math.max(share, NEWS_POISSON * Math.sqrt(Math.max(1, Math.abs(expected)))) : share;
}

function bounded(value: number): number {
  return Math.max(-HUGE, Math.min(HUGE, value));
}
