import type { Better, Unit } from "../../src/catalogue/types.ts";
import type { Amount } from "../../src/report/kpis.ts";
import { decimal, duration, exactText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";

export interface Changed {
  value: Amount;
  previous: Amount;
  change: number | null;
  unit: Unit;
  better: Better;
  currency?: string | undefined;
}

/** The change of a cell in a table: an arrow for its direction, colour only repeats whether that is good. */
export function changeMark({ value, previous, change, unit, better, currency }: Changed): Html {
  if (value === null) return html`<span class="dim">–</span>`;
  if (previous === null) return html`<span class="dim" title="Nothing in the period before">new</span>`;
  const difference = Number(value) - Number(previous);
  const text = wordsOf(unit, difference, change);
  if (text === null) return html`<span class="dim" title="${exactText(previous, unit, currency)} before">–</span>`;
  if (text === "")
    return html`<span class="delta" title="${exactText(previous, unit, currency)} before">unchanged</span>`;
  const up = difference > 0;
  const good = better === null ? "" : (better === "up") === up ? " delta-good" : " delta-bad";
  return html`<span class="delta${good}" title="${exactText(previous, unit, currency)} before">${icon(up ? "i-arrow-up" : "i-arrow-down")}<span class="vh">${up ? "up" : "down"} </span>${text}</span>`;
}

/** Empty where nothing changed, null where it cannot be told. */
function wordsOf(unit: Unit, difference: number, change: number | null): string | null {
  if (unit === "percent") return Math.abs(difference) < 0.0005 ? "" : `${decimal(Math.abs(difference) * 100, 1)} pp`;
  if (unit === "duration") return Math.abs(difference) < 0.05 ? "" : duration(Math.abs(difference));
  if (change === null) return null;
  if (Math.abs(change) < 0.0005) return "";
  return Math.abs(change) >= 10
    ? `${decimal(Math.abs(change) + Math.sign(change), 0)}×`
    : `${decimal(Math.abs(change) * 100, 1)}%`;
}
