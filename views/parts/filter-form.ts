/** How a filter is set: a field, a comparison, values that are there. Links and one form; with script within the menu. */
import { decimal } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { queryText, type ViewQuery } from "./query.ts";

export interface FilterField {
  /** As the API names it. */
  field: string;
  label: string;
  /** Has its own entry in the menu; the others are suggested where a field is typed. */
  offered: boolean;
}

export interface FilterChoice {
  value: string;
  label: string;
  /** null: not known, as it was written or is no longer there. */
  events: number | null;
  chosen: boolean;
}

export interface FilterFormProps {
  query: ViewQuery;
  field: string;
  label: string;
  op: string;
  ops: readonly { op: string; label: string }[];
  /** The filter that is changed, as it stands in the address. */
  was: string | null;
  /** Written for a value, and to search among those that are there. */
  written: string;
  /** Only some events say this of themselves: those are counted. */
  sparse: boolean;
  /** null: values of this field are numbers, and written. */
  choices: FilterChoices | null;
}

export interface FilterChoices {
  list: readonly FilterChoice[];
  /** False: there are more than these. */
  complete: boolean;
  /** Why there are none; null when there are. */
  empty: string | null;
}

/** The address of the form, for the page that the query is of. */
export function filterHref(query: ViewQuery, params: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(queryText(query));
  search.set("filter_at", query.path);
  for (const [name, value] of Object.entries(params)) search.set(name, value);
  return `/filter?${search}`;
}

/** What can be filtered by. */
export function fieldList(query: ViewQuery, fields: readonly FilterField[]): Html {
  return html`${fields
    .filter(({ offered }) => offered)
    .map(({ field, label }) => {
      const href = filterHref(query, { filter_field: field });
      return html`<a class="menu-item" data-stay href="${href}" hx-get="${href}" hx-target="#filter-panel" hx-swap="innerHTML">${label}<span class="end">${icon("i-chevron-right", "i i-s")}</span></a>`;
    })}
    <form class="filter-other" method="get" action="/filter" hx-get="/filter" hx-target="#filter-panel" hx-swap="innerHTML">
      ${hidden(query, { filter_at: query.path })}
      <label for="filter-other">Any other field</label>
      <span class="filter-other-row"><input class="input" id="filter-other" name="filter_field" list="filter-fields" required maxlength="256" autocomplete="off" placeholder="Location, data.zipcode"><button class="btn" type="submit">Next</button></span>
      <datalist id="filter-fields">${fields.map(({ label }) => html`<option value="${label}"></option>`)}</datalist>
    </form>`;
}

/** One filter: sent to the page itself, which answers with the address that says it. */
export function filterForm(props: FilterFormProps): Html {
  const { query, field, label, op, ops, was, written, sparse, choices } = props;
  const filters = query.filters.filter((filter) => filter !== was);
  const back = filterHref(query, {});
  return html`<form class="filter-form" method="get" action="${query.path}" hx-get="${query.path}" hx-target=".app" hx-select=".app" hx-swap="outerMorph" hx-push-url="true" data-closes="filter-menu">
    ${hidden({ ...query, filters }, { filter_at: query.path, filter_field: field, ...(was === null ? {} : { filter_was: was }) })}
    <div class="filter-head"><a class="btn btn-quiet btn-icon" data-stay href="${back}" hx-get="${back}" hx-target="#filter-panel" hx-swap="innerHTML" aria-label="Other fields">${icon("i-chevron-right", "i i-back")}</a><label for="filter-op"><b>${label}</b></label><select class="input" id="filter-op" name="filter_op">${ops.map(
      (one) => html`<option value="${one.op}"${one.op === op && html` selected`}>${one.label}</option>`,
    )}</select></div>
    <div class="filter-write"><label class="vh" for="filter-search">Value of ${label}</label><input class="input" id="filter-search" name="filter_search" value="${written}" maxlength="256" autocomplete="off" data-first ${
      choices === null
        ? html`inputmode="decimal" placeholder="A number"`
        : html`type="search" placeholder="Search, or write a value" hx-get="/filter?filter_part=values" hx-include="closest form" hx-trigger="input changed delay:150ms" hx-target="#filter-values" hx-swap="outerHTML"`
    }></div>
    ${choices !== null && filterValues(choices)}
    <div class="filter-foot">${sparse && html`<p class="filter-note">Counts the events that say it.</p>`}<button class="btn btn-primary" type="submit">Apply</button></div>
  </form>`;
}

/** The values that are there; a part of its own, as it follows what is written. */
export function filterValues({ list, complete, empty }: FilterChoices): Html {
  return html`<fieldset class="filter-values" id="filter-values"><legend class="vh">Values</legend>${
    empty !== null && html`<p class="filter-none">${empty}</p>`
  }${list.map(
    ({ value, label, events, chosen }) =>
      html`<label class="menu-item"><input type="checkbox" name="filter_value" value="${value}"${chosen && html` checked`}><span class="filter-value" title="${value}">${label}</span><span class="end">${events === null ? null : html`${decimal(events, 0)}<span class="vh"> events</span>`}</span></label>`,
  )}${!complete && html`<p class="filter-none">There are more: write a part of one.</p>`}</fieldset>`;
}

/** Everything of the query, for a form that changes one thing. */
function hidden(query: ViewQuery, more: Readonly<Record<string, string>>): Html[] {
  const kept = [...new URLSearchParams(queryText(query)), ...Object.entries(more)];
  return kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}
