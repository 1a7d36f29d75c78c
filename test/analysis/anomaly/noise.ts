import { seeded } from "../../support/random.ts";

/** Normal noise of standard deviation 1 that is the same for the same seed: Box and Muller. */
export function noise(length: number, seed: number): readonly number[] {
  const random = seeded(seed);
  return Array.from({ length }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}
