import { dimensionLabel } from "../../../src/catalogue/dimensions.ts";
import type { ChartAnswer } from "../../../src/report/dashboard/chart.ts";
import type { AnsweredCard } from "../../../src/report/dashboard.ts";
import type { Amount } from "../../../src/report/kpis.ts";
import type { Cell } from "../../../src/store/store.ts";
import { answerChart } from "../../charts/answer.ts";
import { barList } from "../../charts/bar-list.ts";
import { type ChartProps, chart, chartFoot, chartMenu } from "../../charts/chart.ts";
import { kpiChart } from "../../charts/data.ts";
import { heatMap, weekHours } from "../../charts/heat-map.ts";
import { previousName } from "../../figures.ts";
import { shortText } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { emptyState } from "../../parts/states.ts";
import { type CardContext, cardElement } from "../card.ts";

type Shaped<Shape extends ChartAnswer["shape"]> = Extract<ChartAnswer, { shape: Shape }>;

/** A KPI over time, by its parts, or by the hours of the week. */
export function chartCard(
  value: ChartAnswer,
  answered: AnsweredCard,
  context: CardContext,
  title: string,
): { body: Html; end?: Html } {
  const id = cardElement(answered.card.id, context.prefix);
  switch (value.shape) {
    case "figure":
    case "series":
      return overTime(timeChart(value, answered, context, id, title), answered.card.h);
    case "parts":
      return { body: parts(value, context, id, title) };
    case "hours":
      return { body: hours(value, id, title) };
  }
}

/** A small one has no room for its rows beneath it: its menu hands them out. */
function overTime(props: ChartProps, rows: number): { body: Html; end: Html } {
  const foot = rows >= 4 && html`<footer class="panel-foot">${chartFoot(props)}</footer>`;
  return { body: html`<div class="panel-body dcard-chart">${chart(props)}</div>${foot}`, end: chartMenu(props) };
}

function timeChart(
  value: Shaped<"figure"> | Shaped<"series">,
  { card, framed, previous }: AnsweredCard,
  { now, locationName }: CardContext,
  id: string,
  title: string,
): ChartProps {
  const { kpi, additive } = value;
  const chosen = card.kind === "chart" ? card.chart : "line";
  const kind = chosen === "bar" ? "bars" : chosen === "stacked" ? "stacked" : "line";
  const height = card.h > 5 ? "l" : card.h > 3 ? "m" : "s";
  if (value.shape === "figure") {
    const compared = previousName(framed, previous !== null);
    const made = kpiChart({
      id,
      figure: value.figure,
      framed,
      buckets: value.buckets,
      now,
      previous: compared,
      kind,
      height,
    });
    return { ...made, title };
  }
  const by = card.kind === "chart" ? card.by : null;
  const named = by === "location_id" && locationName ? { name: locationName } : {};
  const { answer, grain } = value;
  return answerChart({ id, title, answer, kpi, by, ...named, framed, grain, now, kind, height, additive });
}

function parts(
  { answer, by, kpi, additive }: Shaped<"parts">,
  { locationName }: CardContext,
  id: string,
  title: string,
): Html {
  const at = (name: string): number => answer.columns.findIndex((column) => column.name === name);
  const [key, figure, split] = [at(by), at(kpi.key), at("currency")];
  const only = answer.columns[figure]?.currency;
  const nameOf = (cell: Cell): string =>
    cell === null ? "Not given" : by === "location_id" && locationName ? locationName(String(cell)) : String(cell);
  const rows = answer.rows.map((row) => {
    const currency = split < 0 ? null : row[split];
    const name = nameOf(row[key] ?? null);
    const value = row[figure] ?? null;
    return {
      key: `${name} ${currency ?? ""}`,
      label: typeof currency === "string" && only === undefined ? `${name}, ${currency}` : name,
      value: typeof value === "boolean" ? null : value,
    };
  });
  if (rows.length === 0) return emptyState("i-table-2", "Nothing in this period", "Choose a longer timeframe.");
  const total = answer.totals[kpi.key];
  const [first] = rows;
  const top = first ? `; most: ${first.label}, ${shortText(first.value, kpi.unit, only)}` : "";
  return html`<div class="panel-body dcard-scroll" tabindex="0" role="group" aria-label="${title}">${barList({
    id,
    title,
    unit: kpi.unit,
    ...(only === undefined ? {} : { currency: only }),
    rows,
    ...(additive && isAmount(total) ? { total } : {}),
    head: dimensionLabel(by),
    finding: `${title} by ${dimensionLabel(by).toLowerCase()}, ${rows.length} shown${top}.`,
  })}</div>`;
}

function hours({ answer, kpi }: Shaped<"hours">, id: string, title: string): Html {
  const currency = answer.columns.find(({ name }) => name === kpi.key)?.currency;
  const week = weekHours(answer, kpi.key);
  return html`<div class="panel-body dcard-scroll" tabindex="0" role="group" aria-label="${title}">${heatMap({
    id,
    title,
    unit: kpi.unit,
    ...(currency === undefined ? {} : { currency }),
    ...week,
    finding: `${title} by hour and weekday.`,
  })}</div>`;
}

function isAmount(value: unknown): value is Amount {
  return typeof value === "string" || typeof value === "number";
}
