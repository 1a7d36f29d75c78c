import type { Part } from "../../src/report/overview.ts";
import type { Qualification } from "../../src/report/qualification.ts";
import { counted, decimal, MISSING, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { glyph } from "../icons.ts";
import { failedState } from "../parts/states.ts";

/** What each question is about, as the catalogue counts them. */
const QUESTIONS: Readonly<Record<string, string>> = { Q1: "Condition", Q2: "Price", Q3: "Motivation", Q4: "Timeline" };

/** How far sellers came, where they stall, how warm they are; nothing where no bot qualifies. */
export function qualificationPanel(part: Part<Qualification>): Html {
  if (!part.ok)
    return html`<section class="panel" id="qualification" aria-labelledby="h-qual">${head(null)}${failedState("The qualification could not be read", part.reason)}</section>`;
  const { contacts, questions, stalls, temperatures, effectiveness } = part.value;
  if (contacts === 0 && stalls.steps === 0) return html`<section id="qualification" hidden></section>`;
  const stallsOf = (question: string) => stalls.by_question.find((one) => one.question === question);
  return html`<section class="panel" id="qualification" aria-labelledby="h-qual">${head(counted(contacts, "contact"))}
    <div class="panel-body table-scroll" tabindex="0" role="region" aria-label="Questions, scrollable"><table class="table table-qual"><thead><tr><th scope="col">Question</th><th scope="col">Answered</th><th scope="col" class="num">Contacts</th><th scope="col" class="num">Stalls</th></tr></thead>
      <tbody>${questions.map(({ question, contacts: reached, rate }) => {
        const stalled = stallsOf(question);
        return html`<tr><th scope="row"><b>${question}</b> ${QUESTIONS[question]}</th><td><span class="cell-bar"><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="bar-fill" width="${Math.round((rate ?? 0) * 1_000) / 10}%" height="100%"/></svg><b>${rate === null ? MISSING : shortText(rate, "percent")}</b></span></td><td class="num">${decimal(reached, 0)}</td><td class="num">${
          stalled && stalled.count > 0
            ? html`<span title="Of ${counted(stalled.steps, "step")}">${decimal(stalled.count, 0)} <span class="dim">${shortText(stalled.steps === 0 ? null : stalled.count / stalled.steps, "percent")}</span></span>`
            : html`<span class="dim">0</span>`
        }</td></tr>`;
      })}</tbody></table></div>
    <footer class="panel-foot">${(["hot", "warm", "cold"] as const).map(
      (name) =>
        html`<span class="temp temp-${name}">${glyph(`g-${name}`)}${decimal(temperatures[name], 0)} ${name}</span>`,
    )}<span>${counted(stalls.count, "stall")}${stalls.rate !== null && `, ${shortText(stalls.rate, "percent")} of the steps`}</span>${
      effectiveness !== null && html`<span>Confrontational effectiveness ${decimal(effectiveness, 1)} of 100</span>`
    }</footer>
  </section>`;
}

function head(meta: string | null): Html {
  return html`<header class="panel-head"><h2 id="h-qual">Seller qualification</h2>${meta !== null && html`<span class="meta">${meta}, Q1 to Q4</span>`}</header>`;
}
