/**
 * Charts over time, as every page has them: legend, canvas, what is read aloud, values as a table, menu.
 * It must never compute a figure: it shows what a report answered. js/charts.js draws what stands in data-chart.
 */
import type { Unit } from "../../src/catalogue/types.ts";
import type { Amount } from "../../src/report/kpis.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { type ViewQuery, viewHref } from "../parts/query.ts";
import { footOf } from "./foot.ts";
import { legendOf } from "./legend.ts";
import { wireOf } from "./wire.ts";

export interface ChartBucket {
  /** On the axis, and in full. */
  name: string;
  long: string;
  /** RFC 3339; `to` is not included. */
  from: string;
  to: string;
  /** The timeframe or the present cuts it. */
  partial?: boolean;
}

/**
 * `value`: the thing itself, drawn as the chart's kind says; `segment`: one of several of a split; `previous`: the period before;
 * `mean`: a strong line over bars; `target`: a thin line; `aside`: not drawn, only read.
 */
export type SeriesRole = "value" | "segment" | "previous" | "mean" | "target" | "aside";

export interface ChartSeries {
  /** The same in every push: what was hidden stays hidden. */
  key: string;
  label: string;
  /** One place a bucket. */
  values: readonly Amount[];
  role: SeriesRole;
  colour?: 1 | 2 | 3 | 4 | 5 | 6;
  /** Where it is read in another unit than the chart's. */
  unit?: Unit;
  currency?: string;
  /** Beside the label in the legend: a total. */
  note?: string;
}

export interface ChartForecast {
  /** Where it begins; its buckets are a part of the chart's. */
  from: number;
  median: readonly Amount[];
  lower: readonly Amount[];
  upper: readonly Amount[];
  label?: string;
  band?: string;
}

export interface ChartAnomaly {
  at: number;
  value: Amount;
  lower: Amount;
  upper: Amount;
  label: string;
  href: string | null;
}

export interface ChartAnnotation {
  id: string;
  at: number;
  letter: string;
  text: string;
  /** When it is, in words. */
  when: string;
  by: string;
  /** By whoever looks. */
  removable: boolean;
}

export interface ChartProps {
  /** Unique on the page: the canvas lies in `chart-<id>`. */
  id: string;
  title: string;
  /** Second line of what is exported: "All locations · Dec 28 – Jan 26 · UTC". */
  scope?: string;
  kind: "line" | "bars" | "stacked" | "area";
  unit: Unit;
  currency?: string;
  buckets: readonly ChartBucket[];
  series: readonly ChartSeries[];
  /** A level. */
  target?: { value: number; label: string } | null;
  /** Undefined and awaited: its place in the legend is kept. */
  forecast?: ChartForecast | null;
  awaits_forecast?: boolean;
  anomalies?: readonly ChartAnomaly[];
  annotations?: readonly ChartAnnotation[];
  height: "s" | "m" | "l";
  /** Charts of one group share their cursor. */
  sync?: string;
  /** An address with {from} and {to}, for a drag over buckets. */
  zoom?: string | null;
  /** An address with {from}, {to}, {series}, for a click on a bucket. */
  point?: string | null;
  /** A bucket may be chosen for a note: annotateMenu() stands in the head of the page. */
  annotate?: boolean;
  /** One sentence: the text alternative. */
  finding: string;
  empty?: { title: string; text: string; action?: Html };
  /** Head of the table's first column. */
  rowName?: string;
  /** A pane below another: neither legend nor names on its axis. */
  bare?: true;
}

export interface ChartPanelProps extends ChartProps {
  panelId: string;
  span: 4 | 5 | 6 | 7 | 8 | 12;
  meta?: Html | string;
  /** At the end of its head, before the menu. */
  actions?: Html;
}

export const CHART_SCRIPTS: readonly string[] = ["vendor/uplot.min.js", "js/charts.js"];

/** A whole panel around one chart. */
export function chartPanel({ panelId, span, meta, actions, ...props }: ChartPanelProps): Html {
  return html`<section class="panel span-${span}" id="${panelId}" aria-labelledby="${panelId}-h">
    <header class="panel-head"><h2 id="${panelId}-h">${props.title}</h2>${meta && html`<span class="meta">${meta}</span>`}<span class="end">${actions}${chartMenu(props)}</span></header>
    <div class="panel-body">${chart(props)}</div>
    <footer class="panel-foot">${chartFoot(props)}</footer>
  </section>`;
}

/** The body of a panel: legend, canvas, and what is read aloud. */
export function chart(props: ChartProps): Html {
  const { id, height, finding, empty, bare, zoom, point, annotate } = props;
  if (isEmpty(props)) return nothing(height, empty);
  const keys = `Arrow keys read the values${zoom ? ", with Shift they select, Enter zooms" : ""}${point ? ", Enter opens" : ""}${annotate ? ", A annotates" : ""}.`;
  return html`${!bare && legendOf(props)}
    <div class="chart${!bare && " mt-2"}" id="chart-${id}" data-h="${height}" data-chart="${JSON.stringify(wireOf(props))}" role="group" aria-roledescription="chart" tabindex="0" aria-label="${finding} ${keys}" hx-morph-skip-children></div>
    <p class="vh" id="chart-${id}-say" aria-live="polite" hx-morph-skip></p>`;
}

/** Its footer: annotations by their letters, values as a table, what is partial. */
export function chartFoot(props: ChartProps): Html {
  return isEmpty(props) ? html`<span>No values</span>` : footOf(props);
}

/** Taking it away, as a picture or as rows. */
export function chartMenu(props: ChartProps): Html {
  const { id, title } = props;
  if (isEmpty(props)) return html``;
  const item = (kind: string, words: string): Html =>
    html`<button class="menu-item" type="button" data-chart-export="${kind}" data-of="chart-${id}">${icon("i-download")}${words}</button>`;
  return html`<details class="menu menu-end chart-menu" id="${id}-menu"><summary class="btn btn-quiet btn-icon">${icon("i-ellipsis")}<span class="vh">Export the chart: ${title}</span></summary>
    <div class="menu-panel"><p class="menu-title">This chart</p>${item("png", "Picture (PNG)")}${item("svg", "Vector picture (SVG)")}${item("csv", "Rows (CSV)")}</div></details>`;
}

/** The same page over another stretch of time, to be filled in. */
export function zoomHref(query: ViewQuery): string {
  return viewHref(query, { timeframe: null, from: "{from}", to: "{to}" });
}

function isEmpty({ series, forecast }: ChartProps): boolean {
  if (forecast?.median.some((value) => value !== null)) return false;
  return series.every(({ role, values }) => role === "target" || values.every((v) => v === null || Number(v) === 0));
}

function nothing(height: ChartProps["height"], empty: ChartProps["empty"]): Html {
  const { title = "Nothing in this period", text = "No event of this period counts here.", action } = empty ?? {};
  return html`<div class="state chart-none" data-h="${height}">${icon("i-chart-spline", "i i-l")}<h3>${title}</h3><p>${text}</p>${action && html`<div class="btn-group">${action}</div>`}</div>`;
}
