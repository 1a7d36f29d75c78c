/** What a rebuild of rollups is cut into: stretches of days that take a second or two each. */
import type { Store } from "../store/store.ts";

export interface Stretch {
  from: number;
  to: number;
  events: number;
}

const DAY = 86_400_000_000;
/** The writer works on one stretch at a time, and new events wait for it to become visible. */
const STRETCH_EVENTS = 150_000;

/**
 * The UTC days of the range (null: without an end) that have events or rollup rows, as stretches in order of time;
 * of one location or (null) of all.
 */
export async function stretchesToRebuild(
  store: Pick<Store, "rows">,
  range: { from: number | null; to: number | null },
  location_id: string | null,
): Promise<readonly Stretch[]> {
  const days = await store.rows<{ day: number; events: number }>(
    "SELECT day, max(events)::BIGINT AS events FROM (" +
      "SELECT date_trunc('day', time) AS day, count(*) AS events FROM events WHERE ($1::VARCHAR IS NULL OR location_id = $1) GROUP BY 1 " +
      "UNION ALL SELECT DISTINCT bucket, 0 FROM rollup_day WHERE ($1::VARCHAR IS NULL OR location_id = $1)) " +
      "WHERE ($2::BIGINT IS NULL OR day > make_timestamp($2::BIGINT - 86400000000)) AND ($3::BIGINT IS NULL OR day < make_timestamp($3::BIGINT)) " +
      "GROUP BY day ORDER BY day",
    [location_id, range.from, range.to],
  );
  const stretches: Stretch[] = [];
  for (const { day, events } of days) {
    const last = stretches.at(-1);
    // Not over a gap: each week of it would be looked at.
    if (last && last.to === day && last.events + events <= STRETCH_EVENTS) {
      last.to = day + DAY;
      last.events += events;
    } else stretches.push({ from: day, to: day + DAY, events });
  }
  return stretches;
}
