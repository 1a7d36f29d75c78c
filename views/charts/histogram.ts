import type { Unit } from "../../src/catalogue/types.ts";
import { decimal, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { valuesAsTable } from "./foot.ts";

export interface Bin {
  from: number;
  /** Not included; null: everything above. */
  to: number | null;
  count: number;
}

export interface HistogramMark {
  value: number;
  label: string;
  /** A target is a whole line, percentiles are dashed. */
  kind: "target" | "p50" | "p95";
}

export interface HistogramProps {
  id: string;
  title: string;
  /** Of what is measured. */
  unit: Unit;
  bins: readonly Bin[];
  marks: readonly HistogramMark[];
  finding: string;
}

const WIDTH = 560;
const HEIGHT = 190;
const LEFT = 40;
const TOP = 40;
const BOTTOM = 24;
/** Labels of marks that are nearer to each other than this stand on two lines. */
const NEAR = 84;

/** How often which value came: columns, with the target and percentiles over them. What lies above the target is hatched. */
export function histogram({ id, title, unit, bins, marks, finding }: HistogramProps): Html {
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const target = marks.find(({ kind }) => kind === "target")?.value ?? null;
  const step = (WIDTH - LEFT) / Math.max(1, bins.length);
  const ground = HEIGHT - BOTTOM;
  const y = (count: number): number => round(ground - (count / most) * (ground - TOP));
  const every = Math.max(1, Math.ceil(bins.length / 8));
  return html`<svg class="svgchart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${finding}">
    ${[0.5, 1].map((part) => html`<line class="grid-l" x1="${LEFT}" x2="${WIDTH}" y1="${y(most * part)}" y2="${y(most * part)}"/><text x="${LEFT - 6}" y="${y(most * part) + 4}" text-anchor="end">${decimal(Math.round(most * part), 0)}</text>`)}
    <line class="base-l" x1="${LEFT}" x2="${WIDTH}" y1="${ground}" y2="${ground}"/>
    ${bins.map((bin, at) => column(bin, { x: LEFT + at * step, width: step, y: y(bin.count), ground, unit, target }))}
    ${bins.map(({ from }, at) => at % every === 0 && html`<text x="${round(LEFT + at * step)}" y="${HEIGHT - 8}" text-anchor="middle">${shortText(from, unit)}</text>`)}
    ${marksOf(marks, bins, step, unit)}
  </svg>
  ${valuesAsTable(`${id}-rows`, title, table(bins, unit))}`;
}

interface Place {
  x: number;
  width: number;
  y: number;
  ground: number;
  unit: Unit;
  target: number | null;
}

function column(bin: Bin, { x, width, y, ground, unit, target }: Place): Html {
  if (bin.count === 0) return html``;
  const over = target !== null && bin.from >= target;
  const box = { x: round(x + 1), width: round(Math.max(1, width - 2)), height: round(ground - y) };
  const lines = over ? hatch(box.x, y, box.width, box.height) : null;
  return html`<g><title>${nameOf(bin, unit)}: ${decimal(bin.count, 0)}</title><rect class="${over ? "col-above" : "col"}" x="${box.x}" y="${y}" width="${box.width}" height="${box.height}"/>${lines !== null && html`<path class="hatch-l" d="${lines}"/>`}</g>`;
}

/** Slanted lines within a box. */
function hatch(x: number, y: number, width: number, height: number): string {
  const lines: string[] = [];
  for (let at = 5; at < width + height; at += 5) {
    const [x1, y1] = at <= height ? [0, at] : [at - height, height];
    const [x2, y2] = at <= width ? [at, 0] : [width, at - width];
    lines.push(`M${round(x + x1)} ${round(y + y1)}L${round(x + x2)} ${round(y + y2)}`);
  }
  return lines.join("");
}

function marksOf(marks: readonly HistogramMark[], bins: readonly Bin[], step: number, unit: Unit): readonly Html[] {
  const placed = marks
    .map((mark) => ({ ...mark, x: round(LEFT + placeOf(mark.value, bins) * step) }))
    .sort((one, other) => one.x - other.x);
  return placed.map(({ kind, label, value, x }, index) => {
    const before = placed[index - 1];
    const low = before !== undefined && x - before.x < NEAR && index % 2 === 1;
    const right = x > WIDTH - NEAR;
    return html`<line class="mark${kind !== "target" && " mark-p"}" x1="${x}" x2="${x}" y1="${low ? 30 : 16}" y2="${HEIGHT - BOTTOM}"/><text class="strong" x="${x + (right ? -4 : 4)}" y="${low ? 34 : 18}" text-anchor="${right ? "end" : "start"}">${label} ${shortText(value, unit)}</text>`;
  });
}

/** In bins from the left, with its part of the one it lies in; within the chart in any case. */
function placeOf(value: number, bins: readonly Bin[]): number {
  const at = bins.findIndex(({ to }) => to === null || value < to);
  const bin = bins[at];
  if (!bin) return bins.length;
  const part = bin.to === null || bin.to === bin.from ? 0.5 : (value - bin.from) / (bin.to - bin.from);
  return at + Math.min(1, Math.max(0, part));
}

function table(bins: readonly Bin[], unit: Unit): Html {
  return html`<table class="table"><thead><tr><th scope="col">From, to below</th><th scope="col" class="num">Count</th></tr></thead><tbody>${bins.map(
    (bin) => html`<tr><td>${nameOf(bin, unit)}</td><td class="num">${decimal(bin.count, 0)}</td></tr>`,
  )}</tbody></table>`;
}

function nameOf({ from, to }: Bin, unit: Unit): string {
  return to === null ? `${shortText(from, unit)} and more` : `${shortText(from, unit)} – ${shortText(to, unit)}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
