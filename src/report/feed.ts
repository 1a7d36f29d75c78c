/** The newest events as facts a view can put into words. */
import type { Store } from "../store/store.ts";
import type { Asked } from "./common.ts";
import { maskedEvent } from "./personal.ts";

export interface FeedItem {
  location_id: string;
  id: string;
  /** Microseconds. */
  time: number;
  type: string;
  bot_id: string | null;
  contact_id: string | null;
  value: string | null;
  currency: string | null;
  duration_ms: number | null;
  success: boolean | null;
  data: Readonly<Record<string, unknown>>;
}

const FEED_ITEMS = 10;
/** Heartbeats and bookkeeping: counted, but no news to a person. */
const ROUTINE = [
  "cache_hit",
  "cache_miss",
  "cache_invalidated",
  "client_connected",
  "client_disconnected",
  "metric_update",
  "system_health_update",
  "bot_status_update",
];

/** One line of many: shown only where there is little else. */
const CHATTER = ["conversation_message"];

/** The newest events up to now, newest first, masked for those who may not see what is personal; routine ones are left out, and single messages while there is other news. */
export async function newestEvents(
  store: Store,
  locations: readonly string[] | null,
  asked: Pick<Asked, "now" | "personal" | "signal">,
): Promise<readonly FeedItem[]> {
  const news = await newestBut([...ROUTINE, ...CHATTER], store, locations, asked);
  return news.length === FEED_ITEMS ? news : newestBut(ROUTINE, store, locations, asked);
}

async function newestBut(
  types: readonly string[],
  store: Store,
  locations: readonly string[] | null,
  { now, personal, signal }: Pick<Asked, "now" | "personal" | "signal">,
): Promise<readonly FeedItem[]> {
  const where = locations === null ? "true" : "list_contains($2, location_id)";
  const rows = await store.rows<Omit<FeedItem, "data"> & { data: string | null }>(
    `SELECT location_id, id, time, type, bot_id, contact_id, value, currency, duration_ms, success, data FROM events
     WHERE time <= make_timestamp(${Math.floor(now)}) AND NOT list_contains($1, type) AND ${where}
     ORDER BY time DESC, id DESC LIMIT ${FEED_ITEMS}`,
    locations === null ? [types] : [types, locations],
    signal,
  );
  const items = rows.map((row): FeedItem => ({ ...row, data: objectOf(row.data) }));
  return personal ? items : items.map(maskedEvent);
}

function objectOf(json: string | null): Readonly<Record<string, unknown>> {
  const value: unknown = json === null ? {} : JSON.parse(json);
  return typeof value === "object" && value !== null ? { ...value } : {};
}
