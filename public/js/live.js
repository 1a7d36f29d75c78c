// The live connection: its state in words, polling when it is down, and what comes back when the page is looked at again.
import { signIn } from "./session.js";

const POLL_MS = 5000;
const FAILURES_MAX = 5;
const SIGNED_OUT = 4401;
const DELAY_MS = 500;
const DELAY_MAX_MS = 10_000;
/** So long a page that is looked at again waits for its line before it asks for the figures itself. */
const PATIENCE_MS = 400;
/** A clock that stood still for longer: the machine slept, and a line that looks open may be dead. */
const SLEPT_MS = 20_000;

const STATES = {
  connecting: { word: "Connecting", text: "Connecting", channel: "WebSocket" },
  live: { word: "Live", text: "Connected", channel: "WebSocket" },
  reconnecting: { word: "Reconnecting", text: "Disconnected, trying again", channel: "None" },
  polling: { word: "Polling", text: "Disconnected", channel: "HTTP, every 5 s" },
  offline: { word: "Offline", text: "Disconnected: no answer", channel: "None" },
  error: { word: "Error", text: "Error: the line was refused", channel: "HTTP, every 5 s" },
  signedout: { word: "Signed out", text: "Error: signed out", channel: "None" },
};
const BANNERS = {
  polling: ["Live updates are disconnected.", "Figures refresh every 5 s instead.", "Reconnect now"],
  error: ["The live line was refused.", "Figures refresh every 5 s instead.", "Reconnect now"],
  offline: ["Bellwether cannot be reached.", "The figures stay as they were.", "Try again now"],
  signedout: ["You are signed out.", "The figures below no longer move.", "Sign in again"],
};

let state = "connecting";
let attempts = 0;
/** When the next attempt begins; 0 for none. */
let next_at = 0;
let polling = null;
let connection = null;

const socket = () => document.getElementById("live-socket");
const write = (selector, text) => {
  for (const element of document.querySelectorAll(selector))
    if (element.textContent !== text) element.textContent = text;
};

function show(now) {
  state = now;
  const { word, text, channel } = STATES[state];
  for (const element of document.querySelectorAll("[data-live]")) element.dataset.state = state;
  write("[data-live-word]", word);
  write("[data-live-text]", text);
  write("[data-live-channel]", channel);
  count();
  const banner = document.getElementById("live-banner");
  if (!banner) return;
  const words = BANNERS[state];
  banner.hidden = !words;
  if (!words) return;
  const title = state === "offline" && !navigator.onLine ? "You are offline." : words[0];
  write("[data-banner-title]", title);
  write("[data-banner-text]", words[1]);
  write("#live-banner [data-live-reconnect]", words[2]);
}

/** What moves by itself: how often it was tried, and when next. */
function count() {
  const wait_s = Math.ceil((next_at - Date.now()) / 1000);
  const next = next_at === 0 ? "–" : wait_s > 0 ? `In ${wait_s} s` : "Now";
  write("[data-live-attempts]", String(attempts));
  write("[data-live-next]", next);
  write("[data-banner-next]", wait_s > 0 && state !== "signedout" ? `Next attempt in ${wait_s} s` : "");
  const lag = document.getElementById("toast-source")?.dataset.lag;
  write("[data-live-lag]", lag ? `${lag} ms` : "–");
}

/** Asks for the fragments over HTTP; `parts`: only those with these ids. */
async function refresh(parts = []) {
  const element = socket();
  if (!element) return false;
  const address = new URL(element.dataset.fragments, location.href);
  for (const part of parts) address.searchParams.append("fragment", part);
  try {
    const answer = await fetch(address, { headers: { "hx-request": "true" } });
    if (answer.status === 401) return signedOut();
    if (!answer.ok) return false;
    const text = await answer.text();
    // An answer that was overtaken by the line is older than what stands there.
    if (element.isConnected) await htmx.swap({ sourceElement: element, target: element, swap: "none", text });
    if (state === "offline" && polling) show("polling");
    return true;
  } catch {
    if (state !== "live") show("offline");
    return false;
  }
}

function startPolling(why) {
  show(why);
  if (polling) return;
  const poll = () => {
    if (!document.hidden) refresh();
  };
  polling = setInterval(poll, POLL_MS);
  poll();
}

function stopPolling() {
  clearInterval(polling);
  polling = null;
}

function signedOut() {
  stopPolling();
  next_at = 0;
  show("signedout");
  return false;
}

/** A line of its own again, whatever became of the one before. */
function reconnect() {
  const old = socket();
  if (!old) return;
  clearTimeout(connection?.timer);
  connection?.socket?.close();
  const fresh = old.cloneNode(false);
  old.replaceWith(fresh);
  next_at = 0;
  htmx.process(fresh);
  if (polling) refresh();
}

document.addEventListener("htmx:ws:before:connection", ({ detail }) => {
  connection = detail.connection;
  if (!connection.socket) attempts += 1;
  count();
});

document.addEventListener("htmx:ws:after:connection", () => {
  attempts = 0;
  next_at = 0;
  stopPolling();
  show("live");
});

document.addEventListener("htmx:ws:close", ({ detail }) => {
  if (detail.connection !== connection) return;
  if (detail.code === SIGNED_OUT) return signedOut();
  // Closed by the page itself: it went to the background, or to another view.
  if (detail.reason !== "closed") return;
  if (document.hidden) {
    state = "connecting";
    return;
  }
  const { config } = connection;
  if (!config.reconnectCodes.includes(detail.code)) {
    setTimeout(reconnect, 6 * POLL_MS);
    next_at = Date.now() + 6 * POLL_MS;
    return startPolling("error");
  }
  attempts += 1;
  // hx-ws doubles its delay by itself and tells nobody how long it is: it is given the one that is shown.
  const wait_ms = Math.min(DELAY_MS * 2 ** connection.attempt, DELAY_MAX_MS) * (0.8 + Math.random() * 0.4);
  Object.assign(config, { reconnectJitter: 0, reconnectMaxDelay: 60_000 });
  config.reconnectDelay = wait_ms / 2 ** connection.attempt;
  next_at = Date.now() + wait_ms;
  if (attempts >= FAILURES_MAX) startPolling(navigator.onLine ? "polling" : "offline");
  else show(polling ? state : "reconnecting");
});

document.addEventListener("click", async ({ target }) => {
  if (!target.closest?.("[data-live-reconnect]")) return;
  if (state !== "signedout") return reconnect();
  if (await signIn()) reconnect();
});
document.addEventListener("bw:signed-in", () => {
  if (state === "signedout") reconnect();
});

addEventListener("offline", () => {
  if (socket()) startPolling("offline");
});
addEventListener("online", () => {
  if (socket()) reconnect();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !socket() || state === "signedout") return;
  // hx-ws opens its line again, and who joins is sent everything; should that take long, the figures are asked for.
  setTimeout(() => {
    if (state !== "live") refresh();
  }, PATIENCE_MS);
});

document.addEventListener("bw:refresh", () => refresh());

let looked_at = Date.now();
setInterval(() => {
  const slept = Date.now() - looked_at > SLEPT_MS;
  looked_at = Date.now();
  if (!socket()) return;
  if (slept && !document.hidden && state !== "signedout") reconnect();
  count();
}, 1000);

/** A panel that failed alone is asked for again alone. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-retry]");
  if (!button) return;
  const parts = [];
  for (let at = button.closest("[id]"); at && at.id !== "content"; at = at.parentElement?.closest("[id]"))
    parts.push(at.id);
  if (parts.length === 0 || !socket()) return;
  event.preventDefault();
  event.stopPropagation();
  button.setAttribute("aria-busy", "true");
  await refresh(parts);
  button.removeAttribute("aria-busy");
});

document.addEventListener("htmx:after:swap", () => {
  // The shell was morphed: its words are the server's again.
  if (document.querySelector("[data-live]")?.dataset.state !== state) show(state);
  if (document.querySelector("[data-arrived]")) location.replace("/");
});
