/** Low, medium, high: a calibrated probability against what is usual. */
export type Level = "low" | "medium" | "high";

/**
 * Medium from the base rate on: likelier than the average contact. High from twice the base rate on or, where the
 * outcome is common, from half the way between the base rate and certainty: 4% makes 8%, 26% makes 52%, 50% makes 75%.
 */
export function cutsOf(base_rate: number): { medium: number; high: number } {
  return { medium: base_rate, high: Math.min(2 * base_rate, (1 + base_rate) / 2) };
}

export function levelOf(probability: number, base_rate: number): Level {
  const { medium, high } = cutsOf(base_rate);
  return probability >= high ? "high" : probability >= medium ? "medium" : "low";
}
