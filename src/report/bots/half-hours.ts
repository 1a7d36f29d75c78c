/** What bots did in each half hour of the last day: calls where they have calls, else all they did. */
import type { Store } from "../../store/store.ts";
import { ROUTINE } from "../feed.ts";

export interface HalfHours {
  counts: "calls" | "events";
  /** Oldest first; the last one is not over. */
  columns: readonly number[];
}

const HALF_HOURS = 48;
const HALF_HOUR = 1_800_000_000;

interface Counted {
  bot_id: string;
  slot: number;
  completed: number;
  reported: number;
  events: number;
}

/** A call that is both counted and reported as an activity is one call: what most say is taken. */
export async function halfHoursOf(
  store: Store,
  locations: readonly string[] | null,
  bots: readonly string[],
  { now, signal }: { now: number; signal?: AbortSignal | undefined },
): Promise<ReadonlyMap<string, HalfHours>> {
  if (bots.length === 0) return new Map();
  const from = (Math.floor(now / HALF_HOUR) - HALF_HOURS + 1) * HALF_HOUR;
  const where = locations === null ? "true" : "list_contains($3, location_id)";
  const rows = await store.rows<Counted>(
    `SELECT bot_id, floor((epoch_us(time) - ${from}) / ${HALF_HOUR})::INTEGER AS slot,
       count(*) FILTER (type = 'call_completed') AS completed,
       count(*) FILTER (type = 'ai_activity' AND (data->>'$.activity_type') = 'call') AS reported,
       count(*) FILTER (NOT list_contains($2, type)) AS events
     FROM events WHERE time >= make_timestamp(${from}) AND time <= make_timestamp(${Math.floor(now)})
       AND list_contains($1, bot_id) AND ${where} GROUP BY ALL`,
    locations === null ? [bots, ROUTINE] : [bots, ROUTINE, locations],
    signal,
  );
  const byBot = Map.groupBy(rows, ({ bot_id }) => bot_id);
  return new Map(
    bots.map((bot_id) => {
      const own = byBot.get(bot_id) ?? [];
      const completed = columnsOf(own, (row) => row.completed);
      const reported = columnsOf(own, (row) => row.reported);
      const calls = sum(completed) >= sum(reported) ? completed : reported;
      return [
        bot_id,
        sum(calls) > 0
          ? { counts: "calls" as const, columns: calls }
          : { counts: "events" as const, columns: columnsOf(own, (row) => row.events) },
      ];
    }),
  );
}

function columnsOf(rows: readonly Counted[], of: (row: Counted) => number): number[] {
  const columns = Array.from({ length: HALF_HOURS }, () => 0);
  for (const row of rows) if (row.slot >= 0 && row.slot < HALF_HOURS) columns[row.slot] = of(row);
  return columns;
}

function sum(columns: readonly number[]): number {
  return columns.reduce((total, one) => total + one, 0);
}
