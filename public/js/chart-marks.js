// What all charts share: colours from the tokens, axes, and marks drawn over the data.
import { short } from "./chart-format.js";
import { endsOf, looksOf, spread, valuesOf } from "./chart-model.js";

const probe = document.createElement("i");
probe.hidden = true;
document.body.append(probe);
let colours = {};

/** A custom property on a canvas would be an unresolved light-dark(): a probe's colour is resolved. */
export function token(name) {
  if (colours[name] === undefined) {
    probe.style.color = `var(${name})`;
    // A push of the whole page may have taken the probe away.
    if (!probe.isConnected) document.body.append(probe);
    colours[name] = getComputedStyle(probe).color;
  }
  return colours[name];
}

export function forgetColours() {
  colours = {};
}

/** The same colour, thinner. */
export function thin(name, share) {
  return token(name).replace(/^rgba?\((\d+), (\d+), (\d+).*$/, `rgb($1 $2 $3 / ${share})`);
}

export const isContrast = () => document.documentElement.dataset.theme === "contrast";
const font = (px, weight = 500) => `${weight} ${px}px Geist, system-ui, sans-serif`;
export const ratio = () => devicePixelRatio || 1;

/** Labels only: no line, no ticks. As many as fit, the last bucket among them. */
export function xAxis(names, show = true) {
  return {
    show,
    size: 24,
    gap: 6,
    font: font(11),
    stroke: () => token("--c-axis"),
    grid: { show: false },
    ticks: { show: false },
    border: { show: false },
    splits: (u) => splitsOf(u.data[0].length, u.width),
    values: (_, splits) => splits.map((at) => names()[at] ?? ""),
  };
}

export function splitsOf(count, width) {
  const step = Math.max(1, Math.ceil(count / Math.max(2, Math.floor(width / 88))));
  const splits = [];
  for (let at = count - 1; at >= 0; at -= step) splits.unshift(at);
  return splits;
}

export function yAxis(write, space = 44) {
  return {
    size: 52,
    gap: 8,
    space,
    font: font(11),
    stroke: () => token("--c-axis"),
    grid: { stroke: () => token("--c-grid"), width: 1 },
    ticks: { show: false },
    border: { show: false },
    values: (_, splits) => splits.map(write),
  };
}

/** Everything that lies over the data, in one go. */
export function drawMarks(u, model, hidden, picked) {
  const { ctx } = u;
  ctx.save();
  ctx.setLineDash([]);
  if (model.cut.size > 0) drawCut(u, model, hidden);
  if (model.target) drawTarget(u, model);
  drawFlags(u, model);
  if (model.forecast && !hidden.has("forecast")) drawForecast(u, model);
  for (const anomaly of model.anomalies) drawAnomaly(u, anomaly);
  if (model.kind === "line" && u.width >= 520) drawNames(u, model, hidden);
  if (model.bare && !model.forecast) drawLast(u, model, hidden);
  if (picked !== null) drawPicked(u, picked);
  ctx.restore();
}

/** What the present cuts: the last piece of a line dashed, the last column of a stack hatched. */
function drawCut(u, model, hidden) {
  const { ctx } = u;
  const r = ratio();
  const x = (at) => u.valToPos(at, "x", true);
  if (model.kind === "line") {
    ctx.lineWidth = 2 * r;
    ctx.setLineDash([3 * r, 3 * r]);
    for (const { key, role, colour } of model.series) {
      if ((role !== "value" && role !== "segment") || hidden.has(key)) continue;
      const values = valuesOf(model, key, hidden);
      for (const at of model.cut) {
        const [from, to] = at === 0 ? [0, 1] : [at - 1, at];
        if (values[from] == null || values[to] == null) continue;
        ctx.strokeStyle = token(`--c${colour}`);
        path(ctx, [
          [x(from), u.valToPos(values[from], "y", true)],
          [x(to), u.valToPos(values[to], "y", true)],
        ]);
      }
    }
    ctx.setLineDash([]);
    return;
  }
  const ground = u.valToPos(0, "y", true);
  const top = (at) => u.valToPos(Math.max(0, ...ownOf(u, at)), "y", true);
  const bars = u.series.some(({ isBar }) => isBar);
  const colour = bars && !looksOf(model).stacked ? "--c1-soft" : "--surface";
  for (const at of model.cut) {
    const half = Math.min(0.31 * (x(1) - x(0)), 9 * r);
    const [from, to] = at === 0 ? [0, 1] : [at - 1, at];
    const [left, right] = bars ? [x(at) - half, x(at) + half] : [x(from), x(to)];
    const [first, last] = bars ? [top(at), top(at)] : [top(from), top(to)];
    hatch(
      ctx,
      [
        [left, ground],
        [left, first],
        [right, last],
        [right, ground],
      ],
      colour,
    );
  }
}

/** Heights of what is filled: lines over it may lie higher. */
function ownOf(u, at) {
  return u.series.flatMap(({ isBar, isArea }, index) => (isBar || isArea ? [u.data[index][at] ?? 0] : []));
}

/** Slanted lines within a shape. */
function hatch(ctx, corners, colour) {
  const r = ratio();
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const width = right - left;
  ctx.save();
  ctx.beginPath();
  for (const [x, y] of corners) ctx.lineTo(x, y);
  ctx.clip();
  ctx.strokeStyle = token(colour);
  ctx.globalAlpha = 0.7;
  ctx.lineWidth = 1.5 * r;
  for (let y = top - width; y < bottom + width; y += 6 * r) {
    path(ctx, [
      [left, y + width],
      [right, y],
    ]);
  }
  ctx.restore();
}

function drawTarget(u, { target }) {
  const { ctx } = u;
  const r = ratio();
  const y = Math.round(u.valToPos(target.value, "y", true)) + 0.5;
  const { left, width } = u.bbox;
  ctx.strokeStyle = token("--c-target");
  ctx.lineWidth = 1.5 * r;
  ctx.setLineDash([r, 3 * r]);
  path(ctx, [
    [left, y],
    [left + width, y],
  ]);
  ctx.setLineDash([]);
  written(u, target.label, left + width, y - 3 * r, { align: "right", base: "bottom", colour: "--ink-2", weight: 500 });
}

/** Lettered, side by side where several share a bucket. */
function drawFlags(u, { annotations }) {
  const { ctx } = u;
  const r = ratio();
  const size = 15 * r;
  const seen = new Map();
  for (const { at, letter } of annotations) {
    const before = seen.get(at) ?? 0;
    seen.set(at, before + 1);
    const x = Math.round(u.valToPos(at, "x", true)) + 0.5;
    const { top, height } = u.bbox;
    if (before === 0) {
      ctx.strokeStyle = token("--c-axis");
      ctx.lineWidth = r;
      ctx.setLineDash([r, 3 * r]);
      path(ctx, [
        [x, top],
        [x, top + height],
      ]);
      ctx.setLineDash([]);
    }
    const left = x - size / 2 + before * (size + 2 * r);
    ctx.fillStyle = token("--ink-2");
    ctx.beginPath();
    ctx.roundRect(left, top - size, size, size, 3 * r);
    ctx.fill();
    ctx.fillStyle = token("--surface");
    ctx.font = font(10 * r, 600);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(letter, left + size / 2, top - size / 2 + 0.5 * r);
  }
}

/** The rule where it begins, and its last value at its end. */
function drawForecast(u, model) {
  const { ctx } = u;
  const r = ratio();
  const { from, median, upper, label } = model.forecast;
  const x = Math.round(u.valToPos(from - 0.5, "x", true)) + 0.5;
  const { left, top, width, height } = u.bbox;
  ctx.strokeStyle = token("--control");
  ctx.lineWidth = r;
  path(ctx, [
    [x, top - (model.bare ? 0 : 8 * r)],
    [x, top + height],
  ]);
  if (!model.bare) {
    const room = left + width - x > 70 * r;
    ctx.font = font(11 * r);
    ctx.fillStyle = token("--c-axis");
    ctx.textBaseline = "bottom";
    ctx.textAlign = room ? "left" : "right";
    ctx.fillText(label, x + (room ? 5 : -5) * r, top - r);
  }
  const last = median.findLastIndex((value) => value !== null);
  if (last < 0) return;
  const end = Math.min(u.valToPos(last, "x", true) + 4 * r, left + width);
  const y = u.valToPos(upper[last] ?? median[last], "y", true) - 5 * r;
  written(u, short(median[last], model.unit, model.currency), end, y, { align: "right", base: "bottom", weight: 600 });
}

/** A bracket over what was to be expected, a hollow diamond where it was. */
function drawAnomaly(u, { at, value, lower, upper }) {
  const { ctx } = u;
  const r = ratio();
  const x = Math.round(u.valToPos(at, "x", true)) + 0.5;
  const y = (amount) => u.valToPos(Number(amount), "y", true);
  const wide = 4 * r;
  if (lower !== null && upper !== null) {
    for (const [colour, width] of [
      ["--surface", 5],
      ["--c-alert", 1.5],
    ]) {
      ctx.strokeStyle = token(colour);
      ctx.lineWidth = width * r;
      const [low, high] = [y(lower), y(upper)];
      path(ctx, [
        [x - wide, low],
        [x + wide, low],
        [x, low],
        [x, high],
        [x - wide, high],
        [x + wide, high],
      ]);
    }
  }
  const s = 6 * r;
  const middle = y(value ?? 0);
  ctx.fillStyle = token("--surface");
  ctx.strokeStyle = token("--c-alert");
  ctx.lineWidth = 2 * r;
  ctx.beginPath();
  ctx.moveTo(x, middle - s);
  ctx.lineTo(x + s, middle);
  ctx.lineTo(x, middle + s);
  ctx.lineTo(x - s, middle);
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
}

/** Names at the ends of lines, pushed apart so that none overlap. */
function drawNames(u, model, hidden) {
  const { ctx } = u;
  const r = ratio();
  const ends = endsOf(model, hidden).map((one) => ({ ...one, y: u.valToPos(one.value, "y", true) }));
  if (ends.length < 2) return;
  const labels = spread(ends, 14 * r, u.bbox.top + u.bbox.height);
  const left = u.bbox.left + u.bbox.width + 8 * r;
  ctx.font = font(11 * r);
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const { label, colour, y } of labels) {
    ctx.strokeStyle = token(colour);
    ctx.lineWidth = 2 * r;
    path(ctx, [
      [left, y],
      [left + 8 * r, y],
    ]);
    ctx.fillStyle = token("--ink-2");
    const text = label.length > 14 ? `${label.slice(0, 13)}…` : label;
    ctx.fillText(text, left + 13 * r, y);
  }
}

/** Of a small pane: the value at the end of its line. */
function drawLast(u, model, hidden) {
  const own = model.series.find(({ role, key }) => role === "value" && !hidden.has(key));
  const at = own ? own.values.findLastIndex((value) => value !== null) : -1;
  if (at <= 0 || own.values[at] <= 0) return;
  const r = ratio();
  const x = Math.min(u.valToPos(at, "x", true) + 4 * r, u.bbox.left + u.bbox.width);
  const y = u.valToPos(own.values[at], "y", true) - 6 * r;
  written(u, short(own.values[at], model.unit, model.currency), x, y, { align: "right", base: "bottom", weight: 600 });
}

/** The bucket that a note is being written for. */
function drawPicked(u, at) {
  const { ctx } = u;
  const r = ratio();
  const x = Math.round(u.valToPos(at, "x", true)) + 0.5;
  ctx.strokeStyle = token("--accent");
  ctx.lineWidth = 1.5 * r;
  path(ctx, [
    [x, u.bbox.top - 6 * r],
    [x, u.bbox.top + u.bbox.height],
  ]);
}

/** On a ground that keeps it readable. */
function written({ ctx }, text, x, y, { align, base, colour = "--ink", weight }) {
  const r = ratio();
  ctx.font = font(11 * r, weight);
  ctx.textAlign = align;
  ctx.textBaseline = base;
  ctx.lineJoin = "round";
  ctx.lineWidth = 4 * r;
  ctx.strokeStyle = token("--surface");
  ctx.strokeText(text, x, y);
  ctx.fillStyle = token(colour);
  ctx.fillText(text, x, y);
}

function path(ctx, points) {
  ctx.beginPath();
  for (const [x, y] of points) ctx.lineTo(x, y);
  ctx.stroke();
}
