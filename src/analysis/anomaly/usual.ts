/** What is usual of the last numbers of a stream: their median. */

export interface Usual {
  /** Null before the first. */
  median(): number | null;
  learn(value: number): void;
}

/**
 * Kept sorted: what goes and what comes leave only those in between to be moved. Seven digits are enough, and leave room in the
 * processor's cache for hundreds of series.
 */
export function createUsual(length: number): Usual {
  const ring = new Float32Array(length);
  const sorted = new Float32Array(length);
  let at = 0;
  let size = 0;

  /** The first that is not smaller. */
  const placeOf = (value: number): number => {
    let from = 0;
    let to = size;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((sorted[middle] ?? 0) < value) from = middle + 1;
      else to = middle;
    }
    return from;
  };

  return {
    median: () => (size === 0 ? null : (sorted[size >> 1] ?? 0)),
    learn(given) {
      const value = Math.fround(given);
      const gone = size === length ? placeOf(ring[at] ?? 0) : size++;
      let place = gone;
      for (; place > 0 && (sorted[place - 1] ?? 0) > value; place--) sorted[place] = sorted[place - 1] ?? 0;
      for (; place < size - 1 && (sorted[place + 1] ?? 0) < value; place++) sorted[place] = sorted[place + 1] ?? 0;
      sorted[place] = value;
      ring[at] = value;
      at = (at + 1) % length;
    },
  };
}
