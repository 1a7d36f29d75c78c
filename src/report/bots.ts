/** Which bots there are and how they are: their status, what they do, their last hour. */
import type { Store } from "../store/store.ts";
import { maskedCell, maskedEvent } from "./personal.ts";

export type BotStatus = "active" | "idle" | "offline" | "error";

export interface Bot {
  bot_id: string;
  status: BotStatus;
  /** What it last said it was doing. */
  step: string | null;
  last_event_at: number;
  /** The silence that is usual for it: nine of ten were no longer. */
  usual_gap: number;
  /** Events in each of the last 30 stretches of two minutes, oldest first. */
  recent: readonly number[];
}

export interface Bots {
  /** Those that were heard last, by name. */
  bots: readonly Bot[];
  /** All that reported in the last 14 days. */
  total: number;
}

const MINUTE = 60_000_000;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const ACTIVE_WITHIN = 5 * MINUTE;
const IDLE_AT_LEAST = 30 * MINUTE;
const IDLE_GAPS = 3;
const LEARNED_DAYS = 14;
const STRETCHES = 30;
/** So many fit on a page. */
const BOTS_MAX = 12;

interface Seen {
  bot_id: string;
  last_bucket: number;
  status_bucket: number | null;
  usual_gap: number | null;
}

interface Last {
  bot_id: string;
  last: number;
  status_at: number | null;
  status: string | null;
  step: string | null;
}

/** The bots of the last 14 days; `hour` false: without their last hour; `only`: this one alone. What is learned comes from quarters of an hour, so that no more than an hour of events is read whole. */
export async function botsSeen(
  store: Store,
  locations: readonly string[] | null,
  now: number,
  signal?: AbortSignal,
  most = BOTS_MAX,
  hour = true,
  only: string | null = null,
): Promise<Bots> {
  const asked = locations === null ? [] : [locations];
  const seen = await store.rows<Seen>(
    seenSql(locations, now, only === null ? "bot_id IS NOT NULL" : `bot_id = $${asked.length + 1}`),
    only === null ? asked : [...asked, only],
    signal,
  );
  const shown = seen.slice(0, most);
  if (shown.length === 0) return { bots: [], total: 0 };
  const scope = scopeParams(locations, shown);
  const [lasts, minutes] = await Promise.all([
    store.rows<Last>(lastSql(locations, shown, now), scope, signal),
    hour
      ? store.rows<{ bot_id: string; stretch: number; events: number }>(recentSql(locations, now), scope, signal)
      : [],
  ]);
  const bots = shown.map(({ bot_id, last_bucket, usual_gap }): Bot => {
    const last = lasts.find((row) => row.bot_id === bot_id);
    const recent = Array.from({ length: STRETCHES }, () => 0);
    for (const { bot_id: whose, stretch, events } of minutes)
      if (whose === bot_id && stretch >= 0 && stretch < STRETCHES) recent[stretch] = events;
    const known = { last_event_at: last?.last ?? last_bucket, usual_gap: usual_gap ?? QUARTER };
    return { bot_id, status: statusOf(known, last ?? null, now), step: last?.step ?? null, ...known, recent };
  });
  // By name: cards that change places with every event cannot be watched.
  return { bots: bots.sort((a, b) => (a.bot_id < b.bot_id ? -1 : 1)), total: seen.length };
}

/** As those see them who may not see what is personal. */
export function maskedBots({ bots, total }: Bots): Bots {
  const shown = bots.map((bot) => {
    const { current_step } = maskedEvent({ current_step: bot.step });
    return { ...bot, bot_id: String(maskedCell(bot.bot_id)), step: current_step };
  });
  return { bots: shown, total };
}

/** When each of these bots was heard last, however long ago; those never heard are missing. */
export async function lastHeard(
  store: Store,
  locations: readonly string[] | null,
  bots: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  if (bots.length === 0) return new Map();
  const among = `list_contains(${locations === null ? "$1" : "$2"}, bot_id) AND ${visible(locations)}`;
  const params = locations === null ? [bots] : [locations, bots];
  const days = await store.rows<{ bot_id: string; day: number }>(
    `SELECT bot_id, max(bucket) AS day FROM rollup_day WHERE ${among} GROUP BY bot_id`,
    params,
    signal,
  );
  // Of each bot only its last day is read whole.
  const reads = [...new Set(days.map(({ day }) => day))].map(
    (day) =>
      `SELECT bot_id, max(time) AS last FROM events WHERE time >= ${stamp(day)} AND time < ${stamp(day + 24 * HOUR)} AND ${among} GROUP BY bot_id`,
  );
  if (reads.length === 0) return new Map();
  const lasts = await store.rows<{ bot_id: string; last: number }>(
    `SELECT bot_id, max(last) AS last FROM (${reads.join(" UNION ALL ")}) GROUP BY bot_id`,
    params,
    signal,
  );
  return new Map(lasts.map(({ bot_id, last }) => [bot_id, last]));
}

/** What a bot says of itself counts until it does something else; silence is measured by what is usual for it. */
export function statusOf(
  { last_event_at, usual_gap }: Pick<Bot, "last_event_at" | "usual_gap">,
  last: Pick<Last, "status" | "status_at"> | null,
  now: number,
): BotStatus {
  if (last?.status === "error") return "error";
  const silence = now - last_event_at;
  const saysOffline = last?.status === "offline" && (last.status_at ?? 0) >= last_event_at;
  if (saysOffline) return "offline";
  if (silence <= ACTIVE_WITHIN) return "active";
  return silence <= Math.max(IDLE_AT_LEAST, usual_gap * IDLE_GAPS) ? "idle" : "offline";
}

/**
 * For each bot the newest quarter of an hour it was heard in, the newest in which it told its status, and its usual gap:
 * the 90th percentile of the time between quarters it was heard in. Not the median: a bot that works in bursts is silent
 * for hours every day, and that is usual too.
 */
function seenSql(locations: readonly string[] | null, now: number, which: string): string {
  return `WITH heard AS (
      SELECT bot_id, bucket, max(bucket) FILTER (type = 'bot_status_update') AS status_bucket
      FROM rollup_15m
      WHERE ${which} AND bucket >= ${stamp(now - LEARNED_DAYS * 24 * HOUR)} AND bucket <= ${stamp(now)} AND ${visible(locations)}
      GROUP BY bot_id, bucket
    ), gaps AS (
      SELECT *, epoch_us(bucket) - epoch_us(lag(bucket) OVER (PARTITION BY bot_id ORDER BY bucket)) AS gap FROM heard
    )
    SELECT bot_id, max(bucket) AS last_bucket, max(status_bucket) AS status_bucket, quantile_cont(gap, 0.9)::DOUBLE AS usual_gap
    FROM gaps GROUP BY bot_id ORDER BY last_bucket DESC, bot_id LIMIT 1000`;
}

/** Exact times and words, read from the two quarters of an hour of each bot that hold them. */
function lastSql(locations: readonly string[] | null, shown: readonly Seen[], now: number): string {
  const bots = locations === null ? "$1" : "$2";
  const buckets = new Set(
    shown.flatMap(({ last_bucket, status_bucket }) => [last_bucket, status_bucket ?? last_bucket]),
  );
  const reads = [...buckets].map(
    (bucket) =>
      `SELECT bot_id, time, type, data FROM events WHERE time >= ${stamp(bucket)} AND time < ${stamp(Math.min(bucket + QUARTER, now + 1))} ` +
      `AND list_contains(${bots}, bot_id) AND ${visible(locations)}`,
  );
  const isStatus = "type = 'bot_status_update'";
  return `SELECT bot_id, max(time) AS last, max(time) FILTER (${isStatus}) AS status_at,
      arg_max(data->>'status', time) FILTER (${isStatus}) AS status,
      arg_max(data->>'current_step', time) FILTER (${isStatus}) AS step
    FROM (${reads.join(" UNION ALL ")}) GROUP BY bot_id`;
}

function recentSql(locations: readonly string[] | null, now: number): string {
  const bots = locations === null ? "$1" : "$2";
  const width = HOUR / STRETCHES;
  return `SELECT bot_id, floor((epoch_us(time) - ${Math.floor(now - HOUR)}) / ${width})::INTEGER AS stretch, count(*) AS events
    FROM events WHERE time >= ${stamp(now - HOUR)} AND time <= ${stamp(now)} AND list_contains(${bots}, bot_id) AND ${visible(locations)}
    GROUP BY ALL`;
}

function scopeParams(locations: readonly string[] | null, shown: readonly Seen[]): (readonly string[])[] {
  const bots = shown.map(({ bot_id }) => bot_id);
  return locations === null ? [bots] : [locations, bots];
}

function visible(locations: readonly string[] | null): string {
  return locations === null ? "true" : "list_contains($1, location_id)";
}

function stamp(time: number): string {
  return `make_timestamp(${Math.floor(time)})`;
}
