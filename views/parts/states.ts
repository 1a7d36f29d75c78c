import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";

/** A panel that failed alone: what failed, that the rest stands, and the way to ask for it again, alone where there is script. */
export function failedState(title: string, reason: string): Html {
  return html`<div class="state state-bad">${icon("i-circle-alert", "i i-l")}<h3>${title}</h3><p>${reason} The other panels are not affected; this one tries again by itself.</p><div class="btn-group">${retryButton(title)}</div></div>`;
}

/** Asks again for the panel it stands in (js/live.js), else for the page. */
export function retryButton(what: string): Html {
  return html`<a class="btn btn-small" href="" data-retry>${icon("i-refresh-cw")}Retry<span class="vh">: ${what}</span></a>`;
}

/** A panel that comes later: its title, and how tall it will be, in steps of css/notices.css. */
interface ComingPanel {
  title: string;
  height: 1 | 2 | 3 | 4;
  classes?: string;
}

/** Its frame in its final size, so that nothing moves when it comes. */
export function comingPanel({ title, height, classes = "" }: ComingPanel): Html {
  const bars = Array.from({ length: height * 4 }, (_, bar) => html`<span class="skel skel-w${(bar % 3) + 1}"></span>`);
  return html`<section class="panel ${classes}" aria-busy="true"><header class="panel-head"><h2>${title}</h2><span class="meta">Being computed</span></header><div class="panel-body stack skel-h-${height}">${bars}</div></section>`;
}

/**
 * A part of a page whose figures take a while: what stands there until it comes, and it asks for itself. `href` answers
 * with a page that has an element of this id. Without script the browser goes there.
 */
export function laterPart({
  id,
  href,
  coming,
  classes,
}: {
  id: string;
  href: string;
  coming: Html;
  classes: string;
}): Html {
  return html`<div id="${id}" class="${classes}" aria-busy="true" hx-get="${href}" hx-trigger="load" hx-select="#${id}" hx-swap="outerHTML">
    <p class="vh" role="status">The figures are being computed.</p>
    ${coming}
    <noscript><meta http-equiv="refresh" content="0; url=${href}"></noscript>
  </div>`;
}

/** A panel or a page without anything in it: why, and the one thing to do. */
export function emptyState(name: IconName, title: string, text: string): Html {
  return html`<div class="state">${icon(name, "i i-l")}<h3>${title}</h3><p>${text}</p></div>`;
}

/** What came of something that was done just now. */
export function notice(kind: "ok" | "bad", text: Html | string): Html {
  return html`<p class="outcome outcome-${kind}" role="${kind === "ok" ? "status" : "alert"}">${icon(kind === "ok" ? "i-check" : "i-circle-alert")}<span>${text}</span></p>`;
}
