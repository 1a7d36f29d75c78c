import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";

export interface LiveProps {
  /** With the query of the page: /live?view=… */
  socket: string;
  /** The same fragments over HTTP. */
  fragments: string;
}

const WS_CONFIG = JSON.stringify({ ws: { reconnectDelay: 500, reconnectMaxDelay: 10_000 } });

/** The state of the connection: a word, the age of the data, and what lies behind them. js/live.js keeps it true. */
export function liveState({ socket, fragments }: LiveProps): Html {
  return html`<details class="menu menu-end" id="live-menu" hx-morph-skip>
    <summary class="btn btn-quiet live" data-live data-state="connecting"><span class="pulse" aria-hidden="true"></span><span data-live-word>Connecting</span><span class="age" data-live-age></span><span class="vh">, connection details</span></summary>
    <div class="menu-panel">
      <p class="menu-title">Connection</p>
      <dl><dt>Channel</dt><dd data-live-channel>WebSocket</dd><dt>Last event</dt><dd data-live-event>–</dd><dt>Figures as of</dt><dd data-live-figures>–</dd><dt>If it drops</dt><dd>Asks every 5 s</dd></dl>
    </div>
  </details>
  <div id="live-socket" hidden hx-ws:connect="${socket}" hx-swap="none" data-fragments="${fragments}" hx-config="${WS_CONFIG}"></div>`;
}

/** Shown by js/live.js while the socket is down. */
export function liveBanner(): Html {
  return html`<div class="banner" id="live-banner" role="status" hidden hx-morph-skip>${icon("i-wifi-off")}<p><b data-banner-title>Live updates are disconnected.</b> <span data-banner-text>Figures refresh every 5 s instead.</span></p><span data-banner-next></span><button class="btn btn-small" type="button" data-live-reconnect>Reconnect now</button></div>`;
}
