import { decimal, MISSING } from "../format.ts";
import { type Html, html } from "../html.ts";
import { glyph, icon } from "../icons.ts";

export type Health = "healthy" | "degraded" | "critical";

/** How something fares: a shape and a word. */
export function healthMark(status: Health): Html {
  if (status === "healthy") return html`<span class="status status-active">${icon("i-check", "i i-s")}Healthy</span>`;
  if (status === "degraded") return html`<span class="status status-idle">${glyph("g-idle")}Degraded</span>`;
  return html`<span class="status status-bad">${glyph("g-offline")}Critical</span>`;
}

const SIZES = ["B", "kB", "MB", "GB", "TB"] as const;

/** "1.2 GB". */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return MISSING;
  const step = bytes < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(bytes) / 3));
  const size = bytes / 1_000 ** step;
  return `${decimal(size, step === 0 || size >= 100 ? 0 : 1)} ${SIZES[step]}`;
}

/** "3 d 4 h", "12 min". */
export function spanText(seconds: number): string {
  if (seconds < 60) return `${decimal(seconds, 0)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${Math.floor(seconds / 60) % 60} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor(seconds / 3_600) % 24} h`;
}

/** Facts, a line each. */
export function facts(rows: readonly (readonly [name: string, value: Html | string])[]): Html {
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** How much of a whole is taken, with a tick where it gets tight. */
export function meter(share: number, tight: number | null, warns: boolean): Html {
  const at = (part: number): string => `${Math.round(Math.max(0, Math.min(1, part)) * 1_000) / 10}%`;
  return html`<svg class="bar bar-wide" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="${warns ? "bar-warn" : "bar-fill"}" width="${at(share)}" height="100%"/>${
    tight !== null && html`<line class="bar-tick" x1="${at(tight)}" x2="${at(tight)}" y1="-3" y2="9"/>`
  }</svg>`;
}
