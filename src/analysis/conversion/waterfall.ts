/** From the average contact's probability to this one's, a fact at a time, so that the steps add up to it exactly. */
import type { Contribution, Prediction } from "./model.ts";
import { sigmoid } from "./sigmoid.ts";

export interface WaterfallStep {
  kind: "base" | "factor" | "others" | "calibration" | "total";
  /** Of a factor. */
  contribution: Contribution | null;
  /** How many factors stand in it. */
  factors: number;
  /** Log-odds that it adds; null for what is no fact of the contact. */
  phi: number | null;
  /** Probabilities before it and after it; base and total begin at 0. */
  from: number;
  to: number;
}

/**
 * The strongest `most` factors first, then all others in one. Each `phi` is an exact Shapley value; what it moves the
 * probability by depends on where it starts from, so each step starts where the one before ended. What calibration
 * changes (see Prediction) is a step of its own.
 */
export function waterfallOf(prediction: Prediction, most: number): readonly WaterfallStep[] {
  const { base, logit, probability, contributions } = prediction;
  const sorted = contributions
    .filter(({ phi }) => phi !== 0)
    .toSorted((one, other) => Math.abs(other.phi) - Math.abs(one.phi));
  // One that is alone among the others stands by itself.
  const shown = sorted.length === most + 1 ? sorted : sorted.slice(0, most);
  let at = base;
  const steps: WaterfallStep[] = [
    { kind: "base", contribution: null, factors: 0, phi: null, from: 0, to: sigmoid(base) },
  ];
  for (const contribution of shown) {
    const { phi } = contribution;
    steps.push({ kind: "factor", contribution, factors: 1, phi, from: sigmoid(at), to: sigmoid(at + phi) });
    at += phi;
  }
  const others = sorted.length - shown.length;
  if (others > 0)
    steps.push({
      kind: "others",
      contribution: null,
      factors: others,
      phi: logit - at,
      from: sigmoid(at),
      to: sigmoid(logit),
    });
  steps.push({
    kind: "calibration",
    contribution: null,
    factors: 0,
    phi: null,
    from: sigmoid(logit),
    to: probability,
  });
  steps.push({ kind: "total", contribution: null, factors: 0, phi: null, from: 0, to: probability });
  return steps;
}
