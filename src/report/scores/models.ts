/** The models in force, and how good they are. */
import type { Model } from "../../analysis/conversion/model.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { Control } from "../../control/control.ts";
import type { ScoreModel, ScoreTrial } from "../../control/score-models.ts";
import { type Definition, definitionSchema, type Purpose } from "./definition.ts";
import { type HeldOut, heldOutSchema } from "./held-out.ts";

export interface KnownModel {
  kept: ScoreModel;
  definition: Definition;
  model: Model;
  held_out: HeldOut | null;
}

/** A version as answers tell of it. */
export interface ModelFigure {
  location_id: string;
  model: Purpose;
  /** Null where there is none in force, with the reason. */
  version: number | null;
  method: "boosted_stumps" | "logistic_regression" | "none";
  trained_at: string | null;
  /** What the probability is of. */
  outcome: string | null;
  horizon_days: number | null;
  quality: QualityFigure | null;
  reason: string | null;
}

export interface QualityFigure {
  rows: number;
  positives: number;
  base_rate: number;
  /** Five folds, each tried with what was learned from the others. */
  cross_validation: Measured & { folds: number };
  /** Learned before a moment, tried on what came after it; null where either has too few outcomes. */
  later: (Measured & { rows: number; positives: number; split_at: string }) | null;
}

interface Measured {
  auc: number;
  auc_error: number;
  brier: number;
  base_brier: number;
  calibration: readonly { from: number; to: number; predicted: number; observed: number; count: number }[];
}

/** Rows of control stay the same objects until something changes. */
const known = new WeakMap<ScoreModel, KnownModel>();

/** The model of a version, parsed once. */
export function modelOf(kept: ScoreModel): KnownModel {
  const before = known.get(kept);
  if (before) return before;
  const model: Model = JSON.parse(kept.model);
  const made: KnownModel = {
    kept,
    definition: definitionSchema.parse(JSON.parse(kept.definition)),
    model,
    held_out: kept.held_out === null ? null : heldOutSchema.parse(JSON.parse(kept.held_out)),
  };
  known.set(kept, made);
  return made;
}

export function modelInForce(control: Control, location_id: string, purpose: Purpose): KnownModel | null {
  const kept = control
    .scoreModels()
    .find((one) => one.location_id === location_id && one.purpose === purpose && one.in_force);
  return kept ? modelOf(kept) : null;
}

/** The one in force, or why there is none. */
export function modelFigure(control: Control, location_id: string, purpose: Purpose): ModelFigure {
  const inForce = modelInForce(control, location_id, purpose);
  if (inForce) return figureOf(inForce);
  const trial = control.scoreTrials().find((one) => one.location_id === location_id && one.purpose === purpose);
  const none = {
    version: null,
    method: "none",
    trained_at: null,
    outcome: null,
    horizon_days: null,
    quality: null,
  } as const;
  return { location_id, model: purpose, ...none, reason: reasonOf(trial) };
}

/** A version, in force or not. */
export function figureOf({ kept, definition, model, held_out }: KnownModel): ModelFigure {
  const { folds, auc, auc_error, brier, base_brier, calibration } = model.quality;
  const purpose: Purpose = kept.purpose === "churn" ? "churn" : "conversion";
  return {
    location_id: kept.location_id,
    model: purpose,
    version: kept.version,
    method: model.kind === "stumps" ? "boosted_stumps" : "logistic_regression",
    trained_at: formatInstant(kept.trained_at),
    outcome: outcomeOf(purpose, definition),
    horizon_days: definition.horizon_days,
    quality: {
      rows: kept.rows,
      positives: kept.positives,
      base_rate: model.base_rate,
      cross_validation: { folds, auc, auc_error, brier, base_brier, calibration },
      later: held_out && { ...held_out, split_at: formatInstant(held_out.split_at) },
    },
    reason: kept.note,
  };
}

function outcomeOf(purpose: Purpose, { target, horizon_days }: Definition): string {
  return purpose === "conversion"
    ? `${target.join(" or ")} within ${horizon_days} days`
    : `no purchase within ${horizon_days} days, of those who bought in the ${horizon_days} days before`;
}

function reasonOf(trial: ScoreTrial | undefined): string {
  return trial?.reason ?? "No model has been trained yet; that happens in the background.";
}
