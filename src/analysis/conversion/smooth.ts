/**
 * Additive logistic regression with one smoothed table a feature: the likelihood less a penalty on the squared steps
 * between neighbouring intervals of a number, and on the squared values of a category (Hastie & Tibshirani 1986,
 * "Generalized additive models", fitted a feature after the other; Eilers & Marx 1996 for the penalty on differences).
 * How much a feature is smoothed is learned from the same rows (Wood & Fasiolo 2017, "A generalized Fellner-Schall
 * method for smoothing parameter optimization", here a feature at a time): one that says nothing is smoothed away.
 */
import { type Additive, baseOf, type Sample } from "./additive.ts";
import type { Column } from "./columns.ts";
import { sigmoid } from "./sigmoid.ts";

const ROUNDS_MAX = 40;
/** Log-odds by which no table moves any more. */
const CLOSE_ENOUGH = 1e-4;
/** Before smoothing is learned the tables take shape. */
const ROUNDS_BEFORE_LEARNING = 2;
/**
 * A weak gamma prior on the smoothing, with shape 1 + events / 2 and rate size / 2: the larger size is, the less a
 * feature can be smoothed away.
 */
export interface Prior {
  events: number;
  size: number;
}
const SMOOTHING_LEAST = 0.05;
const SMOOTHING_MOST = 1e5;
/** Newton is held back where a table is still far from its place. */
const STEP_MOST = 2;
/** Keeps what no row weighs solvable. */
const TINY = 1e-6;

interface Penalty {
  /** Of the symmetric matrix: the diagonal, and what stands right of it. */
  diagonal: Float64Array;
  beside: Float64Array;
  rank: number;
}

export function* smooth({ columns, outcomes }: Sample, prior: Prior): Generator<void, Additive> {
  let intercept = baseOf(outcomes);
  const tables = columns.map(({ bins }) => new Float64Array(bins));
  const penalties = columns.map(penaltyOf);
  const smoothing = new Float64Array(columns.length).fill(1);
  const logits = new Float64Array(outcomes.length).fill(intercept);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const up = interceptStep(logits, outcomes);
    intercept += up;
    for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] ?? 0) + up;
    let moved = Math.abs(up);
    for (let j = 0; j < columns.length; j++) {
      const [column, table, penalty] = [columns[j], tables[j], penalties[j]];
      if (!column || !table || !penalty) continue;
      const fit = refit(column, table, penalty, smoothing[j] ?? 1, logits, outcomes);
      for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] ?? 0) + (fit.steps[column.bin[i] ?? 0] ?? 0);
      fit.steps.forEach((step, bin) => {
        table[bin] = (table[bin] ?? 0) + step;
        moved = Math.max(moved, Math.abs(step));
      });
      if (round >= ROUNDS_BEFORE_LEARNING) smoothing[j] = smoothingOf(table, penalty, fit.freedom, prior);
      yield;
    }
    if (moved < CLOSE_ENOUGH) break;
  }
  return { intercept, tables };
}

function penaltyOf({ kind, bins }: Column): Penalty {
  const diagonal = new Float64Array(bins).fill(1);
  const beside = new Float64Array(bins);
  if (kind === "category") return { diagonal, beside, rank: bins };
  // Bin 0 is the missing value: it has no neighbour.
  for (let bin = 1; bin < bins; bin++) {
    diagonal[bin] = (bin > 1 ? 1 : 0) + (bin < bins - 1 ? 1 : 0);
    if (bin < bins - 1) beside[bin] = -1;
  }
  return { diagonal, beside, rank: bins - 1 };
}

function interceptStep(logits: Float64Array, outcomes: Uint8Array): number {
  let [gradient, weight] = [0, TINY];
  for (let i = 0; i < logits.length; i++) {
    const p = sigmoid(logits[i] ?? 0);
    gradient += (outcomes[i] ?? 0) - p;
    weight += p * (1 - p);
  }
  return bounded(gradient / weight);
}

/** One Newton step for one feature's table, all others held, and how many degrees of freedom the penalty leaves it. */
function refit(
  { bins, bin }: Column,
  table: Float64Array,
  { diagonal, beside, rank }: Penalty,
  smoothing: number,
  logits: Float64Array,
  outcomes: Uint8Array,
): { steps: Float64Array; freedom: number } {
  const gradients = new Float64Array(bins);
  const weights = new Float64Array(bins);
  for (let i = 0; i < logits.length; i++) {
    const p = sigmoid(logits[i] ?? 0);
    const at = bin[i] ?? 0;
    gradients[at] = (gradients[at] ?? 0) + (outcomes[i] ?? 0) - p;
    weights[at] = (weights[at] ?? 0) + p * (1 - p);
  }
  const solved = solveTridiagonal(
    weights.map((weight, at) => weight + TINY + smoothing * (diagonal[at] ?? 0)),
    beside.map((value) => smoothing * value),
    weights.map((weight, at) => weight * (table[at] ?? 0) + (gradients[at] ?? 0)),
  );
  const all = weights.reduce((sum, weight) => sum + weight, TINY);
  const mean = weights.reduce((sum, weight, at) => sum + weight * (solved.solution[at] ?? 0), 0) / all;
  const steps = table.map((value, at) => bounded((solved.solution[at] ?? 0) - mean - value));
  let trace = 0;
  for (let at = 0; at < bins; at++) {
    trace += (solved.diagonal[at] ?? 0) * (diagonal[at] ?? 0) + 2 * (solved.beside[at] ?? 0) * (beside[at] ?? 0);
  }
  return { steps, freedom: Math.max(0, rank - smoothing * trace) };
}

/** Degrees of freedom used against the penalty they cost: a fixed point of the marginal likelihood. */
function smoothingOf(table: Float64Array, { diagonal, beside }: Penalty, freedom: number, prior: Prior): number {
  let cost = 0;
  table.forEach((value, at) => {
    cost += (diagonal[at] ?? 0) * value * value + 2 * (beside[at] ?? 0) * value * (table[at + 1] ?? 0);
  });
  const learned = (freedom + prior.events) / (Math.max(0, cost) + prior.size);
  return Math.max(SMOOTHING_LEAST, Math.min(SMOOTHING_MOST, learned));
}

/**
 * Of a positive definite matrix with one line beside its diagonal: the solution, and the same two lines of its inverse
 * (L D L' and the recursion of Takahashi, Fagan & Chen 1973).
 */
function solveTridiagonal(
  diagonal: Float64Array,
  beside: Float64Array,
  right: Float64Array,
): { solution: Float64Array; diagonal: Float64Array; beside: Float64Array } {
  const size = diagonal.length;
  const pivots = Float64Array.from(diagonal);
  const factors = new Float64Array(size);
  const solution = Float64Array.from(right);
  for (let i = 0; i + 1 < size; i++) {
    const factor = (beside[i] ?? 0) / (pivots[i] ?? 1);
    factors[i] = factor;
    pivots[i + 1] = (pivots[i + 1] ?? 0) - factor * (beside[i] ?? 0);
    solution[i + 1] = (solution[i + 1] ?? 0) - factor * (solution[i] ?? 0);
  }
  const inverse = new Float64Array(size);
  const inverseBeside = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    const factor = factors[i] ?? 0;
    const next = inverse[i + 1] ?? 0;
    solution[i] = (solution[i] ?? 0) / (pivots[i] ?? 1) - factor * (solution[i + 1] ?? 0);
    inverseBeside[i] = -factor * next;
    inverse[i] = 1 / (pivots[i] ?? 1) + factor * factor * next;
  }
  return { solution, diagonal: inverse, beside: inverseBeside };
}

function bounded(step: number): number {
  return Math.max(-STEP_MOST, Math.min(STEP_MOST, step));
}
