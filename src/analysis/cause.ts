/**
 * Why a value deviates: which parts of it are unlike their own expectation, and how much of the whole that explains.
 * It must never name a part that moved against the whole.
 */
import type { SeriesKind } from "./anomaly/detector.ts";
import { expectedNext } from "./anomaly/expectation.ts";

/** One segment of a dimension: the same buckets as the whole, up to and with the one that deviates. */
export interface Part {
  dimension: string;
  key: string | null;
  values: readonly number[];
}

export interface Cause {
  dimension: string;
  key: string | null;
  value: number;
  expected: number;
  /** What it adds to the deviation of the whole, in the whole's own unit. */
  contribution: number;
  /** Of the whole deviation; null where that is nothing. */
  share: number | null;
  /** The segment inside of which this one was looked for. */
  within?: { dimension: string; key: string | null };
}

interface Deviation {
  value: number;
  expected: number;
}

/** Explains less than this: not worth a name, unless it explains the most (T_EP of Adtributor). */
const SHARE_MIN = 0.1;
/** Parts of the whole that add up but for rounding. */
const COMPLETE = 1e-6;
/** Of the longest period, or buckets where there is none: history that weighs the parts. */
const WEIGHT_PERIODS = 12;
const WEIGHT_BUCKETS = 84;

/**
 * Which parts explain the deviation of the last bucket most. Contribution and share are the explanatory power of Bhagwan and
 * others, "Adtributor" (NSDI 2014): (value − expected) ÷ the whole's. What Adtributor calls surprise is taken as what a part
 * explains beyond its usual weight in the whole, which also stands where parts may be negative: a country that is always nine
 * tenths of revenue explains nine tenths of everything, and is no cause.
 *
 * The parts of a dimension that add up to the whole are made to do so in expectation too (as in the reconciliation of
 * hierarchical forecasts, Hyndman and others, 2011, the whole held fixed), so that their shares add up to one.
 */
export function causesOf(
  deviation: Deviation,
  parts: readonly Part[],
  kind: SeriesKind,
  most: number,
): readonly Cause[] {
  const whole = deviation.value - deviation.expected;
  if (whole === 0) return [];
  const causes = dimensionsOf(parts).flatMap((dimension) =>
    reconciled(deviation, dimension, kind).map(({ part, expected }): Cause => {
      const value = part.values.at(-1) ?? 0;
      const contribution = value - expected;
      return { dimension: part.dimension, key: part.key, value, expected, contribution, share: contribution / whole };
    }),
  );
  const weights = new Map(
    causes.map((cause) => [cause, deviation.expected > 0 ? cause.expected / deviation.expected : 0] as const),
  );
  return ranked(causes, weights, most);
}

/** One segment of a rate: what stands above and below the line. */
export interface RatePart {
  dimension: string;
  key: string | null;
  numerators: readonly number[];
  denominators: readonly number[];
}

export interface RateCause extends Cause {
  /** What its own rate adds, and what its changed weight in the whole adds: their sum is the contribution. */
  rate_effect: number;
  mix_effect: number;
}

/**
 * The same for a rate, whose parts do not add up: Kitagawa, "Components of a Difference Between Two Rates" (1955). With weight
 * w (a part's denominator of the whole's) and rate r, now and (₀) over the last twelve periods, a part adds
 * (w + w₀)/2 × (r − r₀) by its rate and (w − w₀) × ((r + r₀)/2 − R₀) by its weight; over a dimension this adds up to R − R₀.
 * `factor` is 100 for percent. Shares are of R − R₀, and contributions scaled to the deviation as judged.
 */
export function causesOfRate(
  deviation: Deviation,
  parts: readonly RatePart[],
  kind: SeriesKind,
  most: number,
  factor = 1,
): readonly RateCause[] {
  const whole = deviation.value - deviation.expected;
  if (whole === 0) return [];
  const weights = new Map<RateCause, number>();
  const causes = dimensionsOf(parts).flatMap((dimension) => {
    const now = dimension.map((part) => ({ above: part.numerators.at(-1) ?? 0, below: part.denominators.at(-1) ?? 0 }));
    const then = dimension.map((part) => ({
      above: sum(recent(part.numerators, kind)),
      below: sum(recent(part.denominators, kind)),
    }));
    const total = sum(now.map(({ below }) => below));
    const before = sum(then.map(({ below }) => below));
    if (total === 0 || before === 0) return [];
    const usual = sum(then.map(({ above }) => above)) / before;
    const moved = sum(now.map(({ above }) => above)) / total - usual;
    if (moved === 0) return [];
    return dimension.map((part, i): RateCause => {
      const weight = (now[i]?.below ?? 0) / total;
      const weightBefore = (then[i]?.below ?? 0) / before;
      const rateBefore = rateOf(then[i]) ?? rateOf(now[i]) ?? 0;
      const rate = rateOf(now[i]) ?? rateBefore;
      const rateShare = (((weight + weightBefore) / 2) * (rate - rateBefore)) / moved;
      const mixShare = ((weight - weightBefore) * ((rate + rateBefore) / 2 - usual)) / moved;
      const cause: RateCause = {
        dimension: part.dimension,
        key: part.key,
        value: rate * factor,
        expected: rateBefore * factor,
        contribution: (rateShare + mixShare) * whole,
        share: rateShare + mixShare,
        rate_effect: rateShare * whole,
        mix_effect: mixShare * whole,
      };
      weights.set(cause, weightBefore);
      return cause;
    });
  });
  return ranked(causes, weights, most);
}

/** Those that moved with the whole, first who explains most beyond its usual weight. */
function ranked<C extends Cause>(causes: readonly C[], weights: ReadonlyMap<C, number>, most: number): readonly C[] {
  const worth = (cause: C): number => {
    const share = Math.min(1, cause.share ?? 0);
    // A tenth of the share itself breaks the tie where all parts moved alike.
    return share - within(weights.get(cause) ?? 0, 0, 1) + share / 10;
  };
  const moved = causes
    .filter(({ share }) => share !== null && Number.isFinite(share) && share > 0)
    .sort((one, other) => worth(other) - worth(one) || Math.abs(other.contribution) - Math.abs(one.contribution));
  const named = moved.filter(({ share }) => (share ?? 0) >= SHARE_MIN);
  return (named.length > 0 ? named : moved.slice(0, 1)).slice(0, most);
}

function reconciled(
  deviation: Deviation,
  parts: readonly Part[],
  kind: SeriesKind,
): readonly { part: Part; expected: number }[] {
  const own = parts.map((part) => ({ part, expected: expectedNext(part.values.slice(0, -1), kind) }));
  const added = sum(parts.map(({ values }) => values.at(-1) ?? 0));
  if (Math.abs(added - deviation.value) > COMPLETE * Math.max(1, Math.abs(deviation.value))) return own;
  const total = sum(own.map(({ expected }) => expected));
  const missing = deviation.expected - total;
  // Too much in all: each gives of what it has, so that none falls below nothing.
  if (missing < 0 && total > 0 && deviation.expected >= 0) {
    return own.map(({ part, expected }) => ({ part, expected: (expected * deviation.expected) / total }));
  }
  const weights = parts.map(({ values }) => Math.abs(sum(recent(values, kind))));
  const weighed = sum(weights);
  if (weighed === 0) return own;
  return own.map(({ part, expected }, i) => ({ part, expected: expected + (missing * (weights[i] ?? 0)) / weighed }));
}

/** The buckets before the last one that count. */
function recent(values: readonly number[], kind: SeriesKind): readonly number[] {
  const longest = kind.periods.at(-1);
  return values.slice(-1 - (longest === undefined ? WEIGHT_BUCKETS : WEIGHT_PERIODS * longest), -1);
}

function dimensionsOf<P extends { dimension: string }>(parts: readonly P[]): readonly (readonly P[])[] {
  return [...new Set(parts.map(({ dimension }) => dimension))].map((name) =>
    parts.filter(({ dimension }) => dimension === name),
  );
}

/** Null with nothing below the line. */
function rateOf(pair: { above: number; below: number } | undefined): number | null {
  return pair === undefined || pair.below === 0 ? null : pair.above / pair.below;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
