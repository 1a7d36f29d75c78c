import { assetText } from "./assets.ts";
import { type Html, html, trusted } from "./html.ts";

/** Names of public/icons.svg: `i-` are lucide's, `g-` are this project's status and temperature glyphs. */
export type IconName =
  | "i-activity"
  | "i-arrow-down"
  | "i-arrow-up"
  | "i-arrow-up-right"
  | "i-bell"
  | "i-bookmark"
  | "i-bot"
  | "i-braces"
  | "i-calendar-check"
  | "i-calendar-days"
  | "i-chart-area"
  | "i-chart-column"
  | "i-chart-column-stacked"
  | "i-chart-line"
  | "i-chart-spline"
  | "i-check"
  | "i-chevron-down"
  | "i-chevron-right"
  | "i-circle-alert"
  | "i-circle-dollar-sign"
  | "i-clock"
  | "i-contrast"
  | "i-copy"
  | "i-download"
  | "i-ellipsis"
  | "i-file-text"
  | "i-flag"
  | "i-funnel"
  | "i-grip-vertical"
  | "i-house"
  | "i-inbox"
  | "i-info"
  | "i-key-round"
  | "i-layout-dashboard"
  | "i-layout-grid"
  | "i-lightbulb"
  | "i-link"
  | "i-list-filter"
  | "i-lock"
  | "i-log-out"
  | "i-mail"
  | "i-map-pin"
  | "i-menu"
  | "i-message-square"
  | "i-monitor"
  | "i-moon"
  | "i-pencil"
  | "i-phone"
  | "i-plus"
  | "i-redo-2"
  | "i-refresh-cw"
  | "i-search"
  | "i-send"
  | "i-server"
  | "i-sliders-horizontal"
  | "i-star"
  | "i-sun"
  | "i-table-2"
  | "i-target"
  | "i-ticket"
  | "i-timer"
  | "i-trash-2"
  | "i-trending-up"
  | "i-triangle-alert"
  | "i-tv"
  | "i-type"
  | "i-undo-2"
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
