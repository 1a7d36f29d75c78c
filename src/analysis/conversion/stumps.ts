/**
 * Boosted stumps for a yes-or-no outcome: each splits one feature in two, takes a small Newton step on both sides, and
 * their sum is one table a feature (Friedman, Hastie & Tibshirani 2000, "Additive logistic regression"; Friedman 2001
 * for shrinkage; Lou, Caruana et al. 2012 for the additive reading; gains and leaves as Chen & Guestrin 2016, with L2).
 */
import { type Additive, baseOf, type Sample } from "./additive.ts";
import type { Column } from "./columns.ts";
import { sigmoid } from "./sigmoid.ts";

export interface StumpOptions {
  stumps: number;
  shrinkage: number;
  l2: number;
}

/** Fixed for all data. */
const STUMPS: StumpOptions = { stumps: 400, shrinkage: 0.1, l2: 10 };

/** Below it there is nothing left but rounding. */
const GAIN_MIN = 1e-12;

interface Split {
  gain: number;
  /** Bins of the first side, by number. */
  first: readonly number[];
  inside: number;
  outside: number;
}

export function* boost(sample: Sample, options: StumpOptions = STUMPS): Generator<void, Additive> {
  const { columns, outcomes } = sample;
  const intercept = baseOf(outcomes);
  const tables = columns.map(({ bins }) => new Float64Array(bins));
  const logits = new Float64Array(outcomes.length).fill(intercept);
  const gradients = new Float64Array(outcomes.length);
  const weights = new Float64Array(outcomes.length);
  for (let stump = 0; stump < options.stumps; stump++) {
    for (let i = 0; i < outcomes.length; i++) {
      const p = sigmoid(logits[i] ?? 0);
      gradients[i] = (outcomes[i] ?? 0) - p;
      weights[i] = p * (1 - p);
    }
    yield;
    let best: Split | null = null;
    let at = -1;
    for (const [j, column] of columns.entries()) {
      const split = splitOf(column, gradients, weights, options.l2);
      if (split && split.gain > (best?.gain ?? GAIN_MIN)) [best, at] = [split, j];
      yield;
    }
    const column = columns[at];
    const table = tables[at];
    if (!best || !column || !table) break;
    const step = new Float64Array(column.bins).fill(best.outside * options.shrinkage);
    for (const bin of best.first) step[bin] = best.inside * options.shrinkage;
    for (let bin = 0; bin < column.bins; bin++) table[bin] = (table[bin] ?? 0) + (step[bin] ?? 0);
    for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] ?? 0) + (step[column.bin[i] ?? 0] ?? 0);
  }
  return { intercept, tables };
}

/**
 * The best way to part a column's bins in two: a number by one of its cuts or missing against the rest, a category along
 * its bins ordered by their mean, which holds the best of all partings (Fisher 1958; Breiman et al. 1984, 4.2).
 */
function splitOf(column: Column, gradients: Float64Array, weights: Float64Array, l2: number): Split | null {
  const { bins, bin } = column;
  const g = new Float64Array(bins);
  const h = new Float64Array(bins);
  for (let i = 0; i < bin.length; i++) {
    const at = bin[i] ?? 0;
    g[at] = (g[at] ?? 0) + (gradients[i] ?? 0);
    h[at] = (h[at] ?? 0) + (weights[i] ?? 0);
  }
  const order: number[] = [];
  for (let at = 0; at < bins; at++) if ((h[at] ?? 0) > 0) order.push(at);
  if (order.length < 2) return null;
  if (column.kind === "category") {
    order.sort((a, b) => (g[a] ?? 0) / ((h[a] ?? 0) + l2) - (g[b] ?? 0) / ((h[b] ?? 0) + l2));
  }
  let [allG, allH] = [0, 0];
  for (const at of order) {
    allG += g[at] ?? 0;
    allH += h[at] ?? 0;
  }
  const whole = (allG * allG) / (allH + l2);
  let best: Split | null = null;
  let [sumG, sumH] = [0, 0];
  for (let k = 0; k + 1 < order.length; k++) {
    sumG += g[order[k] ?? 0] ?? 0;
    sumH += h[order[k] ?? 0] ?? 0;
    const restG = allG - sumG;
    const restH = allH - sumH;
    const gain = (sumG * sumG) / (sumH + l2) + (restG * restG) / (restH + l2) - whole;
    if (gain > (best?.gain ?? 0)) {
      best = { gain, first: order.slice(0, k + 1), inside: sumG / (sumH + l2), outside: restG / (restH + l2) };
    }
  }
  return best;
}
