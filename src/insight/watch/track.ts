/**
 * The series of one location at one grain: loaded once, then fed with what closed, and with what came late.
 * It must judge as `report/watching` does: from the same anchor, in the same order, with the same detector.
 */
import type { Bucket } from "../../catalogue/period.ts";
import type { Kpi } from "../../catalogue/types.ts";
import type { Framed } from "../../report/common.ts";
import { type Epoch, epochsOver } from "../../report/watching/epochs.ts";
import { nothingOf, onlyRises, type WatchGrain } from "../../report/watching/kinds.ts";
import { seriesOf, type WatchedSeries } from "../../report/watching/series.ts";
import { bucketsOfEpoch, bucketsOver } from "../../report/watching.ts";
import type { Store } from "../../store/store.ts";
import { feed, type Line, lineOf, rejudge, type Seen } from "./line.ts";

export type Scope = Pick<Framed["scope"], "locations" | "filters" | "rules" | "timezone">;

export interface Track {
  grain: WatchGrain;
  timezone: string;
  epoch: Epoch;
  /** Closed ones, from the anchor on. */
  buckets: readonly Bucket[];
  lines: Map<string, Line>;
}

export interface TrackParts {
  store: Store;
  scope: Scope;
  kpis: readonly Kpi[];
  /** Nothing happened before. */
  since: number;
  /** Whether there is room for another series beside so many that are being loaded. */
  room: (loading: number) => boolean;
  /** Between two slices of work. */
  rest: (took_ms: number) => Promise<void>;
}

/** Two days are longer than any bucket. */
const BEFORE = 2 * 86_400_000_000;
const KPIS_AT_ONCE = 8;
/** Others wait no longer than this. */
const SLICE_MS = 10;

/** The newest bucket that is over, and those of its epoch before it; null before the first. */
function closedBy(
  grain: WatchGrain,
  { scope: { timezone }, since }: Pick<TrackParts, "scope" | "since">,
  now: number,
): { epoch: Epoch; buckets: readonly Bucket[] } | null {
  const last = bucketsOver(grain, timezone, now - BEFORE, now).at(-1);
  const epoch = last && epochsOver(grain, timezone, last.start, last.start + 1)[0];
  return epoch ? { epoch, buckets: bucketsOfEpoch(grain, timezone, epoch, now, since) } : null;
}

/** Everything from the anchor on; what was judged of the buckets that ended after `since`. */
export async function loadTrack(
  parts: TrackParts,
  grain: WatchGrain,
  now: number,
  since: number,
): Promise<{ track: Track; seen: readonly Seen[] } | null> {
  const closed = closedBy(grain, parts, now);
  if (!closed) return null;
  const track: Track = { grain, timezone: parts.scope.timezone, ...closed, lines: new Map() };
  const seen: Seen[] = [];
  const first = track.buckets.find(({ end }) => end > since)?.start ?? Number.POSITIVE_INFINITY;
  for (const by_bot of [false, true])
    for (let at = 0; at < parts.kpis.length; at += KPIS_AT_ONCE) {
      const kpis = parts.kpis.slice(at, at + KPIS_AT_ONCE);
      let began = performance.now();
      const found = await seriesOf(parts, parts.scope, { kpis, grain, buckets: track.buckets, by_bot });
      for (const series of found) {
        const line = added(parts, track, series, track.lines.size);
        if (!line) continue;
        seen.push(...rejudge(line, grain, track.buckets, first));
        await parts.rest(performance.now() - began);
        began = performance.now();
      }
      await parts.rest(performance.now() - began);
    }
  return { track, seen };
}

/**
 * Brings a track up to now: what closed since, and everything from `dirty` on where something came late. What was judged
 * of the buckets from the first of them on. Null when another epoch has begun: then it is to be loaded.
 */
export async function advance(
  parts: TrackParts,
  track: Track,
  now: number,
  dirty: number,
): Promise<readonly Seen[] | null> {
  const { grain } = track;
  const closed = closedBy(grain, parts, now);
  // Also where something came that is older than all before it.
  if (closed?.epoch.anchor !== track.epoch.anchor || closed.buckets[0]?.start !== track.buckets[0]?.start) return null;
  const before = track.buckets.length;
  const late = track.buckets.findIndex(({ end }) => end > dirty);
  const from = late < 0 ? before : late;
  track.buckets = closed.buckets;
  const asked = track.buckets.slice(from);
  if (asked.length === 0) return [];
  const seen: Seen[] = [];
  const met = new Set<string>();
  for (const by_bot of [false, true]) {
    let began = performance.now();
    const found = await seriesOf(parts, parts.scope, { kpis: parts.kpis, grain, buckets: asked, by_bot });
    for (const series of found) {
      const key = keyOf(series);
      const line = track.lines.get(key) ?? added(parts, track, padded(series, from), 0);
      if (!line) continue;
      met.add(key);
      seen.push(...taken(line, track, { from, before, series }));
      // Judging anew takes milliseconds each.
      if (performance.now() - began < SLICE_MS) continue;
      await parts.rest(performance.now() - began);
      began = performance.now();
    }
    await parts.rest(performance.now() - began);
  }
  // A bot of which nothing came has no row: its counts are nothing, its rates unknown.
  for (const [key, line] of track.lines) {
    if (met.has(key)) continue;
    const nothing = nothingOf(line.series.kpi);
    const values = asked.map(() => nothing);
    const series = { ...line.series, values, weights: line.weights && asked.map(() => 0) };
    seen.push(...taken(line, track, { from, before, series }));
  }
  return seen;
}

/** The open bucket: what can only rise, and is too high already. `hours`: of the hours since the open day began. */
export function peekAt(track: Track, open: Bucket, values: ReadonlyMap<string, number>): readonly Seen[] {
  const seen: Seen[] = [];
  for (const [key, value] of values) {
    const line = track.lines.get(key);
    const judgement = line?.detector?.peek(value, "above");
    if (line && judgement?.anomaly) seen.push({ line, bucket: open, judgement });
  }
  return seen;
}

/** Of what adds up and only rises: the sum of some buckets, of each bot and of all together, by line. */
export function risenIn(series: readonly WatchedSeries[], places: readonly number[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const one of series) {
    if (!onlyRises(one.kpi)) continue;
    const sum = places.reduce((total, place) => total + (one.values[place] ?? 0), 0);
    const whole = keyOf({ ...one, bot_id: undefined });
    sums.set(whole, (sums.get(whole) ?? 0) + sum);
    sums.set(keyOf(one), sum);
  }
  return sums;
}

export function keyOf({ kpi, currency, bot_id }: Pick<WatchedSeries, "kpi" | "currency" | "bot_id">): string {
  return JSON.stringify([kpi.key, currency, bot_id]);
}

/** What closed is fed; where something before it changed, all is judged anew. */
function taken(
  line: Line,
  track: Track,
  { from, before, series }: { from: number; before: number; series: WatchedSeries },
): readonly Seen[] {
  const { grain, buckets } = track;
  const late = series.values.slice(0, before - from);
  const changed = late.some((value, index) => value !== (line.values[from + index] ?? null));
  const weighed = series.weights?.some(
    (weight, index) => from + index < before && weight !== line.weights?.[from + index],
  );
  line.values.splice(from, line.values.length, ...series.values);
  line.weights?.splice(from, line.weights.length, ...(series.weights ?? []));
  if (!changed && !weighed) return feed(line, grain, buckets, before, line.values);
  return rejudge(line, grain, buckets, buckets[from]?.start ?? Number.POSITIVE_INFINITY);
}

/** Nothing came of it before: a new bot, a KPI that is used for the first time. */
function padded(series: WatchedSeries, count: number): WatchedSeries {
  const nothing = nothingOf(series.kpi);
  const values = [...new Array<number | null>(count).fill(nothing), ...series.values];
  const weights = series.weights && [...new Array<number>(count).fill(0), ...series.weights];
  return { ...series, values, weights };
}

/** Null where there is nothing in it, or no room. Events without a bot are of all bots together only. */
function added({ room }: TrackParts, { lines }: Track, series: WatchedSeries, loading: number): Line | null {
  const empty = series.values.every((value) => value === null || value === 0);
  if (empty || series.bot_id === null || !room(loading)) return null;
  const line = lineOf(series);
  lines.set(keyOf(series), line);
  return line;
}
