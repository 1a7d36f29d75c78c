/** Conversations that have stalled just now: the notices that no page waits for. */
import type { Store } from "../store/store.ts";
import type { Asked } from "./common.ts";
import { type FeedItem, rawItems } from "./feed.ts";
import { maskedEvent } from "./personal.ts";

const STALLS_MAX = 20;

/** Those of the last `within`, newest last, masked for those who may not see what is personal. */
export async function stallsWithin(
  store: Store,
  locations: readonly string[] | null,
  { now, personal, signal }: Pick<Asked, "now" | "personal" | "signal">,
  within: number,
): Promise<readonly FeedItem[]> {
  const visible = locations === null ? "true" : "list_contains($1, location_id)";
  const items = await rawItems(
    store,
    `time > make_timestamp(${Math.floor(now - within)}) AND time <= make_timestamp(${Math.floor(now)}) AND ${visible}
     AND (type = 'jorge_qualification_progress' AND (data->>'stall_detected') = 'true'
       OR type = 'conversation_event' AND (data->>'event') = 'stalled')
     ORDER BY time DESC, id DESC LIMIT ${STALLS_MAX}`,
    locations === null ? [] : [locations],
    signal,
  );
  const newestLast = items.toReversed();
  return personal ? newestLast : newestLast.map(maskedEvent);
}
