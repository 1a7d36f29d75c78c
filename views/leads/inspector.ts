import { MASK } from "../../src/catalogue/personal.ts";
import type { OpenedLead } from "../../src/report/leads.ts";
import { counted } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { ownHref, swapLink } from "../parts/query.ts";
import { failedState } from "../parts/states.ts";
import type { LeadsShown } from "./leads.ts";
import { leadHref } from "./link.ts";
import { actionSection, scoreSections } from "./score.ts";
import { timeline } from "./timeline.ts";
import { budgetText, stepName } from "./words.ts";

/** The contact that is looked at, beside the table; a sheet on phones. Null when none is. */
export function leadInspector(shown: LeadsShown): Html | null {
  const { query, own, report } = shown;
  if (own.open === null || !report.opened) return null;
  const { opened } = report;
  const lead = opened.ok ? opened.value : null;
  const name = lead ? nameOfLead(lead) : own.open;
  return html`<aside class="inspector" id="inspector" aria-label="Lead: ${lead ? name : "not found"}">
    <header class="insp-head"><div><h2 id="inspector-title" tabindex="-1">${lead ? name : "Not found"}</h2>${lead && head(shown, lead)}</div><a class="btn btn-quiet btn-icon" ${swapLink(ownHref(query, { open: null }))} data-close-inspector aria-label="Close lead" aria-keyshortcuts="Escape">${icon("i-x")}</a></header>
    <div class="inspector-body" tabindex="0" role="region" aria-label="Lead details">${
      !opened.ok
        ? failedState("This lead could not be read", opened.reason)
        : lead
          ? details(shown, lead)
          : html`<div class="state">${icon("i-user", "i i-l")}<h3>There is no such contact</h3><p>Nothing was heard of it where you may look.</p></div>`
    }</div>
    <footer class="insp-foot">${steps(shown)}${lead && html`<a class="btn end" href="${leadHref(query, own.open)}">Open record${icon("i-arrow-up-right", "i i-s")}</a>`}</footer>
  </aside>`;
}

/** By its name where a bot told it and it may be seen. */
export function nameOfLead({ life }: OpenedLead): string {
  const { name } = life.summary;
  return name === null || name === MASK ? life.contact_id : name;
}

function head({ locationName, report }: LeadsShown, lead: OpenedLead): Html {
  const { summary, contact_id } = lead.life;
  const currency = report.table.ok ? report.table.value.currency : "USD";
  const places = summary.by_location.map(({ location_id }) => (locationName ?? ((id: string) => id))(location_id));
  return html`<p>${summary.step !== null && html`${stepName(summary.step)} · `}${summary.budget !== null && html`${budgetText(summary.budget, currency)} · `}${places.join(", ")}${nameOfLead(lead) !== contact_id && html` · <span class="mono break">${contact_id}</span>`}</p>`;
}

function details({ report, now, locationName, query, own }: LeadsShown, lead: OpenedLead): Html {
  const { life, scores } = lead;
  const { timezone } = report.framed;
  const context = { timezone, now, name: nameOfLead(lead) };
  const shown = scores.ok
    ? scores.value.filter(({ purpose }, _, all) => purpose === "conversion" || all.length === 1)
    : [];
  return html`${!scores.ok && failedState("The chance could not be computed", scores.reason)}${shown.map((score) => html`${scoreSections(score, context)}${score.method === "model" && own.open !== null && html`<p class="insp-sec"><a class="link" href="${leadHref(query, own.open)}#what-if">What if facts were others</a></p>`}${actionSection(score)}`)}
    ${scores.ok && shown.length === 0 && html`<section class="insp-sec"><h3>Conversion probability</h3><p class="dim">It is no open lead now, so it has none.</p></section>`}
    <section class="insp-sec"><h3>Timeline<small>${counted(life.summary.events, "event")}</small></h3>${timeline(life.events, { timezone, now, locationName })}${
      life.next &&
      own.open !== null &&
      html`<p class="mt-3"><a class="link" href="${leadHref(query, own.open)}#timeline">All ${counted(life.summary.events, "event")}</a></p>`
    }</section>`;
}

/** To the contact before and behind on the page of the table. */
function steps({ report, query, own }: LeadsShown): Html {
  const ids = report.table.ok
    ? report.table.value.contacts.map(({ contact_id }) => contact_id).filter((id) => !id.includes(MASK))
    : [];
  const at = ids.indexOf(own.open ?? "");
  const step = (id: string | undefined, key: string, words: string): Html =>
    id === undefined || at < 0
      ? html`<span class="btn btn-small" aria-disabled="true">${words}</span>`
      : html`<a class="btn btn-small" ${swapLink(ownHref(query, { open: id }))} data-lead-key="${key}" aria-keyshortcuts="${key}">${words}<span class="kbd" aria-hidden="true">${key}</span></a>`;
  return html`<nav class="btn-group" aria-label="Leads of the table">${step(ids[at - 1], "p", "Previous")}${step(at < 0 ? undefined : ids[at + 1], "n", "Next")}</nav>`;
}
