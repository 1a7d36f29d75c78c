/** The last values of a series in a ring of fixed size. */

export interface Window {
  push(value: number): void;
  /** The value that the next push drops. */
  oldest(): number;
  full(): boolean;
  size(): number;
  sum(): number;
  /** Standard deviation of the last values with this one as the latest, as many as the window holds. */
  deviationWith(value: number): number;
}

export function createWindow(length: number): Window {
  const ring = new Float64Array(length);
  let at = 0;
  let size = 0;
  return {
    push(value) {
      ring[at] = value;
      at = (at + 1) % length;
      if (size < length) size++;
    },
    oldest: () => ring[size < length ? 0 : at] ?? 0,
    full: () => size === length,
    size: () => size,
    // Added up each time: a running sum would keep the rounding of values long gone.
    sum() {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += ring[i] ?? 0;
      return sum;
    },
    deviationWith(value) {
      const skipped = size === length ? at : -1;
      let sum = value;
      let count = 1;
      for (let i = 0; i < size; i++) {
        if (i === skipped) continue;
        sum += ring[i] ?? 0;
        count++;
      }
      const mean = sum / count;
      let squares = (value - mean) ** 2;
      for (let i = 0; i < size; i++) if (i !== skipped) squares += ((ring[i] ?? 0) - mean) ** 2;
      return Math.sqrt(squares / count);
    },
  };
}
