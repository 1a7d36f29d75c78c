/** How busy it is right now: events by the minute, and over the last 24 hours. */
import type { Store } from "../store/store.ts";

export interface Pulse {
  /** Mean over the last five full minutes. */
  per_minute: number;
  /** Events in each of the last 24 stretches of two and a half minutes, oldest first. */
  recent: readonly number[];
  last_24h: number;
  /** Of the newest event that is not in the future; null when there is none in the last day. */
  last_event_at: number | null;
}

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const QUARTER = 15 * MINUTE;
const STRETCHES = 24;

/** Counts the last hour from the events themselves, and the day before it from quarters of an hour. */
export async function pulseOf(
  store: Store,
  locations: readonly string[] | null,
  now: number,
  signal?: AbortSignal,
): Promise<Pulse> {
  const where = locations === null ? "true" : "list_contains($1, location_id)";
  const params = locations === null ? [] : [locations];
  const edge = Math.floor((now - HOUR) / QUARTER) * QUARTER;
  const day = edge - 23 * HOUR;
  const stamp = (time: number): string => `make_timestamp(${Math.floor(time)})`;
  const width = HOUR / STRETCHES;
  const [recent, [older]] = await Promise.all([
    store.rows<{ stretch: number; events: number; five: number; last: number | null }>(
      `SELECT floor((epoch_us(time) - ${now - HOUR}) / ${width})::INTEGER AS stretch, count(*) AS events, ` +
        `count(*) FILTER (time >= ${stamp(now - 5 * MINUTE)}) AS five, max(time) AS last ` +
        `FROM events WHERE time >= ${stamp(edge)} AND time <= ${stamp(now)} AND ${where} GROUP BY 1`,
      params,
      signal,
    ),
    store.rows<{ events: number; last: number | null }>(
      `SELECT coalesce(sum(n), 0) AS events, max(bucket) AS last FROM rollup_15m ` +
        `WHERE bucket >= ${stamp(day)} AND bucket < ${stamp(edge)} AND ${where}`,
      params,
      signal,
    ),
  ]);
  const bars = Array.from({ length: STRETCHES }, () => 0);
  for (const { stretch, events } of recent) if (stretch >= 0 && stretch < STRETCHES) bars[stretch] = events;
  const lasts = [...recent.map(({ last }) => last), older?.last ?? null].filter((last) => last !== null);
  return {
    per_minute: recent.reduce((sum, { five }) => sum + five, 0) / 5,
    recent: bars,
    last_24h: recent.reduce((sum, { events }) => sum + events, 0) + (older?.events ?? 0),
    last_event_at: lasts.length === 0 ? null : Math.max(...lasts),
  };
}
