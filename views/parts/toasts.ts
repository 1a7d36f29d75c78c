import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";

/** Something that has come up just now, wherever one is looking. */
export interface Toast {
  /** The same for the same thing. */
  id: string;
  /** When, microseconds. */
  at: number;
  icon: IconName;
  title: string;
  text: string;
  /** Where it is seen to; null for nowhere. */
  href: string | null;
  /** Stays until it is closed. */
  grave: boolean;
}

/** Where they are shown; js/toasts.js fills it. Words are said in the status, not by the list: it would be read again and again. */
export function toastRegion(): Html {
  return html`<section class="toasts" id="toasts" aria-label="Notices" hx-morph-skip>
    <p class="vh" role="status"></p>
    <ol></ol>
    <p class="toast-more" data-toast-more hidden><span></span><a class="link" href="/alerts">See alerts</a><button class="btn btn-quiet btn-small" type="button" data-toast-clear>Close all</button></p>
    <ol id="toast-source" hidden></ol>
    <template id="toast-plain">${toast({ id: "", at: 0, icon: "i-circle-alert", title: "", text: "", href: null, grave: false })}</template>
  </section>`;
}

/** What has come up lately, newest last, as a fragment of every page that moves; each browser shows what it has not shown yet. */
export function toastSource(toasts: readonly Toast[], now: number, lag_ms: number | null): Html {
  return html`<ol id="toast-source" hidden data-now="${Math.floor(now / 1_000)}" data-lag="${lag_ms === null ? "" : Math.ceil(lag_ms)}">${toasts.map(toast)}</ol>`;
}

function toast({ id, at, icon: name, title, text, href, grave }: Toast): Html {
  return html`<li class="toast${grave && " is-grave"}" data-toast="${id}" data-at="${Math.floor(at / 1_000)}"${grave && html` data-stays`}>${icon(name)}<p data-toast-text><b>${title}</b> <span data-toast-detail>${text}</span></p>${href !== null && html`<a class="btn btn-small" href="${href}">Open<span class="vh"> ${title}</span></a>`}<button class="btn btn-quiet btn-icon btn-small" type="button" data-toast-close aria-label="Close this notice">${icon("i-x")}</button></li>`;
}
