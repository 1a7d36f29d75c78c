import type { Overview } from "../../src/report/overview.ts";
import type { RevenueChart } from "../../src/report/revenue-chart.ts";
import { chart, chartFoot, chartMenu } from "../charts/chart.ts";
import { type Html, html } from "../html.ts";
import { ownHref, swapLink, type ViewQuery, viewLink } from "./query.ts";
import { type RevenueView, revenueCharts } from "./revenue-chart.ts";
import { failedState } from "./states.ts";

/** Revenue by bucket with its mean, the period before and what comes next; below it commission, cumulative. */
export function revenuePanel(report: Overview, view: Omit<RevenueView, "framed" | "now">): Html {
  const { query } = view;
  if (!report.chart.ok) return failed(report.chart.reason);
  const shown = report.chart.value;
  const { upper, lower, pane } = revenueCharts(shown, { ...view, framed: report.framed, now: report.now });
  const currencies = (shown.revenue.currencies ?? []).map(({ currency }) => currency);
  return html`<section class="panel span-8" id="revenue" aria-labelledby="revenue-h">
    <header class="panel-head"><h2 id="revenue-h">${upper.title}</h2><span class="end">${currencies.length > 1 && currencySeg(currencies, shown.revenue.currency ?? "", query)}${shown.grains.length > 1 && grainSeg(shown, query)}${chartMenu(upper)}</span></header>
    <div class="panel-body">${chart(upper)}${!isEmpty(shown) && html`<p class="chart-pane-label mt-2">${pane}</p>${chart(lower)}`}</div>
    <footer class="panel-foot">${chartFoot(upper)}</footer>
  </section>`;
}

function isEmpty({ revenue }: RevenueChart): boolean {
  return [...revenue.trend, ...(revenue.previous_trend ?? [])].every(({ v }) => v === null || Number(v) === 0);
}

function failed(reason: string): Html {
  return html`<section class="panel span-8" id="revenue" aria-labelledby="revenue-h">
    <header class="panel-head"><h2 id="revenue-h">Revenue and commission</h2></header>
    ${failedState("This chart could not be computed", reason)}
  </section>`;
}

function currencySeg(currencies: readonly string[], current: string, query: ViewQuery): Html {
  return html`<span class="seg" role="group" aria-label="Currency">${currencies.map(
    (currency) =>
      html`<a ${viewLink(query, { currency })}${currency === current && html` aria-current="true"`}>${currency}</a>`,
  )}</span>`;
}

function grainSeg({ grain, grains }: RevenueChart, query: ViewQuery): Html {
  return html`<span class="seg" role="group" aria-label="By">${grains.map((one, index) => {
    const href = ownHref(query, { grain: index === 0 ? null : one });
    return html`<a ${swapLink(href)}${one === grain && html` aria-current="true"`}>${one.charAt(0).toUpperCase()}${one.slice(1)}</a>`;
  })}</span>`;
}
