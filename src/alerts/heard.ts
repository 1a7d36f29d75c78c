/** When bots were heard: what their schedules are learned from, read from the store. */
import type { Store } from "../store/store.ts";
import { type Heard, LEARNED, QUARTER } from "./silence.ts";
import { DAY, instantOf, MINUTE } from "./windows.ts";

export interface BotHeard {
  quarters: readonly number[];
  /** Starts of minutes in which it was heard, ascending: those since the beginning of what was asked, and the last before. */
  minutes: readonly number[];
}

/**
 * The bots of a location that were heard in the two weeks before `from`, or until `to`: their quarters of an hour, and to the
 * minute what came in [from, to) and what was last before it.
 */
export async function botsHeard(
  store: Pick<Store, "rows">,
  location_id: string,
  { from, to }: { from: number; to: number },
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, BotHeard>> {
  const quarters = await store.rows<{ bot_id: string; bucket: number }>(
    `SELECT DISTINCT bot_id, bucket FROM rollup_15m WHERE location_id = $1 AND bot_id IS NOT NULL
     AND bucket >= ${stamp(from - LEARNED)} AND bucket < ${stamp(to)} ORDER BY bucket`,
    [location_id],
    signal,
  );
  const bots = Map.groupBy(quarters, ({ bot_id }) => bot_id);
  // Of what was before, only the quarters in which each bot was heard last are read whole: the one that had ended, and the
  // one that was running, in which it may have been heard only since.
  const before = new Set(
    [...bots.values()].flatMap((rows) => {
      const running = rows.findLast(({ bucket }) => bucket < from && bucket + QUARTER > from);
      const ended = rows.findLast(({ bucket }) => bucket + QUARTER <= from);
      return [running, ended].flatMap((row) => (row ? [row.bucket] : []));
    }),
  );
  const reads = [
    ...[...before].map((bucket) => ({ from: bucket, to: Math.min(bucket + QUARTER, from) })),
    ...(to > from ? [{ from, to }] : []),
  ];
  const minutes =
    reads.length === 0
      ? []
      : await store.rows<{ bot_id: string; minute: number }>(
          `SELECT DISTINCT bot_id, epoch_us(time) // ${MINUTE} * ${MINUTE} AS minute FROM (${reads
            .map(
              (read) =>
                `SELECT bot_id, time FROM events WHERE location_id = $1 AND bot_id IS NOT NULL AND time >= ${stamp(read.from)} AND time < ${stamp(read.to)}`,
            )
            .join(" UNION ALL ")}) ORDER BY minute`,
          [location_id],
          signal,
        );
  const heard = Map.groupBy(minutes, ({ bot_id }) => bot_id);
  return new Map(
    [...bots].map(([bot_id, rows]) => [
      bot_id,
      {
        quarters: rows.map(({ bucket }) => bucket),
        minutes: (heard.get(bot_id) ?? []).map(({ minute }) => Number(minute)),
      },
    ]),
  );
}

/** As it was known at `t`; null for a bot that had not been heard by then. */
export function heardBy({ quarters, minutes }: BotHeard, t: number): Heard | null {
  const last = minutes[placeBefore(minutes, t) - 1];
  if (last === undefined) return null;
  // Only so many quarters matter, and a backtest asks for many instants.
  const end = placeBefore(quarters, t);
  const begin = placeBefore(quarters, t - LEARNED - DAY);
  return { quarters: quarters.slice(begin, end), last: Math.min(last + MINUTE, instantOf(t, MINUTE)) };
}

/** How many of the ascending times are before `t`. */
function placeBefore(times: readonly number[], t: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? t) < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

function stamp(time: number): string {
  return `make_timestamp(${Math.floor(time)})`;
}
