/**
 * Logistic regression with an L2 penalty, for few outcomes: a number is a straight line through its ranks, a category a
 * value a level. Newton's method, which for this likelihood is iteratively reweighted least squares (McCullagh & Nelder
 * 1989, 2.5); the penalty is that of le Cessie & van Houwelingen 1992, "Ridge estimators in logistic regression".
 */
import { type Additive, countsOf, type Sample } from "./additive.ts";
import type { Column } from "./columns.ts";
import { solve } from "./linear.ts";
import { sigmoid } from "./sigmoid.ts";

/** A normal prior on each coefficient with deviation 0.45: the same for all data. */
const RIDGE = 5;

const ROUNDS_MAX = 30;
const CLOSE_ENOUGH = 1e-8;
const ROWS_A_SLICE = 2_000;

/** Rows as a few places with a value each; all other places are 0. */
export interface Design {
  width: number;
  rows: number;
  /** So many places a row. */
  filled: number;
  places: Int32Array;
  values: Float64Array;
}

export function* logistic(sample: Sample, ridge = RIDGE): Generator<void, Additive> {
  const { design, offsets, scores } = designOf(sample);
  const outcomes = Float64Array.from(sample.outcomes);
  const { intercept, coefficients } = yield* newton(design, outcomes, ridge);
  const tables = sample.columns.map(({ kind, bins }, j) =>
    Float64Array.from({ length: bins }, (_, bin) => {
      const at = offsets[j] ?? 0;
      if (kind === "category" || bin === 0) return coefficients[at + bin] ?? 0;
      return (coefficients[at + 1] ?? 0) * (scores[j]?.[bin] ?? 0);
    }),
  );
  return { intercept, tables };
}

/** Where the penalised likelihood is highest; the intercept is not penalised. */
export function* newton(
  design: Design,
  outcomes: Float64Array,
  ridge: number,
): Generator<void, { intercept: number; coefficients: Float64Array }> {
  const { width, rows, filled, places, values } = design;
  // The intercept stands last.
  const size = width + 1;
  const beta = new Float64Array(size);
  let before = Number.NEGATIVE_INFINITY;
  let step: Float64Array = new Float64Array(size);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const gradient = new Float64Array(size);
    const hessian = new Float64Array(size * size);
    let likelihood = 0;
    for (let i = 0; i < rows; i++) {
      const start = i * filled;
      let logit = beta[width] ?? 0;
      for (let k = start; k < start + filled; k++) logit += (beta[places[k] ?? 0] ?? 0) * (values[k] ?? 0);
      const p = sigmoid(logit);
      const y = outcomes[i] ?? 0;
      likelihood -= Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(0, y === 1 ? -logit : logit);
      const error = y - p;
      const weight = p * (1 - p);
      for (let k = start; k < start + filled; k++) {
        const place = places[k] ?? 0;
        const value = values[k] ?? 0;
        gradient[place] = (gradient[place] ?? 0) + error * value;
        const line = place * size;
        const weighted = weight * value;
        for (let m = start; m <= k; m++) {
          const to = line + (places[m] ?? 0);
          hessian[to] = (hessian[to] ?? 0) + weighted * (values[m] ?? 0);
        }
        const to = width * size + place;
        hessian[to] = (hessian[to] ?? 0) + weighted;
      }
      gradient[width] = (gradient[width] ?? 0) + error;
      hessian[size * size - 1] = (hessian[size * size - 1] ?? 0) + weight;
      if (i % ROWS_A_SLICE === 0) yield;
    }
    for (let k = 0; k < width; k++) {
      const coefficient = beta[k] ?? 0;
      likelihood -= (ridge * coefficient * coefficient) / 2;
      gradient[k] = (gradient[k] ?? 0) - ridge * coefficient;
      hessian[k * size + k] = (hessian[k * size + k] ?? 0) + ridge;
    }
    // Newton may overshoot: then half the way, until the likelihood rises.
    if (likelihood < before - 1e-9) {
      for (let k = 0; k < size; k++) {
        step[k] = (step[k] ?? 0) / 2;
        beta[k] = (beta[k] ?? 0) - (step[k] ?? 0);
      }
      continue;
    }
    before = likelihood;
    step = solve(hessian, gradient, size);
    let largest = 0;
    for (let k = 0; k < size; k++) {
      beta[k] = (beta[k] ?? 0) + (step[k] ?? 0);
      largest = Math.max(largest, Math.abs(step[k] ?? 0));
    }
    yield;
    if (largest < CLOSE_ENOUGH) break;
  }
  return { intercept: beta[width] ?? 0, coefficients: beta.subarray(0, width) };
}

function designOf({ columns, outcomes }: Sample): {
  design: Design;
  offsets: number[];
  scores: (Float64Array | null)[];
} {
  const rows = outcomes.length;
  const offsets: number[] = [];
  let width = 0;
  for (const { kind, bins } of columns) {
    offsets.push(width);
    width += kind === "category" ? bins : 2;
  }
  const scores = columns.map((column) => (column.kind === "number" ? scoresOf(column) : null));
  const filled = columns.length;
  const places = new Int32Array(rows * filled);
  const values = new Float64Array(rows * filled).fill(1);
  columns.forEach(({ kind, bin }, j) => {
    const offset = offsets[j] ?? 0;
    for (let i = 0; i < rows; i++) {
      const at = bin[i] ?? 0;
      places[i * filled + j] = offset + (kind === "category" ? at : Math.min(at, 1));
      if (kind === "number" && at > 0) values[i * filled + j] = scores[j]?.[at] ?? 0;
    }
  });
  return { design: { width, rows, filled, places, values }, offsets, scores };
}

/** Middle ranks of the intervals with mean 0 and deviation 1: one huge amount must not bend the line for all others. */
function scoresOf(column: Column): Float64Array {
  const counts = countsOf(column);
  const scores = new Float64Array(column.bins);
  let below = 0;
  for (let bin = 1; bin < column.bins; bin++) {
    scores[bin] = below + (counts[bin] ?? 0) / 2;
    below += counts[bin] ?? 0;
  }
  let [mean, square] = [0, 0];
  for (let bin = 1; bin < column.bins; bin++) {
    mean += ((counts[bin] ?? 0) * (scores[bin] ?? 0)) / below;
    square += ((counts[bin] ?? 0) * (scores[bin] ?? 0) ** 2) / below;
  }
  const deviation = Math.sqrt(Math.max(0, square - mean * mean));
  return scores.map((score, bin) => (bin === 0 || !(deviation > 0) ? 0 : (score - mean) / deviation));
}
