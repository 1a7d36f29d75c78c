import { dimensionLabel } from "../../src/catalogue/dimensions.ts";
import type { Driver, Drivers } from "../../src/report/drivers.ts";
import { previousName } from "../figures.ts";
import { exactText, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { exploreHref } from "../parts/explore-link.ts";
import { emptyState, failedState } from "../parts/states.ts";
import { keyWords } from "../parts/value-words.ts";
import type { RevenueShown } from "./own.ts";

/** As fields of events are called. */
const FIELDS: Readonly<Record<string, string>> = { source: "data.source" };
const SHOWN_MAX = 6;

/** What moved revenue against the period before: each part's own difference; together they are the whole change. */
export function moversPanel(shown: RevenueShown): Html {
  const { report, framed } = shown.report;
  const drivers = report.ok
    ? (report.value.drivers?.find(({ currency }) => currency === shown.report.currency) ?? null)
    : null;
  const previous = previousName(framed, shown.report.previous !== null);
  return html`<section class="panel" id="revenue-movers" aria-labelledby="h-movers">
    <header class="panel-head"><h2 id="h-movers">What moved it</h2>${drivers && html`<span class="meta">${signed(drivers.change, drivers.currency)} against the ${previous}</span>`}</header>
    ${
      !report.ok
        ? failedState("What moved revenue could not be computed", report.reason)
        : previous === null
          ? emptyState(
              "i-trending-up",
              "Nothing to compare with",
              "Turn on Compare, and choose a period with one before it.",
            )
          : drivers === null || drivers.by.every(({ segments }) => segments.length === 0)
            ? emptyState(
                "i-trending-up",
                "Nothing moved",
                "Revenue is the same in both periods, from the same bots and sources.",
              )
            : html`<div class="panel-body movers">${drivers.by.map((by) => list(shown, drivers, by))}</div>`
    }
  </section>`;
}

function list(
  shown: RevenueShown,
  { currency }: Drivers,
  { dimension, segments, others }: Drivers["by"][number],
): Html {
  const field = FIELDS[dimension] ?? dimension;
  const told = segments.slice(0, SHOWN_MAX);
  const left = segments.slice(SHOWN_MAX).reduce((sum, { contribution }) => sum + Number(contribution), Number(others));
  const most = Math.max(...told.map(({ contribution }) => Math.abs(Number(contribution))), Math.abs(left), 1e-9);
  return html`<div><h3>By ${dimensionLabel(field).toLowerCase()}</h3><ul>${told.map((driver) => mover(shown, driver, { field, currency, most }))}${
    Math.abs(left) >= 0.005 &&
    html`<li><span class="dim">All others</span>${bar(left, most)}<b title="${exactText(left.toFixed(2), "money", currency)}">${signed(left.toFixed(2), currency)}</b></li>`
  }</ul></div>`;
}

function mover(
  { query, locationName }: RevenueShown,
  { key, value, previous, contribution }: Driver,
  { field, currency, most }: { field: string; currency: string; most: number },
): Html {
  const name = keyWords(field, key, locationName);
  const title = `${exactText(previous, "money", currency)} before, ${exactText(value, "money", currency)} now`;
  const filter = key === null ? `${field}:exists:false` : `${field}:eq:${key}`;
  const href = exploreHref(
    query,
    { kpi: "revenue", by: field === "bot_id" ? "type" : "bot_id" },
    { filters: [...query.filters, filter].sort() },
  );
  const masked = key?.includes("•••") === true || key === "";
  return html`<li><span title="${title}">${masked ? name : html`<a class="link" href="${href}">${name}</a>`}</span>${bar(Number(contribution), most)}<b title="${exactText(contribution, "money", currency)}">${signed(contribution, currency)}</b></li>`;
}

/** To the right of the middle what added, hatched to the left what took away. */
function bar(amount: number, most: number): Html {
  const width = Math.round((Math.abs(amount) / most) * 500) / 10;
  const x = amount < 0 ? 50 - width : 50;
  return html`<svg class="mover" aria-hidden="true"><rect class="${amount < 0 ? "down" : "up"}" x="${x}%" width="${width}%" y="2" height="10" rx="2"/><line class="axis" x1="50%" x2="50%" y1="0" y2="14"/></svg>`;
}

function signed(amount: string, currency: string): string {
  return (Number(amount) > 0 ? "+" : "") + shortText(amount, "money", currency);
}
