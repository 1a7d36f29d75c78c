import type { Insight } from "../../../src/report/concierge/insight.ts";
import { type Html, html } from "../../html.ts";
import { type IconName, icon } from "../../icons.ts";
import { emptyState } from "../../parts/states.ts";
import { sentenceWords } from "../../parts/value-words.ts";
import type { CardContext } from "../card.ts";

const SHOWN_MAX = 8;
const ICONS: Readonly<Record<Insight["kind"], IconName>> = {
  anomaly: "i-triangle-alert",
  forecast: "i-trending-up",
  bot: "i-bot",
  stall: "i-timer",
  contact: "i-phone",
};

/** What to see to, the most urgent first. */
export function insightCard(insights: readonly Insight[], { linked }: Pick<CardContext, "linked">): Html {
  if (insights.length === 0)
    return emptyState("i-check", "Nothing to see to", "No anomaly, no silent bot, no target in danger.");
  return html`<div class="dcard-scroll" tabindex="0" role="group" aria-label="What to see to"><ol class="dinsights">${insights
    .slice(0, SHOWN_MAX)
    .map(
      ({ kind, sentence, action }) =>
        html`<li>${icon(ICONS[kind])}<p>${sentenceWords(sentence)}<span class="dim">${action.title}</span></p></li>`,
    )}</ol></div>${
    linked && html`<footer class="panel-foot"><a class="link end" href="/insights">All insights</a></footer>`
  }`;
}
