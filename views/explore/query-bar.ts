import { dimensionLabel } from "../../src/catalogue/dimensions.ts";
import { KPIS } from "../../src/catalogue/kpis.ts";
import type { Grain, Kpi } from "../../src/catalogue/types.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { queryText, type ViewQuery } from "../parts/query.ts";
import type { ExploreShown } from "./shown.ts";

const GROUPS: Readonly<Record<Kpi["group"], string>> = {
  custom: "Your own",
  money: "Money",
  leads: "Leads",
  bots: "Bots",
  conversations: "Conversations",
  calls: "Calls",
  bookings: "Bookings",
  tickets: "Tickets",
  contacts: "Contacts",
  system: "System",
};
const GRAINS: Readonly<Record<Grain, string>> = {
  minute: "Minute",
  hour: "Hour",
  day: "Day",
  week: "Week",
  month: "Month",
  quarter: "Quarter",
  year: "Year",
};
/** What another question makes meaningless. */
const DROPPED = ["open", "segment", "cursor", "order", "rows"];

/** Which figure, split by what, at which grain: one form; with script it is sent as soon as something else is chosen. */
export function queryBar({ report, query, own }: ExploreShown): Html {
  const { kpi, custom, dimensions, grains, usual } = report;
  const known = [...dimensions.usual, ...dimensions.own, ...dimensions.common];
  return html`<form class="query explore-query" id="explore-query" method="get" action="${query.path}" hx-get="${query.path}" hx-trigger="change, submit" hx-target=".app" hx-select=".app" hx-swap="outerMorph" hx-push-url="true">
    ${hiddenFields(query, ["kpi", "by", "grain"])}
    ${picker("kpi", "Figure", [
      ...Object.entries(GROUPS).map(([group, label]) =>
        kpiGroup(
          label,
          [...custom, ...KPIS].filter((one) => one.group === group),
          kpi,
        ),
      ),
    ])}
    ${picker("by", "Split by", [
      option("", "Nothing", own.by === null),
      fieldGroup("Usual for it", dimensions.usual, own.by),
      fieldGroup("In its events", dimensions.own, own.by),
      fieldGroup("Of every event", dimensions.common, own.by),
      own.by !== null && !known.includes(own.by) ? fieldGroup("Typed", [own.by], own.by) : html``,
    ])}
    ${picker("grain", "Grain", [
      option("", `${GRAINS[usual]} (usual)`, own.grain === null || !grains.includes(own.grain)),
      ...grains.filter((grain) => grain !== usual).map((grain) => option(grain, GRAINS[grain], own.grain === grain)),
    ])}
    <button class="btn only-plain" type="submit">Show</button>
  </form>
  ${typedField(query)}`;
}

/** Any path into the data of events, for those that no catalogue names. */
function typedField(query: ViewQuery): Html {
  return html`<details class="menu" id="explore-field">
    <summary class="chip chip-add">${icon("i-plus", "i i-s")}Other field</summary>
    <form class="menu-panel explore-field" method="get" action="${query.path}">
      ${hiddenFields(query, ["by"])}
      <label for="explore-typed">Split by a field of the events</label>
      <span class="filter-other-row"><input class="input" id="explore-typed" name="by" required maxlength="256" autocomplete="off" spellcheck="false" placeholder="data.zipcode" pattern="[^:]+"><button class="btn" type="submit">Split</button></span>
    </form>
  </details>`;
}

function picker(name: string, label: string, options: readonly Html[]): Html {
  const word = WORDS[name];
  return html`<span class="pick-pair">${word && html`<span aria-hidden="true">${word}</span>`}<span class="pick"><label class="vh" for="explore-${name}">${label}</label><select id="explore-${name}" name="${name}">${options}</select>${icon("i-chevron-down", "i i-s")}</span></span>`;
}

/** What makes a sentence of the choices. */
const WORDS: Readonly<Record<string, string>> = { by: "by", grain: "per" };

function kpiGroup(label: string, kpis: readonly Pick<Kpi, "key" | "label">[], chosen: Kpi): Html {
  if (kpis.length === 0) return html``;
  return html`<optgroup label="${label}">${kpis.map((kpi) => option(kpi.key, kpi.label, kpi.key === chosen.key))}</optgroup>`;
}

function fieldGroup(label: string, fields: readonly string[], chosen: string | null): Html {
  if (fields.length === 0) return html``;
  return html`<optgroup label="${label}">${fields.map((field) => option(field, dimensionLabel(field), field === chosen))}</optgroup>`;
}

function option(value: string, label: string, chosen: boolean): Html {
  return html`<option value="${value}"${chosen && html` selected`}>${label}</option>`;
}

/** Everything of the address but what the form asks for itself. */
function hiddenFields(query: ViewQuery, asked: readonly string[]): Html[] {
  const gone = [...asked, ...DROPPED];
  const own = Object.fromEntries(Object.entries(query.own).filter(([name]) => !gone.includes(name)));
  const kept = new URLSearchParams(queryText(query, { own }));
  return [...kept].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}
