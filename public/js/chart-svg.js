// A chart as a vector picture: the same data, drawn by ourselves, with its title, its scope and its legend.
import { axis, short } from "./chart-format.js";
import { splitsOf, token } from "./chart-marks.js";
import { columnsOf, endsOf, layersOf, looksOf, rangeOf, spread } from "./chart-model.js";

const WIDTH = 960;
const HEIGHT = 460;
const LEFT = 64;
const RIGHT = 24;
const BOTTOM = 30;
const LINE = 18;

/** `scope`: whose figures, over which time; `style`: what stands in its <style>, such as the font. */
export function svgOf({ model, hidden }, { scope, style }) {
  const legend = legendOf(model, hidden);
  const top = 64 + Math.ceil(legend.width / (WIDTH - 48)) * LINE + 22;
  const layers = layersOf(model);
  const [xs, ...columns] = columnsOf(model, layers, hidden);
  const known = columns.flat().filter((value) => value !== null);
  const [low, high] = rangeOf(model, Math.min(0, ...known), Math.max(0, ...known));
  const bottom = HEIGHT - BOTTOM - (model.annotations.length > 0 ? LINE : 0);
  const named = model.kind === "line" && endsOf(model, hidden).length > 1;
  const right = named ? 120 : RIGHT;
  const x = (at) => LEFT + ((at + 0.5) / xs.length) * (WIDTH - LEFT - right);
  const y = (value) => bottom - ((value - low) / (high - low)) * (bottom - top);
  const place = { x, y, step: (WIDTH - LEFT - right) / xs.length, ground: y(Math.max(0, low)), top, bottom, right };
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${token("--surface")}"/>`,
    text(24, 30, model.title, { size: 16, weight: 600 }),
    text(24, 49, scope, { colour: "--ink-3", size: 12 }),
    ...legend.parts,
    ...grid(model, low, high, place),
    ...bandOf(layers, columns, place),
    ...layers.flatMap((layer, index) => layerOf(layer, columns[index], place)),
    ...cuts(model, hidden, columns, place),
    ...notesOf(model),
    ...marks(model, hidden, place),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="Geist, system-ui, sans-serif">${style && `<style>${style}</style>`}<title>${escaped(model.title)}</title>${parts.join("")}</svg>`;
}

export const SIZE = { width: WIDTH, height: HEIGHT };

function legendOf(model, hidden) {
  const { bars, single } = looksOf(model);
  let at = 0;
  const parts = [];
  const entries = model.series
    .filter(({ role, key, values }) => role !== "aside" && !hidden.has(key) && values.some((value) => value !== null))
    .map(({ label, role, colour }) => {
      if (role === "previous") return { label, colour: "--c-ghost", dash: "2 2.5" };
      if (role === "target") return { label, colour: "--c-target", dash: "1 3" };
      const own = role !== "mean";
      return { label, colour: own && bars && single ? "--c1-soft" : `--c${colour}`, box: own && bars };
    });
  if (model.forecast && !hidden.has("forecast")) {
    entries.push(
      { label: model.forecast.label, colour: "--c1", dash: "4 2.5" },
      { label: model.forecast.band, colour: "--c-band", box: true },
    );
  }
  for (const { label, colour, box, dash } of entries) {
    const width = 24 + label.length * 6.4 + 18;
    const row = Math.floor((at + width) / (WIDTH - 48));
    const left = 24 + at - row * (WIDTH - 48) + (row > 0 ? 24 : 0);
    const middle = 68 + row * LINE;
    parts.push(
      box
        ? `<rect x="${left}" y="${middle - 5}" width="12" height="10" rx="1" fill="${token(colour)}"/>`
        : line(
            [
              [left, middle],
              [left + 14, middle],
            ],
            colour,
            2,
            dash,
          ),
      text(left + 20, middle + 4, label, { colour: "--ink-2", size: 12 }),
    );
    at += width;
  }
  return { parts, width: at };
}

function grid(model, low, high, { x, y, bottom, right }) {
  const rough = (high - low) / 5;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * size).find((one) => one >= rough) ?? rough;
  const lines = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    const at = round(y(value));
    lines.push(
      line(
        [
          [LEFT, at],
          [WIDTH - right, at],
        ],
        "--c-grid",
        1,
      ),
    );
    lines.push(
      text(LEFT - 8, at + 4, axis(Math.abs(value) < step / 1e6 ? 0 : value, model.unit, model.currency), {
        colour: "--c-axis",
        anchor: "end",
      }),
    );
  }
  const names = splitsOf(model.names.length, WIDTH).map((at) =>
    text(x(at), bottom + 20, model.names[at], { colour: "--c-axis", anchor: "middle" }),
  );
  return [...lines, ...names];
}

function bandOf(layers, columns, place) {
  const upper = layers.findIndex(({ draw }) => draw === "edge");
  if (upper < 0) return [];
  const points = (values) => values.flatMap((value, at) => (value === null ? [] : [[place.x(at), place.y(value)]]));
  const around = [...points(columns[upper]), ...points(columns[upper + 1]).reverse()];
  return around.length < 3 ? [] : [`<path d="${pathOf(around)}Z" fill="${token("--c-band")}"/>`];
}

function layerOf({ draw, colour, width, dash, solid }, values, { x, y, step, ground }) {
  if (draw === "edge") return [];
  if (draw === "bars" || draw === "partial") {
    const wide = Math.min(0.62 * step, 18 * 1.6);
    return values.flatMap((value, at) => {
      if (value === null || value === 0) return [];
      const [a, b] = [Math.min(y(value), ground), Math.max(y(value), ground)];
      const look =
        draw === "bars"
          ? `fill="${token(colour)}"`
          : `fill="none" stroke="${token(colour)}" stroke-width="1.5" stroke-dasharray="3 2"`;
      return [
        `<rect x="${round(x(at) - wide / 2)}" y="${round(a)}" width="${round(wide)}" height="${round(b - a)}" rx="1.5" ${look}/>`,
      ];
    });
  }
  return piecesOf(values).flatMap((piece) => {
    const points = piece.map(([at, value]) => [x(at), y(value)]);
    const stroke = line(points, colour, width, dash?.join(" "));
    if (draw !== "area") return [stroke];
    const closed = `${pathOf(points)}L${round(points.at(-1)[0])} ${round(ground)}L${round(points[0][0])} ${round(ground)}Z`;
    return [`<path d="${closed}" fill="${token(solid ? colour : "--c-band")}"/>`, stroke];
  });
}

/** What the present cuts: the last piece of a line dashed, the last column of a stack pale. */
function cuts(model, hidden, columns, { x, y, step, ground }) {
  if (looksOf(model).bars && looksOf(model).stacked) {
    const wide = Math.min(0.62 * step, 18 * 1.6) + 1;
    return [...model.cut].map((at) => {
      const top = y(Math.max(0, ...columns.map((values) => values[at] ?? 0)));
      return `<rect x="${round(x(at) - wide / 2)}" y="${round(top)}" width="${round(wide)}" height="${round(ground - top)}" fill="${token("--surface")}" fill-opacity=".5"/>`;
    });
  }
  if (model.kind !== "line") return [];
  return model.series.flatMap(({ key, role, colour, values }) => {
    if ((role !== "value" && role !== "segment") || hidden.has(key)) return [];
    return [...model.cut].flatMap((at) => {
      const [from, to] = at === 0 ? [0, 1] : [at - 1, at];
      if (values[from] == null || values[to] == null) return [];
      return [
        line(
          [
            [x(from), y(values[from])],
            [x(to), y(values[to])],
          ],
          `--c${colour}`,
          2,
          "3 3",
        ),
      ];
    });
  });
}

function marks(model, hidden, { x, y, top, bottom, right }) {
  const parts = [];
  const { target, forecast, annotations, anomalies } = model;
  if (target) {
    parts.push(
      line(
        [
          [LEFT, y(target.value)],
          [WIDTH - right, y(target.value)],
        ],
        "--c-target",
        1.5,
        "1 3",
      ),
    );
    parts.push(text(WIDTH - right, y(target.value) - 4, target.label, { colour: "--ink-2", anchor: "end" }));
  }
  if (forecast && !hidden.has("forecast")) {
    const at = x(forecast.from - 0.5);
    parts.push(
      line(
        [
          [at, top - 8],
          [at, bottom],
        ],
        "--control",
        1,
      ),
      text(at + 5, top - 2, forecast.label, { colour: "--c-axis" }),
    );
    const last = forecast.median.findLastIndex((value) => value !== null);
    if (last >= 0)
      parts.push(
        text(
          x(last) + 4,
          y(forecast.upper[last] ?? forecast.median[last]) - 6,
          short(forecast.median[last], model.unit, model.currency),
          { anchor: "end", weight: 600 },
        ),
      );
  }
  for (const { at, letter } of annotations) {
    parts.push(
      line(
        [
          [x(at), top],
          [x(at), bottom],
        ],
        "--c-axis",
        1,
        "1 3",
      ),
    );
    parts.push(
      `<rect x="${round(x(at) - 8)}" y="${top - 16}" width="16" height="16" rx="3" fill="${token("--ink-2")}"/>`,
    );
    parts.push(text(x(at), top - 4, letter, { colour: "--surface", anchor: "middle", size: 10, weight: 600 }));
  }
  for (const { at, value, lower, upper } of anomalies) {
    const middle = round(x(at));
    if (lower !== null && upper !== null) {
      const [a, b] = [round(y(Number(lower))), round(y(Number(upper)))];
      parts.push(
        `<path d="M${middle - 4} ${a}h8M${middle} ${a}V${b}M${middle - 4} ${b}h8" fill="none" stroke="${token("--c-alert")}" stroke-width="1.5"/>`,
      );
    }
    const high = round(y(Number(value ?? 0)));
    parts.push(
      `<path d="M${middle} ${high - 6}l6 6-6 6-6-6Z" fill="${token("--surface")}" stroke="${token("--c-alert")}" stroke-width="2"/>`,
    );
  }
  const ends = endsOf(model, hidden);
  if (model.kind === "line" && ends.length > 1) {
    const placed = spread(
      ends.map((one) => ({ ...one, y: y(one.value) })),
      14,
      bottom,
    );
    for (const one of placed) {
      parts.push(
        line(
          [
            [WIDTH - right + 8, one.y],
            [WIDTH - right + 16, one.y],
          ],
          one.colour,
          2,
        ),
      );
      parts.push(text(WIDTH - right + 21, one.y + 4, one.label.slice(0, 16), { colour: "--ink-2" }));
    }
  }
  return parts;
}

/** What the flags stand for, in one line. */
function notesOf({ annotations, names }) {
  if (annotations.length === 0) return [];
  const words = annotations.map(({ at, letter, text: note }) => `${letter}  ${names[at]}, ${note}`).join("     ");
  const most = 140;
  return [text(24, HEIGHT - 10, words.length > most ? `${words.slice(0, most)}…` : words, { colour: "--ink-2" })];
}

/** Runs of values without a gap. */
function piecesOf(values) {
  const pieces = [];
  values.forEach((value, at) => {
    if (value === null) return;
    if (at === 0 || values[at - 1] === null) pieces.push([]);
    pieces.at(-1).push([at, value]);
  });
  return pieces;
}

function line(points, colour, width, dash) {
  return `<path d="${pathOf(points)}" fill="none" stroke="${token(colour)}" stroke-width="${width}" stroke-linejoin="round"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`;
}

function text(x, y, words, { colour = "--ink", size = 11, weight = 500, anchor = "start" } = {}) {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${token(colour)}">${escaped(words)}</text>`;
}

const pathOf = (points) => `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join("L")}`;
const round = (value) => Math.round(value * 100) / 100;
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (words) => String(words ?? "").replace(/[&<>"]/g, (char) => ESCAPES[char]);
