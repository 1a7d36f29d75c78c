import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { type FilterField, fieldList, filterHref } from "./filter-form.ts";
import { type PresetMenuProps, presetMenu } from "./preset-menu.ts";
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
  /** Offered by name, and what is suggested where one is typed. */
  fields: readonly FilterField[];
  presets: Omit<PresetMenuProps, "query">;
  /** What of a preset could not be applied, in a sentence. */
  notice: string | null;
}

/** The filters in force, each with a way to change it and to take it off; they hold for every card, drill-down and export. */
export function filterBar({ query, chips, fields, presets, notice }: FilterBarProps): Html {
  return html`<div class="in-force" id="filter-bar">
    <div class="query" role="group" aria-label="Filters">${chips.map((chip) => filterChip(query, chip))}
      <details class="menu filter-menu" id="filter-menu">
        <summary class="chip chip-add" aria-keyshortcuts="f">${icon("i-plus", "i i-s")}Filter</summary>
        <div class="menu-panel filter-panel" id="filter-panel">${fieldList(query, fields)}</div>
      </details>
      ${chips.length > 0 && html`<a class="link filter-clear" ${viewLink(query, { filters: [] })}>Clear all</a>`}
    </div>
    ${presetMenu({ query, ...presets })}
  </div>
  ${notice !== null && html`<div class="notice" role="status">${icon("i-triangle-alert")}<p>${notice}</p></div>`}`;
}

/** Its words open the form that set it; they are a link, so that they do without script too. */
function filterChip(query: ViewQuery, { filter, field, op, value }: FilterChip): Html {
  const filters = query.filters.filter((one) => one !== filter);
  const href = filterHref(query, { filter_was: filter });
  return html`<span class="chip"><a class="chip-edit" href="${href}" hx-get="${href}" hx-target="#filter-panel" hx-swap="innerHTML" data-opens="filter-menu" title="Change">${field} ${op} <b>${value}</b></a><a class="chip-x" ${viewLink(query, { filters })} aria-label="Remove filter ${field} ${op} ${value}">${icon("i-x", "i i-s")}</a></span>`;
}
