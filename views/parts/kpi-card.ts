import type { KpiFigure } from "../../src/report/kpis.ts";
import type { Card } from "../../src/report/overview.ts";
import { decimal, duration, exactText, figureOf, MISSING, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { exploreHref } from "./explore-link.ts";
import type { ViewQuery } from "./query.ts";
import { sparkLine } from "./spark.ts";
import { retryButton } from "./states.ts";

export interface CardContext {
  /** "previous 30 days", for the words of a change; null when nothing is compared. */
  previous: string | null;
  /** The first and the last bucket are not whole: a sparkline without them does not dip at its ends. */
  partial: { first: boolean; last: boolean };
  /** Its name leads to Explore, with what is in force; left out: it leads nowhere. */
  query?: ViewQuery;
}

const UNCHANGED = "unchanged";

/** One figure: value, change, sparkline, and where it stands to its target. */
export function kpiCard({ key, label, figure }: Card, context: CardContext): Html {
  if (!figure.ok) return failedCard(key, label, figure.reason);
  const { value } = figure;
  return html`<article class="kpi" id="kpi-${key}">
    <h2 class="kpi-h">${named(key, html`${label}${value.approximate && html`<span class="vh">, approximate</span>`}`, context)}</h2>
    ${kpiBody(value, context)}
  </article>`;
}

function named(key: string, label: Html, { query }: CardContext): Html {
  if (!query) return html`<span class="kpi-label">${label}</span>`;
  return html`<a class="kpi-label" href="${exploreHref(query, { kpi: key })}">${label}</a>`;
}

/** The same without its frame and its name. */
export function kpiBody(value: KpiFigure, context: Omit<CardContext, "retry">): Html {
  return html`${valueRow(value, context)}
    ${sparkLine(wholeOnly(value.trend, context), wholeOnly(value.previous_trend ?? [], context))}
    ${value.target === null ? previousLine(value, context) : targetBar(value)}`;
}

function failedCard(key: string, label: string, reason: string): Html {
  return html`<article class="kpi" id="kpi-${key}"><h2 class="kpi-h"><span class="kpi-label">${label}</span></h2>
    <div class="state state-bad"><h3 class="bar-row">${icon("i-circle-alert")}Not available</h3><p>${reason}</p>${retryButton(label)}</div></article>`;
}

function valueRow(figure: KpiFigure, { previous }: Pick<CardContext, "previous">): Html {
  const { value, unit, currency } = figure;
  const { text, unit: mark } = figureOf(value, unit, currency);
  const exact = exactText(value, unit, currency);
  const others = (figure.currencies ?? []).filter((other) => other.currency !== currency);
  return html`<div class="kpi-row"><span class="kpi-value" title="${value === null ? "Nothing to count in this period" : exact}" data-value="${value ?? ""}">${text}${mark !== "" && html`<small>${mark}</small>`}${value === null && html`<span class="vh"> no data</span>`}</span>${
    // What the title shows to a pointer is there for everyone.
    value !== null && exact !== text + mark && html`<span class="vh"> exactly ${exact}</span>`
  }${previous !== null && delta(figure, previous)}</div>${others.length > 0 && otherCurrencies(others)}`;
}

function otherCurrencies(others: NonNullable<KpiFigure["currencies"]>): Html {
  return html`<p class="kpi-more">${others.map(
    ({ currency, value }, index) =>
      html`${index > 0 && " · "}<span title="${exactText(value, "money", currency)}">${shortText(value, "money", currency)}</span>`,
  )}</p>`;
}

/** Arrow for the direction, a word where lower is better, colour only repeats. */
function delta(figure: KpiFigure, previous: string): Html {
  const { value, previous: before, unit, better, change } = figure;
  if (value === null || before === null) return html``;
  const difference = Number(value) - Number(before);
  const text = deltaText(figure, difference, change);
  if (text === null) return html``;
  const direction = text === UNCHANGED || difference === 0 ? null : difference > 0 ? "up" : "down";
  const good = direction === null || better === null ? "" : direction === better ? " delta-good" : " delta-bad";
  const title = `${exactText(before, unit, figure.currency)} in the ${previous}`;
  return html`<span class="delta${good}" title="${title}">${direction !== null && icon(direction === "up" ? "i-arrow-up" : "i-arrow-down")}${text}<span class="vh"> ${direction === "down" ? "below" : direction === "up" ? "above" : "from"} the ${previous}</span></span>`;
}

function deltaText({ unit }: KpiFigure, difference: number, change: number | null): string | null {
  if (unit === "duration") {
    if (Math.abs(difference) < 0.05) return UNCHANGED;
    return `${duration(Math.abs(difference))} ${difference < 0 ? "faster" : "slower"}`;
  }
  if (unit === "percent")
    return Math.abs(difference) < 0.0005 ? UNCHANGED : `${decimal(Math.abs(difference) * 100, 1)} pp`;
  if (change === null) return null;
  if (Math.abs(change) < 0.0005) return UNCHANGED;
  return Math.abs(change) >= 10
    ? `${decimal(Math.abs(change) + Math.sign(change), 0)}×`
    : `${decimal(Math.abs(change) * 100, 1)}%`;
}

/** A card without a target says what it is compared with instead, so that all cards end alike. */
function previousLine({ previous, unit, currency }: KpiFigure, context: Pick<CardContext, "previous">): Html {
  if (context.previous === null) return html`<div class="target"><span class="line">No target</span></div>`;
  const before = previous === null ? MISSING : shortText(previous, unit, currency);
  return html`<div class="target"><span class="line">${before} in the ${context.previous}</span></div>`;
}

function targetBar(figure: KpiFigure): Html {
  const { value, target, status, unit, currency, better } = figure;
  if (target === null) return html``;
  const goal = Number(target);
  const most = better === "down";
  const top = unit === "percent" && goal > 0.5 ? 1 : most ? goal / 0.7 : goal * 1.25;
  const at = (amount: number): string => `${Math.max(0, Math.min(100, Math.round((amount / top) * 1000) / 10))}%`;
  const met = status === "on_target";
  const missed = status !== null && !met;
  return html`<div class="target${missed && " target-miss"}"><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/>${
    value !== null && html`<rect class="bar-fill" width="${at(Number(value))}" height="100%"/>`
  }<line class="bar-tick" x1="${at(goal)}" x2="${at(goal)}" y1="-3" y2="7"/></svg><span class="line">${
    status !== null && icon(met ? "i-check" : "i-triangle-alert", "i i-s")
  }${targetWords(figure, shortText(target, unit, currency))}</span></div>`;
}

function targetWords({ value, target, unit, status, better }: KpiFigure, goal: string): string {
  if (value === null || status === null) return `Target ${goal}`;
  if (better === "down") return `${status === "on_target" ? "Under" : "Over"} ${goal} target`;
  if (status === "on_target") return `Target ${goal} met`;
  return unit === "percent"
    ? `Below ${goal} target`
    : `${decimal((Number(value) / Number(target)) * 100, 0)}% of ${goal} target`;
}

function wholeOnly(trend: KpiFigure["trend"], { partial }: Pick<CardContext, "partial">): (number | null)[] {
  const values = trend.map(({ v }) => (v === null ? null : Number(v)));
  const whole = values.slice(partial.first ? 1 : 0, partial.last ? -1 : undefined);
  return whole.length < 3 ? values : whole;
}
