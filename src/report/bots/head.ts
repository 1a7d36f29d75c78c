/** Who a bot is and how it is right now: since when it is known, when it was heard, how often. */
import type { Store } from "../../store/store.ts";
import { type BotStatus, botsSeen, lastHeard } from "../bots.ts";
import type { Asked } from "../common.ts";
import { botTrades, type Trade } from "./trades.ts";

export interface BotHead extends Trade {
  status: BotStatus;
  step: string | null;
  last_seen: number;
  first_seen: number;
  /** The silence that is usual for it; null where it was not heard for 14 days. */
  usual_gap: number | null;
  /** Events in each of the last 96 quarters of an hour, oldest first. */
  quarters: readonly number[];
  /** Locations that it works in, of those that may be seen. */
  location_ids: readonly string[];
}

const QUARTER = 900_000_000;
const QUARTERS = 96;
const DAY = 86_400_000_000;

/** Null for a bot that none of these locations has heard of. */
export async function botHead(
  store: Store,
  locations: readonly string[] | null,
  bot_id: string,
  { now, signal, since }: Pick<Asked, "now" | "signal"> & { since: number },
): Promise<BotHead | null> {
  const last = (await lastHeard(store, locations, [bot_id], signal)).get(bot_id);
  if (last === undefined) return null;
  const [{ bots }, known, trades, quarters] = await Promise.all([
    botsSeen(store, locations, now, signal, 1, false, bot_id),
    knownOf(store, locations, bot_id, signal),
    botTrades(store, locations, { since: Math.min(since, last), now, signal }),
    quartersOf(store, locations, bot_id, now, signal),
  ]);
  const [seen] = bots;
  return {
    ...(trades.get(bot_id) ?? { kind: "other", does: [] }),
    status: seen?.status ?? "offline",
    step: seen?.step ?? null,
    last_seen: last,
    first_seen: known.first ?? last,
    usual_gap: seen?.usual_gap ?? null,
    quarters,
    location_ids: known.location_ids,
  };
}

async function knownOf(store: Store, locations: readonly string[] | null, bot_id: string, signal?: AbortSignal) {
  const { where, params } = scopeOf(locations, bot_id);
  const days = await store.rows<{ location_id: string; day: number }>(
    `SELECT location_id, min(bucket) AS day FROM rollup_day WHERE ${where} GROUP BY location_id ORDER BY location_id`,
    params,
    signal,
  );
  const day = Math.min(...days.map((row) => row.day));
  if (days.length === 0) return { first: null, location_ids: [] };
  const [row] = await store.rows<{ first: number | null }>(
    `SELECT min(time) AS first FROM events WHERE time >= make_timestamp(${day}) AND time < make_timestamp(${day + DAY}) AND ${where}`,
    params,
    signal,
  );
  return { first: row?.first ?? day, location_ids: days.map(({ location_id }) => location_id) };
}

async function quartersOf(
  store: Store,
  locations: readonly string[] | null,
  bot_id: string,
  now: number,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const from = (Math.floor(now / QUARTER) - QUARTERS + 1) * QUARTER;
  const { where, params } = scopeOf(locations, bot_id);
  const rows = await store.rows<{ bucket: number; events: number }>(
    `SELECT bucket, sum(n)::BIGINT AS events FROM rollup_15m
     WHERE bucket >= make_timestamp(${from}) AND bucket <= make_timestamp(${Math.floor(now)}) AND ${where} GROUP BY bucket`,
    params,
    signal,
  );
  const quarters = Array.from({ length: QUARTERS }, () => 0);
  for (const { bucket, events } of rows) {
    const at = Math.round((bucket - from) / QUARTER);
    if (at >= 0 && at < QUARTERS) quarters[at] = events;
  }
  return quarters;
}

function scopeOf(locations: readonly string[] | null, bot_id: string) {
  return locations === null
    ? { where: "bot_id = $1", params: [bot_id] }
    : { where: "bot_id = $1 AND list_contains($2, location_id)", params: [bot_id, locations] };
}
