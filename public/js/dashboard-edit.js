// The editor of dashboards: cards by drag and by keyboard, undo, one save for all of it. Where cards may lie is decided by the
// server's own file (vendor/grid.js); how a card looks, and what its settings are, is asked from the server.
import { COLUMNS, compacted, movedTo, placed, readingOrder, resizedTo, stepped } from "../vendor/grid.js";
import { ask, save, saveCopy } from "./dashboard-save.js";

const UNDO_MAX = 100;
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const GROWS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

const dash = document.getElementById("dash");
const sizes = JSON.parse(dash.dataset.sizes);
const address = `/dashboards/${dash.dataset.dashboard}`;
const one = (selector) => document.querySelector(selector);
/** By the card's id: its element, and the card as it will be kept but for its place. */
let held = new Map(
  [...dash.querySelectorAll(".ecard")].map((element) => [JSON.parse(element.dataset.card).id, element]),
);
let places = [...held].map(([id, element]) => ({ id, ...placeOf(element) }));
let revision = Number(dash.dataset.revision);
let saved = written();
const past = [];

function placeOf({ dataset: { x, y, w, h } }) {
  return { x: Number(x), y: Number(y), w: Number(w), h: Number(h) };
}

function cards() {
  return readingOrder(places).map(({ id, x, y, w, h }) => ({
    ...JSON.parse(held.get(id).dataset.card),
    id,
    x,
    y,
    w,
    h,
  }));
}

function written() {
  return JSON.stringify(cards());
}

const isDirty = () => written() !== saved;
const leastOf = (id) => sizes[JSON.parse(held.get(id).dataset.card).kind].least;
const titleOf = (id) => held.get(id).dataset.title;

/** Puts elements where `next` says, without keeping it. */
function show(next, but = null) {
  for (const { id, x, y, w, h } of next) {
    if (id === but) continue;
    const element = held.get(id);
    Object.assign(element.dataset, { x, y, w, h });
    element.setAttribute(
      "aria-label",
      `${titleOf(id)}, column ${x + 1} of ${COLUMNS}, row ${y + 1}, ${w} wide, ${h} high`,
    );
  }
}

/** Keeps it, for undo as well. */
function change(next, nextHeld = held) {
  past.push({ places, held });
  if (past.length > UNDO_MAX) past.shift();
  settle(next, nextHeld);
}

function settle(next, nextHeld) {
  const focused = document.activeElement?.closest?.(".ecard");
  for (const [id, element] of held) if (nextHeld.get(id) !== element) element.remove();
  places = next;
  held = nextHeld;
  show(places);
  // The order of the keyboard is the order of reading.
  const order = readingOrder(places).map(({ id }) => held.get(id));
  if (order.some((element, at) => dash.children[at] !== element)) dash.append(...order);
  if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  one("[data-edit-empty]").hidden = places.length > 0;
  one("[data-edit-undo]").disabled = past.length === 0;
  one("[data-edit-save]").disabled = !isDirty();
}

function undo() {
  const before = past.pop();
  if (!before) return;
  settle(before.places, before.held);
  say("Undone.");
}

function say(words) {
  one("[data-edit-say]").textContent = words;
}

function sayPlace(id) {
  const { x, y, w, h } = places.find((place) => place.id === id);
  say(`${titleOf(id)}: column ${x + 1}, row ${y + 1}, ${w} wide, ${h} high.`);
}

/** A sentence above the cards, with what may be done about it. */
function note(kind, words, actions = []) {
  const box = one("[data-edit-note]");
  box.replaceChildren();
  if (words === null) return;
  const line = document.createElement("div");
  line.className = `outcome outcome-${kind}`;
  const text = document.createElement("span");
  text.textContent = words;
  line.append(text);
  for (const { label, act } of actions) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-small";
    button.textContent = label;
    button.addEventListener("click", act);
    line.append(button);
  }
  box.append(line);
}

// Keys: on a card that has the focus.
dash.addEventListener("keydown", (event) => {
  const element = event.target;
  if (!element.classList?.contains("ecard") || event.altKey) return;
  const id = JSON.parse(element.dataset.card).id;
  if ((event.key === "Delete" || event.key === "Backspace") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    return remove(id);
  }
  if (event.key === "Enter") {
    event.preventDefault();
    return open(id);
  }
  const direction = ARROWS[event.key];
  if (!direction || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const next = event.shiftKey ? grown(id, direction) : stepped(places, id, direction);
  if (JSON.stringify(next) !== JSON.stringify(places)) change(next);
  sayPlace(id);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select");
  if (typing || event.key !== "z" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  undo();
});

function grown(id, direction) {
  const place = places.find((known) => known.id === id);
  const [dw, dh] = GROWS[direction];
  return resizedTo(places, id, { w: place.w + dw, h: place.h + dh }, leastOf(id));
}

function remove(id) {
  const title = titleOf(id);
  const order = readingOrder(places).map((place) => place.id);
  const at = order.indexOf(id);
  const rest = new Map([...held].filter(([known]) => known !== id));
  change(compacted(places.filter((place) => place.id !== id)), rest);
  // The focus goes on to the card that follows.
  held.get(order[at + 1] ?? order[at - 1])?.focus();
  say(`${title} is removed. Undo brings it back.`);
}

// Drag: by the bar to move, by the corner to resize. Not where cards stand in one column.
dash.addEventListener("pointerdown", (event) => {
  const element = event.target.closest(".ecard");
  const sizing = event.target.closest("[data-edit-size]");
  const moving = event.target.closest(".ecard-bar") && !event.target.closest("a, button");
  if (!element || event.button !== 0 || (!sizing && !moving)) return;
  const columns = getComputedStyle(dash).gridTemplateColumns.split(" ").length;
  if (columns < COLUMNS) return;
  event.preventDefault();
  element.focus({ preventScroll: true });
  drag(element, event, sizing !== null);
});

function drag(element, { clientX, clientY, pointerId }, sizing) {
  const id = JSON.parse(element.dataset.card).id;
  const start = places;
  const from = start.find((place) => place.id === id);
  const style = getComputedStyle(dash);
  const gap = Number.parseFloat(style.columnGap) || 0;
  const wide = (dash.getBoundingClientRect().width + gap) / COLUMNS;
  const high = (Number.parseFloat(style.gridAutoRows) || 70) + gap;
  const scrolled = window.scrollY;
  const ghost = document.createElement("div");
  ghost.className = "ecard-ghost";
  ghost.setAttribute("aria-hidden", "true");
  let next = start;

  const move = (event) => {
    const dx = event.clientX - clientX;
    const dy = event.clientY - clientY + window.scrollY - scrolled;
    const [columns, rows] = [Math.round(dx / wide), Math.round(dy / high)];
    if (sizing) {
      next = resizedTo(start, id, { w: from.w + columns, h: from.h + rows }, leastOf(id));
      return show(next);
    }
    next = movedTo(start, id, { x: from.x + columns, y: Math.max(0, from.y + rows) });
    element.classList.add("is-dragged");
    element.style.transform = `translate(${dx}px, ${dy}px)`;
    show(next, id);
    const { x, y, w, h } = next.find((place) => place.id === id);
    Object.assign(ghost.dataset, { x, y, w, h });
    if (!ghost.isConnected) dash.append(ghost);
    scrollAtEdge(event.clientY);
  };
  const stop = (keep) => {
    for (const [name, act] of Object.entries(acts)) element.removeEventListener(name, act);
    document.removeEventListener("keydown", giveUp, true);
    ghost.remove();
    element.classList.remove("is-dragged");
    element.style.transform = "";
    if (keep && JSON.stringify(next) !== JSON.stringify(start)) {
      change(next);
      sayPlace(id);
    } else show(start);
  };
  const giveUp = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    stop(false);
  };
  const acts = { pointermove: move, pointerup: () => stop(true), pointercancel: () => stop(false) };
  element.setPointerCapture(pointerId);
  for (const [name, act] of Object.entries(acts)) element.addEventListener(name, act);
  document.addEventListener("keydown", giveUp, true);
}

function scrollAtEdge(y) {
  const edge = 60;
  if (y > window.innerHeight - edge) window.scrollBy(0, 16);
  else if (y < edge + 52) window.scrollBy(0, -16);
}

// The panel: what kinds there are, or the settings of one card.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(
    "[data-edit-add], [data-edit-open], [data-edit-close], [data-edit-remove], [data-edit-drop]",
  );
  if (!button || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const { editAdd: kind } = button.dataset;
  if (kind) return panel(button.querySelector("b").textContent, { kind });
  if ("editClose" in button.dataset) return closePanel();
  const id =
    "editDrop" in button.dataset ? button.form.elements.id.value : JSON.parse(button.closest(".ecard").dataset.card).id;
  if ("editOpen" in button.dataset) return open(id);
  remove(id);
  closePanel();
});

const kindsBody = document.createElement("template");
const body = one("[data-edit-body]");
if (body.querySelector(".edit-kinds")) kindsBody.innerHTML = body.innerHTML;

function open(id) {
  const place = places.find((known) => known.id === id);
  const card = { ...JSON.parse(held.get(id).dataset.card), ...place };
  for (const element of held.values()) element.classList.toggle("is-open", element === held.get(id));
  return panel(titleOf(id), { card: JSON.stringify(card) });
}

async function panel(title, fields) {
  const answer = await ask(`${address}/card-form`, { ...fields, csrf: dash.dataset.csrf });
  if (!answer.ok) return note("bad", answer.words);
  one("#h-edit-panel").textContent = title;
  body.innerHTML = answer.text;
  body.querySelector("select, input:not([type=hidden]), textarea")?.focus();
}

async function closePanel() {
  for (const element of held.values()) element.classList.remove("is-open");
  one("#h-edit-panel").textContent = "Add a card";
  // The page may have come with a form in its panel: then the choice of kinds is another page.
  if (kindsBody.content.childElementCount === 0)
    return isDirty() ? body.replaceChildren() : location.assign(`${address}/edit`);
  body.replaceChildren(kindsBody.content.cloneNode(true));
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-edit-form]");
  if (!form) return;
  event.preventDefault();
  const answer = await ask(`${address}/preview`, new FormData(form));
  if (!answer.ok) return wrong(form, answer.words);
  const made = document.createElement("template");
  made.innerHTML = answer.text;
  const element = made.content.querySelector(".ecard");
  const card = JSON.parse(element.dataset.card);
  const { id, x, y, w, h, kind } = card;
  const known = places.some((place) => place.id === id);
  const next = known
    ? movedTo(resizedTo(places, id, { w, h }, sizes[kind].least), id, { x, y })
    : [...places, { id, ...placed(places, { w, h }) }];
  change(next, new Map([...held, [id, element]]));
  await closePanel();
  drawCharts();
  element.focus();
  element.scrollIntoView({ block: "nearest" });
  say(known ? `${titleOf(id)} is changed.` : `${titleOf(id)} is added.`);
});

function wrong(form, words) {
  form.querySelector("[data-edit-wrong]")?.remove();
  const line = document.createElement("p");
  line.className = "form-note is-bad";
  line.setAttribute("role", "alert");
  line.dataset.editWrong = "";
  line.textContent = words;
  form.prepend(line);
}

/** What draws charts hears of new ones as of any swap. */
function drawCharts() {
  document.dispatchEvent(new CustomEvent("htmx:after:swap", { detail: {} }));
}

// Saving: all at once, and told when somebody else was faster.
one("[data-edit-undo]").addEventListener("click", undo);
one("[data-edit-save]").addEventListener("click", async () => {
  const kept = written();
  const answer = await save(dash.dataset.dashboard, revision, cards());
  if (answer.ok) {
    revision = answer.revision;
    saved = kept;
    one("[data-edit-save]").disabled = !isDirty();
    return note("ok", "Saved.");
  }
  const actions = answer.stale
    ? [
        { label: "Load theirs", act: () => leave(`${address}/edit`) },
        { label: "Save mine as a copy", act: copy },
      ]
    : [];
  note("bad", answer.words, actions);
});

async function copy() {
  const answer = await saveCopy(dash.dataset.dashboard, cards());
  if (answer.ok) return leave(`/dashboards/${answer.dashboard_id}/edit`);
  note("bad", answer.words);
}

function leave(to) {
  saved = written();
  location.assign(to);
}

addEventListener("beforeunload", (event) => {
  if (isDirty()) event.preventDefault();
});
