// Shortcuts of a single character, unless someone has switched them off; never while something is written.
import { showPalette } from "./palette.js";

const KEPT = "bw-keys";
const GO_MS = 1200;
const PAGES = {
  o: "/",
  r: "/revenue",
  b: "/bots",
  l: "/leads",
  f: "/funnels",
  d: "/dashboards",
  e: "/explore",
  i: "/insights",
  a: "/alerts",
  p: "/reports",
  s: "/system",
};
let goes = Number.NEGATIVE_INFINITY;

function areOff() {
  try {
    return localStorage.getItem(KEPT) === "off";
  } catch {
    return false;
  }
}

const sheet = () => document.getElementById("key-sheet");
const writes = (target) =>
  target.closest?.("input, textarea, select, [contenteditable], [role=slider], dialog[open]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!sheet() || areOff() || writes(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key;
  const went = performance.now() - goes < GO_MS;
  goes = Number.NEGATIVE_INFINITY;
  const act = went ? goTo(key) : ACTS[key];
  if (!act) return;
  event.preventDefault();
  act();
});

/** Along the links of the navigation: they carry the filters in force. */
function goTo(key) {
  const path = PAGES[key];
  const link = path && [...document.querySelectorAll(".nav a.nav-item")].find((one) => one.pathname === path);
  return link ? () => link.click() : null;
}

const ACTS = {
  g: () => {
    goes = performance.now();
  },
  "/": showPalette,
  "?": () => sheet().showModal(),
  t: () => {
    const frames = [...document.querySelectorAll("[aria-label=Timeframe] a")];
    const at = frames.findIndex((one) => one.getAttribute("aria-current") === "true");
    frames[(at + 1) % frames.length]?.click();
  },
  c: () => document.querySelector("a.compare")?.click(),
  f: () => {
    const menu = document.getElementById("filter-menu");
    if (!menu) return;
    menu.open = true;
    menu.querySelector(".menu-panel a, .menu-panel input")?.focus();
  },
  n: () => step(1),
  p: () => step(-1),
};

/** From one item of the list to the next: the links of its rows, the one that is open or has the focus first. */
function step(by) {
  const items = [...document.querySelectorAll("[data-items] [data-item], main table tbody tr a[href]:first-of-type")];
  const rows = items.filter(
    (one, at) => at === 0 || one.closest("tr") === null || one.closest("tr") !== items[at - 1].closest("tr"),
  );
  if (rows.length === 0) return;
  const at = rows.findIndex((one) => one === document.activeElement || one.getAttribute("aria-current") === "true");
  const next = at === -1 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-keys-switch]")) return;
  try {
    if (target.checked) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, "off");
  } catch {
    // A browser that keeps nothing has them on.
  }
});

const box = document.querySelector("[data-keys-switch]");
if (box) box.checked = !areOff();
