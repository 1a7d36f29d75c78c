import { type Html, html } from "../html.ts";

const WIDTH = 132;
const EDGE = 7;

/** The expected range as a bracket, what was expected as a tick, the value as a hollow diamond. The words beside it say the same. */
export function rangeMark({
  value,
  expected,
  lower,
  upper,
}: {
  value: number;
  expected: number;
  lower: number;
  upper: number;
}): Html {
  const low = Math.min(value, lower);
  const span = Math.max(value, upper) - low || 1;
  const at = (place: number): number => Math.round((EDGE + ((place - low) / span) * (WIDTH - 2 * EDGE)) * 10) / 10;
  const [from, to, middle, x] = [at(lower), at(upper), at(expected), at(value)];
  return html`<svg class="range" viewBox="0 0 ${WIDTH} 20" aria-hidden="true"><rect class="range-band" x="${from}" y="6" width="${Math.max(1, to - from)}" height="8"/><path class="range-ends" d="M${from} 4v12M${to} 4v12"/><path class="range-usual" d="M${middle} 3v14"/><path class="range-value" d="M${x} 4l6 6-6 6-6-6z"/></svg>`;
}
