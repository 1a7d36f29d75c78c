/**
 * The percentile sketch: counts in logarithmic bins, which add up over any buckets.
 * A bin's middle is within SKETCH_ERROR of every value in it (DDSketch, Masson, Rim and Lee, VLDB 2019).
 */

/** Largest relative error of a percentile read from a sketch. */
export const SKETCH_ERROR = 0.005;

/** Where each bin ends, relative to where it begins. */
export const SKETCH_GAMMA = (1 + SKETCH_ERROR) / (1 - SKETCH_ERROR);

/** The bin of zero and of everything below it; the value it stands for is 0. */
export const SKETCH_BIN_ZERO = -1_000_000;

/** SQL: the bin of a DOUBLE expression, null when it is null or not finite. */
export function sketchBinSql(value: string): string {
  return (
    `CASE WHEN isfinite(${value}) THEN CASE WHEN (${value}) > 0 ` +
    `THEN ceil(ln(${value}) / ${Math.log(SKETCH_GAMMA)})::INTEGER ELSE ${SKETCH_BIN_ZERO} END END`
  );
}

/** SQL: the value that a bin stands for, the point with the same relative distance to both of its ends. */
export function sketchValueSql(bin: string): string {
  return `CASE WHEN ${bin} = ${SKETCH_BIN_ZERO} THEN 0.0 ELSE 2 * pow(${SKETCH_GAMMA}, ${bin}) / (${SKETCH_GAMMA} + 1) END`;
}
