/** Rebuilds rollups of a range from the raw events while everything else goes on. */
import type { Ingest } from "../ingest/ingest.ts";
import { stretchesToRebuild } from "../report/aggregation.ts";
import type { Cache } from "../report/cache.ts";
import type { Store } from "../store/store.ts";

export interface AggregationRange {
  /** Microseconds, widened to whole UTC days; null: from the first or to the last. */
  from: number | null;
  to: number | null;
  location_id: string | null;
}

interface AggregationParts {
  store: Pick<Store, "rows" | "rebuildDays">;
  ingest: Pick<Ingest, "exclusively">;
  cache: Pick<Cache, "clear" | "touch">;
}

/**
 * A stretch of days at a time: each is right as soon as it is done, and between two the writer takes what has been
 * accepted meanwhile. Throws when the signal fires; what is done stays done.
 */
export async function rebuildRange(
  { store, ingest, cache }: AggregationParts,
  range: AggregationRange,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ days: number; events: number }> {
  const stretches = await stretchesToRebuild(store, range, range.location_id);
  const total = stretches.reduce((sum, { events }) => sum + events + 1, 0);
  const done = { days: 0, events: 0, share: 0 };
  for (const { from, to, events } of stretches) {
    signal.throwIfAborted();
    done.events += await ingest.exclusively(() => store.rebuildDays({ from, to, location_id: range.location_id }));
    forget(cache, range.location_id);
    done.days += Math.round((to - from) / DAY);
    done.share += events + 1;
    progress(done.share / total);
  }
  return { days: done.days, events: done.events };
}

const DAY = 86_400_000_000;

/** Answers from before would contradict the new rows. */
function forget(cache: Pick<Cache, "clear" | "touch">, location_id: string | null): void {
  if (location_id === null) cache.clear();
  else cache.touch({ location_ids: [location_id], types: [], time_min: 0, time_max: 0 });
}
