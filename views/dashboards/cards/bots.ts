import type { Bot, Bots } from "../../../src/report/bots.ts";
import { counted, nameOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { type GlyphName, glyph } from "../../icons.ts";
import { sparkColumns } from "../../parts/spark.ts";
import { emptyState } from "../../parts/states.ts";
import type { CardContext } from "../card.ts";

const GLYPHS: Readonly<Record<Bot["status"], GlyphName>> = {
  active: "g-active",
  idle: "g-idle",
  offline: "g-offline",
  error: "g-error",
};

/** Each bot: its status as a shape and a word, its step, its last hour. */
export function botCards({ bots, total }: Bots, { linked }: Pick<CardContext, "linked">): Html {
  if (bots.length === 0)
    return emptyState(
      "i-bot",
      "No bot has reported in the last 14 days",
      "A bot is listed when its events carry a bot_id.",
    );
  return html`<div class="dcard-scroll" tabindex="0" role="group" aria-label="Bots"><ul class="dbots">${bots.map(
    ({ bot_id, status, step, recent }) => {
      const events = recent.reduce((sum, count) => sum + count, 0);
      const name = nameOf(bot_id);
      return html`<li><span class="dbot-name" title="${bot_id}">${linked ? html`<a class="link" href="/bots/${encodeURIComponent(bot_id)}">${name}</a>` : name}</span><span class="status status-${status}">${
        status === "active" ? html`<span class="pulse" aria-hidden="true"></span>` : glyph(GLYPHS[status])
      }${nameOf(status)}</span><span class="dbot-step" title="${step ?? ""}">${step ?? "No step reported"}</span>${sparkColumns(recent)}<span class="dbot-meta num">${counted(events, "event")} in 60 min</span></li>`;
    },
  )}${total > bots.length && html`<li class="dim">${total - bots.length} more</li>`}</ul></div>`;
}
