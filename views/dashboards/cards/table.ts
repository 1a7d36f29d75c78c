import { dimensionLabel } from "../../../src/catalogue/dimensions.ts";
import type { Kpi } from "../../../src/catalogue/types.ts";
import type { AnsweredCard } from "../../../src/report/dashboard.ts";
import type { Answer, Cell } from "../../../src/store/store.ts";
import { exactText } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { emptyState } from "../../parts/states.ts";
import type { CardContext } from "../card.ts";

/** Some KPIs by a dimension, every digit. Money of several currencies has a row each. */
export function tableCard(
  { answer, kpis }: { answer: Answer; kpis: readonly Kpi[] },
  { card }: AnsweredCard,
  { locationName }: Pick<CardContext, "locationName">,
  title: string,
): Html {
  const by = card.kind === "table" ? card.by : "";
  const at = (name: string): number => answer.columns.findIndex((column) => column.name === name);
  const split = at("currency");
  const rows = answer.rows;
  if (rows.length === 0) return emptyState("i-table-2", "Nothing in this period", "Choose a longer timeframe.");
  const named = (cell: Cell | undefined): string => {
    if (cell === null || cell === undefined) return "Not given";
    return by === "location_id" && locationName ? locationName(String(cell)) : String(cell);
  };
  const currencyOf = (row: readonly Cell[], kpi: Kpi): string => {
    const own = split < 0 ? null : row[split];
    return typeof own === "string" ? own : (answer.columns[at(kpi.key)]?.currency ?? "USD");
  };
  return html`<div class="dcard-scroll" tabindex="0" role="group" aria-label="${title}, values"><table class="table">
    <thead><tr><th scope="col">${dimensionLabel(by)}</th>${split >= 0 && by !== "currency" && html`<th scope="col">Currency</th>`}${kpis.map(({ label }) => html`<th scope="col" class="num">${label}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => {
      const key = row[at(by)];
      return html`<tr><td${(key === null || key === undefined) && html` class="dim"`}>${named(key)}</td>${split >= 0 && by !== "currency" && html`<td>${String(row[split] ?? "")}</td>`}${kpis.map(
        (kpi) => {
          const value = row[at(kpi.key)] ?? null;
          return html`<td class="num">${exactText(typeof value === "boolean" ? null : value, kpi.unit, currencyOf(row, kpi))}</td>`;
        },
      )}</tr>`;
    })}</tbody></table></div>`;
}
