import type { ContactOption, ContactTable } from "../../src/report/contact-table.ts";
import type { ContactTab } from "../../src/store/query/contact-table.ts";
import { decimal, nameOf, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { ownHref, ownWith, queryText, swapLink, type ViewQuery } from "../parts/query.ts";
import type { LeadsShown } from "./leads.ts";
import { CLEARED } from "./table.ts";
import { stepName, temperatureMark } from "./words.ts";

const TABS: Readonly<Record<ContactTab, string>> = {
  all: "All",
  open: "Open leads",
  hot: "Hot",
  stalled: "Stalled",
  qualified: "Qualified",
  quiet: "Quiet for 7 days",
  converted: "Converted",
};
const TEMPERATURES = ["hot", "warm", "cold"];

/** Lists that are looked at often, with how many are in each; those that would be empty are left out. */
export function leadTabs({ query, own, report }: LeadsShown): Html {
  const { table } = report;
  if (!table.ok) return html`<nav class="tabs" id="lead-tabs" aria-label="Lists"></nav>`;
  const shown = (Object.keys(TABS) as ContactTab[]).filter(
    (tab) => tab === "all" || tab === own.tab || table.value.tabs[tab] > 0,
  );
  return html`<nav class="tabs" id="lead-tabs" aria-label="Lists">${shown.map(
    (tab) =>
      html`<a ${swapLink(ownHref(query, { tab: tab === "all" ? null : tab, cursor: null, open: null }))}${tab === own.tab && html` aria-current="true"`}>${TABS[tab]} <span class="count">${decimal(table.value.tabs[tab], 0)}</span></a>`,
  )}</nav>`;
}

/** Search, temperatures, and a menu for each value that contacts have; what is chosen is of the contact, not of its events. */
export function leadChoices(shown: LeadsShown): Html {
  const { query, own, report } = shown;
  const table = report.table.ok ? report.table.value : null;
  return html`<div class="bar-row mt-3 lead-choices" id="lead-choices" role="group" aria-label="Choose leads">
    ${searchForm(shown)}
    <div class="seg" role="group" aria-label="Temperature">${TEMPERATURES.map((temperature) => toggle(query, own.temperatures, temperature))}</div>
    ${table && html`${optionMenu(shown, "step", "Stage", table.options.step, stepName)}${budgetMenu(shown, table)}${optionMenu(shown, "timeline", "Timeline", table.options.timeline, nameOf)}${optionMenu(shown, "source", "Source", table.options.source, nameOf)}`}
    ${own.chosen && html`<a class="link" ${swapLink(ownHref(query, { ...CLEARED, open: null }))}>Clear</a>`}
  </div>`;
}

function searchForm({ query, own }: LeadsShown): Html {
  return html`<form class="lead-search" method="get" action="${query.path}" role="search" hx-get="${query.path}" hx-target=".app" hx-select=".app" hx-swap="outerMorph" hx-push-url="true" hx-trigger="submit, input changed delay:300ms from:#lead-search">
    ${hiddenFields(query, ["search", "cursor", "open"])}
    ${icon("i-search")}<input class="input" id="lead-search" name="search" type="search" value="${own.search ?? ""}" placeholder="Search leads" aria-label="Search leads" maxlength="128" autocomplete="off" spellcheck="false">
  </form>`;
}

/** Everything of the query but these, for a form that asks for others. */
export function hiddenFields(query: ViewQuery, without: readonly string[]): Html[] {
  const change = Object.fromEntries(without.map((name) => [name, null]));
  const kept = new URLSearchParams(queryText(query, { own: ownWith(query, change) }));
  return [...kept].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}

function toggle(query: ViewQuery, chosen: readonly string[], temperature: string): Html {
  const on = chosen.includes(temperature);
  const next = TEMPERATURES.filter((one) => (one === temperature ? !on : chosen.includes(one)));
  const href = ownHref(query, { temperature: next.length === 0 ? null : next.join(","), cursor: null, open: null });
  return html`<a role="button" aria-pressed="${String(on)}" ${swapLink(href)}>${temperatureMark(temperature)}</a>`;
}

function optionMenu(
  { query, own }: LeadsShown,
  name: "step" | "timeline" | "source",
  label: string,
  options: readonly ContactOption[],
  words: (value: string) => string,
): Html | null {
  const chosen = own[name];
  const given = options.filter(({ value }) => value !== null);
  if (given.length === 0 && chosen === undefined) return null;
  const text = (value: string | null): string => (value === null || value === "" ? "Not given" : words(value));
  const item = ({ value, contacts }: ContactOption): Html => {
    const current = chosen !== undefined && (value ?? "") === chosen;
    return html`<a class="menu-item" ${swapLink(ownHref(query, { [name]: value ?? "", cursor: null, open: null }))}${current && html` aria-current="true"`}>${text(value)}<span class="end">${decimal(contacts, 0)}</span>${icon("i-check", "i i-s tick")}</a>`;
  };
  return menu(query, name, label, chosen === undefined ? null : text(chosen), html`${options.map(item)}`);
}

/** A chip that opens its choices; what is chosen is taken off by the cross. */
function menu(query: ViewQuery, name: string, label: string, chosen: string | null, items: Html): Html {
  const off = ownHref(query, { [name]: null, cursor: null, open: null });
  return html`<span class="chip-pair"><details class="menu" id="choose-${name}"><summary class="chip${chosen !== null && html` is-set`}"><span>${label}</span> <b>${chosen ?? "any"}</b>${chosen === null && icon("i-chevron-down", "i i-s")}</summary><div class="menu-panel menu-scroll">${items}</div></details>${chosen !== null && html`<a class="chip-off" ${swapLink(off)} aria-label="${label}: any">${icon("i-x", "i i-s")}</a>`}</span>`;
}

function budgetMenu({ query, own }: LeadsShown, { budgets, currency }: ContactTable): Html | null {
  const cuts = [...new Set(budgets.map(nice))].filter((cut) => cut > 0);
  if (cuts.length === 0 && own.budget === undefined) return null;
  const money = (amount: string): string => shortText(amount, "money", currency);
  const words = (range: string): string => {
    if (range === "none") return "Not given";
    const [min = "", max = ""] = range.split("..");
    if (min === "") return `Under ${money(max)}`;
    return max === "" ? `${money(min)} and more` : `${money(min)} – ${money(max)}`;
  };
  const ranges = [
    ...["", ...cuts].map((cut, index) => `${cut}..${cuts[index] ?? ""}`).filter((range) => range !== ".."),
    "none",
  ];
  const all = own.budget !== undefined && !ranges.includes(own.budget) ? [own.budget, ...ranges] : ranges;
  const items = all.map(
    (range) =>
      html`<a class="menu-item" ${swapLink(ownHref(query, { budget: range, cursor: null, open: null }))}${range === own.budget && html` aria-current="true"`}>${words(range)}${icon("i-check", "i i-s tick")}</a>`,
  );
  return menu(query, "budget", "Budget", own.budget === undefined ? null : words(own.budget), html`${items}`);
}

/** To two digits, the second 0 or 5. */
function nice(amount: number): number {
  if (amount <= 0) return 0;
  const step = 10 ** Math.floor(Math.log10(amount)) / 20;
  return Math.round(Math.round(amount / step) * step);
}
