/**
 * From log-odds to a probability that holds: a straight line through the log-odds, fitted on rows that the model had
 * not seen (Platt 1999, "Probabilistic outputs for support vector machines"; stable form of Lin, Lin & Weng 2007).
 * The line always rises, so the order of contacts, and what each feature does to it, stays as the model has it.
 */
import { sigmoid } from "./sigmoid.ts";

export interface Calibration {
  /** Above 0. */
  slope: number;
  intercept: number;
}

const ROUNDS_MAX = 50;
const CLOSE_ENOUGH = 1e-10;
/** A line that falls would call the model worse than chance; such a model is not used at all. */
const SLOPE_MIN = 0.01;

export function calibrated({ slope, intercept }: Calibration, logit: number): number {
  return sigmoid(slope * logit + intercept);
}

/** Newton on the likelihood with Platt's targets, which never are quite 0 or 1: separable outcomes give a finite line. */
export function* calibrate(logits: Float64Array, outcomes: Uint8Array): Generator<void, Calibration> {
  let positives = 0;
  for (let i = 0; i < logits.length; i++) positives += outcomes[i] ?? 0;
  const negatives = logits.length - positives;
  const targets = [1 / (negatives + 2), (positives + 1) / (positives + 2)] as const;
  let slope = 1;
  let intercept = 0;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-9, 0, 1e-9];
    for (let i = 0; i < logits.length; i++) {
      const logit = logits[i] ?? 0;
      const p = sigmoid(slope * logit + intercept);
      const error = (outcomes[i] === 1 ? targets[1] : targets[0]) - p;
      const weight = p * (1 - p);
      g0 += error;
      g1 += error * logit;
      h00 += weight;
      h01 += weight * logit;
      h11 += weight * logit * logit;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-12)) break;
    const up = clamp((h11 * g0 - h01 * g1) / determinant);
    const steeper = clamp((h00 * g1 - h01 * g0) / determinant);
    intercept += up;
    slope = Math.max(SLOPE_MIN, slope + steeper);
    if (Math.abs(up) + Math.abs(steeper) < CLOSE_ENOUGH) break;
    yield;
  }
  return { slope, intercept };
}

/** A step is bounded: far from the answer Newton overshoots. */
function clamp(step: number): number {
  return Math.max(-1, Math.min(1, step));
}
