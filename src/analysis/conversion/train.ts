/**
 * From rows and outcomes to a model with its held-out quality, in small steps.
 * One fixed rule for all data: with ten outcomes a feature or more, the average of boosted stumps and smoothed tables
 * ("stumps"); with fewer, of straight lines and smoothed tables ("logistic"). An average of additive models is one too,
 * and errs less than its parts (Breiman 1996, "Stacked regressions", with equal weights).
 */
import { type Additive, average, centred, logitsOf, pick, type Sample, shapeOf } from "./additive.ts";
import { calibrate } from "./calibration.ts";
import { type Column, columnOf } from "./columns.ts";
import { heldOutQuality } from "./held-out.ts";
import { logistic } from "./logistic.ts";
import type { Model, Trained, Training } from "./model.ts";
import { foldsOf } from "./random.ts";
import { type Prior, smooth } from "./smooth.ts";
import { boost } from "./stumps.ts";

const FOLDS = 5;
/** Of each outcome. */
const OUTCOMES_MIN = 30;
/** Of the rarer outcome (Peduzzi et al. 1996, "A simulation study of the number of events per variable"). */
const OUTCOMES_A_FEATURE = 10;
/** Few rows must be able to smooth a feature away; with many even a weak one is worth its table. */
const PRIORS: Readonly<Record<Model["kind"], Prior>> = {
  stumps: { events: 0.5, size: 0.1 },
  logistic: { events: 0.2, size: 0.01 },
};
/** A one-sided 95% bound. */
const NORMAL_95 = 1.6449;

/** With 10,000 rows most of the 50,000 steps take some 20 microseconds and the longest a few milliseconds; between them others may run. */
export function* trainSteps({ specs, rows, outcomes: came, seed }: Training): Generator<void, Trained> {
  const outcomes = Uint8Array.from(came, Number);
  const positives = outcomes.reduce((sum, outcome) => sum + outcome, 0);
  const rarer = Math.min(positives, outcomes.length - positives);
  const share = `${positives} of ${outcomes.length}`;
  if (rarer < OUTCOMES_MIN) {
    const needed = `${OUTCOMES_MIN} with and ${OUTCOMES_MIN} without are needed`;
    return refusal(`Too few outcomes to learn from: ${share} have it, and ${needed}.`);
  }
  const columns: Column[] = [];
  for (const [j, spec] of specs.entries()) {
    columns.push(yield* columnOf(spec, j, rows));
    yield;
  }
  const varying = columns.filter(({ bin }) => bin.some((at) => at !== bin[0])).length;
  if (varying === 0) {
    const features = `none of the ${specs.length} features differs between the ${outcomes.length} contacts`;
    return refusal(`Nothing to learn from: ${features}.`);
  }
  const kind = rarer < OUTCOMES_A_FEATURE * varying ? "logistic" : "stumps";
  const sample: Sample = { columns, outcomes };
  const fold = foldsOf(outcomes, FOLDS, seed);
  yield;
  const logits = yield* heldOutLogits(kind, sample, fold);
  const quality = yield* heldOutQuality(logits, outcomes, fold, FOLDS);
  const least = quality.auc - NORMAL_95 * quality.auc_error;
  if (!(least > 0.5)) {
    const auc = `AUC ${quality.auc.toFixed(2)}, which may be ${least.toFixed(2)}`;
    return refusal(`No better than chance on contacts it had not seen: ${auc}, with ${share} outcomes.`);
  }
  const { intercept, tables } = yield* learn(kind, sample);
  const shapes = columns.map((column, j) => shapeOf(column, tables[j] ?? new Float64Array(column.bins)));
  const calibration = yield* calibrate(logits, outcomes);
  return {
    model: { kind, quality, specs, base: intercept, shapes, calibration, base_rate: positives / outcomes.length },
  };
}

/** Each row's log-odds from a model that had not seen it. */
function* heldOutLogits(kind: Model["kind"], sample: Sample, fold: Uint8Array): Generator<void, Float64Array> {
  const all = Uint32Array.from(fold, (_, row) => row);
  const logits = new Float64Array(fold.length);
  for (let held = 0; held < FOLDS; held++) {
    const others = all.filter((row) => fold[row] !== held);
    const model = yield* learn(kind, yield* pick(sample, others));
    const answers = yield* logitsOf(model, sample);
    for (let row = 0; row < logits.length; row++) if (fold[row] === held) logits[row] = answers[row] ?? 0;
    yield;
  }
  return logits;
}

function* learn(kind: Model["kind"], sample: Sample): Generator<void, Additive> {
  const smoothed = yield* smooth(sample, PRIORS[kind]);
  const other = kind === "stumps" ? yield* boost(sample) : yield* logistic(sample);
  return centred(average([smoothed, other]), sample);
}

function refusal(reason: string): Trained {
  return { model: null, reason };
}
