/** What Explore is made from, and the words that its parts share. */
import { dimensionLabel } from "../../src/catalogue/dimensions.ts";
import type { Kpi } from "../../src/catalogue/types.ts";
import type { Freshness } from "../../src/report/common.ts";
import type { Dimensions } from "../../src/report/explore/dimensions.ts";
import type { CompanionAmount } from "../../src/report/explore/split.ts";
import type { Explore } from "../../src/report/explore.ts";
import type { Shown } from "../figures.ts";
import { exactText, MISSING, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { keyWords } from "../parts/value-words.ts";
import type { ExploreOwn } from "./own.ts";

/** The report, and what the page knows beside it. */
export interface Explored extends Explore {
  /** Where the next page of the events that are open begins, as text. */
  next: string | null;
  /** Those that the team defined. */
  custom: readonly Kpi[];
  dimensions: Dimensions;
  freshness: Freshness;
}

export type ExploreShown = Shown<Explored, ExploreOwn>;

/** "Leads by source". */
export function exploreTitle({ report: { kpi }, own: { by } }: Pick<ExploreShown, "report" | "own">): string {
  return by === null ? kpi.label : `${kpi.label} by ${dimensionLabel(by).toLowerCase()}`;
}

/** How a part is called. */
export function segmentName(
  shown: Pick<ExploreShown, "own" | "locationName">,
  key: string | number | boolean | null,
): string {
  return keyWords(shown.own.by ?? "", key, shown.locationName);
}

/** Amounts of one cell, each currency for itself; no money at all is none that was recorded. */
export function amountsCell(amounts: readonly CompanionAmount[] | undefined, unit: Kpi["unit"]): Html {
  const told = (amounts ?? []).filter(({ value }) => value !== null && (unit !== "money" || Number(value) !== 0));
  if (told.length === 0) return html`<span class="dim" title="None recorded">${MISSING}</span>`;
  return html`${told.map(
    ({ currency, value }, index) =>
      html`${index > 0 && " · "}<span title="${exactText(value, unit, currency ?? undefined)}">${shortText(value, unit, currency ?? undefined)}</span>`,
  )}`;
}
