import { type ChartProps, chart, chartFoot, chartMenu } from "../charts/chart.ts";
import { type Html, html } from "../html.ts";
import { emptyState } from "../parts/states.ts";

export interface ForecastProps {
  id: string;
  title: string;
  meta: string;
  /** The sum in large, and what it is; null where there is none. */
  total: { text: string; unit: string; exact: string; interval: string } | null;
  /** Beside it: "$134M so far". */
  beside: string | null;
  chart: ChartProps | null;
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
  const { id, title, meta, total, beside, chart: drawn, quality, reason, begins, drivers } = props;
  return html`<section class="panel span-6" id="${id}" aria-labelledby="${id}-h">
    <header class="panel-head"><h2 id="${id}-h">${title}</h2><span class="meta">${meta}</span>${drawn && html`<span class="end">${chartMenu(drawn)}</span>`}</header>
    ${
      drawn === null || total === null
        ? emptyState(
            "i-trending-up",
            "No forecast yet",
            `${reason ?? "There is no history to make it from."} ${begins}`,
          )
        : html`<div class="panel-body">
      <p class="forecast-total"><span class="kpi-value" title="${total.exact}">${total.text}<small>${total.unit}</small></span><span class="dim">${total.interval}</span>${beside !== null && html`<span class="dim">${beside}</span>`}</p>
      <div class="mt-2">${chart(drawn)}</div>
      <ul class="honest">${quality.map((sentence) => html`<li>${sentence}</li>`)}${reason !== null && html`<li>${reason}</li>`}</ul>
      ${drivers.length > 0 && html`<h3 class="mt-3">What moved it against the month before</h3><dl class="defs mt-1">${drivers.map(({ what, change }) => html`<dt class="break">${what}</dt><dd>${change}</dd>`)}</dl>`}
    </div>
    <footer class="panel-foot">${chartFoot(drawn)}</footer>`
    }
  </section>`;
}
