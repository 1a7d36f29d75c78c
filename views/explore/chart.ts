import type { ExploreSplit } from "../../src/report/explore/split.ts";
import type { Amount } from "../../src/report/kpis.ts";
import { type ChartProps, type ChartSeries, chart, chartFoot, chartMenu, zoomHref } from "../charts/chart.ts";
import { aligned, bucketEnds, chartBuckets, grainWord, kpiChart } from "../charts/data.ts";
import { heatMap } from "../charts/heat-map.ts";
import { noted } from "../charts/noted.ts";
import { previousName } from "../figures.ts";
import { exactText, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";
import { changeMark } from "../parts/change.ts";
import { ownHref, swapLink, viewHref, viewLink } from "../parts/query.ts";
import { failedState } from "../parts/states.ts";
import { WEEKDAYS } from "../parts/value-words.ts";
import type { ExploreKind } from "./own.ts";
import { type ExploreShown, exploreTitle, segmentName } from "./shown.ts";

const KIND_LOOKS: Readonly<Record<ExploreKind, { icon: IconName; label: string }>> = {
  line: { icon: "i-chart-line", label: "Lines" },
  bars: { icon: "i-chart-column", label: "Columns" },
  stacked: { icon: "i-chart-column-stacked", label: "Stacked columns" },
  area: { icon: "i-chart-area", label: "Area" },
  heat: { icon: "i-calendar-days", label: "Hours of the week" },
  table: { icon: "i-table-2", label: "Table only" },
};
/** Lines that can be told apart; the rest is one more. */
const LINES_MAX = 5;
const OTHERS = "others";
const HOURS = 24;

/** The figure, drawn; a point leads to the events behind it. */
export function explorePanel(shown: ExploreShown): Html {
  const { report, own, query } = shown;
  const props = exploreChartProps(shown);
  return html`<section class="panel" id="explore-chart" aria-labelledby="h-explore">
    <header class="panel-head"><h2 id="h-explore">${exploreTitle(shown)}</h2>${total(shown)}
      <span class="end">${kinds(shown)}<a class="btn btn-small" ${swapLink(ownHref(query, { open: "definition", segment: null, cursor: null }))}>${icon("i-info")}Why this number</a>${props && chartMenu(props)}</span></header>
    ${!report.figure.ok && failedState("This figure could not be computed", report.figure.reason)}
    ${props && html`<div class="panel-body">${chart(props)}</div><footer class="panel-foot"><span>Select a point to see its events</span>${chartFoot(props)}</footer>`}
    ${own.kind === "heat" && heat(shown)}
  </section>`;
}

/** The whole of it, and its change. */
function total({ report: { figure, kpi, framed } }: ExploreShown): Html {
  if (!figure.ok) return html``;
  const { value, previous, change, currency } = figure.value;
  const exact = exactText(value, kpi.unit, currency);
  return html`<span class="meta"><b class="explore-total" title="${exact}">${shortText(value, kpi.unit, currency)}</b>${figure.value.approximate && " approximately"}${previousName(framed, previous !== null) && html` ${changeMark({ value, previous, change, unit: kpi.unit, better: kpi.better, currency })}`}</span>`;
}

function kinds({ report, own, query }: ExploreShown): Html {
  const parted = report.split?.ok === true && report.split.value.adds_up;
  const offered = (Object.keys(KIND_LOOKS) as ExploreKind[]).filter(
    (kind) => kind !== "stacked" || parted || kind === own.kind,
  );
  return html`<span class="seg" role="group" aria-label="Shown as">${offered.map((kind) => {
    const { icon: name, label } = KIND_LOOKS[kind];
    return html`<a ${swapLink(ownHref(query, { kind: kind === "line" ? null : kind }))} title="${label}" aria-label="${label}"${kind === own.kind && html` aria-current="true"`}>${icon(name)}</a>`;
  })}</span>`;
}

/** The chart as it is drawn; null where there is none. */
export function exploreChartProps(shown: ExploreShown): ChartProps | null {
  const props = chartOf(shown);
  return props && noted(props, shown);
}

function chartOf(shown: ExploreShown): ChartProps | null {
  const { report, own, query, now } = shown;
  const { figure, framed, buckets } = report;
  if (!figure.ok || own.kind === "table" || own.kind === "heat") return null;
  const shared = {
    id: "explore",
    zoom: zoomHref(query),
    point: ownHref(query, { open: "{from}", segment: "{series}", cursor: null }),
    rowName: "Period",
    empty: nothingHere(shown),
  };
  const split = report.split;
  if (split?.ok) {
    const ends = bucketEnds(buckets, framed, now);
    const named = chartBuckets(buckets, { grain: framed.frame.grain, timezone: framed.timezone, ends });
    const { unit, currency } = figure.value;
    return {
      ...shared,
      title: exploreTitle(shown),
      kind: own.kind === "stacked" && !split.value.adds_up ? "line" : own.kind,
      unit,
      ...(currency === undefined ? {} : { currency }),
      buckets: named,
      series: seriesOf(shown, split.value, aligned(figure.value.trend, buckets.length)),
      height: "m",
      finding: splitFinding(shown, split.value),
    };
  }
  const previous = previousName(framed, report.previous !== null);
  return {
    ...kpiChart({
      id: "explore",
      figure: figure.value,
      framed,
      buckets,
      now,
      previous,
      kind: own.kind === "stacked" ? "bars" : own.kind,
      height: "m",
    }),
    ...shared,
  };
}

/** The largest parts, and what is left of the whole where it adds up. */
function seriesOf(shown: ExploreShown, { segments, adds_up }: ExploreSplit, whole: readonly Amount[]): ChartSeries[] {
  const { unit } = shown.report.kpi;
  const drawn = segments.filter(({ series }) => series !== null).slice(0, LINES_MAX);
  const lines = drawn.map(({ key, series, value, currency }, index): ChartSeries => {
    const colour = ([1, 2, 3, 4, 5] as const)[index] ?? 5;
    return {
      key: segmentKey(key),
      label: segmentName(shown, key),
      values: aligned(series ?? [], whole.length),
      role: "segment",
      colour,
      note: shortText(value, unit, currency),
    };
  });
  if (!adds_up || segments.length <= drawn.length) return lines;
  const rest = whole.map((all, index) => {
    const told = lines.reduce((sum, { values }) => sum + Number(values[index] ?? 0), 0);
    const left = Number(all ?? 0) - told;
    return unit === "money" ? left.toFixed(2) : left;
  });
  const note = rest.reduce<number>((sum, value) => sum + Number(value), 0);
  const money = shown.report.figure.ok ? shown.report.figure.value.currency : undefined;
  return [
    ...lines,
    { key: OTHERS, label: "Others", values: rest, role: "segment", colour: 6, note: shortText(note, unit, money) },
  ];
}

/** As the address says which part: "eq:portal". */
export function segmentKey(key: string | number | boolean | null): string {
  return key === null ? "exists:false" : `eq:${key}`;
}

function splitFinding(shown: ExploreShown, { segments }: ExploreSplit): string {
  const { report } = shown;
  const told = segments
    .slice(0, LINES_MAX)
    .map(({ key, value, currency }) => `${segmentName(shown, key)} ${shortText(value, report.kpi.unit, currency)}`);
  return told.length === 0
    ? `${exploreTitle(shown)}: nothing in this period.`
    : `${grainWord(report.framed.frame.grain)} ${exploreTitle(shown).toLowerCase()}: ${told.join(", ")}.`;
}

function nothingHere({ query, own, report }: ExploreShown): NonNullable<ChartProps["empty"]> {
  const filtered = query.filters.length > 0;
  return {
    title: `No ${report.kpi.label.toLowerCase()} in this period`,
    text: filtered ? "With these filters nothing is left." : report.kpi.description,
    action: filtered
      ? html`<a class="btn btn-small" ${viewLink(query, { filters: [] })}>Take the filters off</a>`
      : html`<a class="btn btn-small" ${viewLink(query, { timeframe: "all", from: null, to: null })}${own.grain !== null && html``}>Show all of the time</a>`,
  };
}

/** When in the week; a field leads to its events. */
function heat(shown: ExploreShown): Html {
  const { report, query } = shown;
  const cells = report.heat;
  if (!cells || !report.figure.ok) return html``;
  if (!cells.ok) return failedState("The hours of the week could not be computed", cells.reason);
  const { unit, currency } = report.figure.value;
  const known = new Map(
    cells.value.map(({ day, hour, value }) => [day * HOURS + hour, value === null ? null : Number(value)]),
  );
  const values = WEEKDAYS.map((_, row) =>
    Array.from({ length: HOURS }, (_, hour) => known.get((row + 1) * HOURS + hour) ?? null),
  );
  return html`<div class="panel-body">${heatMap({
    id: "explore-heat",
    title: `${report.kpi.label} by hour and weekday`,
    unit,
    ...(currency === undefined ? {} : { currency }),
    rows: WEEKDAYS,
    columns: Array.from({ length: HOURS }, (_, hour) => `${String(hour).padStart(2, "0")}:00`),
    values,
    finding: heatFinding(shown, values),
    href: (row, column) =>
      viewHref(query, {
        filters: [...query.filters, `day_of_week:eq:${row + 1}`, `hour_of_day:eq:${column}`],
        own: { ...query.own, kind: "line", open: "events" },
      }),
  })}</div>`;
}

function heatFinding({ report }: ExploreShown, values: readonly (readonly (number | null)[])[]): string {
  const all = values.flatMap((row, day) => row.map((value, hour) => ({ value, day, hour })));
  const best = all.reduce((most, one) =>
    (one.value ?? Number.NEGATIVE_INFINITY) > (most.value ?? Number.NEGATIVE_INFINITY) ? one : most,
  );
  const { kpi, framed, figure } = report;
  if (best.value === null) return `${kpi.label}: nothing in this period.`;
  const text = shortText(best.value, kpi.unit, figure.ok ? figure.value.currency : undefined);
  return `${kpi.label} by hour and weekday: most on ${WEEKDAYS[best.day]} at ${String(best.hour).padStart(2, "0")}:00, ${text}. Hours of ${framed.timezone.replaceAll("_", " ")}.`;
}
