// What moves on a page: new rows flash once, a bot's tile pulses with its event, and a list that is read or paused stays as it is.
const rows = () => [...document.querySelectorAll("#feed-list > li")];
const beats = () => new Map([...document.querySelectorAll("[data-beat]")].map((tile) => [tile.id, tile.dataset.beat]));

let known = null;
let before = null;
let missed = false;

document.addEventListener("htmx:before:swap", () => {
  known = new Set(rows().map(({ dataset }) => dataset.event));
  before = beats();
});

document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx?.sourceElement?.id !== "live-socket") return;
  if (held()) missed = true;
  if (known?.size) {
    for (const row of rows()) if (!known.has(row.dataset.event)) row.classList.add("is-new");
  }
  for (const [id, beat] of beats()) {
    if (!before?.has(id) || before.get(id) === beat) continue;
    const tile = document.getElementById(id);
    tile.classList.add("is-beating");
    tile.addEventListener("animationend", () => tile.classList.remove("is-beating"), { once: true });
  }
});

const feed = () => document.getElementById("feed-list");
const button = () => document.querySelector("[data-feed-pause]");
const isPaused = () => button()?.getAttribute("aria-pressed") === "true";
const held = () => feed()?.hasAttribute("hx-morph-skip") === true;

/** Whoever points at a row or reads it must not lose it; the figures go on. */
function hold() {
  const list = feed();
  if (!list) return;
  const wanted = isPaused() || list.matches(":hover") || list.contains(document.activeElement);
  if (wanted === held()) return;
  list.toggleAttribute("hx-morph-skip", wanted);
  const meta = document.querySelector("[data-feed-meta]");
  if (meta)
    meta.textContent = wanted
      ? isPaused()
        ? "Paused; the figures go on"
        : "Held while you read"
      : meta.dataset.feedMeta;
  if (wanted || !missed) return;
  missed = false;
  document.dispatchEvent(new Event("bw:refresh"));
}

document.addEventListener("click", ({ target }) => {
  const pressed = target.closest?.("[data-feed-pause]");
  if (!pressed) return;
  pressed.setAttribute("aria-pressed", String(!isPaused()));
  pressed.textContent = isPaused() ? "Resume" : "Pause";
  hold();
});
// After the event: the focus has moved by then.
// The choice of a bot or a kind of event is in the address, as everything is that a page shows.
document.addEventListener("change", ({ target }) => {
  const form = target.closest?.("[data-feed-filter]");
  if (!form) return;
  const chosen = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const href = chosen.size > 0 ? `${form.action}?${chosen}` : form.action;
  htmx.ajax("GET", href, { source: form, target: ".app", select: ".app", swap: "outerMorph", push: "true" });
});

for (const name of ["pointerover", "focusin", "focusout"])
  document.addEventListener(name, ({ target }) => {
    if (held() || target.closest?.("#feed-list")) queueMicrotask(hold);
  });
