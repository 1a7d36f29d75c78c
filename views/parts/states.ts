import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";

/** A panel that failed alone: what failed, and that the rest stands. The next push tries again by itself. */
export function failedState(title: string, reason: string): Html {
  return html`<div class="state state-bad">${icon("i-circle-alert", "i i-l")}<h3>${title}</h3><p>${reason} The other panels are not affected; this one tries again by itself.</p></div>`;
}
