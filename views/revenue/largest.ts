import { eventType } from "../../src/catalogue/events.ts";
import type { ListedEvent } from "../../src/report/events.ts";
import { clockTime, day, exactMoney, MISSING, nameOf, yearOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { leadHref } from "../leads/link.ts";
import { exploreHref } from "../parts/explore-link.ts";
import { emptyState, failedState } from "../parts/states.ts";
import { keyWords } from "../parts/value-words.ts";
import type { RevenueShown } from "./own.ts";

/** The events of the largest values, each with whom it was with. */
export function largestPanel(shown: RevenueShown): Html {
  const { report, query } = shown;
  return html`<section class="panel" id="revenue-largest" aria-labelledby="h-largest">
    <header class="panel-head"><h2 id="h-largest">Largest deals</h2><span class="meta">of what counts as revenue, in ${report.currency}</span><span class="end"><a class="link link-out" href="${exploreHref(query, { kpi: "revenue", open: "events" })}">All events<span class="vh"> behind revenue</span>${icon("i-arrow-up-right", "i i-s")}</a></span></header>
    ${
      !report.largest.ok
        ? failedState("The deals could not be read", report.largest.reason)
        : report.largest.value.length === 0
          ? emptyState(
              "i-circle-dollar-sign",
              "No deals in this period",
              "Choose a longer period, or take filters off.",
            )
          : table(shown, report.largest.value)
    }
  </section>`;
}

function table(shown: RevenueShown, events: readonly ListedEvent[]): Html {
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="Largest deals, scrollable"><table class="table table-stack deals-table">
    <thead><tr><th scope="col">When</th><th scope="col">Contact</th><th scope="col">What</th><th scope="col" class="pri-2">Bot</th>${shown.locationName && html`<th scope="col" class="pri-2">Location</th>`}<th scope="col" class="num">Value</th></tr></thead>
    <tbody>${events.map((event) => row(shown, event))}</tbody></table></div>`;
}

function row({ report, query, now, personal, locationName }: RevenueShown, event: ListedEvent): Html {
  const { timezone } = report.framed;
  const { time, contact_id, bot_id, type, value, currency, location_id } = event;
  const at = Date.parse(time) * 1_000;
  return html`<tr><td class="nowrap" data-label="When"><time datetime="${time}" title="${clockTime(at, timezone)}">${day(at, timezone, yearOf(now, timezone))}, ${clockTime(at, timezone, false)}</time></td>
    <td data-label="Contact">${contact_id === null ? html`<span class="dim">Not given</span>` : personal ? html`<a class="link" href="${leadHref(query, contact_id)}">${contact_id}</a>` : contact_id}</td>
    <td data-label="What">${eventType(type)?.label ?? nameOf(type)}</td>
    <td class="pri-2" data-label="Bot">${keyWords("bot_id", bot_id, null)}</td>
    ${locationName && html`<td class="pri-2" data-label="Location">${locationName(location_id)}</td>`}
    <td class="num strong" data-label="Value">${value === null ? MISSING : exactMoney(value, currency ?? "USD")}</td></tr>`;
}
