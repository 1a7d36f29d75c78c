/**
 * The scale on which a series varies alike at high and at low values: twice as much is as odd at 10 as at 1,000.
 * It must never map a greater value onto a smaller one.
 */

export interface Scale {
  to(value: number): number;
  from(scaled: number): number;
  learn(value: number): void;
}

export interface ScaleKind {
  floor: number | null;
  counts: boolean;
}

/** Of the mean: near its floor a series differs by steps, not by factors. */
const OFFSET_SHARE = 0.1;
const OFFSET_LEAST = 1e-9;
/** Counts differ by one at the least. */
const OFFSET_COUNTS = 1;

/** The started logarithm above the floor (Tukey, "Exploratory Data Analysis", 1977); values as they are where there is none. */
export function createScale({ floor, counts }: ScaleKind): Scale {
  if (floor === null) return { to: (value) => value, from: (scaled) => scaled, learn: () => undefined };
  const least = counts ? OFFSET_COUNTS : OFFSET_LEAST;
  let mean = 0;
  let count = 0;
  let offset = least;
  return {
    to: (value) => Math.log(Math.max(0, value - floor) + offset),
    from: (scaled) => Math.max(0, Math.exp(scaled) - offset) + floor,
    learn(value) {
      count++;
      mean += (Math.max(0, value - floor) - mean) / count;
      offset = Math.max(least, OFFSET_SHARE * mean);
    },
  };
}
