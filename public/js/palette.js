// Search over everything: a combobox in a dialog. What is here (actions) is matched here, everything else is asked for.
const dialog = () => document.getElementById("palette");
const input = () => document.getElementById("palette-q");
const list = () => document.getElementById("palette-list");
const WAIT_MS = 60;
const ICONS = {
  page: "i-layout-dashboard",
  contact: "i-users",
  bot: "i-bot",
  dashboard: "i-layout-grid",
  preset: "i-bookmark",
  kpi: "i-activity",
  rule: "i-bell",
  action: "i-chevron-right",
};

// An action is offered where its page has what it acts on.
const click = (selector) => () => document.querySelector(selector).click();
const open = (selector) => () => {
  const menu = document.querySelector(selector);
  menu.open = true;
  menu.querySelector("summary").focus();
};
const theme = (name, label) => ({
  label,
  at: `[data-set-theme=${name}]`,
  act: click(`[data-set-theme=${name}]`),
});
const ACTIONS = [
  { label: "Add a filter", at: "#filter-menu", act: open("#filter-menu") },
  { label: "Clear all filters", at: ".filter-clear", act: click(".filter-clear") },
  { label: "Save as a preset", at: "#preset-menu", act: open("#preset-menu") },
  { label: "Choose dates", at: "#range-menu", act: open("#range-menu") },
  { label: "Compare with the period before, on or off", at: "a.compare", act: click("a.compare") },
  { label: "Export", at: ".export-menu", act: open(".export-menu") },
  { label: "Add annotation", at: "[data-annotate]", act: click("[data-annotate]") },
  { label: "Go live: reconnect now", at: "#live-banner:not([hidden])", act: click("[data-live-reconnect]") },
  theme("light", "Use the light theme"),
  theme("dark", "Use the dark theme"),
  theme("contrast", "Use the high contrast theme"),
  theme("system", "Use the theme of the system"),
  { label: "Keyboard shortcuts", at: "#key-sheet", act: () => document.getElementById("key-sheet").showModal() },
  { label: "Sign out", at: "form[action='/logout']", act: click("form[action='/logout'] button") },
];

let shown = [];
let chosen = 0;
let asked = 0;
let timer = 0;
let controller = null;
/** What the list is of; who types fast and presses Enter means what they typed. */
let listed = null;
let enters = false;

function show() {
  if (dialog().open) return;
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  dialog().showModal();
  listed = null;
  enters = false;
  input().select();
  input().focus();
  ask();
}

function matching(typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return ACTIONS.filter(
    ({ label, at }) => document.querySelector(at) && words.every((word) => label.toLowerCase().includes(word)),
  ).map(({ label, act }) => ({ kind: "action", label, detail: "Action", act }));
}

async function ask() {
  const typed = input().value.trim();
  const turn = ++asked;
  controller?.abort();
  controller = new AbortController();
  try {
    const answer = await fetch(`/api/search?q=${encodeURIComponent(typed)}`, { signal: controller.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const { results, complete } = await answer.json();
    if (turn === asked)
      render(typed, results, complete ? "" : "Leads and bots were not looked for: the database is busy.");
  } catch (error) {
    if (turn !== asked || error.name === "AbortError") return;
    render(typed, [], "The server does not answer: only actions are found.");
  }
}

function render(typed, results, trouble) {
  shown = [...results, ...matching(typed)];
  list().replaceChildren(...shown.map(option));
  if (shown.length === 0 || trouble !== "") {
    const note = document.createElement("p");
    note.className = "palette-none";
    note.textContent = trouble || `Nothing is called “${typed}”. Try a part of the name.`;
    list().append(note);
  }
  const said = shown.length === 1 ? "1 result" : `${shown.length} results`;
  dialog().querySelector("[data-palette-status]").textContent = trouble || said;
  choose(0);
  listed = typed;
  if (enters) enter(0);
  enters = false;
}

function option({ kind, label, detail, href }, index) {
  const row = document.createElement(href ? "a" : "div");
  row.className = "menu-item";
  row.id = `palette-${index}`;
  row.setAttribute("role", "option");
  row.tabIndex = -1;
  if (href) row.href = carried(kind, href);
  row.dataset.at = index;
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("class", "i");
  mark.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#${ICONS[kind]}`);
  mark.append(use);
  row.append(mark, part("what", label), part("end", detail));
  return row;
}

function part(name, text) {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  return span;
}

// As the navigation does: what is in force goes along. A preset says itself what is, and is kept to the page one is on.
function carried(kind, href) {
  const same = [...document.querySelectorAll(".nav a.nav-item")].find((link) => link.pathname === href);
  if (kind === "page" && same) return same.getAttribute("href");
  const onFigures = document.getElementById("filter-bar") !== null;
  if (kind === "preset" && onFigures) return location.pathname + href.slice(1);
  return href;
}

function choose(index) {
  chosen = index;
  for (const [at, row] of [...list().querySelectorAll("[role=option]")].entries())
    row.setAttribute("aria-selected", String(at === index));
  const row = document.getElementById(`palette-${index}`);
  if (!row) return input().removeAttribute("aria-activedescendant");
  input().setAttribute("aria-activedescendant", row.id);
  row.scrollIntoView({ block: "nearest" });
}

function enter(index) {
  const result = shown[index];
  if (!result) return;
  if (result.act) {
    dialog().close();
    // After the dialog has given the focus back.
    setTimeout(result.act);
    return;
  }
  location.assign(document.getElementById(`palette-${index}`).href);
}

document.addEventListener("keydown", (event) => {
  if (
    (event.ctrlKey || event.metaKey) &&
    !event.altKey &&
    !event.shiftKey &&
    event.key.toLowerCase() === "k" &&
    dialog()
  ) {
    event.preventDefault();
    if (dialog().open) dialog().close();
    else show();
    return;
  }
  if (event.target.id !== "palette-q") return;
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in moves) {
    event.preventDefault();
    if (shown.length > 0) choose((chosen + moves[event.key] + shown.length) % shown.length);
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    if (listed === input().value.trim()) enter(chosen);
    else enters = true;
  }
});

document.addEventListener("input", ({ target }) => {
  if (target.id !== "palette-q") return;
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
});

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest?.("[data-open-palette]") && dialog()) {
    event.preventDefault();
    show();
  }
  if (target.closest?.("[data-close-dialog]") || target.matches?.("dialog[open]")) target.closest("dialog").close();
  const row = target.closest?.("#palette-list [data-at]");
  if (row && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    enter(Number(row.dataset.at));
  }
});

export { show as showPalette };
