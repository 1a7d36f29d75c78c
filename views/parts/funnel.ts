import type { Funnel } from "../../src/report/funnel.ts";
import type { Part } from "../../src/report/overview.ts";
import { funnelChart, funnelKey } from "../charts/funnel-chart.ts";
import { counted } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { failedState } from "./states.ts";

/** How far contacts came, stage by stage, with a tick where the period before was. */
export function funnelPanel(funnel: Part<Funnel>): Html {
  const title = funnel.ok && funnel.value.kind === "lead" ? "Lead funnel" : "Seller qualification";
  return html`<section class="panel span-5" id="funnel" aria-labelledby="h-funnel">
    <header class="panel-head"><h2 id="h-funnel">${title}</h2>${funnel.ok && funnel.value.kind === "seller" && html`<span class="meta">Q1 to Q4</span>`}</header>
    ${!funnel.ok ? failedState("The funnel could not be computed", funnel.reason) : content(funnel.value)}
  </section>`;
}

function content(funnel: Funnel): Html {
  const { stages, stalls, largest_loss } = funnel;
  if (stages.every(({ contacts, previous }) => contacts === 0 && (previous ?? 0) === 0)) {
    return html`<div class="state">${icon("i-funnel", "i i-l")}<h3>No leads in this period</h3><p>Leads count when a bot reports lead_created, jorge_qualification_progress or lead_qualified.</p></div>`;
  }
  const shown = stages.map((stage) => ({ ...stage, count: stage.contacts }));
  return html`<div class="panel-body">${funnelChart({ stages: shown, noun: "Leads" })}</div>
    <footer class="panel-foot">${largest_loss !== null && html`<span>Largest loss: before ${largest_loss}</span>`}${stalls !== null && html`<span>${counted(stalls, "stall")}</span>`}${funnelKey(shown)}</footer>`;
}
