// The live connection: its state in words, polling when it is down, and what a push leaves to do.
const POLL_MS = 5000;
const FAILURES_MAX = 5;
const SIGNED_OUT = 4401;

const WORDS = {
  connecting: "Connecting",
  live: "Live",
  polling: "Polling",
  reconnecting: "Reconnecting",
  signedout: "Signed out",
};
const CHANNELS = { live: "WebSocket", polling: "HTTP, every 5 s", signedout: "None" };

let failures = 0;
let polling = null;
let connection = null;

const socket = () => document.getElementById("live-socket");
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

function show(state) {
  each("[data-live]", (element) => {
    element.dataset.state = state;
  });
  each("[data-live-word]", (element) => {
    element.textContent = WORDS[state];
  });
  each("[data-live-channel]", (element) => {
    element.textContent = CHANNELS[state] ?? "WebSocket, down";
  });
  const banner = document.getElementById("live-banner");
  if (!banner) return;
  banner.hidden = state !== "polling" && state !== "signedout";
  const signedOut = state === "signedout";
  banner.querySelector("[data-banner-title]").textContent = signedOut
    ? "You are signed out."
    : "Live updates are disconnected.";
  banner.querySelector("[data-banner-text]").textContent = signedOut
    ? "The figures below no longer move."
    : "Figures refresh every 5 s instead.";
  banner.querySelector("[data-live-reconnect]").textContent = signedOut ? "Sign in again" : "Reconnect now";
}

async function poll() {
  const element = socket();
  if (!element || document.hidden) return;
  try {
    const answer = await fetch(element.dataset.fragments, { headers: { "hx-request": "true" } });
    if (answer.status === 401) return signedOut();
    if (answer.ok && polling)
      await htmx.swap({ sourceElement: element, target: element, swap: "none", text: await answer.text() });
  } catch {
    // The network is away too: the age of the figures says so, and the next turn tries again.
  }
}

function startPolling() {
  if (polling) return;
  polling = setInterval(poll, POLL_MS);
  show("polling");
  poll();
}

function stopPolling() {
  clearInterval(polling);
  polling = null;
}

function signedOut() {
  stopPolling();
  show("signedout");
}

document.addEventListener("htmx:ws:before:connection", ({ detail }) => {
  connection = detail.connection;
});

document.addEventListener("htmx:ws:after:connection", () => {
  failures = 0;
  stopPolling();
  show("live");
});

document.addEventListener("htmx:ws:close", ({ detail }) => {
  if (detail.code === SIGNED_OUT) return signedOut();
  // Closed by the page itself: it went to the background, or to another view.
  if (detail.reason !== "closed" || document.hidden) return;
  failures += 1;
  if (failures >= FAILURES_MAX) startPolling();
  else if (!polling) show("reconnecting");
});

document.addEventListener("click", ({ target }) => {
  if (!target.closest?.("[data-live-reconnect]")) return;
  if (document.querySelector("[data-live]")?.dataset.state === "signedout") return location.reload();
  clearTimeout(connection?.timer);
  // hx-ws connects at once when a page comes back to the foreground.
  document.dispatchEvent(new Event("visibilitychange"));
});

// The feed: what is new flashes once; a paused list stays as it is.
const rows = () => [...document.querySelectorAll("#feed-list > li")];
let known = null;

document.addEventListener("htmx:before:swap", () => {
  known = new Set(rows().map(({ dataset }) => dataset.event));
});

document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx?.sourceElement?.id === "live-socket" && known?.size) {
    for (const row of rows()) if (!known.has(row.dataset.event)) row.classList.add("is-new");
  }
  if (document.querySelector("[data-arrived]")) location.replace("/");
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-feed-pause]");
  const list = document.getElementById("feed-list");
  if (!button || !list) return;
  const paused = list.toggleAttribute("hx-morph-skip");
  button.setAttribute("aria-pressed", String(paused));
  button.textContent = paused ? "Resume" : "Pause";
  const meta = document.querySelector("[data-feed-meta]");
  meta.textContent = paused ? "Paused; the figures go on" : "Newest first, routine events left out";
});
