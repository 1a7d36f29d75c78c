/** How good probabilities are on rows that no part of the model has seen. */
import type { ModelQuality } from "./model.ts";

const BINS = 10;

/**
 * The chance that a row with the outcome is ranked above one without it, ties counting half: the statistic of Mann and
 * Whitney (Hanley & McNeil 1982, "The meaning and use of the area under a ROC curve"). NaN where one kind is missing.
 */
export function aucOf(scores: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  const above = Float64Array.from(scores)
    .filter((_, i) => outcomes[i] === 1)
    .sort();
  const below = Float64Array.from(scores)
    .filter((_, i) => outcomes[i] !== 1)
    .sort();
  let won = 0;
  let [lower, atMost] = [0, 0];
  for (const score of above) {
    while (lower < below.length && (below[lower] ?? 0) < score) lower++;
    while (atMost < below.length && (below[atMost] ?? 0) <= score) atMost++;
    won += (lower + atMost) / 2;
  }
  return won / (above.length * below.length);
}

/** Standard error of an area under the curve (Hanley & McNeil 1982, formulas 1 and 2). */
export function aucErrorOf(auc: number, positives: number, negatives: number): number {
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc * auc) / (1 + auc);
  const spread = auc * (1 - auc) + (positives - 1) * (q1 - auc * auc) + (negatives - 1) * (q2 - auc * auc);
  return Math.sqrt(Math.max(0, spread) / (positives * negatives));
}

/** Mean squared distance of probability and outcome (Brier 1950). */
export function brierOf(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) sum += ((probabilities[i] ?? 0) - (outcomes[i] ?? 0)) ** 2;
  return sum / probabilities.length;
}

/** Ten equal steps of probability: what was predicted there on average, and what came. Empty ones are left out. */
export function calibrationTable(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
): ModelQuality["calibration"] {
  const bins = Array.from({ length: BINS }, () => ({ predicted: 0, observed: 0, count: 0 }));
  for (let i = 0; i < probabilities.length; i++) {
    const probability = probabilities[i] ?? 0;
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))];
    if (!bin) continue;
    bin.predicted += probability;
    bin.observed += outcomes[i] ?? 0;
    bin.count++;
  }
  return bins.flatMap(({ predicted, observed, count }, i) =>
    count === 0
      ? []
      : [{ from: i / BINS, to: (i + 1) / BINS, predicted: predicted / count, observed: observed / count, count }],
  );
}
