/** One series under watch: what it was, bucket by bucket, and the detector that has seen all of it. */
import { createDetector, type Detector, type Judgement } from "../../analysis/anomaly/detector.ts";
import type { Bucket } from "../../catalogue/period.ts";
import { certain, type JudgedBucket } from "../../report/watching/judged.ts";
import { kindOf, type WatchGrain } from "../../report/watching/kinds.ts";
import type { WatchedSeries } from "../../report/watching/series.ts";

export interface Line {
  series: Pick<WatchedSeries, "kpi" | "currency" | "bot_id">;
  /** For each closed bucket since the anchor. */
  values: (number | null)[];
  weights: number[] | null;
  detector: Detector | null;
  /** Places of the buckets that were judged, and what was odd of them. */
  judged: number[];
  anomalies: JudgedBucket[];
}

/** What a pass found of a bucket. */
export interface Seen {
  line: Line;
  bucket: Bucket;
  judgement: Judgement;
}

export function lineOf({ kpi, currency, bot_id, values, weights }: WatchedSeries): Line {
  return { series: { kpi, currency, bot_id }, values: [...values], weights: weights && [...weights], ...UNSEEN() };
}

const UNSEEN = (): Pick<Line, "detector" | "judged" | "anomalies"> => ({ detector: null, judged: [], anomalies: [] });

/** Judges everything anew; what was judged of the buckets from `first` on. */
export function rejudge(line: Line, grain: WatchGrain, buckets: readonly Bucket[], first: number): readonly Seen[] {
  Object.assign(line, UNSEEN());
  return feed(line, grain, buckets, 0, line.values).filter(({ bucket }) => bucket.start >= first);
}

/** Shows the detector the values of the buckets from the place on. Before its first value a series is no series. */
export function feed(
  line: Line,
  grain: WatchGrain,
  buckets: readonly Bucket[],
  from: number,
  values: readonly (number | null)[],
): readonly Seen[] {
  const seen: Seen[] = [];
  for (let place = from; place < buckets.length; place++) {
    const bucket = buckets[place];
    const value = values[place] ?? null;
    if (!bucket || (line.detector === null && (value === null || value === 0))) continue;
    line.detector ??= createDetector(kindOf(line.series.kpi, grain));
    const judgement = line.detector.next(value);
    if (!judgement) continue;
    const one = { line, bucket, judgement: certain(judgement, line.weights?.[place] ?? null) };
    seen.push(one);
    line.judged.push(place);
    if (one.judgement.anomaly) line.anomalies.push({ bucket, judgement: one.judgement });
  }
  return seen;
}
