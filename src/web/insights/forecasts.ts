/** Forecasts in the words of the page: the chart, the sum, and how good the method was. */
import type { ChartProps } from "../../../views/charts/chart.ts";
import { chartBuckets } from "../../../views/charts/data.ts";
import { bucketNames, decimal, exactText, figureOf, nameOf, shortText } from "../../../views/format.ts";
import type { ForecastProps } from "../../../views/insights/forecast.ts";
import type { Unit } from "../../catalogue/types.ts";
import type { ForecastFigure, PointFigure } from "../../report/forecast.ts";
import type { History } from "../../report/history.ts";
import type { Amount } from "../../report/kpis.ts";
import type { MonthFigure } from "../../report/month.ts";
import type { Outlook } from "../../report/predictive.ts";

const METHODS: Readonly<Record<string, string>> = {
  ensemble: "Made from several models, weighted by how well each did lately",
  seasonal_naive: "Repeats the week before",
  naive: "Repeats the last day",
};
const DRIVERS_SHOWN = 3;
const DAY = 86_400_000_000;

export function forecastsProps(outlook: Outlook & { past: History }, timezone: string): readonly ForecastProps[] {
  const { bookings, revenue_month, past } = outlook;
  return [bookingsProps(bookings, past, timezone), monthProps(revenue_month, past, timezone)];
}

function bookingsProps(figure: ForecastFigure, past: History, timezone: string): ForecastProps {
  const { unit, total_estimate, confidence_interval: interval, horizon_days } = figure;
  const amount = (value: Amount): string => shortText(rounded(value, unit), unit);
  return {
    id: "forecast-bookings",
    title: "Bookings",
    meta: `The next ${horizon_days} days`,
    total: totalOf(
      total_estimate,
      unit,
      null,
      interval && `${amount(interval.lower)} to ${amount(interval.upper)} with 80%`,
    ),
    beside: figure.trend && trendText(figure.trend.direction),
    chart: drawn(figure, past, timezone, {
      id: "bookings",
      title: "Bookings",
      days: 21,
      currency: null,
      finding: findingOf("Bookings", figure, amount),
    }),
    quality: qualityOf(figure),
    reason: figure.reason,
    begins: "It begins a day after a bot reports booking_created.",
    drivers: [],
  };
}

function monthProps(figure: MonthFigure, past: History, timezone: string): ForecastProps {
  const { month, currency, so_far, estimate, lower, upper, forecast, drivers } = figure;
  const amount = (value: Amount): string => shortText(value, "money", currency);
  const moved = (drivers?.by ?? []).flatMap(({ dimension, segments }) =>
    segments.slice(0, DRIVERS_SHOWN).map(({ key, contribution }) => ({
      what: `${dimension === "bot_id" ? "Bot" : "Source"} ${key === null ? "none given" : nameOf(key)}`,
      change: `${Number(contribution) > 0 ? "+" : ""}${amount(contribution)}`,
    })),
  );
  const days = Math.min(35, Math.max(14, Math.round((Date.parse(figure.to) - Date.parse(figure.from)) / 86_400_000)));
  return {
    id: "forecast-revenue",
    title: "Revenue of the month",
    meta: bucketNames(Date.parse(figure.from) * 1_000, "month", timezone).long || month,
    total: totalOf(
      estimate,
      "money",
      currency,
      lower === null || upper === null ? null : `${amount(lower)} to ${amount(upper)} with 80%`,
    ),
    beside: `${amount(so_far)} so far`,
    chart: drawn(forecast, past, timezone, {
      id: "month-revenue",
      title: "Revenue of the month",
      days: days - forecast.horizon_days,
      currency,
      finding: findingOf("Revenue by day", forecast, amount),
    }),
    quality: qualityOf(forecast),
    reason: forecast.reason,
    begins: "It begins a day after a bot reports a deal_closed, an order or a payment with a value.",
    drivers: moved,
  };
}

function totalOf(value: Amount, unit: Unit, currency: string | null, interval: string | null): ForecastProps["total"] {
  if (value === null) return null;
  const figure = figureOf(rounded(value, unit), unit, currency ?? undefined);
  return {
    ...figure,
    exact: exactText(
      unit === "count" ? Number(value).toFixed(1) : value,
      unit === "count" ? "ratio" : unit,
      currency ?? undefined,
    ),
    interval: interval ?? "Too few sums of the past to tell how far it may lie off",
  };
}

/** The days before, and those that are forecast. `days`: so many that are over. */
function drawn(
  figure: ForecastFigure,
  past: History,
  timezone: string,
  { id, title, days, currency, finding }: Drawn,
): ChartProps | null {
  const { points, unit } = figure;
  if (points === null || points.length === 0) return null;
  const series = past.series.find(
    ({ kpi, currency: own }) => kpi.key === figure.kpi && (currency === null || own === currency),
  );
  const before = past.buckets.slice(-Math.max(7, days));
  const offset = past.buckets.length - before.length;
  const running = past.running;
  const over = before.map((_, index): Amount => series?.texts[offset + index] ?? "0");
  const so_far: Amount = running ? (series?.texts[past.buckets.length] ?? "0") : null;
  const starts = [...before.map(({ start }) => start), ...points.map(({ t }) => Date.parse(t) * 1_000)];
  const buckets = starts.map((start, index) => ({ start, end: starts[index + 1] ?? start + DAY, label: start }));
  const shown = (value: Amount | undefined): Amount => rounded(value ?? null, unit);
  const ahead = (of: (point: PointFigure) => Amount): Amount[] => [
    ...over.map(() => null),
    ...points.map((point) => shown(of(point))),
  ];
  return {
    id,
    title,
    kind: "bars",
    unit,
    ...(currency === null ? {} : { currency }),
    buckets: chartBuckets(buckets, { grain: "day", timezone }).map((bucket, index) => {
      const { event } = points[index - over.length] ?? {};
      const named = event === undefined ? bucket : { ...bucket, long: `${bucket.long}, ${event}` };
      return running && index === over.length ? { ...named, partial: true } : named;
    }),
    series: [
      {
        key: "past",
        label: "By day",
        role: "value",
        values: [...over, so_far, ...points.slice(1).map(() => null)],
      },
    ],
    forecast: {
      from: over.length,
      median: ahead(({ yhat }) => yhat),
      lower: ahead(({ lower }) => lower),
      upper: ahead(({ upper }) => upper),
      label: "Forecast",
    },
    height: "l",
    rowName: "Day",
    finding,
  };
}

interface Drawn {
  id: string;
  title: string;
  days: number;
  currency: string | null;
  finding: string;
}

/** Counts have no parts; money keeps its cents. */
function rounded(value: Amount, unit: Unit): Amount {
  return value === null || unit === "money" ? value : Math.round(Number(value));
}

function findingOf(what: string, { points }: ForecastFigure, amount: (value: Amount) => string): string {
  const [first] = points ?? [];
  const last = points?.at(-1);
  if (!first || !last) return `${what}: no forecast.`;
  return `${what}, forecast by day: ${amount(first.yhat)} first, ${amount(last.yhat)} last.`;
}

/** How it did on days that it had not seen: against repeating the week, and how often its bands held the outcome. */
function qualityOf({ method, backtest, history_days }: ForecastFigure): readonly string[] {
  const made = method === null ? "" : `${METHODS[method] ?? method}, from ${decimal(history_days, 0)} days of history.`;
  if (backtest === null) return [made, "Too little history to try it on its own past: how good it is is not known."];
  const { relative_mae, coverage, origins, points } = backtest;
  const tries = `over ${decimal(origins, 0)} tries (${decimal(points, 0)} days)`;
  const held =
    coverage === null
      ? "Too few outcomes to tell how often the 80% band was right."
      : `${percent(coverage)} of outcomes lay in the 80% band ${tries}.`;
  return [againstNaive(relative_mae), held, made];
}

function againstNaive(relative: number | null): string {
  if (relative === null) return "Repeating last week's day was never wrong, so there is nothing to compare with.";
  const off = Math.round(Math.abs(1 - relative) * 100);
  if (off === 0) return "This method's error was the same as repeating last week's day.";
  return `This method's error was ${off}% ${relative < 1 ? "below" : "above"} repeating last week's day.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function trendText(direction: "up" | "down" | "flat"): string {
  return { up: "Trend: rising", down: "Trend: falling", flat: "Trend: flat" }[direction];
}
