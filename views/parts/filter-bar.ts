import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { type ViewQuery, viewLink } from "./query.ts";

/** A filter in force, in words. */
export interface FilterChip {
  /** As it stands in the address. */
  filter: string;
  field: string;
  /** "is", "contains", "at least"; empty where the value says it all. */
  op: string;
  value: string;
}

export interface FilterBarProps {
  query: ViewQuery;
  chips: readonly FilterChip[];
}

/** The filters in force, each with a way to take it off. They hold for every card, drill-down and export. */
export function filterBar({ query, chips }: FilterBarProps): Html {
  return html`<div class="query filter-bar" id="filter-bar" role="group" aria-label="Filters">${chips.map(
    ({ filter, field, op, value }) => {
      const filters = query.filters.filter((one) => one !== filter);
      return html`<span class="chip">${field} ${op} <b>${value}</b><a class="chip-x" ${viewLink(query, { filters })} aria-label="Remove filter ${field} ${op} ${value}">${icon("i-x", "i i-s")}</a></span>`;
    },
  )}</div>`;
}
