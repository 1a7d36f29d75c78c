import type { FeedItem } from "../../../src/report/feed.ts";
import { clockTime, day, nameOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { glyph, icon } from "../../icons.ts";
import { wordsOf } from "../../parts/feed-words.ts";
import { emptyState } from "../../parts/states.ts";
import type { CardContext } from "../card.ts";

/** The newest events in plain words. */
export function feedCard(
  items: readonly FeedItem[],
  timezone: string,
  { now, locationName }: Pick<CardContext, "now" | "locationName">,
): Html {
  if (items.length === 0)
    return emptyState("i-inbox", "Nothing has happened yet", "Events appear here the moment a bot reports them.");
  const today = day(now, timezone);
  return html`<div class="dcard-scroll" tabindex="0" role="group" aria-label="Newest events"><ol class="feed">${items.map(
    (item, place) => {
      const { icon: name, what, value, temperature, warning } = wordsOf(item);
      const on = day(item.time, timezone);
      const clock = clockTime(item.time, timezone);
      return html`<li data-place="${place}"><time datetime="${new Date(item.time / 1000).toISOString()}" title="${on}, ${clock}">${on === today ? clock : on}</time>${icon(name)}<span>${item.bot_id !== null && html`<span class="who">${nameOf(item.bot_id)}</span> `}<span class="what">${what}</span>${locationName && html`<span class="where"> · ${locationName(item.location_id)}</span>`}</span><span class="val">${
        temperature
          ? html`<span class="temp temp-${temperature}">${glyph(`g-${temperature}`)}${nameOf(temperature)}</span>`
          : warning
            ? html`<span class="tag tag-warn">${warning}</span>`
            : value
      }</span></li>`;
    },
  )}</ol></div>`;
}
