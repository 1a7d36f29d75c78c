/**
 * The page of revenue: what came in, who and what brought it, what moved it, what comes next, and the largest deals.
 * It must never let one failed part take the others with it.
 */
import { expressionOf } from "../catalogue/formula.ts";
import { kpiOf } from "../catalogue/kpis.ts";
import { type Bucket, bucketsOf, previousOf } from "../catalogue/period.ts";
import type { Kpi } from "../catalogue/types.ts";
import { currencyOf, type Framed, framed, type ReportParts } from "./common.ts";
import { eventsBehind, maskedSegment, partsOf, type Segment } from "./drill-down.ts";
import { extentElsewhere } from "./elsewhere.ts";
import { type ListedEvent, largestEvents } from "./events.ts";
import { HISTORY_US } from "./forecast.ts";
import { historyOf } from "./history.ts";
import { knownEvents } from "./known-events.ts";
import { type KpiFigure, kpiFigures, targetOf } from "./kpis.ts";
import { type MonthFigure, monthOf } from "./month.ts";
import { attempted, type OverviewAsked, type Part } from "./overview.ts";
import { REVENUE_KPIS, type RevenueReport, revenueReport } from "./revenue.ts";

export const MEASURES = ["revenue", "commission", "cost", "margin"] as const;
export type Measure = (typeof MEASURES)[number];

export interface RevenuePage {
  framed: Framed;
  previous: { from: number; to: number } | null;
  buckets: readonly Bucket[];
  /** By key, with the series of both periods. */
  figures: Part<Readonly<Record<Measure, KpiFigure>>>;
  /** What comes next, and what moved it; the same that the API answers. */
  report: Part<Pick<RevenueReport, "forecast" | "drivers">>;
  /** What brought the measure; the parts in the currency that is shown. */
  parts: readonly { by: string; split: Part<{ segments: readonly Segment[]; more: boolean }> }[];
  month: Part<MonthFigure & { target: string | number | null }>;
  largest: Part<readonly ListedEvent[]>;
  /** The one that is shown. */
  currency: string;
  /** When there are events, but none in this timeframe: from when to when they are. */
  elsewhere: { first: number; last: number } | null;
}

/** Events of the largest values. */
const LARGEST = 10;
const BY = ["bot_id", "data.source", "location_id"] as const;

/** Everything on the page. `log` hears what failed. */
export async function revenuePage(
  parts: ReportParts,
  asked: OverviewAsked & { measure: Measure },
  log: (what: string, error: unknown) => void,
): Promise<RevenuePage> {
  const { compare, measure, personal = false } = asked;
  const resolved = await framed(parts, asked);
  const { frame, scope, timezone } = resolved;
  const compares = compare && frame.name !== "all";
  const attempt = attempted(log);
  const figures = await attempt("figures", figuresOf(parts, asked));
  const usual = asked.currency ?? currencyOf(parts.control, scope.locations);
  const currency = (figures.ok ? figures.value.revenue.currency : null) ?? usual;
  const kpi = known(measure);
  const whole = parts.store.ask({ ...scope, kpis: [kpi], by: [], grain: null });
  const by = BY.filter((field) => field !== "location_id" || isOverSeveral(parts, scope.locations));
  const isEmpty = figures.ok && Number(figures.value.revenue.value ?? 0) === 0;
  const elsewhere = isEmpty ? await attempt("extent", extentElsewhere(parts, asked)) : null;
  const [report, month, largest, ...splits] = await Promise.all([
    attempt("report", revenueReport(parts, { ...asked, comparisons: compares, trends: false })),
    attempt("month", monthFigure(parts, resolved, currency, personal)),
    attempt("largest", largestDeals(parts, resolved, { now: asked.now, personal, currency })),
    ...by.map(async (field) => ({
      by: field,
      split: await attempt(
        field,
        splitOf(parts, resolved, { kpi, by: field, compares }, { whole, currency, personal }),
      ),
    })),
  ]);
  return {
    framed: resolved,
    previous: compares ? previousOf(scope) : null,
    buckets: bucketsOf(frame.grain, timezone, scope.from, scope.to),
    figures,
    report,
    parts: splits,
    month,
    largest,
    currency,
    elsewhere: elsewhere?.ok ? elsewhere.value : null,
  };
}

async function figuresOf(
  parts: ReportParts,
  { currency, compare, ...asked }: OverviewAsked,
): Promise<Readonly<Record<Measure, KpiFigure>>> {
  const options = {
    comparisons: compare,
    trends: true,
    previous_trends: compare,
    ...(currency === null ? {} : { currency }),
  };
  const { kpis } = await kpiFigures(parts, { ...asked, ...options, kpis: REVENUE_KPIS });
  const figure = (key: Measure): KpiFigure => {
    const found = kpis[key];
    if (!found) throw new Error("a KPI that was asked for is missing in the answer");
    return found;
  };
  return {
    revenue: figure("revenue"),
    commission: figure("commission"),
    cost: figure("cost"),
    margin: figure("margin"),
  };
}

async function splitOf(
  parts: ReportParts,
  { scope }: Framed,
  splitting: Parameters<typeof partsOf>[2],
  { whole, currency, personal }: { whole: Parameters<typeof partsOf>[3]; currency: string; personal: boolean },
): Promise<{ segments: readonly Segment[]; more: boolean }> {
  const { segments, more } = await partsOf(parts, scope, splitting, whole);
  const own = segments.filter((segment) => (segment.currency ?? currency) === currency);
  return { segments: personal ? own : own.map(maskedSegment), more };
}

/** Of the month that the timeframe ends in. */
async function monthFigure(
  parts: ReportParts,
  resolved: Framed,
  currency: string,
  personal: boolean,
): Promise<MonthFigure & { target: string | number | null }> {
  const revenue = known("revenue");
  const history = await historyOf(parts, resolved, { kpis: [revenue], grain: "day", length: HISTORY_US });
  const usual = currencyOf(parts.control, resolved.scope.locations);
  const series = history.series.find((one) => (one.currency ?? usual) === currency) ?? null;
  const events = knownEvents(parts.control, resolved);
  const month = await monthOf(parts, resolved, { history, series, currency, events, personal });
  // A target is an amount of the location's own currency.
  const target =
    currency === usual ? (targetOf(parts.control, revenue, resolved.scope.locations)?.shown ?? null) : null;
  return { ...month, target };
}

function largestDeals(
  { store }: ReportParts,
  { scope }: Framed,
  { now, personal, currency }: { now: number; personal: boolean; currency: string },
): Promise<readonly ListedEvent[]> {
  const { where } = eventsBehind(expressionOf(known("revenue").formula), scope, now);
  return largestEvents(store, scope, { where, limit: LARGEST, personal, currency });
}

function isOverSeveral({ control }: ReportParts, locations: readonly string[] | null): boolean {
  return (locations ?? control.locations()).length > 1;
}

function known(key: string): Kpi {
  const kpi = kpiOf(key);
  if (!kpi) throw new Error(`the catalogue lacks ${key}`);
  return kpi;
}
