// One tooltip a chart: of the column under the pointer, the finger or the arrow keys; it flips at the edge.
import { full } from "./chart-format.js";
import { readingOf } from "./chart-model.js";

export const textOf = ({ value, upTo, unit, currency }) =>
  upTo === undefined || upTo === null
    ? full(value, unit, currency)
    : `${full(value, unit, currency)} – ${full(upTo, unit, currency)}`;

/** `byKeys()`: what is read is chosen by the keys, and so spoken. */
export function tip(chart, { byKeys, say }) {
  const { u } = chart;
  const element = document.createElement("div");
  element.className = "tip";
  element.hidden = true;
  u.over.append(element);

  const show = () => {
    const at = u.cursor.idx;
    const looked = byKeys() || u.over.matches(":hover") || u.over.dataset.touched !== undefined;
    if (!looked || at == null || (u.cursor.left ?? -1) < 0) {
      element.hidden = true;
      return;
    }
    const reading = readingOf(chart.model, chart.hidden, at);
    element.replaceChildren(...contentOf(reading));
    element.hidden = false;
    const x = u.valToPos(at, "x");
    const width = element.offsetWidth;
    const left = x + 14 + width > u.over.clientWidth ? x - width - 14 : x + 14;
    element.style.transform = `translate(${Math.max(0, left)}px, 4px)`;
    if (byKeys()) say(spoken(reading));
  };
  u.hooks.setCursor ??= [];
  u.hooks.setCursor.push(show);
  return {
    show,
    hide() {
      element.hidden = true;
    },
  };
}

function spoken({ head, note, rows, remarks }) {
  const values = rows.map((row) => `${row.label} ${textOf(row)}`).join(", ");
  return [`${head}${note ? `, ${note}` : ""}: ${values || "no value"}`, ...remarks].join(". ");
}

function contentOf({ head, note, rows, remarks }) {
  const title = make("div", "tip-head", head);
  if (note) title.append(make("span", "", note));
  return [title, ...rows.map(rowOf), ...remarks.map((remark) => make("div", "tip-note", remark))];
}

function rowOf(row) {
  const { key, box, label } = row;
  const element = make("div", "tip-row");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `key ${key}`);
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", box ? "rect" : "path");
  const attributes = box ? { x: 1, width: 12, height: 10, rx: 1 } : { d: "M0 5h14" };
  for (const [name, given] of Object.entries(attributes)) shape.setAttribute(name, given);
  svg.append(shape);
  element.append(svg, label, make("b", "", textOf(row)));
  return element;
}

function make(tag, classes, text) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (text !== undefined) element.textContent = text;
  return element;
}
