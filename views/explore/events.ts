import { dimensionLabel } from "../../src/catalogue/dimensions.ts";
import { eventType } from "../../src/catalogue/events.ts";
import type { ListedEvent } from "../../src/report/events.ts";
import type { Opened } from "../../src/report/explore/behind.ts";
import {
  bucketNames,
  clockTime,
  counted,
  day,
  duration,
  exactMoney,
  exactText,
  MISSING,
  nameOf,
  yearOf,
} from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { leadHref } from "../leads/link.ts";
import { exportHref } from "../parts/export-menu.ts";
import { jsonCode } from "../parts/json-code.ts";
import { ownHref, sharedText, swapLink } from "../parts/query.ts";
import { failedState } from "../parts/states.ts";
import { keyWords } from "../parts/value-words.ts";
import { inspector } from "./inspector.ts";
import type { ExploreShown } from "./shown.ts";

const ID = "explore-events";

/** The raw events behind a point, newest first, each with all that was sent. */
export function eventsDrawer(shown: ExploreShown): Html | null {
  const { opened, kpi } = shown.report;
  if (opened === null) return null;
  const close = ownHref(shown.query, { open: null, segment: null, cursor: null });
  if (!opened.ok)
    return inspector({
      label: "Events",
      title: "Events",
      sub: html``,
      close,
      body: failedState("The events could not be read", opened.reason),
    });
  const found = opened.value;
  if (found === null)
    return inspector({
      label: "Events",
      title: "Not in this period",
      sub: html`The period or the grain has changed since this point was chosen.`,
      close,
      body: html`<div class="state"><h3>This point is not shown any more</h3><p>Choose another one in the chart.</p><a class="btn btn-small" ${swapLink(ownHref(shown.query, { open: "events", segment: null, cursor: null }))}>Events of the whole period</a></div>`,
    });
  return inspector({
    label: `Events behind ${kpi.label.toLowerCase()}`,
    title: titleOf(shown, found),
    sub: html`${kpi.label} <b>${exactText(found.value, kpi.unit, found.currency ?? undefined)}</b> · ${counted(found.count, "raw event")}`,
    close,
    body: list(shown, found),
    foot: foot(shown, found),
  });
}

function titleOf(shown: ExploreShown, { bucket, filter }: Opened): string {
  const { framed, kpi } = shown.report;
  const part = filter && partName(shown, filter);
  const when = bucket && bucketNames(bucket.start, framed.frame.grain, framed.timezone).long;
  return [part, when].filter((words) => words !== null).join(", ") || kpi.label;
}

function partName({ own, locationName }: ExploreShown, { op, value }: NonNullable<Opened["filter"]>): string {
  const name = keyWords(own.by ?? "", op === "exists" ? null : String(value), locationName);
  return op === "exists" ? `${dimensionLabel(own.by ?? "")} ${name.toLowerCase()}` : name;
}

function list(shown: ExploreShown, { events }: Opened): Html {
  if (events.length === 0)
    return html`<div class="state">${icon("i-inbox", "i i-l")}<h3>No events</h3><p>Nothing that this figure counts happened here${shown.query.filters.length > 0 && ", with the filters in force"}.</p></div>`;
  const { next } = shown.report;
  const more = next && ownHref(shown.query, { cursor: next });
  return html`<div id="${ID}">${events.map((event) => row(shown, event))}${
    more &&
    html`<p class="insp-more" id="${ID}-more"><a class="btn btn-quiet btn-small" href="${more}" hx-get="${more}" hx-target="#${ID}-more" hx-select="#${ID} > *" hx-swap="outerHTML">Show more</a></p>`
  }</div>`;
}

function row({ report, now, query, personal }: ExploreShown, event: ListedEvent): Html {
  const { timezone } = report.framed;
  const time = Date.parse(event.time) * 1_000;
  const today = yearOf(now, timezone);
  const { id, contact_id, bot_id, type } = event;
  const who = contact_id ?? (bot_id === null ? MISSING : nameOf(bot_id));
  return html`<details class="event" data-event="${id}">
    <summary><time datetime="${event.time}" title="${day(time, timezone)}, ${clockTime(time, timezone)}">${day(time, timezone, today)}<small>${clockTime(time, timezone)}</small></time><span class="event-who"><b>${who}</b><small>${eventType(type)?.label ?? nameOf(type)}${bot_id !== null && contact_id !== null && ` · ${nameOf(bot_id)}`}</small></span><span class="event-value">${amountOf(event)}</span>${icon("i-chevron-right", "i i-s")}</summary>
    ${contact_id !== null && personal && html`<p class="event-links"><a class="link" href="${leadHref(query, contact_id)}">Everything of this contact</a></p>`}
    ${jsonCode(event, `Event ${id}`)}
  </details>`;
}

function amountOf({ value, currency, duration_ms, success }: ListedEvent): string {
  if (value !== null) return currency === null ? value : exactMoney(value, currency);
  if (duration_ms !== null) return duration(duration_ms);
  return success === null ? "" : success ? "succeeded" : "failed";
}

/** To the contacts, and the same events as a file. */
function foot(shown: ExploreShown, { range, filter }: Opened): Html {
  const { query, own, exports } = shown;
  const filters = filter === null ? query.filters : [...query.filters, filterText(own.by ?? "", filter)];
  const narrower = { timeframe: null, from: instant(range.from), to: instant(range.to), filters };
  const offer = { title: "Events", what: "events", own: { kpi: own.kpi }, query: narrower } as const;
  return html`<a class="btn" href="/leads${sharedText({ ...query, ...narrower })}">Open contacts</a>${
    exports &&
    html`<a class="btn btn-quiet" href="${exportHref(query, offer, "ndjson")}" download>${icon("i-download")}NDJSON</a><a class="btn btn-quiet" href="${exportHref(query, offer, "csv")}" download>CSV</a>`
  }`;
}

function filterText(by: string, { op, value }: NonNullable<Opened["filter"]>): string {
  return `${by}:${op}:${String(value)}`;
}

function instant(microseconds: number): string {
  return new Date(microseconds / 1_000).toISOString();
}
