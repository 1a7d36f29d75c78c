import type { ListedEvent } from "../../src/report/events.ts";
import type { FeedItem } from "../../src/report/feed.ts";
import { clockTime, day, nameOf, yearOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { glyph, icon } from "../icons.ts";
import { wordsOf } from "../parts/feed-words.ts";
import { jsonCode } from "../parts/json-code.ts";
import { instantOf } from "./words.ts";

export interface TimelineContext {
  timezone: string;
  now: number;
  locationName: ((location_id: string) => string) | null;
}

/** Events in words, newest first; each opens to what was sent. */
export function timeline(events: readonly ListedEvent[], context: TimelineContext): Html {
  return html`<ol class="timeline">${events.map((event) => entry(event, context))}</ol>`;
}

function entry(event: ListedEvent, { timezone, now, locationName }: TimelineContext): Html {
  const { time, bot_id, location_id } = event;
  const { icon: name, what, value, temperature, warning } = wordsOf(itemOf(event));
  const at = instantOf(time);
  const today = day(at, timezone) === day(now, timezone);
  const stalled = event.data.stall_detected === true;
  const from = [
    bot_id === null ? null : nameOf(bot_id),
    locationName?.(location_id) ?? null,
    temperature ? null : (warning ?? value ?? null),
  ];
  return html`<li class="${stalled && "is-stall"}" id="ev-${Bun.hash(`${location_id}\0${event.id}`).toString(36)}">${icon(name)}<details class="tl-more"><summary><span class="tl-h">${sentence(what)}${temperature && html` <span class="temp temp-${temperature}">${glyph(`g-${temperature}`)}${nameOf(temperature)}</span>`}</span><p>${from.filter((part) => part !== null).join(" · ")}</p></summary>${jsonCode(event, `Event ${event.id}`)}</details><time datetime="${time}" title="${day(at, timezone)}, ${clockTime(at, timezone)}">${today ? clockTime(at, timezone, false) : day(at, timezone, yearOf(now, timezone))}</time></li>`;
}

/** Whose life it is needs no saying on each line. */
function itemOf(event: ListedEvent): FeedItem {
  return { ...event, contact_id: null, time: instantOf(event.time) };
}

function sentence(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
