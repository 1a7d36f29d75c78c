// One tooltip a chart: follows the column under the pointer, the finger or the arrow keys, and flips at the edge.

/** `rows(index)` gives {head, note, rows: [{key, box, label, value}]}; `say(text)` speaks what the keys read. */
export function tip(u, rows, say) {
  const element = document.createElement("div");
  element.className = "tip";
  element.hidden = true;
  u.over.append(element);
  let byKeys = false;

  const show = () => {
    const at = u.cursor.idx;
    const hovered = byKeys || u.over.matches(":hover");
    if (!hovered || at == null || (u.cursor.left ?? -1) < 0) {
      element.hidden = true;
      return;
    }
    const content = rows(at);
    element.replaceChildren(...parts(content));
    element.hidden = false;
    const x = u.valToPos(at, "x");
    const width = element.offsetWidth;
    const left = x + 14 + width > u.over.clientWidth ? x - width - 14 : x + 14;
    element.style.transform = `translate(${Math.max(0, left)}px, 4px)`;
    if (byKeys) say(`${content.head}: ${content.rows.map(({ label, value }) => `${label} ${value}`).join(", ")}`);
  };

  const step = (event) => {
    const last = u.data[0].length - 1;
    const now = byKeys ? (u.cursor.idx ?? last) : last + 1;
    const goal = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") hide();
    if (goal === undefined) return;
    event.preventDefault();
    byKeys = true;
    const at = Math.max(0, Math.min(last, goal));
    u.setCursor({ left: u.valToPos(at, "x"), top: 10 });
  };

  const hide = () => {
    byKeys = false;
    element.hidden = true;
    u.setCursor({ left: -10, top: -10 });
  };

  u.hooks.setCursor ??= [];
  u.hooks.setCursor.push(show);
  const host = u.root.parentElement;
  const quiet = new AbortController();
  const { signal } = quiet;
  u.over.addEventListener("mouseleave", hide, { signal });
  u.over.addEventListener(
    "mouseenter",
    () => {
      byKeys = false;
    },
    { signal },
  );
  host.addEventListener("keydown", step, { signal });
  host.addEventListener("blur", hide, { signal });
  return () => quiet.abort();
}

function parts({ head, note, rows }) {
  const title = make("div", "tip-head", head);
  if (note) title.append(make("span", "", note));
  return [title, ...rows.map(rowOf)];
}

function rowOf({ key, box, label, value }) {
  const row = make("div", "tip-row");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `key ${key}`);
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", box ? "rect" : "path");
  const attributes = box ? { x: 1, width: 12, height: 10, rx: 1 } : { d: "M0 5h14" };
  for (const [name, given] of Object.entries(attributes)) shape.setAttribute(name, given);
  svg.append(shape);
  row.append(svg, label, make("b", "", value));
  return row;
}

function make(tag, classes, text) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (text !== undefined) element.textContent = text;
  return element;
}
