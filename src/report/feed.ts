/** The newest events as facts a view can put into words. */

import { listScope } from "../store/query/list.ts";
import { visibleSql, withinSql } from "../store/query/scope.ts";
import type { Store } from "../store/store.ts";
import type { Param } from "../store/values.ts";
import type { Asked, Framed } from "./common.ts";
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

/** Which events are wanted, and how many. */
export interface FeedWanted {
  /** null: of any, and of none. */
  bot_id: string | null;
  /** null: any that is news. */
  type: string | null;
  rows: number;
}

/** `within`: filters count, and events of its time only. */
export interface FeedAsked extends Pick<Asked, "now" | "personal" | "signal"> {
  within?: Framed["scope"];
}

const NEWS: FeedWanted = { bot_id: null, type: null, rows: 10 };
/** Heartbeats and bookkeeping: counted, but no news to a person. */
export const ROUTINE: readonly string[] = [
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
  asked: FeedAsked,
  wanted: FeedWanted = NEWS,
): Promise<readonly FeedItem[]> {
  if (wanted.type !== null) return newestBut([], store, locations, asked, wanted);
  const news = await newestBut([...ROUTINE, ...CHATTER], store, locations, asked, wanted);
  return news.length === wanted.rows ? news : newestBut(ROUTINE, store, locations, asked, wanted);
}

async function newestBut(
  types: readonly string[],
  store: Store,
  locations: readonly string[] | null,
  { now, personal, signal, within }: FeedAsked,
  { bot_id, type, rows }: FeedWanted,
): Promise<readonly FeedItem[]> {
  // With filters the newest that fit may lie far back: no further than the timeframe is looked.
  const filtered = within && within.filters.length > 0 ? listScope({ ...within, locations: null }) : null;
  const fitting = filtered ? [withinSql("time", within?.from ?? 0, now + 1), visibleSql(filtered)] : [];
  const params: Param[] = filtered?.params ?? [];
  const bound = (test: string, value: string | readonly string[] | null): string =>
    value === null ? "true" : test.replace("?", `$${params.push(value)}`);
  const where = [
    ...fitting,
    bound("NOT list_contains(?, type)", types),
    bound("list_contains(?, location_id)", locations),
    bound("bot_id = ?", bot_id),
    bound("type = ?", type),
  ].join(" AND ");
  const items = await rawItems(
    store,
    `time <= make_timestamp(${Math.floor(now)}) AND ${where}
     ORDER BY time DESC, id DESC LIMIT ${Math.floor(rows)}`,
    params,
    signal,
  );
  return personal ? items : items.map(maskedEvent);
}

/** Nothing masked. `where`: bound SQL, with what comes behind it. */
export async function rawItems(
  store: Store,
  where: string,
  params: readonly Param[],
  signal?: AbortSignal,
): Promise<readonly FeedItem[]> {
  const rows = await store.rows<Omit<FeedItem, "data"> & { data: string | null }>(
    `SELECT location_id, id, time, type, bot_id, contact_id, value, currency, duration_ms, success, data FROM events
     WHERE ${where}`,
    params,
    signal,
  );
  return rows.map((row): FeedItem => ({ ...row, data: objectOf(row.data) }));
}

function objectOf(json: string | null): Readonly<Record<string, unknown>> {
  const value: unknown = json === null ? {} : JSON.parse(json);
  return typeof value === "object" && value !== null ? { ...value } : {};
}
