/**
 * What is unlike itself: KPIs as series, judged bucket by bucket. The one function for the live engine, for answers of any
 * timeframe and for backtests, so that they agree on every bucket.
 * It must never judge a bucket by when it is asked about, nor by anything that came later.
 */
import type { Bucket } from "../catalogue/period.ts";
import type { Filter, Kpi } from "../catalogue/types.ts";
import { type Asked, type Framed, type ReportParts, timezoneOf } from "./common.ts";
import { definedKpis } from "./custom-kpis.ts";
import { type Epoch, epochsOver } from "./watching/epochs.ts";
import { firstOf, type JudgedBucket, judgeSeries } from "./watching/judged.ts";
import { isSeries, typesRead, WATCHED_KPIS, type WatchGrain } from "./watching/kinds.ts";
import { bucketsFrom, seriesOf, type WatchedSeries } from "./watching/series.ts";

export type { JudgedBucket } from "./watching/judged.ts";
export type { WatchGrain } from "./watching/kinds.ts";

/** A series with its buckets of the range, judged. */
export interface JudgedSeries extends Pick<WatchedSeries, "kpi" | "currency" | "bot_id"> {
  judged: readonly JudgedBucket[];
}

/** The same without the buckets that were as usual. */
export interface WatchedJudged extends Pick<WatchedSeries, "kpi" | "currency" | "bot_id"> {
  /** Buckets of the range that were judged. */
  judged: number;
  anomalies: readonly JudgedBucket[];
}

/** Judgements that somebody keeps, because they watch. */
export interface KeptJudgements {
  /**
   * All series of a location in its own zone, each bot by itself or all together: the buckets that end in (from, to]. Null
   * where not all of it is known, or something came in since that may have changed it.
   */
  judged(asked: KeptAsked): readonly WatchedJudged[] | null;
}

export interface KeptAsked {
  location_id: string;
  timezone: string;
  grain: WatchGrain;
  by_bot: boolean;
  from: number;
  to: number;
}

/** Which series, and which of their buckets. */
export interface Watching {
  kpis: readonly Kpi[];
  grain: WatchGrain;
  /** Buckets that end in (from, to]: those that were over by `to`, and not by `from`. */
  from: number;
  to: number;
  by_bot: boolean;
  /** Nothing happened before; left out: not known. */
  since?: number;
}

type Whose = Pick<Framed["scope"], "locations" | "filters" | "rules" | "timezone" | "signal">;

/** Of each series its buckets of the range. Those of a KPI that nothing was reported of are left out. */
export async function judgedOf(
  { store }: Pick<ReportParts, "store">,
  scope: Whose,
  { kpis, grain, from, to, by_bot, since }: Watching,
): Promise<readonly JudgedSeries[]> {
  const found = new Map<string, JudgedSeries>();
  const over = bucketsOver(grain, scope.timezone, from, to);
  const [first] = over;
  const last = over.at(-1);
  if (!first || !last) return [];
  const breath = breathing();
  for (const epoch of epochsOver(grain, scope.timezone, first.start, last.end)) {
    const buckets = bucketsOfEpoch(grain, scope.timezone, epoch, last.end, since);
    const within = { from: Math.max(epoch.from, first.start), to: Math.min(epoch.to, last.end) };
    for (const series of await seriesOf({ store }, scope, { kpis, grain, buckets, by_bot })) {
      const { kpi, currency, bot_id } = series;
      // Events without a bot are no bot's.
      if (bot_id === null || firstOf(series.values) === buckets.length) continue;
      const key = JSON.stringify([kpi.key, currency, bot_id]);
      const before = found.get(key)?.judged ?? [];
      const judged = judgeSeries(series, grain, buckets, within);
      found.set(key, { kpi, currency, bot_id, judged: [...before, ...judged] });
      await breath();
    }
  }
  return [...found.values()];
}

/** All series of the locations asked: as they are kept, or judged for this question. */
export async function watchedJudged(
  parts: ReportParts,
  { location_id, locations, filters }: Pick<Asked, "location_id" | "locations" | "filters">,
  scope: Whose,
  watching: Omit<Watching, "kpis" | "since">,
): Promise<readonly WatchedJudged[]> {
  const { timezone } = scope;
  const kept =
    location_id === null || filters.length > 0
      ? null
      : (parts.watch?.judged({ location_id, timezone, ...watching }) ?? null);
  if (kept) return kept;
  const { kpis, since } = await watchedKpis(parts, { location_id, locations });
  return (await judgedOf(parts, scope, { kpis, since, ...watching })).map(({ judged, ...series }) => ({
    ...series,
    judged: judged.length,
    anomalies: judged.filter(({ judgement }) => judgement.anomaly),
  }));
}

export interface SeriesQuestion {
  kpi: Kpi;
  location_id: string;
  /** Undefined or null: all bots together. */
  bot_id?: string | null;
  filters?: readonly Filter[];
  grain: WatchGrain;
  from: number;
  to: number;
  signal?: AbortSignal;
}

/** One KPI of one location, in its own time zone: the buckets that end in (from, to], judged; money once a currency. */
export function judgedSeries(parts: ReportParts, asked: SeriesQuestion): Promise<readonly JudgedSeries[]> {
  const { kpi, location_id, bot_id = null, filters = [], grain, from, to, signal } = asked;
  const own: readonly Filter[] = bot_id === null ? [] : [{ field: "bot_id", op: "eq", value: bot_id }];
  const scope: Whose = {
    locations: [location_id],
    filters: [...own, ...filters],
    rules: parts.control.commissionRules(),
    timezone: timezoneOf(parts.control, [location_id]),
    ...(signal ? { signal } : {}),
  };
  return judgedOf(parts, scope, { kpis: [kpi], grain, from, to, by_bot: false });
}

/** Others must not wait long while one judges: after some milliseconds they are let in. */
function breathing(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < BREATH_MS) return;
    await new Promise(setImmediate);
    began = performance.now();
  };
}

const BREATH_MS = 10;

/** The buckets that end in (from, to]. */
export function bucketsOver(grain: WatchGrain, timezone: string, from: number, to: number): readonly Bucket[] {
  return bucketsFrom(grain, timezone, from - LONGEST, to).filter(({ end }) => end > from && end <= to);
}

/**
 * From the anchor of an epoch to the last bucket that ends by `until`. Those before the first event of all (`since`) are left
 * out: they would only be skipped, as a series begins with its first value.
 */
export function bucketsOfEpoch(
  grain: WatchGrain,
  timezone: string,
  { anchor, to }: Epoch,
  until: number,
  since = anchor,
): readonly Bucket[] {
  return bucketsFrom(grain, timezone, anchor, Math.min(to, until)).filter(({ end }) => end > since && end <= until);
}

/** A day with a clock change may be longer than others. */
const LONGEST = 2 * 86_400_000_000;

/**
 * Those of the catalogue and of the team that are series, as far as the locations report what they read; and since when they
 * report anything.
 */
export async function watchedKpis(
  { store, control }: ReportParts,
  { location_id, locations }: { location_id: string | null; locations: readonly string[] | null },
): Promise<{ kpis: readonly Kpi[]; since: number }> {
  const own = definedKpis(control, { location_id, locations }).filter(isSeries);
  const seen = location_id === null ? locations : [location_id];
  const rows = await store.rows<{ type: string; first: number }>(
    `SELECT type, min(bucket) AS first FROM rollup_day
     WHERE ${seen === null ? "true" : "list_contains($1, location_id)"} GROUP BY type`,
    seen === null ? [] : [seen],
  );
  const types = new Set(rows.map(({ type }) => type));
  const read = (kpi: Kpi): boolean => typesRead(kpi)?.some((type) => types.has(type)) ?? types.size > 0;
  const since = rows.reduce((least, { first }) => Math.min(least, first), Number.POSITIVE_INFINITY);
  return { kpis: [...WATCHED_KPIS, ...own].filter(read), since };
}
