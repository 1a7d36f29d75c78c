import { bucketNames, exactText, figureOf, MISSING, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { emptyState, failedState } from "../parts/states.ts";
import type { RevenueShown } from "./own.ts";

/** The month that is running: what it has, what it may end with, and where its target is. */
export function monthPanel({ report }: RevenueShown): Html {
  const { month, framed } = report;
  const head = (name: string): Html =>
    html`<header class="panel-head"><h2 id="h-month">Revenue of the month</h2><span class="meta">${name}</span></header>`;
  const panel = (inner: Html): Html =>
    html`<section class="panel span-4" id="revenue-month" aria-labelledby="h-month">${inner}</section>`;
  if (!month.ok) return panel(html`${head("")}${failedState("The forecast could not be computed", month.reason)}`);
  const { value } = month;
  const { estimate, lower, upper, so_far, currency, target, forecast } = value;
  const name = bucketNames(Date.parse(value.from) * 1_000, "month", framed.timezone).long;
  if (estimate === null)
    return panel(
      html`${head(name)}${emptyState("i-trending-up", "No forecast yet", `${forecast.reason ?? "There is no history to make it from."} So far: ${exactText(so_far, "money", currency)}.`)}`,
    );
  const short = (amount: string | number | null): string => shortText(amount, "money", currency);
  const figure = figureOf(estimate, "money", currency);
  const quality = forecast.backtest;
  return panel(html`${head(name)}<div class="panel-body">
    <div class="month-figure"><span class="kpi-value" title="${exactText(estimate, "money", currency)}">${figure.text}<small>${figure.unit}</small></span><span class="dim">likely at the end of the month${lower !== null && upper !== null && html`; between ${short(lower)} and ${short(upper)} with 80%`}</span></div>
    <div class="target mt-3">${bar(value)}<span class="line">${short(so_far)} so far${target !== null && html` · target ${short(target)}`}</span>${target !== null && verdict(Number(estimate), Number(target), short(target))}</div>
    <dl class="defs mt-3">
      <dt>So far</dt><dd>${exactText(so_far, "money", currency)}</dd>
      <dt>Expected to come</dt><dd>${exactText((Number(estimate) - Number(so_far)).toFixed(0), "money", currency)}</dd>
      <dt>95% range</dt><dd>${value.lower_95 === null ? MISSING : `${short(value.lower_95)} – ${short(value.upper_95)}`}</dd>
      <dt>Against repeating the week before</dt><dd>${quality?.relative_mae == null ? "Not known" : againstNaive(quality.relative_mae)}</dd>
      <dt>Made from</dt><dd>${forecast.history_days} days</dd>
    </dl>${forecast.reason !== null && html`<p class="dim mt-2">${forecast.reason}</p>`}</div>`);
}

/** What is there, up to what is likely, with the band; the target as a tick. */
function bar({
  so_far,
  estimate,
  lower,
  upper,
  target,
}: Record<"so_far" | "estimate" | "lower" | "upper" | "target", string | number | null>): Html {
  const top = Math.max(Number(upper ?? estimate ?? 0), Number(target ?? 0), Number(so_far ?? 0)) * 1.05 || 1;
  const at = (amount: string | number | null): string =>
    `${Math.max(0, Math.min(100, Math.round((Number(amount ?? 0) / top) * 1_000) / 10))}%`;
  const width = (from: string | number | null, to: string | number | null): string =>
    `${Math.max(0, Math.round(((Number(to ?? 0) - Number(from ?? 0)) / top) * 1_000) / 10)}%`;
  return html`<svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/>${lower !== null && upper !== null && html`<rect class="month-band" x="${at(lower)}" width="${width(lower, upper)}" y="-3" height="10" rx="2"/>`}<rect class="bar-fill" width="${at(so_far)}" height="100%"/><line class="month-median" x1="${at(estimate)}" x2="${at(estimate)}" y1="-5" y2="9"/>${target !== null && html`<line class="bar-tick" x1="${at(target)}" x2="${at(target)}" y1="-5" y2="9"/>`}</svg>`;
}

function verdict(estimate: number, target: number, words: string): Html {
  const met = estimate >= target;
  return html`<span class="line verdict ${met ? "verdict-ok" : "verdict-miss"}">${icon(met ? "i-check" : "i-triangle-alert", "i i-s")}${met ? `Likely to meet ${words}` : `Likely to miss ${words}`}</span>`;
}

function againstNaive(relative: number): string {
  const off = Math.round(Math.abs(1 - relative) * 100);
  return off === 0 ? "As good" : `Error ${off}% ${relative < 1 ? "smaller" : "larger"}`;
}
