/** Shapley values by their definition, over all subsets of the features: what the explanations are held against. */
import { type FeatureValue, type Model, predict } from "../../../src/analysis/conversion/model.ts";

type Row = readonly FeatureValue[];

/**
 * phi_j = sum over subsets S without j of |S|! (n - |S| - 1)! / n! (v(S + j) - v(S)), where v(S) is the mean log-odds over
 * the background with the features of S as in the row (Shapley 1953; interventional expectation of Lundberg & Lee 2017).
 */
export function bruteForceShapley(model: Model, row: Row, background: readonly Row[]): readonly number[] {
  const n = row.length;
  const worth = Array.from({ length: 2 ** n }, (_, subset) => worthOf(model, row, background, subset));
  return row.map((_, j) => {
    let phi = 0;
    for (let subset = 0; subset < worth.length; subset++) {
      if (subset & (1 << j)) continue;
      const size = bitsOf(subset);
      const weight = (factorial(size) * factorial(n - size - 1)) / factorial(n);
      phi += weight * ((worth[subset | (1 << j)] ?? 0) - (worth[subset] ?? 0));
    }
    return phi;
  });
}

function worthOf(model: Model, row: Row, background: readonly Row[], subset: number): number {
  let sum = 0;
  for (const other of background) {
    sum += predict(
      model,
      row.map((value, j) => (subset & (1 << j) ? value : (other[j] ?? null))),
    ).logit;
  }
  return sum / background.length;
}

function bitsOf(subset: number): number {
  let bits = 0;
  for (let rest = subset; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
