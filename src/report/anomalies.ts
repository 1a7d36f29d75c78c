/** Anomalies of the KPIs that add up: what was unlike its time of the week, who or what made it so, what to look at. */
import {
  type BaselineOptions,
  isAnomaly,
  type Judged,
  judgeSeries,
  type Severity,
  severityOf,
} from "../analysis/anomalies.ts";
import { kpiOf } from "../catalogue/kpis.ts";
import { type Bucket, isFine, stretchesOf } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Grain, Kpi, Unit } from "../catalogue/types.ts";
import { anomalyId } from "./anomaly-id.ts";
import { type Cause, type Caused, causesOf } from "./causes.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { amountsOf } from "./forecast.ts";
import { endOf, type History, historyOf, type Series } from "./history.ts";
import type { Amount } from "./kpis.ts";
import { recommendationOf } from "./recommended.ts";

export interface Anomaly {
  id: string;
  kpi: string;
  label: string;
  unit: Unit;
  /** Of money. */
  currency?: string;
  /** Start of its bucket. */
  t: string;
  value: Amount;
  expected: Amount;
  lower: Amount;
  upper: Amount;
  severity: Severity;
  /** Robust standard deviations from what is expected; negative below it. */
  score: number;
  cause: readonly Cause[];
  recommendation: string;
  acknowledged: boolean;
  acknowledged_by: string | null;
  acknowledged_at: string | null;
}

/** What was looked at. */
export interface Watched {
  kpi: string;
  currency?: string;
  /** Buckets that were judged. */
  judged: number;
  /** Why none was. */
  reason: string | null;
}

export interface AnomalyReport {
  framed: Framed;
  method: typeof ANOMALY_METHOD;
  grain: Grain;
  threshold: number;
  /** Values at the same time of the week that make what is usual. */
  baseline: number;
  /** Newest first, of the same time the most severe. */
  anomalies: readonly Anomaly[];
  /** Also those beyond the list. */
  total: number;
  watched: readonly Watched[];
}

export const ANOMALY_METHOD = "robust_seasonal_z_score";
const ANOMALIES_MAX = 200;
const DAY = 86_400_000_000;
const WEEK = 7 * DAY;
const HOURLY_UP_TO = 3 * DAY;
/** Of longer timeframes the last year is judged. */
const JUDGED_MAX = 366 * DAY;
const THRESHOLD = 3.5;
const BASELINE_WEEKS = { hour: 8, day: 12 } as const;
const BASELINE_MIN = 4;
/** 1970-01-01 was a Thursday; slots of a week begin on Monday. */
const FIRST_WEEKDAY = 3;
const HOUR = 3_600_000_000;

/** Those that add up, so that what their parts contributed can be told. */
export const WATCHED_KPIS: readonly Kpi[] = [
  "revenue",
  "cost",
  "leads",
  "leads_qualified",
  "conversions",
  "conversations",
  "calls",
  "calls_abandoned",
  "bookings",
  "bot_events",
  "bot_errors",
].map((key) => {
  const kpi = kpiOf(key);
  if (!kpi) throw new Error(`the catalogue lacks ${key}`);
  return kpi;
});

/** By the hour up to three days, by the day beyond; buckets that are not over are not judged. */
export async function anomalyReport(parts: ReportParts, asked: Asked): Promise<AnomalyReport> {
  const resolved = await framed(parts, asked);
  const end = endOf(resolved);
  const { from, to } = resolved.scope;
  const grain = to - from <= HOURLY_UP_TO ? "hour" : "day";
  const judged_from = Math.max(from, end - JUDGED_MAX);
  const baseline = BASELINE_WEEKS[grain];
  const length = Math.max(0, end - judged_from) + baseline * WEEK;
  const history = await historyOf(parts, resolved, { kpis: WATCHED_KPIS, grain, length });
  const slots = slotsOf(resolved, grain, history.buckets);
  const first = history.buckets.findIndex((bucket) => bucket.end > judged_from);
  const each = history.series.map((series) => ({
    series,
    ...judgedOf(series, slots, first < 0 ? history.buckets.length : first, baseline),
  }));
  const found = each.flatMap(({ series, anomalies }) => anomalies.map((judged): Found => ({ series, judged })));
  const shown = found.sort(byTime).slice(0, ANOMALIES_MAX);
  const causes = await causesOf(
    parts,
    resolved,
    { grain, slots, history, personal: asked.personal === true },
    shown.map(({ series, judged }): Caused => ({ kpi: series.kpi, currency: series.currency, ...judged })),
  );
  return {
    framed: resolved,
    method: ANOMALY_METHOD,
    grain,
    threshold: THRESHOLD,
    baseline,
    anomalies: acknowledged(
      parts,
      shown.map((one, index) => anomalyOf(asked, history, grain, one, causes[index] ?? [])),
    ),
    total: found.length,
    watched: each.map(({ series: { kpi, currency }, judged }) => ({
      kpi: kpi.key,
      ...(kpi.unit === "money" && currency !== null ? { currency } : {}),
      judged,
      reason: judged > 0 ? null : `Fewer than ${BASELINE_MIN} weeks of history before each of its buckets.`,
    })),
  };
}

interface Found {
  series: Series;
  judged: Judged;
}

/** The time of the week of each bucket: 0 is Monday, or Monday's first hour. */
function slotsOf({ timezone }: Framed, grain: "hour" | "day", buckets: readonly Bucket[]): readonly number[] {
  const stretches = stretchesOf(timezone, buckets[0]?.start ?? 0, buckets.at(-1)?.end ?? 0);
  return buckets.map(({ label, start }) => {
    // Labels from a day up are local time already.
    const offset = stretches.findLast((stretch) => stretch.start <= start)?.offset ?? 0;
    const local = isFine(grain) ? start + offset : label;
    const weekday = (Math.floor(local / DAY) + FIRST_WEEKDAY) % 7;
    return isFine(grain) ? weekday * 24 + Math.floor((local - Math.floor(local / DAY) * DAY) / HOUR) : weekday;
  });
}

/** Before a KPI's first value nothing was reported: that is no history of nothing. */
function judgedOf(
  { kpi, values }: Series,
  slots: readonly number[],
  from: number,
  baseline: number,
): { judged: number; anomalies: readonly Judged[] } {
  const begins = values.findIndex((value) => value !== 0);
  if (begins < 0) return { judged: 0, anomalies: [] };
  const options: BaselineOptions = {
    baseline,
    baseline_min: BASELINE_MIN,
    threshold: THRESHOLD,
    counts: kpi.unit === "count",
  };
  const judged = judgeSeries(values.slice(begins), slots.slice(begins), Math.max(0, from - begins), options);
  const anomalies = judged.filter((one) => isAnomaly(one, options));
  return { judged: judged.length, anomalies: anomalies.map((one) => ({ ...one, index: one.index + begins })) };
}

function byTime(one: Found, other: Found): number {
  return other.judged.index - one.judged.index || Math.abs(other.judged.score) - Math.abs(one.judged.score);
}

function anomalyOf(
  asked: Asked,
  { buckets }: History,
  grain: "hour" | "day",
  { series: { kpi, currency }, judged }: Found,
  cause: readonly Cause[],
): Anomaly {
  const start = buckets[judged.index]?.start ?? 0;
  const amount = amountsOf(kpi.unit);
  const money = kpi.unit === "money" && currency !== null ? { currency } : {};
  return {
    id: anomalyId(asked, { kpi: kpi.key, grain, start, ...money }),
    kpi: kpi.key,
    label: kpi.label,
    unit: kpi.unit,
    ...money,
    t: formatInstant(start),
    value: amount(judged.value),
    expected: amount(judged.expected),
    lower: amount(judged.lower),
    upper: amount(judged.upper),
    severity: severityOf(judged.score),
    score: Math.round(judged.score * 100) / 100,
    cause,
    recommendation: recommendationOf(kpi.key, judged.score > 0, cause[0] ?? null),
    acknowledged: false,
    acknowledged_by: null,
    acknowledged_at: null,
  };
}

function acknowledged({ control }: ReportParts, anomalies: readonly Anomaly[]): readonly Anomaly[] {
  const known = control.acknowledgements(anomalies.map(({ id }) => id));
  return anomalies.map((anomaly) => {
    const one = known.get(anomaly.id);
    if (!one) return anomaly;
    const { acknowledged_by, acknowledged_at } = one;
    return { ...anomaly, acknowledged: true, acknowledged_by, acknowledged_at: formatInstant(acknowledged_at) };
  });
}
