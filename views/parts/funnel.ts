import type { Funnel, Stage } from "../../src/report/funnel.ts";
import type { Part } from "../../src/report/overview.ts";
import { counted, decimal, MISSING } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { failedState } from "./states.ts";

/** How far contacts came, stage by stage, with a tick where the period before was. */
export function funnelPanel(funnel: Part<Funnel>): Html {
  const title = funnel.ok && funnel.value.kind === "lead" ? "Lead funnel" : "Seller qualification";
  return html`<section class="panel span-4" id="funnel" aria-labelledby="h-funnel">
    <header class="panel-head"><h2 id="h-funnel">${title}</h2>${funnel.ok && funnel.value.kind === "seller" && html`<span class="meta">Q1 to Q4</span>`}</header>
    ${!funnel.ok ? failedState("The funnel could not be computed", funnel.reason) : content(funnel.value)}
  </section>`;
}

function content(funnel: Funnel): Html {
  const { stages, stalls, largest_loss } = funnel;
  const most = Math.max(...stages.flatMap(({ contacts, previous }) => [contacts, previous ?? 0]));
  if (most === 0) {
    return html`<div class="state">${icon("i-funnel", "i i-l")}<h3>No leads in this period</h3><p>Leads count when a bot reports lead_created, jorge_qualification_progress or lead_qualified.</p></div>`;
  }
  return html`<div class="panel-body"><ol class="funnel">
      <li class="funnel-head" aria-hidden="true"><span>Stage</span><span></span><span>Leads</span><span>Of previous</span><span>Lost</span></li>
      ${stages.map((stage) => row(stage, most))}
    </ol></div>
    <footer class="panel-foot">${largest_loss !== null && html`<span>Largest loss: before ${largest_loss}</span>`}${stalls !== null && html`<span>${counted(stalls, "stall")}</span>`}${
      stages.some(({ previous }) => previous !== null) &&
      html`<span class="end bar-row"><svg class="key k-target" aria-hidden="true"><path d="M7 0v10"/></svg>period before</span>`
    }</footer>`;
}

function row({ label, mark, contacts, previous, share, lost }: Stage, most: number): Html {
  const at = (count: number): string => `${Math.round((count / most) * 10_000) / 100}%`;
  return html`<li><span class="stage">${mark !== null && html`<b>${mark}</b>`}${label}</span><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="bar-fill" width="${at(contacts)}" height="100%"/>${
    previous !== null &&
    html`<line class="bar-prev" x1="${at(previous)}" x2="${at(previous)}" y1="-3" y2="21"/><line class="bar-tick" x1="${at(previous)}" x2="${at(previous)}" y1="-3" y2="21"/>`
  }</svg><b>${decimal(contacts, 0)}</b><span class="step">${share === null ? MISSING : html`${decimal(Math.round(share * 100), 0)}%<span class="vh"> of previous,</span>`}</span><span class="step">${lost === null ? MISSING : html`${decimal(lost, 0)}<span class="vh"> lost</span>`}</span></li>`;
}
