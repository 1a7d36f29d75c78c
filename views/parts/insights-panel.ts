import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";
import { emptyState, failedState } from "./states.ts";

/** One of the most urgent things that the concierge says. */
export interface TopInsight {
  id: string;
  kind: string;
  sentence: string;
  action: string;
  href: string;
}

const KINDS: Readonly<Record<string, { word: string; icon: IconName; tone: string }>> = {
  anomaly: { word: "Anomaly", icon: "i-triangle-alert", tone: "bad" },
  forecast: { word: "Forecast", icon: "i-trending-up", tone: "" },
  bot: { word: "Bot", icon: "i-bot", tone: "bad" },
  stall: { word: "Stalls", icon: "i-timer", tone: "" },
  contact: { word: "Call first", icon: "i-phone", tone: "act" },
};

/** Asked for by itself: what each person dismissed is theirs alone, and the figures do not wait for it. */
export function insightsPanel(location_id: string | null): Html {
  const of = location_id === null ? "" : `?location_id=${encodeURIComponent(location_id)}`;
  const one = html`<div class="insight" aria-hidden="true"><span class="skel skel-w1"></span><span class="skel skel-w3 mt-2"></span><span class="skel skel-w2 mt-1"></span></div>`;
  return html`<section class="panel span-4 insights-top" aria-labelledby="insights-top-h">
    <header class="panel-head"><h2 id="insights-top-h">Insights</h2><span class="end"><a class="btn btn-quiet btn-small" href="/insights${of}">All<span class="vh"> insights</span>${icon("i-arrow-up-right", "i i-s")}</a></span></header>
    <div class="insights-list" id="insights-top-${location_id ?? ""}" hx-get="/insights/top${of}" hx-trigger="load, every 60s" hx-swap="innerHTML" hx-morph-skip>${one}${one}${one}</div>
  </section>`;
}

/** What the panel asks for. */
export function topInsights(items: readonly TopInsight[], total: number): Html {
  if (items.length === 0)
    return emptyState(
      "i-check",
      "Nothing needs you",
      "No anomaly, silent bot, stall or missed target. New ones appear here.",
    );
  return html`${items.map(topInsight)}${total > items.length && html`<p class="insight insights-more">${total - items.length} more under Insights</p>`}`;
}

export function topInsightsFailed(reason: string): Html {
  return failedState("Insights could not be computed", reason);
}

function topInsight({ kind, sentence, action, href }: TopInsight): Html {
  const { word, icon: name, tone } = KINDS[kind] ?? { word: kind, icon: "i-lightbulb" as const, tone: "" };
  return html`<article class="insight${tone !== "" && ` insight-${tone}`}">
    <div class="insight-kind">${icon(name)}${word}</div>
    <h3>${sentence}</h3><p>${action}.</p>
    <p class="insight-links"><a class="link" href="${href}">Open<span class="vh">: ${sentence}</span></a></p>
  </article>`;
}
