import type { FeedItem } from "../../src/report/feed.ts";
import type { Part } from "../../src/report/overview.ts";
import { clockTime, day, nameOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { glyph, icon } from "../icons.ts";
import { wordsOf } from "./feed-words.ts";
import { failedState } from "./states.ts";

export interface FeedProps {
  feed: Part<readonly FeedItem[]>;
  timezone: string;
  now: number;
  /** How a location is called; null when all shown events are of one. */
  locationName: ((location_id: string) => string) | null;
}

/** The newest events in plain words. Pausing stops the list, not the counting. */
export function feedPanel({ feed, timezone, now, locationName }: FeedProps): Html {
  return html`<section class="panel" id="feed" aria-labelledby="h-feed">
    <header class="panel-head"><h2 id="h-feed">Activity</h2><span class="meta" data-feed-meta hx-morph-skip>Newest first, routine events left out</span><span class="end"><button class="btn btn-quiet btn-small needs-script" type="button" aria-pressed="false" data-feed-pause hx-morph-skip>Pause</button></span></header>
    ${
      !feed.ok
        ? failedState("Activity could not be read", feed.reason)
        : feed.value.length === 0
          ? html`<div class="state">${icon("i-inbox", "i i-l")}<h3>Nothing has happened yet</h3><p>Events appear here the moment a bot reports them.</p></div>`
          : html`<ol class="feed panel-flush" id="feed-list" aria-live="off">${feed.value.map((item, place) => row(item, place, timezone, now, locationName))}</ol>`
    }
  </section>`;
}

/** With its place, so that a push writes rows over in place: rows that move down are a jump. */
function row(
  item: FeedItem,
  place: number,
  timezone: string,
  now: number,
  locationName: FeedProps["locationName"],
): Html {
  const { icon: name, what, value, temperature, warning } = wordsOf(item);
  // Real clocks, and the day where it is not today.
  const today = day(item.time, timezone) === day(now, timezone);
  return html`<li data-event="${markOf(item)}" data-place="${place}"><time datetime="${new Date(item.time / 1000).toISOString()}" title="${day(item.time, timezone)}, ${clockTime(item.time, timezone)}">${today ? clockTime(item.time, timezone) : day(item.time, timezone)}</time>${icon(name)}<span>${item.bot_id !== null && html`<span class="who">${nameOf(item.bot_id)}</span> `}<span class="what">${what}</span>${locationName && html`<span class="where"> · ${locationName(item.location_id)}</span>`}</span><span class="val">${
    temperature
      ? html`<span class="temp temp-${temperature}">${glyph(`g-${temperature}`)}${nameOf(temperature)}</span>`
      : warning
        ? html`<span class="tag tag-warn">${warning}</span>`
        : value
  }</span></li>`;
}

/** Tells rows apart, whatever the senders put into their ids. */
function markOf({ location_id, id }: FeedItem): string {
  return Bun.hash(`${location_id}\0${id}`).toString(36);
}
