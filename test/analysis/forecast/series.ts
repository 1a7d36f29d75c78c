/** Series for the tests of forecasts, from a generator of their own. */

/** Mulberry32: uniform in [0, 1), the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal, by Box and Muller. */
export function normal(seed: number): () => number {
  const draw = random(seed);
  return () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

export function at(values: ArrayLike<number>, index: number): number {
  const value = values[index];
  if (value === undefined) throw new Error(`no value at ${index}`);
  return value;
}

/** A business by day: a trend, a week, noise; never below 0. */
export function days(count: number, seed: number, noise = 5): number[] {
  const draw = normal(seed);
  const week = [10, 4, 0, -2, 6, -20, -25];
  return Array.from({ length: count }, (_, t) => Math.max(0, 100 + 0.05 * t + at(week, t % 7) + noise * draw()));
}
