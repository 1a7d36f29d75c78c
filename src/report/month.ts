/** Revenue of the running local month: what is known of it, what the rest may bring, and what moved it. */
import { kpiOf } from "../catalogue/kpis.ts";
import { type Bucket, bucketsOf } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Kpi } from "../catalogue/types.ts";
import type { Framed, ReportParts } from "./common.ts";
import { type Drivers, driversOf, type Segment } from "./drivers.ts";
import { amountsOf, type ForecastFigure, forecastFigure, type IntervalFigure } from "./forecast.ts";
import { endOf, type History, quarterOf, type Series } from "./history.ts";
import type { Amount } from "./kpis.ts";
import { maskedCell } from "./personal.ts";
import { moneyOf, recordsOf, sumOf, textOf } from "./read-answer.ts";

export interface MonthFigure {
  /** "2026-11". */
  month: string;
  from: string;
  to: string;
  currency: string;
  /** Up to now. */
  so_far: string;
  /** Complete days as they were, the others as forecast; null without a forecast. */
  estimate: Amount;
  /** Meant to hold 80% of the outcomes. */
  lower: Amount;
  upper: Amount;
  lower_95: Amount;
  upper_95: Amount;
  /** Of the days that are not over. */
  forecast: ForecastFigure;
  /** What moved it against as much of the month before; null where neither had any. */
  drivers: Drivers | null;
}

export interface MonthAsked {
  history: History;
  series: Series | null;
  currency: string;
  events: ReadonlyMap<number, string>;
  personal: boolean;
}

const BY = { bot_id: "bot_id", source: "data.source" } as const;

/** As of the end of the question. */
export async function monthOf(
  parts: Pick<ReportParts, "store">,
  framed: Framed,
  { history, series, currency, events, personal }: MonthAsked,
): Promise<MonthFigure> {
  const { timezone } = framed;
  const end = endOf(framed);
  const [before, month] = monthsOf(timezone, end);
  const today = history.running?.start ?? end;
  const left = bucketsOf("day", timezone, today, month.end).length;
  const days = [...history.buckets, ...(history.running ? [history.running] : [])];
  const texts = days.flatMap(({ start }, index) => (start >= month.start ? [series?.texts[index] ?? "0"] : []));
  const so_far = sumOf(texts);
  const forecast = forecastFigure(framed, history, series, { kpi: revenueKpi(), horizon: left, currency, events });
  const complete = Number(sumOf(history.running ? texts.slice(0, -1) : texts));
  // What came in is there, unless refunds are usual.
  const least = series?.values.some((value) => value < 0) ? Number.NEGATIVE_INFINITY : Number(so_far);
  const whole = (rest: Amount | undefined): Amount =>
    rest === null || rest === undefined ? null : amountsOf("money")(Math.max(least, complete + Number(rest)));
  const bounds = (interval: IntervalFigure | null): [Amount, Amount] => [
    whole(interval?.lower),
    whole(interval?.upper),
  ];
  const [lower, upper] = bounds(forecast.confidence_interval);
  const [lower_95, upper_95] = bounds(forecast.confidence_interval_95);
  return {
    month: new Date(month.label / 1_000).toISOString().slice(0, 7),
    from: formatInstant(month.start),
    to: formatInstant(month.end),
    currency,
    so_far,
    estimate: whole(forecast.total_estimate),
    lower,
    upper,
    lower_95,
    upper_95,
    forecast,
    drivers: await driversIn(parts, framed, { before, month, currency, personal }),
  };
}

function monthsOf(timezone: string, end: number): readonly [before: Bucket, month: Bucket] {
  const [month] = bucketsOf("month", timezone, end, end + 1);
  const [before] = month ? bucketsOf("month", timezone, month.start - 1, month.start) : [];
  if (!month || !before) throw new Error("a moment lies in a month, and another is before it");
  return [before, month];
}

function revenueKpi(): Kpi {
  const kpi = kpiOf("revenue");
  if (!kpi) throw new Error("the catalogue lacks revenue");
  return kpi;
}

/** The month so far against as long a part of the one before. */
async function driversIn(
  { store }: Pick<ReportParts, "store">,
  framed: Framed,
  { before, month, currency, personal }: { before: Bucket; month: Bucket; currency: string; personal: boolean },
): Promise<Drivers | null> {
  const to = Math.max(month.start, quarterOf(framed));
  const then = { from: before.start, to: Math.min(before.end, before.start + (to - month.start)) };
  const kpis = [revenueKpi()];
  const segments = async (field: string, range: { from: number; to: number }): Promise<readonly Segment[]> => {
    if (range.from >= range.to) return [];
    const answer = await store.ask({ ...framed.scope, ...range, kpis, by: [field], grain: null });
    return recordsOf(answer).map((row) => {
      const key = textOf(row.cells[field]);
      const shown = key === null || personal ? key : textOf(maskedCell(key));
      return { key: shown, currency: row.currency ?? currency, amount: moneyOf(row.cells.revenue) };
    });
  };
  const moved = await Promise.all(
    Object.entries(BY).map(async ([dimension, field]) => {
      const [now, earlier] = await Promise.all([segments(field, { from: month.start, to }), segments(field, then)]);
      return [dimension, { now, before: earlier }] as const;
    }),
  );
  return driversOf(Object.fromEntries(moved)).find((drivers) => drivers.currency === currency) ?? null;
}
