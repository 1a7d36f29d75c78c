// What charts share: colours from the tokens, axes, and marks drawn over the data.
const probe = document.createElement("i");
probe.hidden = true;
document.body.append(probe);
let colours = {};

/** A custom property on a canvas would be an unresolved light-dark(): a probe's colour is resolved. */
export function token(name) {
  if (colours[name] === undefined) {
    probe.style.color = `var(${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  return colours[name];
}

export function forgetColours() {
  colours = {};
}

export const font = (px, weight = 500) => `${weight} ${px}px Geist, system-ui, sans-serif`;
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
    splits: (u) => {
      const count = u.data[0].length;
      const step = Math.max(1, Math.ceil(count / Math.max(2, Math.floor(u.width / 88))));
      const splits = [];
      for (let at = count - 1; at >= 0; at -= step) splits.unshift(at);
      return splits;
    },
    values: (_, splits) => splits.map((at) => names()[at] ?? ""),
  };
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

export function line(colour, more = {}) {
  return { stroke: () => token(colour), width: 2, points: { show: false }, spanGaps: false, ...more };
}

/** A word at the end of a line, on a ground that keeps it readable. */
export function endLabel(u, text, at, value, colour = "--ink") {
  const { ctx } = u;
  const r = ratio();
  ctx.save();
  ctx.setLineDash([]);
  ctx.font = font(11 * r, 600);
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  const x = Math.min(u.valToPos(at, "x", true) + 4 * r, u.bbox.left + u.bbox.width);
  const y = u.valToPos(value, "y", true) - 6 * r;
  ctx.lineJoin = "round";
  ctx.lineWidth = 4 * r;
  ctx.strokeStyle = token("--surface");
  ctx.strokeText(text, x, y);
  ctx.fillStyle = token(colour);
  ctx.fillText(text, x, y);
  ctx.restore();
}
