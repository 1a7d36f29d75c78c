/**
 * The newest ids in memory, as fingerprints: says whether an event may be known already, so that nearly no event needs
 * a look at the disk. A hit is only a suspicion (the store confirms); a miss, among the ids that are held, is certain.
 *
 * Why this form. A DuckDB index is out (reliability.md), a Map of 10 M strings takes over 1 GB, a Map of numbers 400 MB.
 * Here a segment is one Uint32Array with linear probing: the low bits of the fingerprint choose the slot, 32 of the
 * others are kept in it, so that 53 bits count while 4 bytes are stored. Segments begin small and are filled at most
 * four fifths; when the newest ones hold `ids_max` the oldest goes as a whole. Events that could repeat an id that
 * went that way are known by their time: `mayBeEvicted`.
 *
 * Measured with 10 M ids (2 busy cores, Bun 1.4.5): 5.6 bytes an id (5.4 at 15 M, where the oldest begin to go), 80 ns
 * to add one, 180 ns to find one, 350 to 400 ns to see that one is not there (a cache miss a segment); taking 10 M over
 * at start 0.9 s. One table for all would halve the look-ups, but could not forget its oldest quarter at once.
 */
export interface Dedupe {
  /** Ids held. */
  readonly ids: number;
  readonly bytes: number;
  has(fingerprint: number): boolean;
  /** `received_at` of the event, microseconds; ascending but for clock steps. */
  add(fingerprint: number, received_at: number): void;
  /** Ids from before the start, newest first: none of these was received after `received_at`. */
  addOlder(fingerprints: Float64Array, received_at: number): void;
  /** There are more ids than were added, received up to `received_at`. */
  forgotUpTo(received_at: number): void;
  /** True once there are ids that are no longer held. */
  readonly forgets: boolean;
  /** True when an event of this time may repeat one whose id is no longer held. */
  mayBeEvicted(time: number): boolean;
}

/** @param ids_max how many of the newest ids are held at least, once there are so many. */
export function createDedupe(ids_max: number): Dedupe {
  const slots_max = largestSegment(ids_max);
  // Oldest first; the last one takes what is new.
  const segments: Segment[] = [new Segment(Math.min(SLOTS_LEAST, slots_max))];
  let older: Segment | null = null;
  let ids = 0;
  let evicted_before = Number.NEGATIVE_INFINITY;

  function evict(): void {
    for (let oldest = segments[0]; oldest !== undefined; oldest = segments[0]) {
      if (segments.length === 1 || ids - oldest.ids < ids_max) return;
      evicted_before = Math.max(evicted_before, oldest.received_at);
      ids -= oldest.ids;
      segments.shift();
      if (older === oldest) older = null;
    }
  }

  function has(fingerprint: number): boolean {
    const low = lowOf(fingerprint);
    const high = highOf(fingerprint, low);
    for (let i = segments.length - 1; i >= 0; i--) if (segments[i]?.has(low, high)) return true;
    return false;
  }

  return {
    get ids() {
      return ids;
    },
    get bytes() {
      return segments.reduce((sum, segment) => sum + segment.bytes, 0);
    },
    has,
    add(fingerprint, received_at) {
      let newest = segments.at(-1);
      if (newest === undefined || newest.full) {
        newest = new Segment(Math.min(slots_max, (newest?.slots ?? SLOTS_LEAST) * 4));
        segments.push(newest);
        evict();
      }
      newest.add(fingerprint, received_at);
      ids++;
    },
    addOlder(fingerprints, received_at) {
      for (const fingerprint of fingerprints) {
        if (older === null || older.full) {
          older = new Segment(Math.min(slots_max, (older?.slots ?? SLOTS_LEAST / 4) * 4));
          segments.unshift(older);
        }
        older.add(fingerprint, received_at);
        ids++;
      }
    },
    forgotUpTo(received_at) {
      evicted_before = Math.max(evicted_before, received_at);
    },
    get forgets() {
      return evicted_before > Number.NEGATIVE_INFINITY;
    },
    // An event may be dated an hour ahead of its receipt at most; a repeated one carries the same time.
    mayBeEvicted: (time) => time <= evicted_before + AHEAD_MAX_US,
  };
}

const AHEAD_MAX_US = 3_600_000_000;
const SLOTS_LEAST = 2 ** 16;
const LOAD_MAX = 0.8;
/** So that the oldest segment is about a quarter of all: what goes at once, and what is held beyond ids_max at most. */
const SEGMENTS = 4;

function largestSegment(ids_max: number): number {
  return Math.min(2 ** 26, Math.max(2 ** 10, nextPowerOfTwo(ids_max / SEGMENTS / LOAD_MAX)));
}

function nextPowerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, least)));
}

/**
 * Open addressing over 32-bit remainders; 0 is an empty slot. On the way from its slot to where it lies, a remainder
 * passes none smaller than itself (Amble and Knuth, Ordered hash tables, 1974): a search for one that is not there
 * ends at the first smaller one instead of at the end of the run.
 */
class Segment {
  ids = 0;
  received_at = Number.NEGATIVE_INFINITY;
  readonly #remainders: Uint32Array;
  readonly #mask: number;
  readonly #bits: number;

  constructor(readonly slots: number) {
    this.#remainders = new Uint32Array(slots);
    this.#mask = slots - 1;
    this.#bits = Math.log2(slots);
  }

  get bytes(): number {
    return this.#remainders.byteLength;
  }

  get full(): boolean {
    return this.ids >= this.slots * LOAD_MAX;
  }

  has(low: number, high: number): boolean {
    const remainders = this.#remainders;
    const mask = this.#mask;
    const wanted = this.#remainderOf(low, high);
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const found = remainders[slot];
      if (found === undefined || found <= wanted) return found === wanted;
    }
  }

  add(fingerprint: number, received_at: number): void {
    const remainders = this.#remainders;
    const low = lowOf(fingerprint);
    const mask = this.#mask;
    let remainder = this.#remainderOf(low, highOf(fingerprint, low));
    for (let slot = low & mask; remainder !== 0; slot = (slot + 1) & mask) {
      const found = remainders[slot] ?? 0;
      if (found >= remainder) continue;
      remainders[slot] = remainder;
      remainder = found;
    }
    this.ids++;
    if (received_at > this.received_at) this.received_at = received_at;
  }

  /** 32 bits above those that chose the slot; never 0, which costs one value in 2^32 a needless look. */
  #remainderOf(low: number, high: number): number {
    return ((low >>> this.#bits) | (high << (32 - this.#bits))) >>> 0 || 1;
  }
}

/** Of the 53 bits the lower 32. */
function lowOf(fingerprint: number): number {
  return fingerprint >>> 0;
}

/** The upper 21. */
function highOf(fingerprint: number, low: number): number {
  return (fingerprint - low) / 2 ** 32;
}
