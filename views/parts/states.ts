import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";

/** A panel that failed alone: what failed, and that the rest stands. The next push tries again by itself. */
export function failedState(title: string, reason: string): Html {
  return html`<div class="state state-bad">${icon("i-circle-alert", "i i-l")}<h3>${title}</h3><p>${reason} The other panels are not affected; this one tries again by itself.</p></div>`;
}

/** A panel or a page without anything in it: why, and the one thing to do. */
export function emptyState(name: IconName, title: string, text: string): Html {
  return html`<div class="state">${icon(name, "i i-l")}<h3>${title}</h3><p>${text}</p></div>`;
}

/** What came of something that was done just now. */
export function notice(kind: "ok" | "bad", text: Html | string): Html {
  return html`<p class="outcome outcome-${kind}" role="${kind === "ok" ? "status" : "alert"}">${icon(kind === "ok" ? "i-check" : "i-circle-alert")}<span>${text}</span></p>`;
}
