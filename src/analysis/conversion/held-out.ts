/** Quality of a model on rows that it had not seen, and its calibration neither. */
import { calibrate, calibrated } from "./calibration.ts";
import type { ModelQuality } from "./model.ts";
import { aucErrorOf, aucOf, brierOf, calibrationTable } from "./quality.ts";

/** Logits are held out already; each fold is calibrated by the line through the others, as a new contact will be. */
export function* heldOutQuality(
  logits: Float64Array,
  outcomes: Uint8Array,
  fold: Uint8Array,
  folds: number,
): Generator<void, ModelQuality> {
  const probabilities = new Float64Array(logits.length);
  for (let held = 0; held < folds; held++) {
    const line = yield* calibrate(
      logits.filter((_, row) => fold[row] !== held),
      outcomes.filter((_, row) => fold[row] !== held),
    );
    for (let row = 0; row < logits.length; row++) {
      if (fold[row] === held) probabilities[row] = calibrated(line, logits[row] ?? 0);
    }
  }
  const rows = outcomes.length;
  const positives = outcomes.reduce((sum, outcome) => sum + outcome, 0);
  const auc = aucOf(probabilities, outcomes);
  yield;
  return {
    rows,
    positives,
    folds,
    auc,
    auc_error: aucErrorOf(auc, positives, rows - positives),
    brier: brierOf(probabilities, outcomes),
    base_brier: (positives / rows) * (1 - positives / rows),
    calibration: calibrationTable(probabilities, outcomes),
  };
}
