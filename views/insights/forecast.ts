import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { emptyState } from "../parts/states.ts";

/** What js/forecast.js draws: one place a day, numbers only, texts written by the server. */
export interface ForecastChart {
  names: readonly string[];
  long: readonly string[];
  /** Days that are over. */
  past: readonly (number | null)[];
  /** The day that is running: drawn dashed. */
  partial: readonly (number | null)[];
  median: readonly (number | null)[];
  lower: readonly (number | null)[];
  upper: readonly (number | null)[];
  texts: readonly { past: string | null; median: string | null; band: string | null; event: string | null }[];
  /** Where the forecast begins. */
  from: number;
  /** Its last value, written at its end. */
  last: string;
  /** Of money. */
  currency: string | null;
}

export interface ForecastProps {
  id: string;
  title: string;
  meta: string;
  /** The sum in large, and what it is; null where there is none. */
  total: { text: string; unit: string; exact: string; interval: string } | null;
  /** Beside it: "$134M so far". */
  beside: string | null;
  chart: ForecastChart | null;
  /** One sentence: the chart's text alternative. */
  finding: string;
  rows: readonly { name: string; past: string; median: string; band: string; event: string | null }[];
  /** How it did before: against naive, and how often its bands were right. */
  quality: readonly string[];
  /** Why there is none, or only a naive one. */
  reason: string | null;
  /** What a first one takes. */
  begins: string;
  /** What moved it against the period before. */
  drivers: readonly { what: string; change: string }[];
}

/** What comes next: the chart, the sum, and how good the method was on what it had not seen. */
export function forecastPanel(props: ForecastProps): Html {
  const { id, title, meta, total, beside, chart, finding, quality, reason, begins, drivers } = props;
  return html`<section class="panel span-6" id="${id}" aria-labelledby="${id}-h">
    <header class="panel-head"><h2 id="${id}-h">${title}</h2><span class="meta">${meta}</span></header>
    ${
      chart === null || total === null
        ? emptyState(
            "i-trending-up",
            "No forecast yet",
            `${reason ?? "There is no history to make it from."} ${begins}`,
          )
        : html`<div class="panel-body">
      <p class="forecast-total"><span class="kpi-value" title="${total.exact}">${total.text}<small>${total.unit}</small></span><span class="dim">${total.interval}</span>${beside !== null && html`<span class="dim">${beside}</span>`}</p>
      <ul class="legend mt-2" aria-label="Legend"><li>${key("k-soft", true)}By day</li><li>${key("k-fore")}Forecast, median</li><li>${key("k-band", true)}80% band</li></ul>
      <div class="chart mt-2" id="${id}-chart" data-h="l" data-forecast="${JSON.stringify(chart)}" role="group" aria-roledescription="chart" tabindex="0" aria-label="${finding} Arrow keys read the values."></div>
      <p class="vh" id="${id}-chart-say" aria-live="polite"></p>
      <ul class="honest">${quality.map((sentence) => html`<li>${sentence}</li>`)}${reason !== null && html`<li>${reason}</li>`}</ul>
      ${drivers.length > 0 && html`<h3 class="mt-3">What moved it against the month before</h3><dl class="defs mt-1">${drivers.map(({ what, change }) => html`<dt class="break">${what}</dt><dd>${change}</dd>`)}</dl>`}
    </div>
    <footer class="panel-foot"><details class="rows"><summary class="link">${icon("i-table-2")}Values as a table</summary>${table(props)}</details></footer>`
    }
  </section>`;
}

function table({ title, rows }: ForecastProps): Html {
  return html`<div class="table-scroll rows-table" tabindex="0" role="group" aria-label="${title}, values"><table class="table">
    <thead><tr><th scope="col">Day</th><th scope="col" class="num">Was</th><th scope="col" class="num">Forecast</th><th scope="col" class="num">80% band</th></tr></thead>
    <tbody>${rows.map(({ name, past, median, band, event }) => html`<tr><td>${name}${event !== null && html` <span class="dim">${event}</span>`}</td><td class="num">${past}</td><td class="num">${median}</td><td class="num">${band}</td></tr>`)}</tbody></table></div>`;
}

function key(classes: string, box = false): Html {
  const shape = box ? html`<rect x="1" y="0" width="12" height="10" rx="1"/>` : html`<path d="M0 5h14"/>`;
  return html`<svg class="key ${classes}" aria-hidden="true">${shape}</svg>`;
}
