import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";
import { csrfField } from "./field.ts";

export type Theme = "system" | "light" | "dark" | "contrast";

const THEMES: readonly { theme: Theme; label: string; icon: IconName }[] = [
  { theme: "system", label: "Match system", icon: "i-monitor" },
  { theme: "light", label: "Light", icon: "i-sun" },
  { theme: "dark", label: "Dark", icon: "i-moon" },
  { theme: "contrast", label: "High contrast", icon: "i-contrast" },
];

/** The choice of theme: a form where someone is signed in (it works without script), else kept in a cookie by the script. */
export function themeMenu({ theme, csrf }: { theme: Theme; csrf: string | null }): Html {
  const items = THEMES.map(
    (item) =>
      html`<button class="menu-item" type="${csrf === null ? "button" : "submit"}" name="theme" value="${item.theme}" data-set-theme="${item.theme}" aria-pressed="${String(item.theme === theme)}">${icon(item.icon)}${item.label}${icon("i-check", "i i-s tick")}</button>`,
  );
  return html`<details class="menu menu-end theme-menu${csrf === null && " needs-script"}">
    <summary class="btn btn-quiet btn-icon" aria-label="Theme">${icon("i-contrast")}</summary>
    ${
      csrf === null
        ? html`<div class="menu-panel">${items}</div>`
        : html`<form class="menu-panel" method="post" action="/settings/theme" data-theme-form>${csrfField(csrf)}${items}</form>`
    }
  </details>`;
}
