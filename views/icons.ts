import { assetText } from "./assets.ts";
import { type Html, html, trusted } from "./html.ts";

/** Names of public/icons.svg: `i-` are lucide's, `g-` are this project's status and temperature glyphs. */
export type IconName =
  | "i-activity"
  | "i-arrow-down"
  | "i-arrow-up"
  | "i-bell"
  | "i-bot"
  | "i-braces"
  | "i-calendar-check"
  | "i-check"
  | "i-chevron-down"
  | "i-chevron-right"
  | "i-circle-alert"
  | "i-circle-dollar-sign"
  | "i-clock"
  | "i-contrast"
  | "i-copy"
  | "i-funnel"
  | "i-house"
  | "i-inbox"
  | "i-key-round"
  | "i-layout-dashboard"
  | "i-lightbulb"
  | "i-list-filter"
  | "i-log-out"
  | "i-mail"
  | "i-map-pin"
  | "i-message-square"
  | "i-monitor"
  | "i-moon"
  | "i-phone"
  | "i-plus"
  | "i-refresh-cw"
  | "i-send"
  | "i-server"
  | "i-sliders-horizontal"
  | "i-star"
  | "i-sun"
  | "i-table-2"
  | "i-target"
  | "i-ticket"
  | "i-timer"
  | "i-trending-up"
  | "i-triangle-alert"
  | "i-user"
  | "i-users"
  | "i-wifi-off"
  | "i-x";
export type GlyphName = "g-active" | "g-idle" | "g-offline" | "g-error" | "g-hot" | "g-warm" | "g-cold";

/** A line icon; decorative, so the words beside it must say the same. */
export function icon(name: IconName, classes = "i"): Html {
  return html`<svg class="${classes}" aria-hidden="true"><use href="#${name}"/></svg>`;
}

/** A filled status shape. */
export function glyph(name: GlyphName): Html {
  return html`<svg class="glyph" aria-hidden="true"><use href="#${name}"/></svg>`;
}

/** All symbols, once a page: within it, so that no icon appears late. */
export const sprite: Html = trusted(assetText("icons.svg"));
