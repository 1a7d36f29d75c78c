import type { Overview } from "../../src/report/overview.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { type ChartRow, chartView, type RevenueChart } from "./chart-data.ts";
import { type ViewQuery, viewLink } from "./query.ts";

/** Revenue by bucket with its mean and the period before; below it commission, cumulative. Its rows stand under it as a table. */
export function revenuePanel(report: Overview, query: ViewQuery, previous: string | null): Html {
  const [revenue, commission] = ["revenue", "commission"].map(
    (key) => report.cards.find((card) => card.key === key)?.figure,
  );
  if (!revenue?.ok || !commission?.ok) return failed(query);
  const currencies = (revenue.value.currencies ?? []).map(({ currency }) => currency);
  const { chart, rows, finding, commission_finding, partial_note } = chartView(report, revenue.value, commission.value);
  const compares = previous !== null && (revenue.value.previous_trend?.length ?? 0) > 0;
  return html`<section class="panel span-8" id="revenue" aria-labelledby="h-rev">
    <header class="panel-head"><h2 id="h-rev">Revenue and commission</h2>${currencies.length > 1 && html`<span class="end">${currencySeg(currencies, chart.currency, query)}</span>`}</header>
    ${
      isEmpty(chart)
        ? nothing()
        : html`<div class="panel-body">
      <ul class="legend" aria-label="Legend">
        <li>${key("k-soft", true)}${chart.unit}</li>
        ${chart.mean.some((value) => value !== null) && html`<li>${key("k1")}7-day mean</li>`}
        ${compares && html`<li>${key("k-ghost")}${sentence(previous ?? "")}${chart.unit === "Daily" && ", mean"}</li>`}
        ${partial_note !== null && html`<li>${key("k-partial", true)}Partial</li>`}
      </ul>
      <div class="chart mt-2" id="chart-revenue" data-h="l" data-chart="${JSON.stringify(chart)}" role="group" aria-roledescription="chart" tabindex="0" aria-label="${finding} Arrow keys read the values." hx-morph-skip-children></div>
      <p class="chart-pane-label mt-2">Commission <span>cumulative${compares && ", dotted: the period before"}</span></p>
      <div class="chart" id="chart-commission" data-h="s" role="img" aria-label="${commission_finding}" hx-morph-skip-children></div>
      <p class="vh" id="chart-say" aria-live="polite" hx-morph-skip></p>
    </div>`
    }
    <footer class="panel-foot">
      <details class="rows" id="revenue-rows"><summary class="link">${icon("i-table-2")}Values as a table</summary>${table(rows, compares)}</details>
      <span class="end">${partial_note}</span>
    </footer>
  </section>`;
}

function isEmpty({ bars, partial, previous }: RevenueChart): boolean {
  return [bars, partial, previous].every((values) => values.every((value) => value === null || value === 0));
}

function nothing(): Html {
  return html`<div class="state state-tall">${icon("i-circle-dollar-sign", "i i-l")}<h3>No revenue in this period</h3><p>Revenue counts when a bot reports deal_closed, order_placed, booking_completed or payment_received with a value.</p></div>`;
}

function failed(query: ViewQuery): Html {
  return html`<section class="panel span-8" id="revenue" aria-labelledby="h-rev">
    <header class="panel-head"><h2 id="h-rev">Revenue and commission</h2></header>
    <div class="state state-bad state-tall">${icon("i-circle-alert", "i i-l")}<h3>This chart could not be computed</h3><p>The other panels are not affected.</p><div class="btn-group"><a class="btn btn-small" ${viewLink(query, {})}>${icon("i-refresh-cw")}Retry</a></div></div>
  </section>`;
}

function currencySeg(currencies: readonly string[], current: string, query: ViewQuery): Html {
  return html`<span class="seg" role="group" aria-label="Currency">${currencies.map(
    (currency) =>
      html`<a ${viewLink(query, { currency })}${currency === current && html` aria-current="true"`}>${currency}</a>`,
  )}</span>`;
}

function table(rows: readonly ChartRow[], compares: boolean): Html {
  return html`<div class="table-scroll rows-table" tabindex="0" role="group" aria-label="Revenue and commission, values"><table class="table">
    <thead><tr><th scope="col">Period</th><th scope="col" class="num">Revenue</th>${compares && html`<th scope="col" class="num">Period before</th>`}<th scope="col" class="num">Commission</th></tr></thead>
    <tbody>${rows.map(
      (row) =>
        html`<tr><td>${row.name}${row.partial && html` <span class="dim">partial</span>`}</td><td class="num">${row.revenue}</td>${compares && html`<td class="num">${row.previous}</td>`}<td class="num">${row.commission}</td></tr>`,
    )}</tbody></table></div>`;
}

function key(classes: string, box = false): Html {
  const shape = box ? html`<rect x="1" y="0" width="12" height="10" rx="1"/>` : html`<path d="M0 5h14"/>`;
  return html`<svg class="key ${classes}" aria-hidden="true">${shape}</svg>`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
