/** From reports to what a chart draws: buckets with their names, a KPI beside the period before. */
import type { Bucket } from "../../src/catalogue/period.ts";
import type { Grain } from "../../src/catalogue/types.ts";
import type { Framed } from "../../src/report/common.ts";
import type { Amount, KpiFigure } from "../../src/report/kpis.ts";
import { bucketNames, shortText } from "../format.ts";
import type { ChartBucket, ChartProps, ChartSeries } from "./chart.ts";

export interface Ends {
  first: boolean;
  last: boolean;
}

const MEAN_DAYS = 7;
const US_PER_MS = 1_000;
const UNITS: Readonly<Record<Grain, string>> = {
  minute: "Per minute",
  hour: "Hourly",
  day: "Daily",
  week: "Weekly",
  month: "Monthly",
  quarter: "Quarterly",
  year: "Yearly",
};

/** "Daily". */
export function grainWord(grain: Grain): string {
  return UNITS[grain];
}

/** Which of the two ends the timeframe or the present cuts. */
export function bucketEnds(buckets: readonly Bucket[], { frame, scope }: Framed, now: number): Ends {
  const first = buckets[0];
  const last = buckets.at(-1);
  // Beyond the first and the last event there is nothing to cut off.
  if (frame.name === "all") return { first: false, last: last !== undefined && last.end > now };
  return {
    first: first !== undefined && first.start < scope.from,
    last: last !== undefined && last.end > Math.min(scope.to, Math.max(now, scope.from)),
  };
}

/** Buckets as a chart names them. */
export function chartBuckets(
  buckets: readonly Bucket[],
  { grain, timezone, ends }: { grain: Grain; timezone: string; ends?: Ends },
): ChartBucket[] {
  return buckets.map(({ start, end }, index) => {
    const { short, long } = bucketNames(start, grain, timezone);
    const cut = (ends?.first && index === 0) || (ends?.last && index === buckets.length - 1);
    const named = { name: short, long, from: instant(start), to: instant(end) };
    return cut ? { ...named, partial: true } : named;
  });
}

/** "Jan 26 is partial"; null when all are whole. */
export function partialNote(buckets: readonly ChartBucket[]): string | null {
  const [first, last] = buckets.filter(({ partial }) => partial).map(({ name }) => name);
  if (first === undefined) return null;
  return last === undefined ? `${first} is partial` : `${first} and ${last} are partial`;
}

/** One place a bucket. */
export function aligned(trend: KpiFigure["trend"], count: number): Amount[] {
  return Array.from({ length: count }, (_, index) => trend[index]?.v ?? null);
}

export interface KpiChart {
  id: string;
  figure: KpiFigure;
  framed: Framed;
  buckets: readonly Bucket[];
  now: number;
  /** "previous 30 days"; null: nothing is compared. */
  previous: string | null;
  kind?: ChartProps["kind"];
  height?: ChartProps["height"];
}

/** A KPI over time with the period before; of days that add up, also the mean of seven; and its target, where one bucket can have one. */
export function kpiChart(given: KpiChart): ChartProps {
  const { id, figure, framed, buckets, now, previous, kind = "bars", height = "l" } = given;
  const { grain } = framed.frame;
  const ends = bucketEnds(buckets, framed, now);
  const named = chartBuckets(buckets, { grain, timezone: framed.timezone, ends });
  const values = aligned(figure.trend, buckets.length);
  const before = aligned(figure.previous_trend ?? [], buckets.length);
  const days = kind === "bars" && grain === "day";
  const compared = previous !== null && before.some((value) => value !== null);
  const series: ChartSeries[] = [{ key: "value", label: UNITS[grain], values, role: "value" }];
  if (days) series.push({ key: "mean", label: "7-day mean", values: meanOf(values, before, ends), role: "mean" });
  if (compared) series.push(previousSeries(before, previous, days ? ends : null));
  const { unit, currency, label } = figure;
  const money = currency === undefined ? {} : { currency };
  // A sum has a target for its timeframe, which no single day can meet; a rate has the same for each.
  const level = unit === "percent" || unit === "duration" || unit === "ratio" ? figure.target : null;
  return {
    id,
    title: label,
    kind,
    unit,
    ...money,
    buckets: named,
    series,
    target: level === null ? null : { value: Number(level), label: `Target ${shortText(level, unit, currency)}` },
    height,
    finding: findingOf(`${UNITS[grain]} ${label.toLowerCase()}`, figure, named, values),
  };
}

/** The period before: each bucket, or of days the mean of the seven, so that one line can be held against the other. */
export function previousSeries(before: readonly Amount[], name: string, smoothed: Ends | null): ChartSeries {
  const label = name.charAt(0).toUpperCase() + name.slice(1);
  if (smoothed === null) return { key: "previous", label, values: before, role: "previous" };
  return { key: "previous", label: `${label}, mean`, values: trailing(before, smoothed), role: "previous" };
}

/** "Daily revenue, Dec 28 to Jan 26: $26.4M in all, $24M in the period before; highest $1.4M, Jan 20." */
export function findingOf(
  what: string,
  { value, previous, unit, currency }: Pick<KpiFigure, "value" | "previous" | "unit" | "currency">,
  buckets: readonly ChartBucket[],
  values: readonly Amount[],
): string {
  const text = (amount: Amount): string => shortText(amount, unit, currency);
  const whole = values.map((amount, index) => (amount === null || buckets[index]?.partial ? null : Number(amount)));
  const best = whole.reduce<number>((most, one, index) => ((one ?? 0) > (whole[most] ?? 0) ? index : most), 0);
  const peak = whole[best] ? `; highest ${text(values[best] ?? null)}, ${buckets[best]?.name}` : "";
  const against = previous === null ? "" : `, ${text(previous)} in the period before`;
  return `${what}, ${buckets[0]?.name} to ${buckets.at(-1)?.name}: ${text(value)} in all${against}${peak}.`;
}

/**
 * The mean of the seven days that end with each whole day. The days before the timeframe come from the one before;
 * the day in which the two meet is put together from its parts.
 */
export function meanOf(values: readonly Amount[], before: readonly Amount[], ends: Ends): (number | null)[] {
  const known = before.some((value) => value !== null);
  const joined = known ? [...before, ...values] : [...values];
  if (known && ends.first) joined.splice(before.length - 1, 2, Number(before.at(-1) ?? 0) + Number(values[0] ?? 0));
  const lead = joined.length - values.length;
  const whole = known || !ends.first ? 0 : 1;
  return values.map((_, index) => {
    const end = lead + index;
    const start = end - MEAN_DAYS + 1;
    if (start < whole || (ends.last && index === values.length - 1)) return null;
    return joined.slice(start, end + 1).reduce<number>((sum, value) => sum + Number(value ?? 0), 0) / MEAN_DAYS;
  });
}

/** The mean of up to seven days that end with each; nothing before them is known. */
function trailing(values: readonly Amount[], ends: Ends): (number | null)[] {
  const first = ends.first ? 1 : 0;
  return values.map((_, index) => {
    const days = values.slice(Math.max(first, index - MEAN_DAYS + 1), index + 1).filter((value) => value !== null);
    return days.length === 0 ? null : days.reduce<number>((sum, value) => sum + Number(value), 0) / days.length;
  });
}

/** Running sums. */
export function cumulative(values: readonly Amount[]): (number | null)[] {
  if (values.every((value) => value === null)) return values.map(() => null);
  let sum = 0;
  return values.map((value) => {
    sum += Number(value ?? 0);
    return sum;
  });
}

function instant(microseconds: number): string {
  return new Date(microseconds / US_PER_MS).toISOString().replace(".000Z", "Z");
}
