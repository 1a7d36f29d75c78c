import { eventTypes } from "../../src/catalogue/events.ts";
import type { FeedItem } from "../../src/report/feed.ts";
import type { Part } from "../../src/report/overview.ts";
import { clockTime, day, nameOf, yearOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { glyph, icon } from "../icons.ts";
import { wordsOf } from "./feed-words.ts";
import { ownWith, queryText, type ViewQuery, viewLink } from "./query.ts";
import { failedState } from "./states.ts";

/** What the address says of the activity. */
export interface FeedOwn {
  feed_bot: string | null;
  feed_type: string | null;
  feed_rows: "10" | "50";
}

export interface FeedProps {
  feed: Part<readonly FeedItem[]>;
  timezone: string;
  now: number;
  /** How a location is called; null when all shown events are of one. */
  locationName: ((location_id: string) => string) | null;
  query: ViewQuery;
  own: FeedOwn;
  /** Offered beside the one in force. */
  bots: readonly string[];
}

const META = "Newest first, routine events left out";

/** The newest events in plain words: ten, or fifty to scroll in. Pausing stops the list, not the counting. */
export function feedPanel(props: FeedProps): Html {
  const { feed, own, query } = props;
  const meta = own.feed_type === null ? META : "Newest first";
  const more = own.feed_rows === "10";
  return html`<section class="panel span-7" id="feed" aria-labelledby="h-feed">
    <header class="panel-head"><h2 id="h-feed">Activity</h2><span class="meta" data-feed-meta="${meta}" hx-morph-skip>${meta}</span><span class="end feed-tools">${filters(props)}<a class="btn btn-quiet btn-small" ${viewLink(query, { own: ownWith(query, { feed_rows: more ? "50" : null }) })}>${more ? "Show 50" : "Show 10"}</a><button class="btn btn-quiet btn-small needs-script" type="button" aria-pressed="false" data-feed-pause hx-morph-skip>Pause</button></span></header>
    ${
      !feed.ok
        ? failedState("Activity could not be read", feed.reason)
        : feed.value.length === 0
          ? nothing(props)
          : html`<div class="feed-scroll" tabindex="0" role="group" aria-labelledby="h-feed"><ol class="feed panel-flush" id="feed-list" aria-live="off">${feed.value.map((item, place) => feedRow(item, place, props))}</ol></div>`
    }
  </section>`;
}

/** Works as a form, and at once with script. */
function filters({ own, query, bots }: FeedProps): Html {
  const { feed_bot, feed_type } = own;
  const offered = feed_bot === null || bots.includes(feed_bot) ? bots : [feed_bot, ...bots];
  const kept = [...new URLSearchParams(queryText(query))].filter(
    ([name]) => name !== "feed_bot" && name !== "feed_type",
  );
  return html`<form class="feed-tools" method="get" action="${query.path}" data-feed-filter>
    ${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    <label class="vh" for="feed-bot">Bot of the activity</label><select class="input" id="feed-bot" name="feed_bot"><option value="">All bots</option>${offered.map((bot) => html`<option value="${bot}"${bot === feed_bot && html` selected`}>${nameOf(bot)}</option>`)}</select>
    <label class="vh" for="feed-type">Kind of event</label><select class="input" id="feed-type" name="feed_type"><option value="">All news</option>${eventTypes.map(({ type, label }) => html`<option value="${type}"${type === feed_type && html` selected`}>${label}</option>`)}</select>
    <noscript><button class="btn btn-small" type="submit">Show</button></noscript>
  </form>`;
}

function nothing({ own, query }: FeedProps): Html {
  if (own.feed_bot === null && own.feed_type === null)
    return html`<div class="state">${icon("i-inbox", "i i-l")}<h3>Nothing has happened yet</h3><p>Events appear here the moment a bot reports them.</p></div>`;
  return html`<div class="state">${icon("i-inbox", "i i-l")}<h3>No such event yet</h3><p>Nothing of this bot and kind has come in for these locations.</p><a class="btn btn-small" ${viewLink(query, { own: ownWith(query, { feed_bot: null, feed_type: null }) })}>Show all activity</a></div>`;
}

/** With its place, so that a push writes rows over in place: rows that move down are a jump. */
export function feedRow(
  item: FeedItem,
  place: number,
  { timezone, now, locationName }: Pick<FeedProps, "timezone" | "now" | "locationName">,
): Html {
  const { icon: name, what, value, temperature, warning } = wordsOf(item);
  // Real clocks, and the day where it is not today.
  const today = day(item.time, timezone) === day(now, timezone);
  return html`<li data-event="${markOf(item)}" data-place="${place}"><time datetime="${new Date(item.time / 1000).toISOString()}" title="${day(item.time, timezone)}, ${clockTime(item.time, timezone)}">${today ? clockTime(item.time, timezone) : day(item.time, timezone, yearOf(now, timezone))}</time>${icon(name)}<span>${item.bot_id !== null && html`<span class="who">${nameOf(item.bot_id)}</span> `}<span class="what">${what}</span>${locationName && html`<span class="where"> · ${locationName(item.location_id)}</span>`}</span><span class="val">${
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
