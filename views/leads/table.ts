import { MASK } from "../../src/catalogue/personal.ts";
import type { ContactTable } from "../../src/report/contact-table.ts";
import type { Part } from "../../src/report/overview.ts";
import type { ContactSort } from "../../src/store/query/contact-table.ts";
import { counted, decimal, MISSING, nameOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { ownHref, swapLink } from "../parts/query.ts";
import { emptyState, failedState } from "../parts/states.ts";
import type { LeadsShown } from "./leads.ts";
import {
  agoText,
  budgetText,
  instantOf,
  NOT_GIVEN,
  percentText,
  revenueText,
  stepMark,
  temperatureMark,
} from "./words.ts";

type Row = ContactTable["contacts"][number];

/** One row a contact; the row's link opens it beside the page. On phones rows are cards. */
export function leadsTable(shown: LeadsShown): Html {
  const { report } = shown;
  return html`<section class="panel mt-3" id="leads" aria-label="Leads">${
    report.table.ok ? filled(shown, report.table) : failedState("Leads could not be read", report.table.reason)
  }</section>`;
}

function filled(shown: LeadsShown, { value: table }: Extract<Part<ContactTable>, { ok: true }>): Html {
  if (table.contacts.length === 0) return nobody(shown, table);
  const head = (name: string, sort: ContactSort, more = ""): Html => sortHead(shown, name, sort, more);
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Table of leads"><table class="table table-stack table-leads">
      <thead><tr><th scope="col">Lead</th><th scope="col">Temperature</th><th scope="col">Stage</th>${head("Conversion", "conversion")}${head("Budget", "budget", "num")}<th scope="col">Timeline</th><th scope="col" class="pri-3">Source</th>${head("Revenue", "revenue", "num pri-3")}${head("Last seen", "last_seen", "num pri-2")}</tr></thead>
      <tbody>${table.contacts.map((contact) => leadRow(shown, table, contact))}</tbody></table></div>
    ${pager(shown, table)}`;
}

function sortHead({ query, own }: LeadsShown, name: string, sort: ContactSort, classes: string): Html {
  const current = own.sort === sort;
  const rising = current && own.ascending;
  // The usual way leaves the address short.
  const change = {
    sort: sort === "conversion" && !(current && !rising) ? null : sort,
    dir: current && !rising ? "asc" : null,
    cursor: null,
  };
  return html`<th scope="col"${classes !== "" && html` class="${classes}"`}${current && html` aria-sort="${rising ? "ascending" : "descending"}"`}><a class="sort" ${swapLink(ownHref(query, change))}>${name}${icon(rising ? "i-arrow-up" : "i-arrow-down", "i i-s")}</a></th>`;
}

function leadRow({ query, own, report, locationName, now }: LeadsShown, table: ContactTable, contact: Row): Html {
  const { contact_id, name, temperature, timeline, source, last_seen, revenue, location_ids } = contact;
  const open = own.open === contact_id;
  const title = name ?? contact_id;
  // An id that is masked leads nowhere.
  const link = contact_id.includes(MASK)
    ? html`<span class="break">${title}</span>`
    : html`<a class="lead-link break" id="${rowId(contact_id)}" ${swapLink(ownHref(query, { open: contact_id }))}${open && html` aria-current="true"`}>${title}</a>`;
  const seen = instantOf(last_seen);
  return html`<tr${open && html` class="is-selected"`}><td><span class="cell-2"><strong>${link}</strong>${(name !== null || locationName) && html`<small class="break">${[name === null ? null : contact_id, locationName && location_ids.map(locationName).join(", ")].filter(Boolean).join(" · ")}</small>`}</span></td><td>${temperatureMark(temperature)}</td><td>${stepMark(contact)}</td><td>${chanceCell(contact.chance, report.scored)}</td><td class="num">${budgetText(contact.budget, table.currency)}</td><td class="nowrap">${timeline === null ? NOT_GIVEN : nameOf(timeline)}</td><td class="nowrap pri-3">${source === null ? NOT_GIVEN : nameOf(source)}</td><td class="num pri-3">${revenueText(revenue)}</td><td class="num dim pri-2"><time datetime="${last_seen}">${agoText(now - seen)}</time></td></tr>`;
}

/** Of the row's link, so that the focus finds back. */
export function rowId(contact_id: string): string {
  return `lead-${Bun.hash(contact_id).toString(36)}`;
}

/** A probability is a percentage, points are points. */
function chanceCell(chance: Row["chance"], scored: boolean): Html {
  if (!scored)
    return html`<span class="cell-bar cell-bar-s" title="Being computed"><span class="skel skel-bar"></span><b class="dim">${MISSING}<span class="vh"> being computed</span></b></span>`;
  if (!chance) return html`<span class="dim">${MISSING}</span>`;
  const { probability, points, level } = chance;
  const width = probability === null ? (points ?? 0) : Math.round(probability * 100);
  const text = probability === null ? html`${points} <small>pts</small>` : percentText(probability);
  return html`<span class="cell-bar cell-bar-s" title="${probability === null ? `${points} points, ${level}: no probability, as there is no model yet` : `${percentText(probability)}, ${level}`}"><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="${probability === null ? "bar-points" : "bar-fill"}" width="${width}%" height="100%"/></svg><b>${text}</b></span>`;
}

function pager({ query, own, report }: LeadsShown, { contacts, offset, total }: ContactTable): Html {
  const place = `${decimal(offset + 1, 0)}–${decimal(offset + contacts.length, 0)} of ${decimal(total, 0)}`;
  const points = contacts.some(({ chance }) => chance?.method === "added_points");
  const by = own.sort === "conversion" && !report.scored ? "Chances are being computed: last seen first" : null;
  return html`<footer class="panel-foot"><span>${place}</span>${points && html`<span>Points are no probability: their location has no model yet</span>`}${by && html`<span role="status">${by}</span>`}<nav class="end btn-group" aria-label="Pages">${offset > 0 && html`<a class="btn btn-small" ${swapLink(ownHref(query, { cursor: null, open: null }))}>First</a>`}${report.next_cursor !== null && html`<a class="btn btn-small" rel="next" ${swapLink(ownHref(query, { cursor: report.next_cursor, open: null }))}>Next</a>`}</nav></footer>`;
}

function nobody({ query, own }: LeadsShown, { tabs }: ContactTable): Html {
  if (!own.chosen)
    return emptyState(
      "i-users",
      "Nobody was heard of in this period",
      "Contacts are listed when an event in the timeframe carries their contact_id.",
    );
  const others = tabs.all > 0 ? ` ${counted(tabs.all, "contact")} in other lists.` : "";
  return html`<div class="state">${icon("i-users", "i i-l")}<h3>Nobody is like that</h3><p>No contact of this period has all of these values.${others}</p><p><a class="btn btn-small" ${swapLink(ownHref(query, CLEARED))}>Show everybody</a></p></div>`;
}

/** Nothing chosen, the first page. */
export const CLEARED: Readonly<Record<string, null>> = {
  search: null,
  tab: null,
  temperature: null,
  step: null,
  timeline: null,
  source: null,
  budget: null,
  cursor: null,
};
