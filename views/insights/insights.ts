import type { Part } from "../../src/report/overview.ts";
import { severityTag } from "../alerts/states.ts";
import { CHART_SCRIPTS } from "../charts/chart.ts";
import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";
import type { ShellUser } from "../layout.ts";
import type { ControlsProps } from "../parts/controls.ts";
import { csrfField } from "../parts/field.ts";
import { queryText, type ViewQuery } from "../parts/query.ts";
import { type Errors, formNote } from "../parts/settings.ts";
import { emptyState, failedState } from "../parts/states.ts";
import { type ForecastProps, forecastPanel } from "./forecast.ts";
import { rangeMark } from "./range.ts";
import { type InsightsShellProps, insightsShell } from "./shell.ts";
import { BODY_ID, waitingInsights } from "./waiting.ts";

/** One thing that the concierge says. */
export interface ConciergeItem {
  id: string;
  kind: string;
  sentence: string;
  action: string;
  /** A page that shows it, and the address with the figures behind it. */
  page: { label: string; href: string } | null;
  evidence: string;
  urgency: number;
  rating: "useful" | "useless" | null;
}

export interface CauseItem {
  dimension: string;
  key: string;
  contribution: string;
  /** "84%"; null where there is no deviation to have a share of. */
  share: string | null;
  /** Of a bar, 0 to 100. */
  width: number;
  /** Inside of which segment, on the second level. */
  within: string | null;
}

export interface AnomalyItem {
  id: string;
  /** Of the element on the page. */
  mark: string;
  label: string;
  severity: string;
  when: string;
  when_iso: string;
  /** "Revenue was $2.5M, 55% below what was to be expected". */
  headline: string;
  /** The band, and what was odd where the value lies within it. */
  why: string;
  range: { value: number; expected: number; lower: number; upper: number };
  causes: readonly CauseItem[];
  recommendation: string;
  acknowledged: { by: string; at: string } | null;
}

export interface AnomaliesProps {
  items: readonly AnomalyItem[];
  total: number;
  /** "55 KPIs looked at, 1,650 days judged; 3.0 anomalies a hundred days." */
  quality: string;
  /** Why nothing could be judged, where nothing could. */
  nothing: string | null;
}

export interface InsightsPageProps {
  user: ShellUser;
  query: ViewQuery;
  locations: ControlsProps["locations"];
  timezone: string;
  concierge: Part<{ items: readonly ConciergeItem[]; hidden: number; all: boolean }>;
  anomalies: Part<AnomaliesProps>;
  forecasts: Part<readonly ForecastProps[]>;
  /** May say that somebody has seen to an anomaly. */
  acts: boolean;
  done: string | null;
  errors: Errors;
}

const KINDS: Readonly<Record<string, { word: string; icon: IconName; tone: string }>> = {
  anomaly: { word: "Anomaly", icon: "i-triangle-alert", tone: "bad" },
  forecast: { word: "Forecast", icon: "i-trending-up", tone: "" },
  bot: { word: "Bot", icon: "i-bot", tone: "bad" },
  stall: { word: "Stalls", icon: "i-timer", tone: "" },
  contact: { word: "Call first", icon: "i-phone", tone: "act" },
};

/** What to see to, what was odd and why, what comes next. Works without script but for the drawing of charts. */
export function insightsPage(props: InsightsPageProps): Html {
  const { user, query, locations, timezone, forecasts, done, errors } = props;
  return insightsShell({
    user,
    tab: "insights",
    query,
    locations,
    sub: subOf(timezone),
    scripts: CHART_SCRIPTS,
    content: html`<div class="stack">${formNote(done, errors.form)}
    <div class="grid" id="${BODY_ID}">
      <div class="stack span-8">
        <div class="grid">${forecasts.ok ? forecasts.value.map(forecastPanel) : html`<section class="panel" aria-labelledby="forecasts-h"><header class="panel-head"><h2 id="forecasts-h">Forecasts</h2></header>${failedState("Forecasts could not be made", forecasts.reason)}</section>`}</div>
        ${anomaliesPanel(props)}
      </div>
      ${conciergePanel(props)}
    </div></div>`,
  });
}

/** The page while its figures are being computed; `href` answers with all of it. */
export function insightsWaiting(
  props: Pick<InsightsShellProps, "user" | "query" | "locations"> & { timezone: string; href: string },
): Html {
  const { timezone, href, ...rest } = props;
  return insightsShell({
    ...rest,
    tab: "insights",
    sub: subOf(timezone),
    scripts: CHART_SCRIPTS,
    content: waitingInsights(href),
  });
}

function subOf(timezone: string): string {
  return `The last 30 days and what comes next · ${timezone.replaceAll("_", " ")}`;
}

function conciergePanel(props: InsightsPageProps): Html {
  const { concierge, query } = props;
  const text = queryText(query);
  const other = `/insights${text}${text === "" ? "?" : "&"}`;
  return html`<section class="panel span-4 top concierge" aria-labelledby="concierge-h">
    <header class="panel-head"><h2 id="concierge-h">What to see to</h2><span class="meta">The most urgent first</span></header>
    ${
      !concierge.ok
        ? failedState("The list could not be made", concierge.reason)
        : html`${concierge.value.items.length === 0 ? emptyState("i-check", "Nothing needs you", "No anomaly, silent bot, stall or missed target. New ones appear here.") : html`<div class="panel-flush">${concierge.value.items.map((item) => conciergeItem(props, item))}</div>`}
      ${(concierge.value.hidden > 0 || concierge.value.all) && html`<footer class="panel-foot">${concierge.value.all ? html`<a class="link" href="/insights${text}">Leave out what I dismissed or snoozed</a>` : html`<span>${concierge.value.hidden} dismissed or snoozed by you</span><a class="link" href="${other}all=yes">Show</a>`}</footer>`}`
    }
  </section>`;
}

function conciergeItem({ user, query }: InsightsPageProps, item: ConciergeItem): Html {
  const { id, kind, sentence, action, page, evidence, urgency, rating } = item;
  const { word, icon: name, tone } = KINDS[kind] ?? { word: kind, icon: "i-lightbulb" as const, tone: "" };
  const rate = (value: "useful" | "useless", label: string): Html =>
    html`<button class="btn btn-quiet btn-small" type="submit" formaction="/insights/${id}/rating" name="rating" value="${rating === value ? "" : value}" aria-pressed="${String(rating === value)}" aria-label="${label}: ${sentence}">${label}</button>`;
  return html`<article class="insight${tone !== "" && ` insight-${tone}`}">
    <div class="insight-kind">${icon(name)}${word}<span class="end">urgency ${urgency}</span></div>
    <h3>${sentence}</h3><p>${action}.</p>
    <p class="insight-links">${page && html`<a href="${page.href}">${page.label}</a>`}<a href="${evidence}">The figures</a></p>
    <form class="btn-group" method="post" action="/insights/${id}/dismissal">${csrfField(user.csrf)}<input type="hidden" name="location_id" value="${query.location_id ?? ""}">
      <button class="btn btn-small" type="submit" aria-label="Dismiss: ${sentence}">Dismiss</button>
      <button class="btn btn-small" type="submit" formaction="/insights/${id}/snooze" aria-label="Snooze 1 day: ${sentence}">Snooze 1 day</button>
      ${rate("useful", "Useful")}${rate("useless", "Not useful")}</form>
  </article>`;
}

function anomaliesPanel(props: InsightsPageProps): Html {
  const { anomalies } = props;
  if (!anomalies.ok)
    return html`<section class="panel" aria-labelledby="anomalies-h"><header class="panel-head"><h2 id="anomalies-h">Anomalies</h2></header>${failedState("Anomalies could not be looked for", anomalies.reason)}</section>`;
  const { items, total, quality, nothing } = anomalies.value;
  return html`<section class="panel" aria-labelledby="anomalies-h">
    <header class="panel-head"><h2 id="anomalies-h">Anomalies</h2><span class="meta">${total > items.length ? `The newest ${items.length} of ${total}` : "Newest first"}</span></header>
    ${
      items.length > 0
        ? html`<div class="panel-flush">${items.map((item) => anomalyItem(props, item))}</div>`
        : nothing !== null
          ? emptyState("i-clock", "Nothing could be judged yet", nothing)
          : emptyState("i-check", "Nothing was odd", "Every KPI was as it usually is in the last 30 days.")
    }
    <footer class="panel-foot"><span>${quality}</span></footer>
  </section>`;
}

function anomalyItem({ user, query, acts }: InsightsPageProps, item: AnomalyItem): Html {
  const { id, mark, label, severity, when, when_iso, headline, why, range, causes, recommendation, acknowledged } =
    item;
  return html`<article class="insight insight-bad anomaly" id="${mark}">
    <div class="insight-kind">${icon("i-triangle-alert")}${label}${severityTag(severity)}<time class="end" datetime="${when_iso}">${when}</time></div>
    <div class="anomaly-head"><div><h3>${headline}</h3><p>${why}</p></div>${rangeMark(range)}</div>
    ${
      causes.length > 0 &&
      html`<ul class="causes" aria-label="What made it so">${causes.map(
        ({ dimension, key, contribution, share, width, within }) =>
          html`<li${within !== null && html` class="is-within"`}><span class="break"><span class="dim">${dimension}</span> ${key}${within !== null && html`<span class="vh"> within ${within}</span>`}</span><svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-track" width="100" height="4"/><rect class="bar-fill" width="${width}" height="4"/></svg><b>${contribution}</b><span class="dim">${share ?? "–"}</span></li>`,
      )}</ul>`
    }
    <p>${recommendation}</p>
    <div class="anomaly-act">${
      acknowledged === null
        ? acts && seenForm(user.csrf, query, id, "acknowledgement", "Acknowledge", headline)
        : html`<p>${icon("i-check", "i i-s")} ${acknowledged.by} has seen to it, ${acknowledged.at}.</p>${acts && seenForm(user.csrf, query, id, "acknowledgement/removal", "Take it back", headline)}`
    }</div>
  </article>`;
}

function seenForm(csrf: string, query: ViewQuery, id: string, what: string, label: string, headline: string): Html {
  return html`<form method="post" action="/insights/anomalies/${id}/${what}">${csrfField(csrf)}<input type="hidden" name="location_id" value="${query.location_id ?? ""}"><button class="btn btn-small" type="submit" aria-label="${label}: ${headline}">${label}</button></form>`;
}
