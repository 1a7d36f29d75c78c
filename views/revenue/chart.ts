import type { ForecastFigure } from "../../src/report/forecast.ts";
import { type ChartForecast, type ChartProps, chart, chartFoot, chartMenu, zoomHref } from "../charts/chart.ts";
import { chartBuckets, kpiChart } from "../charts/data.ts";
import { noted } from "../charts/noted.ts";
import { previousName } from "../figures.ts";
import { type Html, html } from "../html.ts";
import { exploreHref } from "../parts/explore-link.ts";
import { ownHref, swapLink, viewLink } from "../parts/query.ts";
import { failedState } from "../parts/states.ts";
import type { RevenueShown } from "./own.ts";

const LABELS = { revenue: "Revenue", commission: "Commission", cost: "Cost", margin: "Margin" } as const;

/** The measure over time with the period before; of revenue by day also what is expected next. */
export function revenueChart(shown: RevenueShown): Html {
  const { report, own, query } = shown;
  const { figures } = report;
  const title = LABELS[own.measure];
  if (!figures.ok)
    return html`<section class="panel span-8" id="revenue-chart" aria-labelledby="h-revenue"><header class="panel-head"><h2 id="h-revenue">${title}</h2></header>${failedState("This chart could not be computed", figures.reason)}</section>`;
  const props = revenueChartProps(shown);
  const several = figures.value.revenue.currencies ?? [];
  return html`<section class="panel span-8" id="revenue-chart" aria-labelledby="h-revenue">
    <header class="panel-head"><h2 id="h-revenue">${title}</h2>
      <span class="end">${several.length > 1 && html`<span class="seg" role="group" aria-label="Currency">${several.map(({ currency }) => html`<a ${viewLink(query, { currency })}${currency === report.currency && html` aria-current="true"`}>${currency}</a>`)}</span>`}<span class="seg" role="group" aria-label="Measure">${MEASURE_KEYS.map(
        (measure) =>
          html`<a ${swapLink(ownHref(query, { measure: measure === "revenue" ? null : measure }))}${measure === own.measure && html` aria-current="true"`}>${LABELS[measure]}</a>`,
      )}</span>${props && chartMenu(props)}</span></header>
    ${props && html`<div class="panel-body">${chart(props)}</div><footer class="panel-foot">${chartFoot(props)}</footer>`}
  </section>`;
}

const MEASURE_KEYS = ["revenue", "commission", "cost", "margin"] as const;

/** The chart as it is drawn; null where its figures could not be had. */
export function revenueChartProps(shown: RevenueShown): ChartProps | null {
  const props = propsOf(shown);
  return props && noted(props, shown);
}

function propsOf({ report, own, query, now }: RevenueShown): ChartProps | null {
  const { figures, framed, buckets } = report;
  if (!figures.ok) return null;
  const figure = figures.value[own.measure];
  const previous = previousName(framed, report.previous !== null);
  const props = kpiChart({ id: "revenue", figure, framed, buckets, now, previous });
  const shared = {
    zoom: zoomHref(query),
    point: exploreHref(query, { kpi: own.measure, open: "{from}" }),
    rowName: "Period",
    empty: {
      title: `No ${figure.label.toLowerCase()} in this period`,
      text: "Revenue counts when a bot reports deal_closed, order_placed, booking_completed or payment_received with a value.",
    },
  };
  const ahead = own.measure === "revenue" && report.report.ok ? report.report.value.forecast : null;
  const last = buckets.at(-1);
  if (!ahead?.points || !last || framed.frame.grain !== "day" || ahead.currency !== report.currency || last.end < now)
    return { ...props, ...shared };
  return { ...props, ...shared, ...continued(props, ahead, { last: last.start, timezone: framed.timezone }) };
}

/** The days that are still to come, after those that are shown. The running day is both. */
function continued(
  props: ChartProps,
  { points, horizon_days }: ForecastFigure,
  { last, timezone }: { last: number; timezone: string },
): Partial<ChartProps> {
  const told = points ?? [];
  const starts = told.map(({ t }) => Date.parse(t) * 1_000);
  const from = props.buckets.length - (starts[0] === last ? 1 : 0);
  const coming = told.slice(props.buckets.length - from);
  const added = starts.slice(props.buckets.length - from).map((start, index) => ({
    label: start,
    start,
    end: starts[props.buckets.length - from + index + 1] ?? start + DAY,
  }));
  const before = Array.from({ length: from }, () => null);
  const forecast: ChartForecast = {
    from,
    median: [...before, ...told.map(({ yhat }) => yhat)],
    lower: [...before, ...told.map(({ lower }) => lower)],
    upper: [...before, ...told.map(({ upper }) => upper)],
    label: `Forecast, ${horizon_days} days`,
    band: "80% band",
  };
  const none = coming.map(() => null);
  return {
    buckets: [...props.buckets, ...chartBuckets(added, { grain: "day", timezone })],
    series: props.series.map((series) => ({ ...series, values: [...series.values, ...none] })),
    forecast,
  };
}

const DAY = 86_400_000_000;
