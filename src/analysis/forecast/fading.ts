/** How what was long ago counts less, for weights and intervals alike. */

const HALF_HORIZONS = 3;
const HALF_LEAST = 20;

/** 1 for an origin just now, half for one three horizons earlier; of a short horizon, 20 values earlier. */
export function weightOf(origin: number, known: number, horizon: number): number {
  return 0.5 ** ((known - origin) / Math.max(HALF_HORIZONS * horizon, HALF_LEAST));
}
