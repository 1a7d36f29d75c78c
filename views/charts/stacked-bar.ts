import type { Unit } from "../../src/catalogue/types.ts";
import { exactText, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { valuesAsTable } from "./foot.ts";

export interface StackedPart {
  key: string;
  label: string;
  value: number;
  colour: 1 | 2 | 3 | 4 | 5 | 6;
  href?: string | null;
}

export interface StackedBarProps {
  id: string;
  title: string;
  unit: Unit;
  currency?: string;
  parts: readonly StackedPart[];
  finding: string;
  /** Where the values are told by the page itself. */
  table?: false;
}

/** One bar of 100% in its parts. */
export function stackedBar({ id, title, unit, currency, parts, finding, table }: StackedBarProps): Html {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  const share = (value: number): string => (total === 0 ? "–" : shortText(value / total, "percent"));
  let before = 0;
  const pieces = parts.map((part) => {
    const x = total === 0 ? 0 : (before / total) * 100;
    before += part.value;
    return { ...part, x: round(x), width: total === 0 ? 0 : round((part.value / total) * 100) };
  });
  return html`<svg class="stacked-bar" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="${finding}">${pieces.map(
    ({ label, value, colour, x, width }) =>
      html`<rect class="f${colour}" x="${x}" width="${width}" height="12"><title>${label}: ${exactText(value, unit, currency)}, ${share(value)}</title></rect>${x > 0 && html`<line class="stacked-cut" x1="${x}" x2="${x}" y1="0" y2="12"/>`}`,
  )}</svg>
  <ul class="legend" aria-label="Legend">${parts.map(
    ({ label, value, colour, href }) =>
      html`<li><svg class="key k-box k${colour}" aria-hidden="true"><rect x="1" y="0" width="12" height="10" rx="1"/></svg>${href ? html`<a class="link" href="${href}">${label}</a>` : label} <b>${shortText(value, unit, currency)}</b> <span class="dim">${share(value)}</span></li>`,
  )}</ul>
  ${
    table !== false &&
    valuesAsTable(
      `${id}-rows`,
      title,
      html`<table class="table"><thead><tr><th scope="col">Part</th><th scope="col" class="num">${title}</th><th scope="col" class="num">Share</th></tr></thead><tbody>${parts.map(
        ({ label, value }) =>
          html`<tr><td>${label}</td><td class="num">${exactText(value, unit, currency)}</td><td class="num">${share(value)}</td></tr>`,
      )}</tbody></table>`,
    )
  }`;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
