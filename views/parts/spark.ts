import { type Html, html } from "../html.ts";

const WIDTH = 120;
const HEIGHT = 30;

/** A line without axes, with the one before dotted behind it. Missing values are bridged; fewer than two draw nothing. */
export function sparkLine(values: readonly (number | null)[], previous: readonly (number | null)[]): Html {
  const known = [...values, ...previous].filter((value) => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const place = (list: readonly (number | null)[]) => pointsOf(list, low, high);
  const now = place(values);
  const before = place(previous);
  const last = now.at(-1);
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${
    before.length > 1 && html`<path class="spark-prev" d="${pathOf(before)}"/>`
  }${now.length > 1 && html`<path class="spark-line" d="${pathOf(now)}"/>`}${last && html`<path class="spark-end" d="M${last.x} ${last.y}h0"/>`}</svg>`;
}

/** Columns, one a value; an empty one leaves a dot on the ground line. */
export function sparkColumns(values: readonly number[]): Html {
  const high = Math.max(...values, 1);
  const columns = values.map((value, index) => {
    const x = index * 4 + 2;
    return value === 0 ? `M${x} 20v-.6` : `M${x} 20V${round(19.5 - (value / high) * 19)}`;
  });
  return html`<svg class="spark" viewBox="0 0 ${values.length * 4} 20" preserveAspectRatio="none" aria-hidden="true"><path class="spark-col" d="${columns.join("")}"/></svg>`;
}

interface Point {
  x: number;
  y: number;
}

function pointsOf(list: readonly (number | null)[], low: number, high: number): Point[] {
  const step = list.length > 1 ? WIDTH / (list.length - 1) : 0;
  // A flat line lies in the middle, one of zeros on the ground.
  const flat = high === 0 ? HEIGHT : HEIGHT / 2;
  const span = high - low;
  return list.flatMap((value, index) =>
    value === null
      ? []
      : [{ x: round(index * step), y: span === 0 ? flat : round(HEIGHT - ((value - low) / span) * HEIGHT) }],
  );
}

function pathOf(points: readonly Point[]): string {
  return `M${points.map(({ x, y }) => `${x} ${y}`).join("L")}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
