/** Forecasts in the words of the page: the chart, the sum, and how good the method was. */
import { bucketNames, decimal, exactText, figureOf, MISSING, nameOf, shortText } from "../../../views/format.ts";
import type { ForecastChart, ForecastProps } from "../../../views/insights/forecast.ts";
import type { Unit } from "../../catalogue/types.ts";
import type { ForecastFigure } from "../../report/forecast.ts";
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
    ...drawn(figure, past, timezone, 21, null),
    finding: findingOf("Bookings", figure, amount),
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
    ...drawn(forecast, past, timezone, days - forecast.horizon_days, currency),
    finding: findingOf("Revenue by day", forecast, amount),
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

/** The chart and its rows: the days before, and those that are forecast. `days`: so many that are over. */
function drawn(
  figure: ForecastFigure,
  past: History,
  timezone: string,
  days: number,
  currency: string | null,
): Pick<ForecastProps, "chart" | "rows"> {
  const { points, unit } = figure;
  if (points === null || points.length === 0) return { chart: null, rows: [] };
  const series = past.series.find(
    ({ kpi, currency: own }) => kpi.key === figure.kpi && (currency === null || own === currency),
  );
  const before = past.buckets.slice(-Math.max(7, days));
  const offset = past.buckets.length - before.length;
  const amount = (value: Amount): string => exactText(rounded(value, unit), unit, currency ?? undefined);
  const over = before.map(({ start }, index) => ({ start, past: series?.texts[offset + index] ?? "0", point: null }));
  const running = past.running;
  const coming = points.map((point, index) => ({
    start: Date.parse(point.t) * 1_000,
    past: index === 0 && running ? (series?.texts[past.buckets.length] ?? "0") : null,
    point,
  }));
  const all = [...over, ...coming];
  const names = all.map(({ start }) => bucketNames(start, "day", timezone));
  const number = (value: Amount | undefined): number | null =>
    value === null || value === undefined ? null : Number(value);
  const texts = all.map(({ past: was, point }) => ({
    past: was === null ? null : amount(was),
    median: point === null ? null : amount(point.yhat),
    band: point === null || point.lower === null ? null : `${amount(point.lower)} – ${amount(point.upper)}`,
    event: point?.event ?? null,
  }));
  const last = points.at(-1);
  const chart: ForecastChart = {
    names: names.map(({ short }) => short),
    long: names.map(({ long }) => long),
    past: all.map(({ past: was, point }) => (point === null ? number(was) : null)),
    partial: all.map(({ past: was, point }) => (point === null ? null : number(was))),
    median: all.map(({ point }) => number(point?.yhat)),
    lower: all.map(({ point }) => number(point?.lower)),
    upper: all.map(({ point }) => number(point?.upper)),
    texts,
    from: over.length,
    last: shortText(last ? rounded(last.yhat, unit) : null, unit, currency ?? undefined),
    currency,
  };
  const rows = all.map((_, index) => ({
    name: names[index]?.long ?? "",
    past: texts[index]?.past ?? MISSING,
    median: texts[index]?.median ?? MISSING,
    band: texts[index]?.band ?? MISSING,
    event: texts[index]?.event ?? null,
  }));
  return { chart, rows };
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
