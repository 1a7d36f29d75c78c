import type { Unit } from "../../src/catalogue/types.ts";
import type { Answer } from "../../src/store/store.ts";
import { exactText, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { WEEKDAYS } from "../parts/value-words.ts";
import { valuesAsTable } from "./foot.ts";

export interface HeatMapProps {
  id: string;
  title: string;
  unit: Unit;
  currency?: string;
  rows: readonly string[];
  columns: readonly string[];
  /** By row, then column; null: nothing was there. */
  values: readonly (readonly (number | null)[])[];
  finding: string;
  /** Where a field leads. */
  href?: (row: number, column: number) => string;
}

const CELL = 22;
const HIGH = 20;
const GAP = 2;
const LEFT = 34;
const TOP = 16;
/** Steps of colour: with more, no eye tells them apart. */
const STEPS = 5;
const HOURS = 24;

/** A field for each pair, the darker the more; its exact value in its title and in the table. */
export function heatMap(props: HeatMapProps): Html {
  const { id, title, unit, currency, rows, columns, values, finding, href } = props;
  const most = Math.max(0, ...values.flat().map((value) => value ?? 0));
  const every = columns.length > 12 ? 3 : 1;
  const width = LEFT + columns.length * CELL;
  const text = (value: number | null): string => exactText(value, unit, currency);
  const cell = (value: number | null, row: number, column: number): Html => {
    const field = html`<rect class="heat heat-${stepOf(value, most)}" x="${LEFT + column * CELL}" y="${TOP + row * HIGH}" width="${CELL - GAP}" height="${HIGH - GAP}" rx="2"><title>${rows[row]}, ${columns[column]}: ${text(value)}</title></rect>`;
    if (!href || value === null || value === 0) return field;
    return html`<a href="${href(row, column)}" aria-label="${rows[row]}, ${columns[column]}: ${text(value)}">${field}</a>`;
  };
  return html`<div class="heat-scroll" tabindex="0" role="group" aria-label="${finding}"><svg class="svgchart heatmap" viewBox="0 0 ${width} ${TOP + rows.length * HIGH}">
    ${columns.map((column, at) => at % every === 0 && html`<text x="${LEFT + at * CELL + (CELL - GAP) / 2}" y="10" text-anchor="middle" aria-hidden="true">${column.replace(/:00$/, "")}</text>`)}
    ${rows.map((row, at) => html`<text x="0" y="${TOP + at * HIGH + 13}" aria-hidden="true">${row.slice(0, 3)}</text>`)}
    ${values.map((line, row) => line.map((value, column) => cell(value, row, column)))}
  </svg></div>
  ${legend(most, (value) => shortText(value, unit, currency))}
  ${valuesAsTable(`${id}-rows`, title, table(props, text))}`;
}

/** The hours of the week, from an answer by day_of_week (1: Monday) and hour_of_day. */
export function weekHours(answer: Answer, kpi: string): Pick<HeatMapProps, "rows" | "columns" | "values"> {
  const at = (name: string): number => answer.columns.findIndex((column) => column.name === name);
  const [day, hour, value, currency] = [at("day_of_week"), at("hour_of_day"), at(kpi), at("currency")];
  const known = new Map<number, number>();
  // Money in several currencies does not add up: the first is shown.
  const first = answer.rows[0]?.[currency];
  for (const row of answer.rows.filter((one) => currency < 0 || one[currency] === first)) {
    const amount = row[value] ?? null;
    const place = (Number(row[day]) - 1) * HOURS + Number(row[hour]);
    if (amount !== null && row[day] !== null && row[hour] !== null)
      known.set(place, (known.get(place) ?? 0) + Number(amount));
  }
  return {
    rows: WEEKDAYS,
    columns: Array.from({ length: HOURS }, (_, one) => `${String(one).padStart(2, "0")}:00`),
    values: WEEKDAYS.map((_, row) => Array.from({ length: HOURS }, (_, one) => known.get(row * HOURS + one) ?? null)),
  };
}

/** 0: nothing; 1 to STEPS: in equal parts up to the most. */
export function stepOf(value: number | null, most: number): number {
  if (value === null || value <= 0 || most <= 0) return 0;
  return Math.min(STEPS, Math.max(1, Math.ceil((value / most) * STEPS)));
}

function legend(most: number, text: (value: number) => string): Html {
  if (most <= 0) return html`<p class="heat-legend">Nothing in this period</p>`;
  const fields = Array.from({ length: STEPS + 1 }, (_, step) => step);
  return html`<p class="heat-legend"><span>${text(0)}</span><svg class="heat-key" viewBox="0 0 ${fields.length * 16} 10" aria-hidden="true">${fields.map((step) => html`<rect class="heat heat-${step}" x="${step * 16}" width="14" height="10" rx="2"/>`)}</svg><span>${text(most)}</span></p>`;
}

function table({ rows, columns, values }: HeatMapProps, text: (value: number | null) => string): Html {
  return html`<table class="table"><thead><tr><th scope="col"></th>${columns.map((column) => html`<th scope="col" class="num">${column}</th>`)}</tr></thead><tbody>${rows.map(
    (row, at) =>
      html`<tr><th scope="row">${row}</th>${(values[at] ?? []).map((value) => html`<td class="num">${text(value)}</td>`)}</tr>`,
  )}</tbody></table>`;
}
