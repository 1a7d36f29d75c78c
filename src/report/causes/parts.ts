/** The segments of dimensions as series, up to and with the bucket of an anomaly. */
import { historyNeeded } from "../../analysis/anomaly/detector.ts";
import type { Bucket } from "../../catalogue/period.ts";
import type { Kpi } from "../../catalogue/types.ts";
import { type SplitRow, splitsSql } from "../../store/query/splits.ts";
import type { Question, Store } from "../../store/store.ts";
import type { Framed } from "../common.ts";
import { kindOf, type WatchGrain } from "../watching/kinds.ts";
import { bucketsFrom, columnOf, groupsOf, numberOf } from "../watching/series.ts";
import type { Splittable } from "../watching/splittable.ts";

/** The anomaly that is looked into. */
export interface Around {
  scope: Omit<Framed["scope"], "from" | "to">;
  kpi: Kpi;
  pieces: Splittable;
  currency: string | null;
  grain: WatchGrain;
  bucket: Bucket;
}

/** A segment's figures in the buckets of the window, in the order of `figuresOf`. */
export interface Segment {
  dimension: string;
  key: string | null;
  figures: readonly (readonly number[])[];
}

/** Segments of one dimension that are looked at: hours have longer series than days. */
const SEGMENTS_MAX: Readonly<Record<WatchGrain, number>> = { hour: 8, day: 16 };
/** What parts of a rate weighed is told by as many days as the analysis looks back, as there may be none for weeks. */
const RATE_DAYS = 84;
const LENGTHS = { hour: 3_600_000_000, day: 86_400_000_000 } as const;

/** What is asked of each segment. */
function figuresOf(pieces: Splittable): readonly Kpi[] {
  if (pieces.as === "rate") return [pieces.own, pieces.below];
  return pieces.as === "weighed" ? [pieces.own, pieces.events] : [pieces.own];
}

/** The buckets that a part's expectation needs, and the anomaly's own. */
export function windowOf({ kpi, pieces, grain, bucket, scope }: Around): readonly Bucket[] {
  const needed = historyNeeded(kindOf(kpi, grain)) + 1;
  const count = pieces.as === "rate" && grain === "day" ? Math.max(needed, RATE_DAYS + 1) : needed;
  return bucketsFrom(grain, scope.timezone, bucket.start - (count + 1) * LENGTHS[grain], bucket.end).slice(-count);
}

/** What segments are divided by: of all of them together, in each bucket of the window; null where nothing is. */
export async function wholeOf(store: Store, around: Around): Promise<readonly number[] | null> {
  const { scope, pieces, grain, currency } = around;
  const whole = pieces.as === "divided" ? pieces.whole : pieces.as === "weighed" ? pieces.events : null;
  if (!whole) return null;
  const buckets = windowOf(around);
  const answer = await store.ask({ ...rangeOf(scope, buckets), kpis: [whole], by: [], grain, source: "rollup" });
  const groups = groupsOf(answer, buckets, null);
  const own = groups.find((group) => currency === null || group.currency === currency) ?? groups[0];
  const column = columnOf(answer, whole.key);
  return buckets.map((_, place) => Number(own?.rows[place]?.[column] ?? 0));
}

/** The segments of all dimensions that can have made it, in one scan of the events. */
export async function segmentsOfEvents(
  store: Store,
  around: Around,
  fields: readonly string[],
): Promise<readonly Segment[]> {
  if (fields.length === 0) return [];
  const { scope, grain, pieces, kpi, currency } = around;
  const buckets = windowOf(around);
  const kpis = figuresOf(pieces);
  const question = { ...rangeOf(scope, buckets), kpis, by: fields, grain };
  const splits = splitsSql(question, kpi.unit === "money" ? currency : null, SEGMENTS_MAX[grain]);
  if (!splits) return [];
  const rows = await store.rows<SplitRow>(splits.sql, splits.params, scope.signal);
  const places = new Map(buckets.map(({ label }, place) => [label, place]));
  const found = Map.groupBy(rows, ({ place, segment }) => JSON.stringify([place, segment]));
  const segments = [...found.values()].flatMap((own): Segment[] => {
    const [first] = own;
    const dimension = first ? fields[first.place] : undefined;
    if (!first || dimension === undefined) return [];
    const figures = kpis.map((_, figure) => {
      const values = new Array<number>(buckets.length).fill(0);
      for (const row of own) {
        const at = places.get(row.label);
        if (at !== undefined) values[at] = row[`v${figure}`] ?? 0;
      }
      return values;
    });
    return [{ dimension, key: first.segment, figures }];
  });
  return ofSeveral(segments);
}

/** The segments of a dimension that the rollups know. */
export async function segmentsOfRollup(store: Store, around: Around, dimension: string): Promise<readonly Segment[]> {
  const { scope, grain, pieces, currency } = around;
  const buckets = windowOf(around);
  const kpis = figuresOf(pieces);
  const question = { ...rangeOf(scope, buckets), kpis, by: [dimension], grain, source: "rollup" } as const;
  const answer = await store.ask(question);
  const columns = kpis.map(({ key }) => columnOf(answer, key));
  const money = pieces.own.unit === "money" && currency !== null;
  const seen = new Set<string | null>();
  const segments = groupsOf(answer, buckets, dimension).flatMap((group): Segment[] => {
    const key = group.key ?? null;
    // Counts stand beside each currency: once is enough.
    if (seen.has(key) || (money && group.currency !== null && group.currency !== currency)) return [];
    seen.add(key);
    const figures = columns.map((column) => buckets.map((_, at) => numberOf(group.rows[at]?.[column] ?? null) ?? 0));
    return [{ dimension, key, figures }];
  });
  return ofSeveral(segments);
}

/** A dimension of one segment is the whole under another name. */
function ofSeveral(segments: readonly Segment[]): readonly Segment[] {
  const counts = Map.groupBy(segments, ({ dimension }) => dimension);
  return segments.filter(({ dimension }) => (counts.get(dimension)?.length ?? 0) > 1);
}

function rangeOf(scope: Around["scope"], buckets: readonly Bucket[]): Omit<Question, "kpis" | "by" | "grain"> {
  return { ...scope, from: buckets[0]?.start ?? 0, to: buckets.at(-1)?.end ?? 0 };
}
