/** A card of a dashboard: its frame, and what its kind puts into it. The same for the page, a push, a kiosk and a public link. */
import { kpiOf } from "../../src/catalogue/kpis.ts";
import type { CardAnswer } from "../../src/report/dashboard/answers.ts";
import type { AnsweredCard } from "../../src/report/dashboard.ts";
import { previousName } from "../figures.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { botCards } from "./cards/bots.ts";
import { chartCard } from "./cards/chart.ts";
import { feedCard } from "./cards/feed.ts";
import { funnelCard } from "./cards/funnel.ts";
import { insightCard } from "./cards/insights.ts";
import { kpiFigureCard } from "./cards/kpi.ts";
import { tableCard } from "./cards/table.ts";
import { textCard } from "./cards/text.ts";

export interface CardContext {
  now: number;
  /** How a location is called; null when one is shown. */
  locationName: ((location_id: string) => string) | null;
  /** Before each id: several dashboards may stand on one page. */
  prefix: string;
  /** Asks again after a failure, as attributes of a link; null where the page asks again by itself. */
  retry: Html | null;
  /** Links lead into the appliance: not on public pages. */
  linked: boolean;
}

/** One card at its place. */
export function dashboardCard(answered: AnsweredCard, context: CardContext): Html {
  const { card } = answered;
  const id = cardElement(card.id, context.prefix);
  const { head, body, end } = contents(answered, context);
  return html`<article class="dcard panel dcard-${card.kind}" id="${id}" data-x="${card.x}" data-y="${card.y}" data-w="${card.w}" data-h="${card.h}"${head !== null ? html` aria-labelledby="h-${id}"` : html` aria-label="${card.title || "Text"}"`}>
    ${head !== null && html`<header class="panel-head"><h2 id="h-${id}">${head}</h2>${metaOf(answered)}${end && html`<span class="end">${end}</span>`}</header>`}
    ${body}
  </article>`;
}

/** The id of a card's element. */
export function cardElement(card_id: string, prefix: string): string {
  return `card-${prefix}${card_id}`;
}

/** How a card is called where nobody named it. */
export function cardTitle({ card, answer }: Pick<AnsweredCard, "card"> & { answer?: AnsweredCard["answer"] }): string {
  if (card.title !== "") return card.title;
  const label = (key: string): string => labelOf(key, answer?.ok ? answer.value : null);
  switch (card.kind) {
    case "kpi":
      return label(card.kpi);
    case "chart":
      return label(card.kpi);
    case "table":
      return card.kpis.map(label).slice(0, 2).join(", ") + (card.kpis.length > 2 ? " …" : "");
    case "funnel":
      return card.steps.length < 2 ? "Lead funnel" : "Funnel";
    case "feed":
      return "Activity";
    case "bots":
      return "Bots";
    case "insights":
      return "What to see to";
    case "text":
      return "Text";
  }
}

function contents(answered: AnsweredCard, context: CardContext): { head: string | null; body: Html; end?: Html } {
  const { card, answer } = answered;
  const head = cardTitle(answered);
  if (!answer.ok)
    return { head, body: "closed" in answer ? closed(answer.closed) : failed(answer.reason, head, context) };
  const { value } = answer;
  switch (value.kind) {
    case "kpi":
      return { head, body: kpiFigureCard(value, answered, context) };
    case "chart":
      return { head, ...chartCard(value, answered, context, head) };
    case "table":
      return { head, body: tableCard(value, answered, context, head) };
    case "funnel":
      return { head, body: funnelCard(value.steps) };
    case "feed":
      return { head, body: feedCard(value.items, answered.framed.timezone, context) };
    case "bots":
      return { head, body: botCards(value.bots, context) };
    case "insights":
      return { head, body: insightCard(value.insights, context) };
    case "text":
      return {
        head: card.title === "" ? null : card.title,
        body: textCard(card.kind === "text" ? card.text : "", context),
      };
  }
}

/** What of the page this card overrides. */
function metaOf({ card, framed, previous }: AnsweredCard): Html | null {
  if (!("timeframe" in card)) return null;
  const words = [
    card.timeframe === null ? null : TIMEFRAME_WORDS[card.timeframe],
    card.filters.length === 0 ? null : card.filters.map(filterWords).join(", "),
  ].filter((word) => word);
  if (words.length === 0) return null;
  const against = card.timeframe !== null && card.kind === "kpi" ? previousName(framed, previous !== null) : null;
  return html`<span class="meta" title="${against === null ? "" : `Against the ${against}`}">${words.join(" · ")}</span>`;
}

const TIMEFRAME_WORDS: Readonly<Record<string, string>> = {
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days",
  "90d": "90 days",
  "1y": "1 year",
  all: "All time",
};

/** "bot_id:eq:seller-bot" is "seller-bot" after its field. */
function filterWords(filter: string): string {
  const [field = "", op = "", ...rest] = filter.split(":");
  const sign = op === "eq" || op === "in" ? "" : `${op} `;
  return `${field
    .replace(/^data\./, "")
    .replace(/_id$/, "")
    .replaceAll("_", " ")} ${sign}${rest.join(":").replaceAll(",", ", ")}`;
}

function labelOf(key: string, value: CardAnswer | null): string {
  if (value?.kind === "kpi") return value.figure.label;
  if (value?.kind === "chart") return value.kpi.label;
  if (value?.kind === "table") return value.kpis.find((kpi) => kpi.key === key)?.label ?? key;
  return kpiOf(key)?.label ?? key;
}

function closed(why: string): Html {
  return html`<div class="state">${icon("i-lock", "i i-l")}<h3>Not shown to you</h3><p>${why}</p></div>`;
}

function failed(reason: string, title: string, { retry }: CardContext): Html {
  return html`<div class="state state-bad">${icon("i-circle-alert", "i i-l")}<h3>Not available</h3><p>${reason} The other cards are not affected.</p>${
    retry !== null &&
    html`<div class="btn-group"><a class="btn btn-small" ${retry}>${icon("i-refresh-cw")}Retry<span class="vh"> ${title}</span></a></div>`
  }</div>`;
}
