/**
 * The chart of the overview: revenue and commission over time, what was noticed about it, and what comes next.
 * It must never wait for a forecast: that is had when it is there.
 */
import { kpiOf } from "../catalogue/kpis.ts";
import { type Bucket, bucketsOf } from "../catalogue/period.ts";
import type { Grain, Kpi } from "../catalogue/types.ts";
import type { NoticedAnomaly } from "../control/noticed.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { type ForecastFigure, forecastFigure, HISTORY_US } from "./forecast.ts";
import { historyOf } from "./history.ts";
import { knownEvents } from "./known-events.ts";
import { type KpiFigure, kpiFigures } from "./kpis.ts";

export interface RevenueChart {
  grain: Grain;
  /** What may be chosen instead; empty where there is nothing to choose. */
  grains: readonly Grain[];
  buckets: readonly Bucket[];
  revenue: KpiFigure;
  commission: KpiFigure;
  /** Undefined: it is being made. */
  ahead: Ahead | null | undefined;
  noticed: readonly NoticedMark[];
}

/** The next days of both. */
export interface Ahead {
  revenue: ForecastFigure;
  commission: ForecastFigure;
  /** Starts of the days. */
  buckets: readonly Bucket[];
}

export interface NoticedMark
  extends Pick<NoticedAnomaly, "location_id" | "t" | "value" | "expected" | "lower" | "upper" | "side"> {
  /** The chart shows exactly what was judged: its value is the bucket's, and its band belongs to it. */
  whole: boolean;
}

export interface RevenueChartAsked extends Asked {
  compare: boolean;
  currency: string | null;
  /** Of the address; null: the timeframe's. */
  grain: Grain | null;
}

/** How a forecast is had: at once (null: there is none), or undefined while it is being made. */
export type AheadOf = (key: string, ask: () => Promise<Ahead | null>) => Ahead | null | undefined;

const COARSER: Readonly<Partial<Record<Grain, Grain>>> = { day: "week", week: "month" };
const DAY = 86_400_000_000;
const AHEAD_DAYS_MAX = 14;
const NOTICED_MAX = 200;
/** More diamonds than these are a pattern, not anomalies. */
const MARKS_MAX = 6;

/** `known`: the figures by the timeframe's own grain, where they were asked for already. */
export async function revenueChart(
  parts: ReportParts,
  asked: RevenueChartAsked,
  known: { revenue: KpiFigure; commission: KpiFigure } | null,
  aheadOf: AheadOf,
): Promise<RevenueChart> {
  const resolved = await framed(parts, asked);
  const { frame, scope, timezone } = resolved;
  const coarser = COARSER[frame.grain];
  const grains = coarser === undefined ? [] : [frame.grain, coarser];
  const grain = asked.grain !== null && grains.includes(asked.grain) ? asked.grain : frame.grain;
  const { revenue, commission } = (grain === frame.grain ? known : null) ?? (await figuresBy(parts, asked, grain));
  const currency = revenue.currency ?? null;
  const filtered = scope.filters.length > 0;
  return {
    grain,
    grains,
    buckets: bucketsOf(grain, timezone, scope.from, scope.to),
    revenue,
    commission,
    ahead:
      grain === "day" && reachesNow(resolved, asked.now)
        ? aheadOf(keyOf(resolved, currency), () => aheadIn(parts, resolved, currency))
        : null,
    // The watch judges everything together: with filters the chart shows something else.
    noticed: filtered || currency === null ? [] : noticedIn(parts, resolved, grain, currency),
  };
}

async function figuresBy(parts: ReportParts, asked: RevenueChartAsked, grain: Grain) {
  const { compare, currency, grain: _, ...rest } = asked;
  const { kpis } = await kpiFigures(parts, {
    ...rest,
    kpis: [kpi("revenue"), kpi("commission")],
    comparisons: compare,
    trends: true,
    previous_trends: compare,
    grain,
    ...(currency === null ? {} : { currency }),
  });
  const { revenue, commission } = kpis;
  if (!revenue || !commission) throw new Error("a KPI that was asked for is missing in the answer");
  return { revenue, commission };
}

function reachesNow({ scope, frame }: Framed, now: number): boolean {
  return scope.from < now && (scope.to >= now - DAY || frame.name === "all");
}

/** The same forecast all day long; what is told of days is a part of it. */
function keyOf({ scope, timezone, frame }: Framed, currency: string | null): string {
  return JSON.stringify([scope.locations, scope.filters, timezone, currency, frame.name, Math.floor(scope.to / DAY)]);
}

/** Half as many days as are shown, 14 at most; null without money. */
async function aheadIn(parts: ReportParts, given: Framed, currency: string | null): Promise<Ahead | null> {
  if (currency === null) return null;
  // Whoever asked may be gone before it is made.
  const { signal: _, ...scope } = given.scope;
  const resolved = { ...given, scope };
  const kpis = [kpi("revenue"), kpi("commission")];
  const history = await historyOf(parts, resolved, { kpis, grain: "day", length: HISTORY_US });
  const horizon = Math.max(1, Math.min(AHEAD_DAYS_MAX, Math.round((scope.to - scope.from) / DAY / 2)));
  const events = knownEvents(parts.control, resolved);
  const [revenue, commission] = kpis.map((one) => {
    const series = history.series.find((own) => own.kpi.key === one.key && own.currency === currency) ?? null;
    return forecastFigure(resolved, history, series, { kpi: one, horizon, currency, events });
  });
  const start = history.running?.start ?? history.buckets.at(-1)?.end;
  if (!revenue?.points || !commission || start === undefined) return null;
  const buckets = bucketsOf("day", given.timezone, start, start + (horizon + 2) * DAY).slice(0, horizon);
  return { revenue, commission, buckets };
}

/** The newest that the watch noticed of all bots together, by the chart's grain. */
function noticedIn(
  { control }: ReportParts,
  { scope }: Framed,
  grain: Grain,
  currency: string,
): readonly NoticedMark[] {
  if (grain !== "day" && grain !== "hour") return [];
  const all = scope.locations ?? control.locations().map(({ location_id }) => location_id);
  const found = all.flatMap((location_id) => control.noticedAnomalies(location_id, scope.from, NOTICED_MAX));
  return found
    .filter((one) => one.kpi === "revenue" && one.bot_id === null && one.state !== "withdrawn")
    .filter((one) => one.grain === grain && one.currency === currency && one.t >= scope.from - DAY && one.t < scope.to)
    .sort((one, other) => other.score - one.score)
    .slice(0, MARKS_MAX)
    .map(({ location_id, t, value, expected, lower, upper, side }) => ({
      location_id,
      t,
      value,
      expected,
      lower,
      upper,
      side,
      whole: all.length === 1,
    }));
}

function kpi(key: string): Kpi {
  const found = kpiOf(key);
  if (!found) throw new Error(`the catalogue lacks ${key}`);
  return found;
}
