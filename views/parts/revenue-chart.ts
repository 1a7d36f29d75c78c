/** The two panes of the revenue panel: revenue as columns, below it commission as a running sum. */
import type { PageAnnotation } from "../../src/report/annotations.ts";
import type { Framed } from "../../src/report/common.ts";
import type { ForecastFigure, PointFigure } from "../../src/report/forecast.ts";
import type { Amount, KpiFigure } from "../../src/report/kpis.ts";
import type { RevenueChart } from "../../src/report/revenue-chart.ts";
import { type ChartAnomaly, type ChartForecast, type ChartProps, type ChartSeries, zoomHref } from "../charts/chart.ts";
import {
  aligned,
  bucketEnds,
  chartBuckets,
  cumulative,
  findingOf,
  grainWord,
  meanOf,
  previousSeries,
} from "../charts/data.ts";
import { noted } from "../charts/noted.ts";
import { shortText } from "../format.ts";
import { sharedText, type ViewQuery, viewHref } from "./query.ts";

export interface RevenueView {
  framed: Framed;
  query: ViewQuery;
  /** "previous 30 days"; null: nothing is compared. */
  previous: string | null;
  /** How locations are called where several are shown. */
  locationName: ((location_id: string) => string) | null;
  /** May note something. */
  exports: boolean;
  notes: readonly PageAnnotation[];
  /** Of what is exported: whose figures, over which time. */
  scope: string;
  now: number;
}

const SYNC = "revenue";

export function revenueCharts(
  shown: RevenueChart,
  view: RevenueView,
): { upper: ChartProps; lower: ChartProps; pane: string } {
  const { grain, revenue, commission, buckets, ahead } = shown;
  const { framed, query, previous, scope, now } = view;
  const ends = bucketEnds(buckets, framed, now);
  const own = chartBuckets(buckets, { grain, timezone: framed.timezone, ends });
  const last = buckets.at(-1)?.end ?? 0;
  const coming = ahead ? ahead.buckets.filter(({ start }) => start >= last) : [];
  const named = [...own, ...chartBuckets(coming, { grain, timezone: framed.timezone })];
  const count = buckets.length;
  const padded = (values: readonly Amount[]): Amount[] => [...values, ...coming.map(() => null)];
  const values = aligned(revenue.trend, count);
  const before = aligned(revenue.previous_trend ?? [], count);
  const sums = cumulative(aligned(commission.trend, count));
  const sumsBefore = cumulative(aligned(commission.previous_trend ?? [], count));
  const compared = previous !== null && before.some((value) => value !== null);
  const days = grain === "day";
  const word = grainWord(grain);
  const currency = revenue.currency ?? "USD";
  const aside: ChartSeries = {
    key: "commission",
    label: "Commission to date",
    role: "aside",
    values: padded(cents(sums)),
  };
  const series: ChartSeries[] = [{ key: "revenue", label: word, role: "value", values: padded(values) }];
  if (days)
    series.push({
      key: "mean",
      label: "7-day mean",
      role: "mean",
      values: padded(cents(meanOf(values, before, ends))),
    });
  if (compared) {
    const line = previousSeries(before, previous, days ? ends : null);
    series.push({ ...line, values: padded(cents(line.values)) });
  }
  const shared = { unit: "money" as const, currency, buckets: named, sync: SYNC, scope };
  const upper: ChartProps = {
    ...shared,
    id: "revenue",
    title: "Revenue and commission",
    kind: "bars",
    series: [...series, aside],
    forecast: coming.length > 0 && ahead ? forecastOf(ahead.revenue, count, coming.length) : null,
    awaits_forecast: ahead === undefined,
    anomalies: anomaliesOf(shown, view, values),
    height: "l",
    zoom: zoomHref(query),
    point: viewHref(query, {
      path: "/explore",
      timeframe: null,
      from: "{from}",
      to: "{to}",
      currency: null,
      own: { kpi: "revenue" },
    }),
    finding: findingOf(`${word} revenue`, revenue, own, values),
    empty: {
      title: "No revenue in this period",
      text: "Revenue counts when a bot reports deal_closed, order_placed, booking_completed or payment_received with a value.",
    },
  };
  const lower: ChartProps = {
    ...shared,
    id: "commission",
    title: "Commission, cumulative",
    kind: "area",
    series: [
      ...(compared
        ? [{ key: "previous", label: "Period before", role: "previous" as const, values: padded(cents(sumsBefore)) }]
        : []),
      { key: "commission", label: "Commission to date", role: "value", values: padded(cents(sums)) },
    ],
    forecast:
      coming.length > 0 && ahead
        ? runningOn(
            ahead.commission,
            sums.at(-1) ?? 0,
            aligned(commission.trend, count).at(-1) ?? 0,
            count,
            coming.length,
          )
        : null,
    height: "s",
    bare: true,
    finding: `Commission, cumulative: ${shortText(commission.value, "money", currency)} in this period.`,
  };
  return { upper: noted(upper, view), lower, pane: paneText(commission, compared) };
}

function paneText({ value, currency }: KpiFigure, compared: boolean): string {
  return `Commission, cumulative: ${shortText(value, "money", currency)}${compared ? "; dotted: the period before" : ""}`;
}

/** A running mean or sum, written to the cent. */
function cents(values: readonly Amount[]): Amount[] {
  return values.map((value) => (value === null ? null : Number(value).toFixed(2)));
}

/** Of the days behind the chart's own; the line begins at the day that is running. */
function forecastOf({ points }: ForecastFigure, count: number, coming: number): ChartForecast | null {
  if (points === null) return null;
  const lead = points.length - coming;
  const place = (of: (point: PointFigure) => Amount): Amount[] =>
    Array.from({ length: count + coming }, (_, index) => {
      const point = points[index - count + lead];
      return point === undefined || index < count - lead ? null : of(point);
    });
  return {
    from: count,
    median: place(({ yhat }) => yhat),
    lower: place(({ lower }) => lower),
    upper: place(({ upper }) => upper),
  };
}

/** The sum goes on from where it is; sums of bands are no bands. */
function runningOn(
  figure: ForecastFigure,
  so_far: number,
  today: Amount,
  count: number,
  coming: number,
): ChartForecast | null {
  const daily = forecastOf(figure, count, coming);
  if (daily === null) return null;
  let sum = so_far;
  const median = daily.median.map((value, index): Amount => {
    if (value === null) return null;
    // What the running day still brings: what it is to bring, less what is there.
    if (index < count) sum += Math.max(0, Number(value) - Number(today));
    else sum += Number(value);
    return sum.toFixed(2);
  });
  const none = daily.median.map(() => null);
  return { from: count, median, lower: none, upper: none };
}

function anomaliesOf(
  { noticed, buckets }: RevenueChart,
  { query, locationName }: RevenueView,
  values: readonly Amount[],
): ChartAnomaly[] {
  return noticed.flatMap((one) => {
    const at = buckets.findIndex(({ start, end }) => start <= one.t && one.t < end);
    if (at < 0) return [];
    const money = (value: number): string => shortText(value, "money");
    const where = locationName ? `${locationName(one.location_id)}: ` : "";
    const label = `Anomaly. ${where}${money(one.value)} where ${money(one.lower)} to ${money(one.upper)} was to be expected.`;
    return [
      {
        at,
        value: one.whole ? one.value : (values[at] ?? null),
        lower: one.whole ? one.lower : null,
        upper: one.whole ? one.upper : null,
        label,
        href: `/insights${sharedText({ ...query, timeframe: null, from: null, to: null, timezone: null, compare: true, filters: [], location_id: one.location_id })}`,
      },
    ];
  });
}
