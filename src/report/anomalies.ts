/** Anomalies of every KPI that is a series: what was unlike all that it did before, who or what made it so, what to look at. */
import type { Judgement, Severity } from "../analysis/anomaly/detector.ts";
import { type Bucket, bucketsOf } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Grain, Unit } from "../catalogue/types.ts";
import { adviceOf } from "./anomaly-advice.ts";
import { anomalyId } from "./anomaly-id.ts";
import { type CauseFigure, causesFor } from "./causes.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { amountsOf } from "./forecast.ts";
import { endOf } from "./history.ts";
import type { Amount } from "./kpis.ts";
import { maskedCell } from "./personal.ts";
import { botFilter } from "./watching/filter.ts";
import { type WatchedJudged, type WatchGrain, watchedJudged } from "./watching.ts";

export interface Anomaly {
  id: string;
  kpi: string;
  label: string;
  unit: Unit;
  /** Of money. */
  currency?: string;
  /** Where each bot was looked at by itself; null: events without one. */
  bot_id?: string | null;
  /** Of its bucket. */
  grain: WatchGrain;
  /** Start of its bucket. */
  t: string;
  value: Amount;
  expected: Amount;
  lower: Amount;
  upper: Amount;
  severity: Severity;
  /** 1 is where an anomaly begins; comparable between series. */
  score: number;
  side: "above" | "below";
  /** What about it was odd most: its level, its season, a change, its spread, its shape. */
  signal: string;
  cause: readonly CauseFigure[];
  recommendation: string;
  /** When the appliance noticed it by itself, perhaps before its bucket was over; null where it did not. */
  noticed_at: string | null;
  acknowledged: boolean;
  acknowledged_by: string | null;
  acknowledged_at: string | null;
}

/** What was looked at. */
export interface Watched {
  kpi: string;
  currency?: string;
  bot_id?: string | null;
  /** Buckets that were judged. */
  judged: number;
  anomalies: number;
  /** Why none was. */
  reason: string | null;
}

export interface AnomalyReport {
  framed: Framed;
  method: typeof ANOMALY_METHOD;
  grain: WatchGrain;
  /** What is known of the detector on what was asked about. */
  quality: {
    /** A score from here on is an anomaly. */
    threshold: number;
    series: number;
    judged: number;
    /** Anomalies a hundred buckets that were judged; null where none was. */
    per_100_judged: number | null;
    /** So many of the newest and the strongest have their causes looked for. */
    caused_max: number;
  };
  /** Newest first, of the same time the most severe. */
  anomalies: readonly Anomaly[];
  /** Also those beyond the list. */
  total: number;
  watched: readonly Watched[];
}

export interface AnomaliesAsked extends Asked {
  /** Each bot by itself instead of all together. */
  by_bot?: boolean;
}

export const ANOMALY_METHOD = "causal_signal_records";
export const ANOMALIES_MAX = 500;
const THRESHOLD = 1;
const DAY = 86_400_000_000;
const HOURLY_UP_TO = 3 * DAY;
/** Of longer timeframes the last three years are judged. */
const JUDGED_MAX = 3 * 366 * DAY;
const CAUSED_NEWEST = 12;
const CAUSED_STRONGEST = 36;

/** By the hour up to three days, by the day beyond; buckets that are not over are not judged. */
export async function anomalyReport(parts: ReportParts, asked: AnomaliesAsked): Promise<AnomalyReport> {
  const resolved = await framed(parts, asked);
  const { from, to } = resolved.scope;
  const grain = to - from <= HOURLY_UP_TO ? "hour" : "day";
  const end = lastEnd(resolved, grain);
  const by_bot = asked.by_bot === true;
  const watching = { grain, from: Math.max(from, end - JUDGED_MAX), to: end, by_bot } as const;
  const series = await watchedJudged(parts, asked, resolved.scope, watching);
  const found = foundIn(series);
  const shown = found.slice(0, ANOMALIES_MAX);
  const causes = await causesFor(parts, resolved.scope, {
    grain,
    anomalies: causedOf(shown),
    personal: asked.personal === true,
  });
  const judged = series.reduce((sum, one) => sum + one.judged, 0);
  return {
    framed: resolved,
    method: ANOMALY_METHOD,
    grain,
    quality: {
      threshold: THRESHOLD,
      series: series.length,
      judged,
      per_100_judged: judged === 0 ? null : Math.round((found.length / judged) * 10_000) / 100,
      caused_max: CAUSED_NEWEST + CAUSED_STRONGEST,
    },
    anomalies: withWhatIsKept(
      parts,
      shown.map((one) => anomalyOf(asked, grain, one, causes.get(one) ?? [])),
    ),
    total: found.length,
    watched: series.map((one) => watchedOf(one, asked.personal === true)),
  };
}

/** Beyond the last event nothing came: all of its bucket is known, once that is over. */
function lastEnd(resolved: Framed, grain: WatchGrain): number {
  const { frame, timezone, scope } = resolved;
  if (frame.name !== "all") return endOf(resolved);
  const [last] = bucketsOf(grain, timezone, scope.to - 1, scope.to);
  return Math.min(scope.now ?? scope.to, last?.end ?? scope.to);
}

/** The grains that a timeframe may be judged by. */
export const ANOMALY_GRAINS = ["hour", "day"] as const satisfies readonly Grain[];

export interface Found {
  series: WatchedJudged;
  bucket: Bucket;
  judgement: Judgement;
}

/** Newest first, of the same time the most severe. */
export function foundIn(series: readonly WatchedJudged[]): readonly Found[] {
  return series
    .flatMap((one) => one.anomalies.map(({ bucket, judgement }): Found => ({ series: one, bucket, judgement })))
    .sort((one, other) => other.bucket.start - one.bucket.start || other.judgement.score - one.judgement.score);
}

/** Causes cost questions: the newest and the strongest have them looked for. */
function causedOf(shown: readonly Found[]): readonly Found[] {
  const strongest = [...shown].sort((one, other) => other.judgement.score - one.judgement.score);
  return [...new Set([...shown.slice(0, CAUSED_NEWEST), ...strongest.slice(0, CAUSED_STRONGEST)])];
}

function anomalyOf(
  asked: AnomaliesAsked,
  grain: WatchGrain,
  { series, bucket, judgement }: Found,
  cause: readonly CauseFigure[],
): Anomaly {
  const { kpi, currency, bot_id } = series;
  const amount = amountsOf(kpi.unit);
  const money = kpi.unit === "money" && currency !== null ? { currency } : {};
  const above = judgement.side !== "below";
  return {
    id: anomalyId(scopeOf(asked, bot_id), { kpi: kpi.key, grain, start: bucket.start, ...money }),
    kpi: kpi.key,
    label: kpi.label,
    unit: kpi.unit,
    ...money,
    ...shownBot(bot_id, asked.personal === true),
    grain,
    t: formatInstant(bucket.start),
    value: amount(judgement.value),
    expected: amount(judgement.expected),
    lower: amount(judgement.lower),
    upper: amount(judgement.upper),
    severity: judgement.severity ?? "medium",
    score: Math.round(judgement.score * 100) / 100,
    side: above ? "above" : "below",
    signal: judgement.signal,
    cause,
    recommendation: adviceOf(kpi, above, cause[0] ?? null),
    noticed_at: null,
    acknowledged: false,
    acknowledged_by: null,
    acknowledged_at: null,
  };
}

/** A bot that was looked at by itself is called as if it had been filtered by: it is the same anomaly. */
function scopeOf(asked: Asked, bot_id: string | null | undefined) {
  if (bot_id === undefined) return asked;
  return { ...asked, filters: [...asked.filters, botFilter(bot_id)] };
}

function watchedOf({ kpi, currency, bot_id, judged, anomalies }: WatchedJudged, personal: boolean): Watched {
  return {
    kpi: kpi.key,
    ...(kpi.unit === "money" && currency !== null ? { currency } : {}),
    ...shownBot(bot_id, personal),
    judged,
    anomalies: anomalies.length,
    reason: judged > 0 ? null : "Too little history before its buckets to tell what is usual.",
  };
}

function shownBot(bot_id: string | null | undefined, personal: boolean): { bot_id?: string | null } {
  if (bot_id === undefined) return {};
  return { bot_id: bot_id === null || personal ? bot_id : String(maskedCell(bot_id)) };
}

function withWhatIsKept({ control }: ReportParts, anomalies: readonly Anomaly[]): readonly Anomaly[] {
  const ids = anomalies.map(({ id }) => id);
  const seen = control.noticedAmong(ids);
  const known = control.acknowledgements(ids);
  return anomalies.map((anomaly) => {
    const noticed = seen.get(anomaly.id);
    const one = known.get(anomaly.id);
    return {
      ...anomaly,
      noticed_at: noticed ? formatInstant(noticed.noticed_at) : null,
      acknowledged: one !== undefined,
      acknowledged_by: one?.acknowledged_by ?? null,
      acknowledged_at: one ? formatInstant(one.acknowledged_at) : null,
    };
  });
}
