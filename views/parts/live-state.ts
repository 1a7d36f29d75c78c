import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { toastRegion } from "./toasts.ts";

export interface LiveProps {
  /** With the query of the page: /live?view=… */
  socket: string;
  /** The same fragments over HTTP. */
  fragments: string;
}

const WS_CONFIG = JSON.stringify({ ws: { reconnectDelay: 500, reconnectMaxDelay: 10_000 } });

/** The state of the connection: a shape, a word, the age of the data, and what lies behind them. js/live.js keeps it true. */
export function liveState({ socket, fragments }: LiveProps): Html {
  return html`<details class="menu menu-end" id="live-menu" hx-morph-skip>
    <summary class="btn btn-quiet live" data-live data-state="connecting"><span class="pulse" aria-hidden="true"></span><span data-live-word>Connecting</span><span class="age" data-live-age></span><span class="vh">, connection details</span></summary>
    <div class="menu-panel live-panel">
      <p class="menu-title">Connection</p>
      <dl>
        <dt>State</dt><dd data-live-text>Connecting</dd>
        <dt>Channel</dt><dd data-live-channel>WebSocket</dd>
        <dt>Attempts</dt><dd data-live-attempts>0</dd>
        <dt>Next attempt</dt><dd data-live-next>–</dd>
        <dt>Last event</dt><dd data-live-event>–</dd>
        <dt>Figures as of</dt><dd data-live-figures>–</dd>
        <dt>Event to push, p95</dt><dd data-live-lag>–</dd>
      </dl>
      <button class="btn btn-small" type="button" data-live-reconnect>Reconnect now</button>
    </div>
  </details>
  <div id="live-socket" hidden hx-ws:connect="${socket}" hx-swap="none" data-fragments="${fragments}" hx-config="${WS_CONFIG}"></div>`;
}

/** Shown by js/live.js while the socket is down; the words are said once, what counts beside them is not. Notices lie beside it. */
export function liveBanner(): Html {
  return html`<section class="banner" id="live-banner" aria-label="Live connection" hidden hx-morph-skip>${icon("i-wifi-off")}<p role="status"><b data-banner-title>Live updates are disconnected.</b> <span data-banner-text>Figures refresh every 5 s instead.</span></p><span class="num">As of <span data-live-figures>–</span></span><span class="num" data-banner-next></span><button class="btn btn-small" type="button" data-live-reconnect>Reconnect now</button></section>${toastRegion()}`;
}
