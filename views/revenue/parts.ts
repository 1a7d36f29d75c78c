import { dimensionLabel } from "../../src/catalogue/dimensions.ts";
import type { Segment } from "../../src/report/drill-down.ts";
import { exactText, MISSING, shortText } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { changeMark } from "../parts/change.ts";
import { exploreHref } from "../parts/explore-link.ts";
import { emptyState, failedState } from "../parts/states.ts";
import { keyWords } from "../parts/value-words.ts";
import type { RevenueShown } from "./own.ts";

const ROWS_MAX = 8;
const LABELS = { revenue: "Revenue", commission: "Commission", cost: "Cost", margin: "Margin" } as const;

/** The measure by bot, by source, and by location where there are several: a panel each. */
export function partsPanels(shown: RevenueShown): readonly Html[] {
  const { report, own, query } = shown;
  return report.parts.map(({ by, split }) => {
    const id = `revenue-by-${by.replace(/\W/g, "-")}`;
    const name = dimensionLabel(by).toLowerCase();
    return html`<section class="panel span-6" id="${id}" aria-labelledby="h-${id}">
      <header class="panel-head"><h2 id="h-${id}">By ${name}</h2><span class="end"><a class="link link-out" href="${exploreHref(query, { kpi: own.measure, by })}">Explore<span class="vh"> ${LABELS[own.measure].toLowerCase()} by ${name}</span>${icon("i-arrow-up-right", "i i-s")}</a></span></header>
      ${
        !split.ok
          ? failedState(`${LABELS[own.measure]} by ${name} could not be computed`, split.reason)
          : split.value.segments.length === 0
            ? emptyState(
                "i-circle-dollar-sign",
                `No ${LABELS[own.measure].toLowerCase()} in this period`,
                "Choose a longer period, or take filters off.",
              )
            : table(shown, by, split.value.segments)
      }
    </section>`;
  });
}

function table(shown: RevenueShown, by: string, segments: readonly Segment[]): Html {
  const { report, own, query } = shown;
  const rows = segments.slice(0, ROWS_MAX);
  const most = Math.max(...rows.map(({ value }) => Math.abs(Number(value ?? 0))), 0);
  const label = LABELS[own.measure];
  const compares = report.previous !== null;
  const more = segments.length - rows.length;
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${label} by ${dimensionLabel(by).toLowerCase()}, scrollable"><table class="table explore-table parts-table">
    <thead><tr><th scope="col">${dimensionLabel(by)}</th><th scope="col">${label}</th><th scope="col" class="num parts-more">Share</th>${compares && html`<th scope="col" class="num parts-more">Before</th><th scope="col" class="num">Change</th>`}</tr></thead>
    <tbody>${rows.map((segment) => row(shown, by, segment, { most, compares }))}</tbody></table></div>
    ${more > 0 && html`<footer class="panel-foot"><a class="link" href="${exploreHref(query, { kpi: own.measure, by })}">${more} more in Explore</a></footer>`}`;
}

function row(
  { query, own, locationName }: RevenueShown,
  by: string,
  { key, value, share, previous, change, currency }: Segment,
  { most, compares }: { most: number; compares: boolean },
): Html {
  const name = keyWords(by, key, locationName);
  const filter = key === null ? `${by}:exists:false` : `${by}:eq:${key}`;
  const href = exploreHref(
    query,
    { kpi: own.measure, by: by === "bot_id" ? "type" : "bot_id" },
    { filters: [...query.filters, filter].sort() },
  );
  const linked = key === null || (String(key) !== "" && !String(key).includes("•••"));
  const width = most === 0 || value === null ? 0 : Math.round((Math.abs(Number(value)) / most) * 1_000) / 10;
  const better = own.measure === "cost" ? "down" : "up";
  return html`<tr><th scope="row"><span class="cell-id">${linked ? html`<a href="${href}">${name}</a>` : html`<span>${name}</span>`}</span></th>
    <td><span class="cell-bar"><svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"/><rect class="${Number(value ?? 0) < 0 ? "bar-warn" : "bar-fill"}" width="${width}%" height="100%"/></svg><b title="${exactText(value, "money", currency)}">${shortText(value, "money", currency)}</b></span></td>
    <td class="num parts-more">${share === null ? MISSING : shortText(share, "percent")}</td>${
      compares &&
      html`<td class="num parts-more" title="${exactText(previous, "money", currency)}">${shortText(previous, "money", currency)}</td><td class="num">${changeMark({ value, previous, change, unit: "money", better, currency })}</td>`
    }</tr>`;
}
