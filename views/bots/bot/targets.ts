import type { BotFigure } from "../../../src/report/bots/bot.ts";
import type { Part } from "../../../src/report/overview.ts";
import { exactText } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { emptyState, failedState } from "../../parts/states.ts";
import { verdict } from "../matrix.ts";

/** What it is measured against. Targets of sums are the location's: they are no single bot's. */
export function targetsPanel(figures: Part<readonly BotFigure[]>): Html {
  const aimed = figures.ok
    ? figures.value.filter(({ figure }) => figure.target !== null && figure.unit !== "money" && figure.unit !== "count")
    : [];
  return html`<section class="panel" id="targets" aria-labelledby="h-targets">
    <header class="panel-head"><h2 id="h-targets">Targets</h2></header>
    ${
      !figures.ok
        ? failedState("The targets could not be read", figures.reason)
        : aimed.length === 0
          ? emptyState("i-target", "No target applies", "None of its figures has one.")
          : html`<div class="panel-flush table-scroll" tabindex="0" role="region" aria-label="Targets, scrollable"><table class="table"><thead><tr><th scope="col">Figure</th><th scope="col" class="num">Now</th><th scope="col" class="num">Target</th><th scope="col">Verdict</th></tr></thead>
        <tbody>${aimed.map(
          ({ figure }) =>
            html`<tr><th scope="row">${figure.label}</th><td class="num">${exactText(figure.value, figure.unit)}</td><td class="num dim">${exactText(figure.target, figure.unit)}</td><td>${verdict(figure)}</td></tr>`,
        )}</tbody></table></div>`
    }
  </section>`;
}
