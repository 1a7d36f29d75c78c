import type { Bot, Bots } from "../../src/report/bots.ts";
import type { Part } from "../../src/report/overview.ts";
import { counted, nameOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { botHref } from "./bot-link.ts";
import { botStatus } from "./bot-status.ts";
import { sparkColumns } from "./spark.ts";
import { failedState } from "./states.ts";

const MINUTE = 60_000_000;

/** Each bot: its status as a shape and a word, what it does, its last hour. */
export function botsPanel(bots: Part<Bots>, now: number): Html {
  return html`<section class="panel" id="bots" aria-labelledby="h-bots">
    <header class="panel-head"><h2 id="h-bots">Bots</h2>${bots.ok && bots.value.total > 0 && html`<span class="meta">${summary(bots.value)} · events in the last 60 min</span>`}</header>
    ${!bots.ok ? failedState("Bot statuses could not be read", bots.reason) : bots.value.bots.length === 0 ? empty() : html`<ul class="bots">${bots.value.bots.map((bot) => card(bot, now))}</ul>`}
  </section>`;
}

function empty(): Html {
  return html`<div class="state">${icon("i-bot", "i i-l")}<h3>No bot has reported in the last 14 days</h3><p>A bot is listed when its events carry a bot_id.</p></div>`;
}

function summary({ bots, total }: Bots): string {
  const counts = (["active", "idle", "offline", "error"] as const).map((status) => ({
    status,
    count: bots.filter((bot) => bot.status === status).length,
  }));
  const words = counts
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${status === "error" ? "in error" : status}`);
  return words.join(", ") + (total > bots.length ? `, ${total - bots.length} more` : "");
}

function card({ bot_id, status, step, last_event_at, recent }: Bot, now: number): Html {
  const events = recent.reduce((sum, count) => sum + count, 0);
  const silent_min = Math.floor((now - last_event_at) / MINUTE);
  const meta =
    status === "active" || silent_min < 1
      ? `${counted(events, "event")} in 60 min`
      : `Quiet for ${silence(silent_min)}`;
  return html`<li class="bot" id="bot-${Bun.hash(bot_id).toString(36)}" data-beat="${last_event_at}"><span class="bot-name"><a class="bot-id" href="${botHref(bot_id)}" title="${bot_id}">${nameOf(bot_id)}</a>${botStatus(status)}</span><span class="bot-step" title="${step ?? ""}">${step ?? "No step reported"}</span>${sparkColumns(recent)}<span class="bot-meta">${meta}</span></li>`;
}

function silence(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return counted(Math.floor(minutes / 1440), "day");
}
