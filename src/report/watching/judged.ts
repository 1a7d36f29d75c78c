/** Series judged bucket by bucket, from the beginning of what their epoch knows. */
import { createDetector, type Judgement } from "../../analysis/anomaly/detector.ts";
import type { Bucket } from "../../catalogue/period.ts";
import { kindOf, type WatchGrain } from "./kinds.ts";
import type { WatchedSeries } from "./series.ts";

/** A bucket that was judged. */
export interface JudgedBucket {
  bucket: Bucket;
  judgement: Judgement;
}

/** Share of a few events: what differs by less than so many standard deviations of it may be chance. */
const CHANCE_SIGMAS = 3;

/**
 * The buckets that begin in [from, to), judged. Before a KPI's first value nothing was reported: that is no history of
 * nothing, so the detector begins with it.
 */
export function judgeSeries(
  { kpi, values, weights }: WatchedSeries,
  grain: WatchGrain,
  buckets: readonly Bucket[],
  { from, to }: { from: number; to: number },
): readonly JudgedBucket[] {
  const detector = createDetector(kindOf(kpi, grain));
  const judged: JudgedBucket[] = [];
  for (let index = firstOf(values); index < buckets.length; index++) {
    const bucket = buckets[index];
    if (!bucket) break;
    const said = detector.next(values[index] ?? null);
    if (said === null || bucket.start < from || bucket.start >= to) continue;
    judged.push({ bucket, judgement: certain(said, weights?.[index] ?? null) });
  }
  return judged;
}

/** Of the first bucket that has anything. */
export function firstOf(values: readonly (number | null)[]): number {
  const first = values.findIndex((value) => value !== null && value !== 0);
  return first < 0 ? values.length : first;
}

/**
 * The judgement, unless the share is of so few events that chance alone explains it: the standard deviation of a share p
 * of n is √(p(1 − p)/n).
 */
export function certain(judgement: Judgement, weight: number | null): Judgement {
  if (weight === null || !judgement.anomaly) return judgement;
  const { value, expected } = judgement;
  const share = Math.min(1 - 1 / (weight + 2), Math.max(1 / (weight + 2), expected));
  const sigma = Math.sqrt((share * (1 - share)) / Math.max(1, weight));
  if (Math.abs(value - expected) >= CHANCE_SIGMAS * sigma) return judgement;
  return { ...judgement, score: Math.min(judgement.score, LESS_THAN_ONE), anomaly: false, severity: null };
}

const LESS_THAN_ONE = 0.999;
