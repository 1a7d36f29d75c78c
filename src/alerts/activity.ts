/**
 * Where in time locations have events, to the quarter of an hour, and whether a commit touched them: enough to know that a
 * window that has moved holds the same as before.
 * It must never say that there is nothing where there may be something.
 */
import type { Range } from "../catalogue/period.ts";
import type { Store, Touched } from "../store/store.ts";

export interface Activity {
  /** Grows with each commit that touches the location. */
  version(location_id: string): number;
  /** True when there may be events of the location in the range. */
  has(location_id: string, range: Range): boolean;
  touch(touched: Touched): void;
  /** Reads what is stored of these locations, where that is not known yet. */
  load(location_ids: readonly string[], now: number): Promise<void>;
}

const QUARTER = 900_000_000;
/** A ring of 42 days: a month, and as long again for nearly all that compares. */
const QUARTERS = 4_096;

interface Ring {
  bits: Uint32Array;
  /** The newest quarter of the ring; older than QUARTERS before it nothing is known. */
  newest: number;
  version: number;
  loaded: boolean;
}

export function createActivity(store: Pick<Store, "rows">): Activity {
  const rings = new Map<string, Ring>();

  function ringOf(location_id: string): Ring {
    const known = rings.get(location_id);
    if (known) return known;
    const made = { bits: new Uint32Array(QUARTERS / 32), newest: 0, version: 0, loaded: false };
    rings.set(location_id, made);
    return made;
  }

  return {
    version: (location_id) => ringOf(location_id).version,
    has(location_id, { from, to }) {
      if (from >= to) return false;
      const ring = ringOf(location_id);
      const first = Math.floor(from / QUARTER);
      const last = Math.floor((to - 1) / QUARTER);
      if (!ring.loaded || first <= ring.newest - QUARTERS) return true;
      for (let quarter = first; quarter <= Math.min(last, ring.newest); quarter++)
        if (isSet(ring, quarter)) return true;
      return false;
    },
    touch({ location_ids, time_min, time_max }) {
      for (const location_id of location_ids) {
        const ring = ringOf(location_id);
        ring.version++;
        // Events were taken away: what is marked is still no less than what is there.
        if (time_min === 0 && time_max === 0) continue;
        const oldest = Math.max(Math.floor(time_min / QUARTER), Math.floor(time_max / QUARTER) - QUARTERS + 1);
        for (let quarter = oldest; quarter <= Math.floor(time_max / QUARTER); quarter++) mark(ring, quarter);
      }
    },
    async load(location_ids, now) {
      const unknown = [...new Set(location_ids)].filter((id) => !ringOf(id).loaded);
      if (unknown.length === 0) return;
      const since = now - (QUARTERS - 1) * QUARTER;
      // A commit that comes meanwhile marks its quarters itself.
      const rows = await store.rows<{ location_id: string; bucket: number }>(
        `SELECT DISTINCT location_id, bucket FROM rollup_15m
         WHERE list_contains($1, location_id) AND bucket >= make_timestamp(${Math.floor(since)})`,
        [unknown],
      );
      for (const id of unknown) {
        const ring = ringOf(id);
        advance(ring, Math.floor(now / QUARTER));
        ring.loaded = true;
      }
      for (const { location_id, bucket } of rows) mark(ringOf(location_id), Math.floor(bucket / QUARTER));
    },
  };
}

function isSet({ bits }: Ring, quarter: number): boolean {
  const place = ((quarter % QUARTERS) + QUARTERS) % QUARTERS;
  return (((bits[place >> 5] ?? 0) >>> (place & 31)) & 1) === 1;
}

function mark(ring: Ring, quarter: number): void {
  advance(ring, quarter);
  if (quarter <= ring.newest - QUARTERS) return;
  const place = ((quarter % QUARTERS) + QUARTERS) % QUARTERS;
  ring.bits[place >> 5] = (ring.bits[place >> 5] ?? 0) | (1 << (place & 31));
}

/** Moves the ring on to a later quarter, forgetting what falls out of it. */
function advance(ring: Ring, quarter: number): void {
  if (quarter <= ring.newest) return;
  if (quarter - ring.newest >= QUARTERS) ring.bits.fill(0);
  else
    for (let next = ring.newest + 1; next <= quarter; next++) {
      const place = ((next % QUARTERS) + QUARTERS) % QUARTERS;
      ring.bits[place >> 5] = (ring.bits[place >> 5] ?? 0) & ~(1 << (place & 31));
    }
  ring.newest = quarter;
}
