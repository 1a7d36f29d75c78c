import type { Unit } from "../../src/catalogue/types.ts";
import type { Amount } from "../../src/report/kpis.ts";
import { exactText, MISSING, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { valuesAsTable } from "./foot.ts";

export interface BarRow {
  key: string;
  label: string;
  value: Amount;
  href?: string | null;
  /** Beside the label, quieter. */
  note?: string;
}

export interface BarListProps {
  id: string;
  title: string;
  unit: Unit;
  currency?: string;
  rows: readonly BarRow[];
  /** Largest first; left out: as given. */
  sort?: boolean;
  /** Of which each is a share; left out or null: no shares. */
  total?: Amount;
  /** One sentence: the text alternative. */
  finding: string;
  /** What the labels are: "Source". */
  head?: string;
}

/** Bars side by side, each with its value, and its share where there is a whole. */
export function barList(props: BarListProps): Html {
  const { id, title, unit, currency, total = null, finding, head = "What" } = props;
  const rows = props.sort ? [...props.rows].sort((a, b) => sizeOf(b.value) - sizeOf(a.value)) : props.rows;
  const most = Math.max(0, ...rows.map(({ value }) => Math.abs(Number(value ?? 0))));
  const share = (value: Amount): string => shareText(value, total);
  return html`<div class="bar-list" role="group" aria-label="${finding}"><ul>
    ${rows.map(
      ({ label, value, href, note }) =>
        html`<li><span class="bar-label">${href ? html`<a class="link" href="${href}">${label}</a>` : label}${note && html` <span class="dim">${note}</span>`}</span>${bar(value, most)}<b title="${exactText(value, unit, currency)}">${shortText(value, unit, currency)}</b>${total !== null && html`<span class="dim">${share(value)}</span>`}</li>`,
    )}</ul></div>
    ${valuesAsTable(
      `${id}-rows`,
      title,
      html`<table class="table"><thead><tr><th scope="col">${head}</th><th scope="col" class="num">${title}</th>${total !== null && html`<th scope="col" class="num">Share</th>`}</tr></thead><tbody>${rows.map(
        ({ label, value }) =>
          html`<tr><td>${label}</td><td class="num">${exactText(value, unit, currency)}</td>${total !== null && html`<td class="num">${share(value)}</td>`}</tr>`,
      )}</tbody></table>`,
    )}`;
}

function bar(value: Amount, most: number): Html {
  const width = most === 0 || value === null ? 0 : Math.round((Math.abs(Number(value)) / most) * 10_000) / 100;
  return html`<svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="${Number(value ?? 0) < 0 ? "bar-warn" : "bar-fill"}" width="${width}%" height="100%"/></svg>`;
}

function shareText(value: Amount, total: Amount): string {
  if (value === null || total === null || Number(total) === 0) return MISSING;
  return shortText(Number(value) / Number(total), "percent");
}

/** What is missing comes last. */
function sizeOf(value: Amount): number {
  return value === null ? Number.NEGATIVE_INFINITY : Number(value);
}
