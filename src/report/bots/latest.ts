/** The last thing that each of some bots did, as a fact that a view can put into words. */
import type { Store } from "../../store/store.ts";
import { type FeedItem, ROUTINE, rawItems } from "../feed.ts";
import { maskedEvent } from "../personal.ts";

const HOUR = 3_600_000_000;

export interface LatestAsked {
  now: number;
  personal: boolean;
  signal?: AbortSignal;
}

/** Looked for in the hours before each was heard last; who only sent heartbeats then is missing. */
export async function latestOf(
  store: Store,
  locations: readonly string[] | null,
  heard: ReadonlyMap<string, number>,
  { now, personal, signal }: LatestAsked,
): Promise<ReadonlyMap<string, FeedItem>> {
  if (heard.size === 0) return new Map();
  const where = locations === null ? "true" : "list_contains($3, location_id)";
  const bots = [...heard.keys()];
  // Bots that are at work share their hours: each stretch is read once.
  const stretches = new Set([...heard.values()].map((last) => Math.floor(last / HOUR) * HOUR));
  const within = [...stretches].map(
    (start) =>
      `(time >= make_timestamp(${start - HOUR}) AND time < make_timestamp(${Math.min(start + HOUR, Math.floor(now) + 1)}))`,
  );
  const items = await rawItems(
    store,
    `(${within.join(" OR ")}) AND list_contains($1, bot_id) AND NOT list_contains($2, type) AND ${where}
     QUALIFY row_number() OVER (PARTITION BY bot_id ORDER BY time DESC, id DESC) = 1`,
    locations === null ? [bots, ROUTINE] : [bots, ROUTINE, locations],
    signal,
  );
  return new Map(
    items.flatMap((item) =>
      item.bot_id === null ? [] : [[item.bot_id, personal ? item : maskedEvent(item)] as const],
    ),
  );
}
