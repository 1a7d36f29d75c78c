/** What answers with scores of contacts have in common. */
import { z } from "zod";
import { PURPOSES } from "../../report/scores/definition.ts";
import { instantShape } from "./shapes.ts";

export const countShape = z.int().min(0);
export const probabilityShape = z.number().min(0).max(1);
export const levelShape = z.enum(["low", "medium", "high"]);
export const purposeShape = z.enum(PURPOSES);
export const methodShape = z.enum(["boosted_stumps", "logistic_regression", "none"]);

const measuredShape = {
  auc: probabilityShape.describe("The chance that one with the outcome is ranked above one without."),
  auc_error: z.number().min(0).describe("Its standard error."),
  brier: probabilityShape.describe("Mean squared distance of probability and outcome."),
  base_brier: probabilityShape.describe("The same of giving everyone the base rate."),
  calibration: z
    .array(
      z.strictObject({
        from: probabilityShape,
        to: probabilityShape,
        predicted: probabilityShape,
        observed: probabilityShape,
        count: countShape,
      }),
    )
    .describe("By steps of probability: what was said, and what came."),
} as const;

export const modelShape = z.strictObject({
  location_id: z.string(),
  model: purposeShape,
  version: z.int().min(1).nullable().describe("Null where none is in force; reason says why."),
  method: methodShape,
  trained_at: instantShape.nullable(),
  outcome: z.string().nullable().describe("What the probability is of."),
  horizon_days: z.number().nullable(),
  quality: z
    .strictObject({
      rows: countShape.describe("Examples: contacts at moments of the past."),
      positives: countShape,
      base_rate: probabilityShape,
      cross_validation: z
        .strictObject({ folds: countShape, ...measuredShape })
        .describe(
          "On examples held out of training; a contact may have others, of other moments, among those learned from.",
        ),
      later: z
        .strictObject({ split_at: instantShape, rows: countShape, positives: countShape, ...measuredShape })
        .nullable()
        .describe(
          "Learned from what was known at split_at, tried on what came after; null where there are too few outcomes.",
        ),
    })
    .nullable(),
  reason: z.string().nullable(),
});

export const factorShape = z.strictObject({
  factor: z.string(),
  label: z.string(),
  value: z.union([z.number(), z.string()]).nullable(),
  phi: z.number().describe("Log-odds that it adds: an exact Shapley value."),
  text: z.string(),
});

export const actionShape = z.strictObject({ action: z.string(), title: z.string() });

export const contactShape = z.strictObject({
  contact_id: z.string(),
  location_id: z.string(),
  probability: probabilityShape.describe("Calibrated."),
  level: levelShape,
  last_event_at: instantShape,
  base: z.number().describe("Log-odds of the average example; with every phi it adds up to logit."),
  factors: z.array(factorShape).max(3).describe("The strongest."),
  others_phi: z.number().describe("Of all other factors together."),
  logit: z.number().describe("Before calibration."),
  action: actionShape.nullable().describe("By the recommendation rules."),
});

export const scoresShape = z.strictObject({
  method: z.union([methodShape, z.literal("several")]),
  description: z.string(),
  models: z.array(modelShape).describe("One a location: what scored it, or why nothing did."),
  considered: countShape,
  scored: countShape,
  levels: z.strictObject({ high: countShape, medium: countShape, low: countShape }),
  contacts: z.array(contactShape).describe("The most probable first, 20 at most."),
  reason: z.string().nullable(),
});
