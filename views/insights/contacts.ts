import { MASK } from "../../src/catalogue/personal.ts";
import type { Part } from "../../src/report/overview.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import type { ShellUser } from "../layout.ts";
import { botParam } from "../parts/bot-link.ts";
import type { ControlsProps } from "../parts/controls.ts";
import { queryText, type ViewQuery } from "../parts/query.ts";
import { emptyState, failedState } from "../parts/states.ts";
import { type InsightsShellProps, insightsShell } from "./shell.ts";
import { BODY_ID, waitingContacts } from "./waiting.ts";

export interface ContactRow {
  rank: number;
  contact_id: string;
  location: string;
  /** "44%" by a model, "62 points" where there is none. */
  chance: string;
  /** Of a bar, 0 to 100. */
  width: number;
  level: string;
  heard: string;
  factors: readonly { text: string; raises: boolean }[];
  action: string | null;
}

export interface ModelProps {
  location: string;
  /** "Version 1, boosted stumps"; null where there is none in force. */
  made: string | null;
  /** What it foretells. */
  outcome: string | null;
  /** Why there is none. */
  reason: string | null;
  /** Measured on what it had not seen. */
  measures: readonly { name: string; value: string; note: string }[];
  measured_on: string;
  calibration: readonly { band: string; predicted: string; observed: string; count: string }[];
}

export interface CohortProps {
  /** "Scored with what was known on Oct 29; outcomes up to Nov 12." */
  words: string;
  bands: readonly { band: string; now: string; earlier: string; predicted: string; observed: string }[];
  /** Why there is nothing to show. */
  reason: string | null;
}

export interface ContactsPageProps {
  user: ShellUser;
  query: ViewQuery;
  locations: ControlsProps["locations"];
  model: "conversion" | "churn";
  calls: Part<{
    contacts: readonly ContactRow[];
    considered: string;
    models: readonly ModelProps[];
    reason: string | null;
    /** Whether the locations are told apart. */
    several: boolean;
    next: string | null;
    first: boolean;
  }>;
  cohorts: Part<CohortProps>;
}

/** Whom to call first, how good what says so is, and what became of those before. Works without script. */
export function contactsPage(props: ContactsPageProps): Html {
  const { user, query, locations, calls, cohorts } = props;
  return insightsShell({
    user,
    tab: "contacts",
    query,
    locations,
    sub: SUB,
    content: html`<div class="stack">${purposes(query, props.model)}
    <div class="grid" id="${BODY_ID}">
      ${callPanel(props)}
      <div class="stack span-4">
        ${calls.ok && calls.value.models.map(modelPanel)}
        ${cohorts.ok ? cohortPanel(cohorts.value) : html`<section class="panel" aria-labelledby="cohorts-h"><header class="panel-head"><h2 id="cohorts-h">Cohorts</h2></header>${failedState("Cohorts could not be made", cohorts.reason)}</section>`}
      </div>
    </div></div>`,
  });
}

function addressOf(query: ViewQuery, more: Readonly<Record<string, string>>): string {
  const params = new URLSearchParams(queryText(query));
  for (const [name, value] of Object.entries(more)) params.set(name, value);
  const text = params.toString();
  return text === "" ? "/insights/contacts" : `/insights/contacts?${text}`;
}

/** The page while its figures are being computed; `href` answers with all of it. */
export function contactsWaiting(
  props: Pick<InsightsShellProps, "user" | "query" | "locations"> & Pick<ContactsPageProps, "model"> & { href: string },
): Html {
  const { href, model, ...rest } = props;
  const content = html`<div class="stack">${purposes(props.query, model)}${waitingContacts(href)}</div>`;
  return insightsShell({ ...rest, tab: "contacts", sub: SUB, content });
}

const SUB = "Whom to see to first, by what was learned from your own history.";

function purposes(query: ViewQuery, model: ContactsPageProps["model"]): Html {
  return html`<div class="bar-row"><span class="seg" role="group" aria-label="Whom"><a href="${addressOf(query, {})}"${model === "conversion" && html` aria-current="true"`}>Leads to win</a><a href="${addressOf(query, { model: "churn" })}"${model === "churn" && html` aria-current="true"`}>Buyers to keep</a></span><a class="link" href="/leads${location(query)}">All leads</a></div>`;
}

function location(query: ViewQuery): string {
  return query.location_id === null ? "" : `?location_id=${encodeURIComponent(query.location_id)}`;
}

function callPanel(props: ContactsPageProps): Html {
  const { calls, model, query } = props;
  const title = model === "churn" ? "Win these back first" : "Call these first";
  if (!calls.ok)
    return html`<section class="panel span-8" aria-labelledby="calls-h"><header class="panel-head"><h2 id="calls-h">${title}</h2></header>${failedState("Contacts could not be scored", calls.reason)}</section>`;
  const { contacts, considered, reason, several, next, first } = calls.value;
  const more = model === "churn" ? { model } : {};
  return html`<section class="panel span-8 top" aria-labelledby="calls-h">
    <header class="panel-head"><h2 id="calls-h">${title}</h2><span class="meta">${considered}</span></header>
    ${
      contacts.length === 0
        ? emptyState("i-users", "Nobody is scored", reason ?? "There is nobody here now.")
        : html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="calls-h"><table class="table table-stack">
      <thead><tr><th scope="col" class="num">No.</th><th scope="col">Contact</th><th scope="col">${model === "churn" ? "Buys nothing more" : "Converts"}</th><th scope="col">Because</th><th scope="col">To do</th><th scope="col">Last heard</th></tr></thead>
      <tbody>${contacts.map((row) => contactRow(row, several))}</tbody></table></div>`
    }
    ${(next !== null || !first) && html`<nav class="panel-foot pager" aria-label="Pages">${first ? html`<span></span>` : html`<a class="btn btn-small" href="${addressOf(query, more)}">First</a>`}${next !== null && html`<a class="btn btn-small" href="${addressOf(query, { ...more, cursor: next })}" rel="next">More</a>`}</nav>`}
  </section>`;
}

function contactRow(
  { rank, contact_id, location, chance, width, level, heard, factors, action }: ContactRow,
  several: boolean,
): Html {
  return html`<tr>
    <td class="num">${rank}</td>
    <td class="strong"><span class="call-who">${contact_id.includes(MASK) ? html`<span class="break">${contact_id}</span>` : html`<a class="link break" href="/leads/${encodeURIComponent(botParam(contact_id))}">${contact_id}</a>`}${several && html`<span class="dim break">${location}</span>`}</span></td>
    <td data-label="Chance"><span class="cell-bar call-chance"><svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-track" width="100" height="6"/><rect class="bar-fill" width="${width}" height="6"/></svg><b>${chance}</b><small class="dim">${level}</small></span></td>
    <td class="call-because"><ul class="call-factors">${factors.map(({ text, raises }) => html`<li>${icon(raises ? "i-arrow-up" : "i-arrow-down")}<span><span class="vh">${raises ? "Raises: " : "Lowers: "}</span>${text}</span></li>`)}</ul></td>
    <td class="call-todo" data-label="To do">${action ?? html`<span class="dim">Nothing by the rules</span>`}</td>
    <td data-label="Last heard" class="nowrap">${heard}</td>
  </tr>`;
}

function modelPanel(
  { location, made, outcome, reason, measures, measured_on, calibration }: ModelProps,
  index: number,
): Html {
  const id = `model-${index}`;
  return html`<section class="panel" aria-labelledby="${id}-h">
    <header class="panel-head"><h2 id="${id}-h">The model</h2><span class="meta break">${location}</span></header>
    ${
      made === null
        ? emptyState("i-clock", "No model yet", reason ?? "There is nothing to learn from.")
        : html`<div class="panel-body"><p>${outcome !== null && html`Foretells: ${outcome}. `}<span class="dim">${made}.</span></p>
      <dl class="measures mt-3">${measures.map(({ name, value, note }) => html`<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`)}</dl>
      <p class="dim mt-2">${measured_on}</p>${reason !== null && html`<p class="dim mt-2">${reason}</p>`}</div>
    <div class="table-scroll" tabindex="0" role="group" aria-label="What was said, and what came"><table class="table">
      <thead><tr><th scope="col">Said</th><th scope="col" class="num">On average</th><th scope="col" class="num">Came</th><th scope="col" class="num">Contacts</th></tr></thead>
      <tbody>${calibration.map(({ band, predicted, observed, count }) => html`<tr><td>${band}</td><td class="num">${predicted}</td><td class="num">${observed}</td><td class="num">${count}</td></tr>`)}</tbody></table></div>`
    }
  </section>`;
}

function cohortPanel({ words, bands, reason }: CohortProps): Html {
  return html`<section class="panel" aria-labelledby="cohorts-h">
    <header class="panel-head"><h2 id="cohorts-h">Cohorts</h2><span class="meta">By probability</span></header>
    ${
      bands.length === 0
        ? emptyState("i-users", "No cohorts", reason ?? "Nobody is scored.")
        : html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="cohorts-h"><table class="table">
      <thead><tr><th scope="col">Band</th><th scope="col" class="num">Now</th><th scope="col" class="num">Then</th><th scope="col" class="num">Expected</th><th scope="col" class="num">Came</th></tr></thead>
      <tbody>${bands.map((row) => html`<tr><td class="nowrap">${row.band}</td><td class="num">${row.now}</td><td class="num">${row.earlier}</td><td class="num">${row.predicted}</td><td class="num">${row.observed}</td></tr>`)}</tbody></table></div>
    <footer class="panel-foot"><span>${words}</span></footer>`
    }
  </section>`;
}
