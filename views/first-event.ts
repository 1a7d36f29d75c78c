import { partial } from "./figures.ts";
import { counted } from "./format.ts";
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { setupShell } from "./layout.ts";
import type { LiveProps } from "./parts/live-state.ts";
import type { Theme } from "./parts/theme-menu.ts";

export interface WaitProps {
  /** Events have come: the page may go on. */
  arrived: boolean;
  rejected: number;
  /** Why the newest one was rejected. */
  rejection: string | null;
}

export interface FirstEventProps {
  /** As bots reach this appliance. */
  base_url: string;
  /** The fresh key; null for those who may not make one. */
  key: string | null;
  location_id: string;
  live: LiveProps;
  wait: WaitProps;
  user: { theme: Theme; csrf: string };
  version: string;
}

/** After the first sign-in: how to send an event, and a wait that ends by itself. */
export function firstEventPage({ base_url, key, location_id, live, wait, user, version }: FirstEventProps): Html {
  return setupShell({
    title: "Send your first event",
    theme: user.theme,
    csrf: user.csrf,
    scripts: ["vendor/htmx.min.js", "js/first-event.js", "vendor/alpine.min.js"],
    steps: html`<ol class="steps" aria-label="Setup steps">
      <li class="is-done">${icon("i-check")}<b>Create the admin account<span class="vh">, done</span></b><span>The first account can do everything.</span></li>
      <li class="is-now" aria-current="step"><b>Send your first event</b><span>One request is enough.</span></li>
      <li><b>See it on the dashboard</b><span>Figures appear within a second.</span></li>
    </ol>`,
    body: html`<div>
      <h1>Send your first event</h1>
      <p class="lede">${key === null ? "Run this on the machine where your bots live, with a key that an admin makes for you." : "Run this on the machine where your bots live. The key below can write events and nothing else; it is shown until the first event arrives."}</p>
      ${snippets(base_url, key ?? "bw_…", location_id)}
      ${waiting(wait)}
      <div id="live-socket" hidden hx-ws:connect="${live.socket}" hx-swap="none" data-fragments="${live.fragments}"></div>
      <div class="btn-group mt-4"><a class="btn btn-quiet" href="/?timeframe=30d">Skip to the dashboard</a>${key !== null && html`<a class="btn btn-quiet" href="/settings/keys">API keys</a>`}</div>
    </div>`,
    foot: html`<span>Bellwether ${version} · data stays on this machine</span>`,
  });
}

/** What is pushed while the page waits. */
export function firstEventFragments(wait: WaitProps): readonly Html[] {
  return [partial("wait", waiting(wait))];
}

function waiting({ arrived, rejected, rejection }: WaitProps): Html {
  return html`<div class="wait" id="wait"${arrived && html` data-arrived`}>
    <svg class="sweep" viewBox="0 0 120 24" aria-hidden="true"><line x1="0" x2="120" y1="12" y2="12"/><path class="beat" d="M-8 12h2l2-7 3 14 2-7h2"/></svg>
    <strong role="status">${arrived ? "The first event is here" : "Waiting for the first event"}</strong><time data-elapsed hx-morph-skip></time>
    <p>${
      arrived
        ? html`<a href="/">Go to the dashboard</a>`
        : rejected > 0
          ? html`${counted(rejected, "event was", "events were")} rejected so far. The newest: ${rejection}`
          : "This page moves on by itself. Nothing was rejected so far."
    }</p>
  </div>`;
}

function snippets(base_url: string, key: string, location_id: string): Html {
  const languages = [
    { id: "curl", label: "curl", code: curl(base_url, key, location_id) },
    { id: "python", label: "Python", code: python(base_url, key, location_id) },
    { id: "node", label: "Node", code: node(base_url, key, location_id) },
  ];
  return html`<div class="codebox" x-data="snippets">
    <div class="codebox-head"><div class="seg" role="group" aria-label="Language">${languages.map(
      ({ id, label }) =>
        html`<button type="button" data-language="${id}" x-on:click="choose" x-bind:aria-pressed="pressed" aria-pressed="${String(id === "curl")}">${label}</button>`,
    )}</div><button class="btn btn-small needs-script" type="button" x-bind:data-copy="copied" data-copy="#snippet-curl">${icon("i-copy")}<span>Copy</span></button></div>
    ${languages.map(
      ({ id, label, code }) =>
        html`<pre class="code" id="snippet-${id}" data-language="${id}" tabindex="0" role="group" aria-label="${label} command" x-bind:hidden="unchosen"${id !== "curl" && html` hidden`}>${code}</pre>`,
    )}
  </div>`;
}

const EVENT = (location_id: string) => ({
  type: "lead_created",
  location_id,
  bot_id: "lead-bot",
  contact_id: "first-contact",
  data: { source: "website" },
});

function curl(base_url: string, key: string, location_id: string): Html {
  const event = JSON.stringify(EVENT(location_id), null, 2).replaceAll("\n", "\n  ");
  return html`curl ${base_url}/v1/events \\
  -H <span class="s">"Authorization: Bearer ${key}"</span> \\
  -H <span class="s">"Content-Type: application/json"</span> \\
  -d <span class="s">'${event}'</span>`;
}

function python(base_url: string, key: string, location_id: string): Html {
  const event = JSON.stringify(EVENT(location_id), null, 4);
  return html`import json, urllib.request

event = ${event}
request = urllib.request.Request(
    <span class="s">"${base_url}/v1/events"</span>,
    json.dumps(event).encode(),
    {<span class="s">"Authorization"</span>: <span class="s">"Bearer ${key}"</span>, <span class="s">"Content-Type"</span>: <span class="s">"application/json"</span>},
)
print(urllib.request.urlopen(request).read().decode())`;
}

function node(base_url: string, key: string, location_id: string): Html {
  const event = JSON.stringify(EVENT(location_id), null, 2).replaceAll("\n", "\n  ");
  return html`const answer = await fetch(<span class="s">"${base_url}/v1/events"</span>, {
  method: <span class="s">"POST"</span>,
  headers: { Authorization: <span class="s">"Bearer ${key}"</span>, <span class="s">"Content-Type"</span>: <span class="s">"application/json"</span> },
  body: JSON.stringify(${event}),
});
console.log(await answer.json());`;
}
