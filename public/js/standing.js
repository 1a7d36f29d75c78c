// A dashboard that stands by itself for weeks: it follows the server by socket where there is a session, else by asking. It says
// when it cannot reach it and how old its figures are, loads itself anew when it was away or became another, and turns screens.
const ASK_MS = 5000;
const LOST_AFTER_MS = 8000;
const RETRY_MS = [500, 1000, 2000, 5000, 10_000];
const IDLE_MS = 3000;

const root = document.getElementById("standing");
const { fragments, socket, version } = root.dataset;
const state = () => document.getElementById("standing-state");

let heardAt = Date.now();
let open = false;
let tries = 0;
/** Nothing was heard for so long that all of the page may be of yesterday: it is loaded again, not patched. */
let away = false;
let ended = false;

async function take(text) {
  heardAt = Date.now();
  await htmx.swap({ sourceElement: root, target: root, swap: "none", text });
  if (state()?.dataset.version !== version) return reload();
  if (away) return reload();
  show();
}

async function ask() {
  if (ended || open) return;
  try {
    const answer = await fetch(fragments, { headers: { "hx-request": "true" }, cache: "no-store" });
    if (answer.ok) return take(await answer.text());
    if (answer.status === 404)
      return end("This page has ended.", "Its link is over or was revoked. Ask whoever gave it to you for another.");
    if (answer.status === 401) lost("Signed out.", "Sign in again on this screen; a public link needs no sign-in.");
  } catch {
    // Unreachable: the clock below says so.
  }
}

function connect() {
  if (!socket || ended) return;
  const line = new WebSocket(new URL(socket, location.href.replace(/^http/, "ws")));
  line.addEventListener("open", () => {
    open = true;
    tries = 0;
  });
  line.addEventListener("message", ({ data }) => void take(data));
  line.addEventListener("close", () => {
    open = false;
    setTimeout(connect, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
  });
}

/** Only when there is something to load: a page of the browser's own about a lost network would stay for ever. */
async function reload() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.ok) location.reload();
  } catch {
    // Tried again with the next answer.
  }
}

/** Figures that nobody may see any more are taken off the screen. */
function end(title, words) {
  ended = true;
  root.classList.add("is-ended");
  for (const card of document.querySelectorAll(".dcard")) card.remove();
  lost(title, words);
}

function lost(title, words) {
  const note = document.getElementById("standing-lost");
  note.hidden = false;
  root.classList.add("is-lost");
  write(note.querySelector("[data-lost-title]"), title);
  write(note.querySelector("[data-lost-text]"), words);
}

function show() {
  document.getElementById("standing-lost").hidden = true;
  root.classList.remove("is-lost");
}

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function age(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600
    ? `${Math.floor(seconds / 60)} min`
    : `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
}

const clock = new Intl.DateTimeFormat(document.documentElement.dataset.locale ?? "en", {
  hour: "2-digit",
  minute: "2-digit",
});

function tick() {
  write(document.querySelector("[data-clock-now]"), clock.format(Date.now()));
  if (ended) return;
  const silent = Date.now() - heardAt;
  // An open line is silent while nothing happens; what is shown is of now all the same.
  write(document.querySelector("[data-standing-age]"), open && silent < 90_000 ? "" : ` · ${age(silent)} old`);
  if (open || silent < LOST_AFTER_MS + (socket ? 0 : ASK_MS)) return;
  away = true;
  if (
    !root.classList.contains("is-lost") ||
    !document.querySelector("[data-lost-title]").textContent.startsWith("Signed")
  )
    lost("Not connected.", `These figures are ${age(silent)} old. Trying again.`);
}
setInterval(tick, 1000);
tick();

setInterval(ask, ASK_MS);
connect();
addEventListener("online", ask);
document.addEventListener("visibilitychange", () => document.hidden || ask());

// Screens in turn, where there are several.
const screens = [...document.querySelectorAll("[data-screen]")];
let shown = 0;

function turn(to) {
  shown = (to + screens.length) % screens.length;
  screens.forEach((screen, at) => {
    screen.hidden = at !== shown;
  });
  document.querySelectorAll("[data-dot]").forEach((dot, at) => {
    dot.classList.toggle("is-on", at === shown);
  });
}

if (screens.length > 0) {
  turn(0);
  const every = Number(root.dataset.rotate) * 1000;
  let timer = setInterval(() => turn(shown + 1), every);
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    clearInterval(timer);
    turn(shown + (key === "ArrowRight" ? 1 : -1));
    timer = setInterval(() => turn(shown + 1), every);
  });
}

// A pointer that nobody moves is no part of the picture.
let idle = null;
function moved() {
  root.classList.remove("is-idle");
  clearTimeout(idle);
  idle = setTimeout(() => root.classList.add("is-idle"), IDLE_MS);
}
addEventListener("pointermove", moved);
moved();

// The screen stays on while it is looked at; browsers take the lock away when the page is hidden.
async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Not allowed here (a battery that is low, a page without TLS): the system's own setting decides.
  }
}
if (root.classList.contains("kiosk")) {
  stayAwake();
  document.addEventListener("visibilitychange", () => document.hidden || stayAwake());
}
