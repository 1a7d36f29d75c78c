/**
 * Learns from what became of contacts how likely the same is for others, and says why, exactly.
 * It must never give a probability that it could not hold on rows it had not seen: then it gives a reason.
 */
import { type Calibration, calibrated } from "./calibration.ts";
import { levelOf } from "./levels.ts";
import { phiOf, type Shape } from "./shape.ts";
import { finish } from "./steps.ts";
import { trainSteps } from "./train.ts";

export type FeatureValue = number | string | null;

export interface FeatureSpec {
  name: string;
  kind: "number" | "category";
  label: string;
}

export interface Training {
  specs: readonly FeatureSpec[];
  /** Values in the order of specs. */
  rows: readonly (readonly FeatureValue[])[];
  outcomes: readonly boolean[];
  seed: number;
}

/** All of it on rows that neither the features' tables nor the calibration had seen. */
export interface ModelQuality {
  rows: number;
  positives: number;
  folds: number;
  auc: number;
  /** Standard error of auc. */
  auc_error: number;
  brier: number;
  /** Of giving everybody the share of positives. */
  base_brier: number;
  calibration: readonly { from: number; to: number; predicted: number; observed: number; count: number }[];
}

/** Plain JSON: written and read again it predicts the same. */
export interface Model {
  kind: "stumps" | "logistic";
  quality: ModelQuality;
  specs: readonly FeatureSpec[];
  /** Log-odds of the average training row. */
  base: number;
  /** One a feature, in the order of specs. */
  shapes: readonly Shape[];
  calibration: Calibration;
  /** Share of positives in training. */
  base_rate: number;
}

export type Trained = { model: Model } | { model: null; reason: string };

export interface Contribution {
  name: string;
  label: string;
  value: FeatureValue;
  /** Log-odds, exact Shapley value of this feature with the training rows as background. */
  phi: number;
}

export interface Prediction {
  /** Rises with logit: sigmoid(slope * logit + intercept) of the model's calibration. */
  probability: number;
  level: "low" | "medium" | "high";
  /** base + sum of phi = logit. */
  base: number;
  /** In the order of specs. */
  contributions: readonly Contribution[];
  /** Before calibration. */
  logit: number;
}

/** In one go; a server takes `trainSteps` and lets others run between its steps. */
export function train(training: Training): Trained {
  return finish(trainSteps(training));
}

/** @throws RangeError when the row has not one value a feature. */
export function predict(model: Model, row: readonly FeatureValue[]): Prediction {
  if (row.length !== model.specs.length) {
    throw new RangeError(`a row has ${model.specs.length} values, this one has ${row.length}`);
  }
  const contributions = model.specs.map(({ name, label }, j) => {
    const value = row[j] ?? null;
    const shape = model.shapes[j];
    return { name, label, value, phi: shape ? phiOf(shape, value) : 0 };
  });
  const logit = contributions.reduce((sum, { phi }) => sum + phi, model.base);
  const probability = calibrated(model.calibration, logit);
  return { probability, level: levelOf(probability, model.base_rate), base: model.base, contributions, logit };
}

export interface WhatIf {
  before: Prediction;
  after: Prediction;
  /** One a changed feature. */
  deltas: readonly { name: string; phi_before: number; phi_after: number }[];
}

/**
 * What would be if these features had other values. It says what the model would answer, not what would come of it:
 * contacts that have the value may differ in other ways.
 * @throws RangeError for a feature the model does not know, or a value that is not of its kind.
 */
export function whatIf(
  model: Model,
  row: readonly FeatureValue[],
  changes: Readonly<Record<string, FeatureValue>>,
): WhatIf {
  const changed = [...row];
  const places = Object.entries(changes).map(([name, value]) => {
    const place = model.specs.findIndex((spec) => spec.name === name);
    const kind = model.specs[place]?.kind;
    if (kind === undefined) throw new RangeError(`the model knows no feature ${JSON.stringify(name)}`);
    if (!isOfKind(kind, value))
      throw new RangeError(`${name} is a ${kind}, not ${typeof value === "string" ? JSON.stringify(value) : value}`);
    changed[place] = value;
    return place;
  });
  const before = predict(model, row);
  const after = predict(model, changed);
  const deltas = places.map((place) => ({
    name: model.specs[place]?.name ?? "",
    phi_before: before.contributions[place]?.phi ?? 0,
    phi_after: after.contributions[place]?.phi ?? 0,
  }));
  return { before, after, deltas };
}

function isOfKind(kind: FeatureSpec["kind"], value: FeatureValue): boolean {
  if (value === null) return true;
  return kind === "number" ? typeof value === "number" && Number.isFinite(value) : typeof value === "string";
}
