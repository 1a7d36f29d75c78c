import type { WhatIfReport } from "../../src/report/what-if.ts";
import { decimal } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { ownHref, ownWith, queryText, swapLink, type ViewQuery } from "../parts/query.ts";
import { failedState } from "../parts/states.ts";
import type { RecordShown } from "./record.ts";
import { percentText } from "./words.ts";

/** Of a form's field. */
export const TRY = "try_";
const FACTORS_MAX = 12;

/** What the model would say if facts were others: a form whose answer stands above it. Null where no model scores the contact. */
export function whatIfPanel(shown: RecordShown): Html | null {
  const { tried } = shown.report;
  if (!tried) return null;
  const { answer, purpose } = tried;
  const head = html`<header class="panel-head"><h2 id="what-if-h">What if</h2><span class="meta">The model’s answer, not what would come of it</span></header>`;
  return html`<section class="panel" id="what-if" aria-labelledby="what-if-h">${head}${
    !answer.ok
      ? failedState("It could not be computed", answer.reason)
      : "refused" in answer.value
        ? html`<div class="panel-body"><p class="dim">${answer.value.refused}</p></div>`
        : form(shown, answer.value, purpose)
  }</section>`;
}

function form({ query, own }: RecordShown, report: WhatIfReport, purpose: string): Html {
  const { before, after, deltas } = report;
  const factors = report.factors
    .filter(({ plausible }) => plausible.values.length > 1)
    .toSorted((one, other) => Math.abs(other.phi) - Math.abs(one.phi))
    .slice(0, FACTORS_MAX);
  const points = Math.round(after.probability * 100) - Math.round(before.probability * 100);
  return html`<div class="panel-body stack">
    <p class="what-if-out" role="status"><span>Now <b>${percentText(before.probability)}</b></span>${
      deltas.length > 0 &&
      html`<span>then <b>${percentText(after.probability)}</b></span><span class="delta">${points === 0 ? "unchanged" : html`${icon(points > 0 ? "i-arrow-up" : "i-arrow-down")}<span class="vh">${points > 0 ? "up" : "down"} </span>${Math.abs(points)} pp`}</span>`
    }</p>
    <form class="stack" method="get" action="${query.path}#what-if" hx-get="${query.path}" hx-target=".app" hx-select=".app" hx-swap="outerMorph" hx-push-url="true" hx-trigger="submit, change">
      ${kept(query)}<input type="hidden" name="model" value="${purpose}">
      <div class="what-if">${factors.map((factor) => field(factor, own.changes[factor.factor] ?? ""))}</div>
      <div class="btn-group"><button class="btn btn-primary" type="submit">Try</button>${deltas.length > 0 && html`<a class="btn" ${swapLink(ownHref(query, cleared(query)))}>As it is</a>`}</div>
    </form></div>`;
}

/** The first choice leaves it as it is. */
function field({ factor, label, value, plausible }: WhatIfReport["factors"][number], chosen: string): Html {
  const id = `try-${Bun.hash(factor).toString(36)}`;
  const text = (one: string | number): string => (typeof one === "number" ? decimal(one, 2) : one);
  const values = [...new Set(plausible.values.map(String))];
  return html`<div class="field"><label for="${id}">${label}</label><select class="input" id="${id}" name="${TRY}${factor}"><option value="">${value === null ? "Not known" : text(value)} (as it is)</option>${values
    .filter((one) => one !== String(value))
    .map(
      (one) =>
        html`<option value="${one}"${one === chosen && html` selected`}>${plausible.kind === "number" ? text(Number(one)) : one}</option>`,
    )}</select></div>`;
}

function cleared({ own }: ViewQuery): Record<string, null> {
  return Object.fromEntries(
    Object.keys(own).flatMap((name) => (name.startsWith(TRY) || name === "model" ? [[name, null]] : [])),
  );
}

function kept(query: ViewQuery): Html[] {
  const fields = new URLSearchParams(queryText(query, { own: ownWith(query, cleared(query)) }));
  return [...fields].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}
