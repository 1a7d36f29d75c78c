import type { KpiFigure } from "../../src/report/kpis.ts";
import type { Overview } from "../../src/report/overview.ts";
import { bucketNames, exactText, shortText } from "../format.ts";

/** What js/charts.js draws: one place a bucket, numbers only, names written by the server. */
export interface RevenueChart {
  names: readonly string[];
  long: readonly string[];
  /** Whole buckets. */
  bars: readonly (number | null)[];
  /** Buckets that the timeframe cuts: drawn dashed. */
  partial: readonly (number | null)[];
  mean: readonly (number | null)[];
  previous: readonly (number | null)[];
  /** What is drawn of the period before: its mean where the grain is days, so that one line can be held against the other. */
  previous_line: readonly (number | null)[];
  commission: readonly (number | null)[];
  commission_previous: readonly (number | null)[];
  currency: string;
  unit: string;
}

export interface ChartRow {
  name: string;
  partial: boolean;
  revenue: string;
  previous: string;
  commission: string;
}

export interface ChartView {
  chart: RevenueChart;
  rows: readonly ChartRow[];
  finding: string;
  commission_finding: string;
  /** What the cut buckets are, in words; null when all are whole. */
  partial_note: string | null;
}

const UNITS: Readonly<Record<string, string>> = {
  minute: "Per minute",
  hour: "Hourly",
  day: "Daily",
  week: "Weekly",
  month: "Monthly",
  quarter: "Quarterly",
  year: "Yearly",
};
const MEAN_DAYS = 7;

/** Which of the two ends the timeframe cuts. */
export function partialEnds({ buckets, framed: { frame, scope }, now }: Overview): { first: boolean; last: boolean } {
  const first = buckets[0];
  const last = buckets.at(-1);
  // Beyond the first and the last event there is nothing to cut off.
  if (frame.name === "all") return { first: false, last: last !== undefined && last.end > now };
  return {
    first: first !== undefined && first.start < scope.from,
    last: last !== undefined && last.end > Math.min(scope.to, Math.max(now, scope.from)),
  };
}

/** The series of the two figures, side by side with those before, ready to be drawn and read. */
export function chartView(report: Overview, revenue: KpiFigure, commission: KpiFigure): ChartView {
  const { frame, timezone } = report.framed;
  const currency = revenue.currency ?? "USD";
  const ends = partialEnds(report);
  const count = report.buckets.length;
  const cut = (index: number): boolean => (ends.first && index === 0) || (ends.last && index === count - 1);
  const values = aligned(revenue.trend, count);
  const before = aligned(revenue.previous_trend ?? [], count);
  const names = report.buckets.map(({ start }) => bucketNames(start, frame.grain, timezone));
  const chart: RevenueChart = {
    names: names.map(({ short }) => short),
    long: names.map(({ long }) => long),
    bars: values.map((value, index) => (cut(index) ? null : value)),
    partial: values.map((value, index) => (cut(index) ? value : null)),
    mean: frame.grain === "day" ? meanOf(values, before, ends) : values.map(() => null),
    previous: before,
    previous_line: frame.grain === "day" ? trailing(before, ends) : before,
    commission: cumulative(aligned(commission.trend, count)),
    commission_previous: cumulative(aligned(commission.previous_trend ?? [], count)),
    currency,
    unit: UNITS[frame.grain] ?? "",
  };
  const money = (trend: KpiFigure["trend"] | undefined, index: number): string =>
    exactText(trend?.[index]?.v ?? null, "money", currency);
  return {
    chart,
    rows: report.buckets.map((_, index) => ({
      name: names[index]?.long ?? "",
      partial: cut(index),
      revenue: money(revenue.trend, index),
      previous: money(revenue.previous_trend, index),
      commission: money(commission.trend, index),
    })),
    finding: findingOf(chart, revenue, currency),
    commission_finding: `Commission, cumulative: ${shortText(commission.value, "money", currency)} in this period.`,
    partial_note: noteOf(chart.names, ends),
  };
}

function findingOf({ names, bars, unit }: RevenueChart, { value, previous }: KpiFigure, currency: string): string {
  const best = bars.reduce<number>((most, bar, index) => ((bar ?? 0) > (bars[most] ?? 0) ? index : most), 0);
  const high = bars[best];
  const against = previous === null ? "" : `, ${shortText(previous, "money", currency)} in the period before`;
  const peak = high ? `; highest ${shortText(high, "money", currency)}, ${names[best]}` : "";
  return `${unit} revenue, ${names[0]} to ${names.at(-1)}: ${shortText(value, "money", currency)} in all${against}${peak}.`;
}

function noteOf(names: readonly string[], { first, last }: { first: boolean; last: boolean }): string | null {
  if (!first && !last) return null;
  if (first && last && names.length > 1) return `${names[0]} and ${names.at(-1)} are partial`;
  return `${last ? names.at(-1) : names[0]} is partial`;
}

function aligned(trend: KpiFigure["trend"], count: number): (number | null)[] {
  return Array.from({ length: count }, (_, index) => {
    const v = trend[index]?.v;
    return v === null || v === undefined ? null : Number(v);
  });
}

/**
 * The mean of the seven days that end with each whole day. The days before the timeframe come from the one before;
 * the day in which the two meet is put together from its parts.
 */
function meanOf(
  values: readonly (number | null)[],
  before: readonly (number | null)[],
  ends: { first: boolean; last: boolean },
): (number | null)[] {
  const known = before.some((value) => value !== null);
  const joined = known ? [...before, ...values] : [...values];
  if (known && ends.first) joined.splice(before.length - 1, 2, (before.at(-1) ?? 0) + (values[0] ?? 0));
  const lead = joined.length - values.length;
  const whole = known || !ends.first ? 0 : 1;
  return values.map((_, index) => {
    const end = lead + index;
    const start = end - MEAN_DAYS + 1;
    if (start < whole || (ends.last && index === values.length - 1)) return null;
    return joined.slice(start, end + 1).reduce<number>((sum, value) => sum + (value ?? 0), 0) / MEAN_DAYS;
  });
}

/** The mean of up to seven days that end with each; nothing before them is known. */
function trailing(values: readonly (number | null)[], ends: { first: boolean }): (number | null)[] {
  const first = ends.first ? 1 : 0;
  return values.map((_, index) => {
    const days = values.slice(Math.max(first, index - MEAN_DAYS + 1), index + 1).filter((value) => value !== null);
    return days.length === 0 ? null : days.reduce((sum, value) => sum + value, 0) / days.length;
  });
}

function cumulative(values: readonly (number | null)[]): (number | null)[] {
  if (values.every((value) => value === null)) return [...values];
  let sum = 0;
  return values.map((value) => {
    sum += value ?? 0;
    return sum;
  });
}
