import { type Html, html } from "../html.ts";

/** Of the part of the page that is asked for by itself while it is being computed. */
export const BODY_ID = "insights-body";

/** Stands where the answer will: asks for it at once, also without script. Its panels are about as large as what comes. */
export function waitingBody(href: string): Html {
  const panel = (classes: string, title: string, rows: number): Html =>
    html`<section class="panel ${classes}"><header class="panel-head"><h2>${title}</h2></header><div class="panel-body stack">${Array.from({ length: rows }, (_, row) => html`<span class="skel skel-w${(row % 3) + 1}"></span>`)}</div></section>`;
  return html`<div id="${BODY_ID}" class="grid" aria-busy="true" hx-get="${href}" hx-trigger="load" hx-select="#${BODY_ID}" hx-swap="outerHTML">
    <p class="vh" role="status">The figures are being computed.</p>
    ${panel("span-8 skel-tall", "Being computed", 9)}${panel("span-4 skel-tall", "Being computed", 6)}
    <noscript><meta http-equiv="refresh" content="0; url=${href}"></noscript>
  </div>`;
}
