import type { BotStatus } from "../../src/report/bots.ts";
import { nameOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { type GlyphName, glyph } from "../icons.ts";

const GLYPHS: Readonly<Record<BotStatus, GlyphName>> = {
  active: "g-active",
  idle: "g-idle",
  offline: "g-offline",
  error: "g-error",
};

/** A bot's status: a shape and a word; who is at work has a pulse. */
export function botStatus(status: BotStatus): Html {
  return html`<span class="status status-${status}">${
    status === "active" ? html`<span class="pulse" aria-hidden="true"></span>` : glyph(GLYPHS[status])
  }${nameOf(status)}</span>`;
}
