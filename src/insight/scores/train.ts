/**
 * Trains the models of a location, a slice of a few milliseconds at a time, and keeps them as versions.
 * It must never put a model in force that foretells clearly worse than the one before, nor hold up the event loop.
 */
import { type FeatureValue, predict, type Trained } from "../../analysis/conversion/model.ts";
import { aucErrorOf, aucOf, brierOf, calibrationTable } from "../../analysis/conversion/quality.ts";
import { trainSteps } from "../../analysis/conversion/train.ts";
import type { Control } from "../../control/control.ts";
import type { ScoreModel, ScoreTrial } from "../../control/score-models.ts";
import { currencyOf } from "../../report/common.ts";
import type { Purpose } from "../../report/scores/definition.ts";
import type { Examined } from "../../report/scores/examine.ts";
import { pickerOf } from "../../report/scores/features.ts";
import type { HeldOut } from "../../report/scores/held-out.ts";
import { modelOf } from "../../report/scores/models.ts";
import type { Store } from "../../store/store.ts";
import { type Examples, examplesOf } from "./examples.ts";
import { type Learnable, learnable } from "./learn.ts";

export interface TrainingParts {
  store: Store;
  control: Control;
  /** Microseconds. */
  now: () => number;
}

/** Any: a training is repeated exactly. */
const SEED = 20_261_127;
/** Of the examples, the last in time. */
const HELD_OUT_SHARE = 0.25;
const OUTCOMES_MIN = 30;
const SLICE_MS = 5;
/** Others run longer than a slice takes: training has less than half a core. */
const PAUSE_MS = 8;
const DAY = 86_400_000_000;
/** So many standard errors of the area under the curve below the model in force is clearly worse. */
const WORSE_ERRORS = 2;

/** One location, one purpose: what came of it is noted, and returned. */
export async function trainModel(
  { store, control, now }: TrainingParts,
  location_id: string,
  purpose: Purpose,
  signal: AbortSignal,
): Promise<ScoreTrial["outcome"]> {
  const noted = (trial: Omit<ScoreTrial, "location_id" | "purpose" | "tried_at">): ScoreTrial["outcome"] => {
    control.noteScoreTrial({ location_id, purpose, ...trial });
    return trial.outcome;
  };
  const given = { store, currencyOf: (id: string) => currencyOf(control, [id]), now: now() };
  const learned = await learnable(given, { location_id, purpose, signal });
  if (learned.learnable === null)
    return noted({ seen_at: learned.seen_at, rows: 0, positives: 0, outcome: "refused", reason: learned.reason });
  const { definition, to } = learned.learnable;
  const found = await examplesOf(store, location_id, purpose, learned.learnable, signal);
  const rows = found.examples.length;
  const positives = found.examples.filter(({ outcome }) => outcome).length;
  const about = { seen_at: to, rows, positives };
  const held_out = await foretold(found, learned.learnable, signal);
  const trained = await inSlices(found, found.examples, signal);
  if (trained.model === null)
    return noted({ ...about, outcome: "refused", reason: refusal(purpose, learned.learnable, about, trained.reason) });
  const before = control.scoreModels().find((one) => isOf(one, location_id, purpose) && one.in_force) ?? null;
  const worse = before && held_out ? worseThan(before, held_out, found) : null;
  control.addScoreModel({
    location_id,
    purpose,
    in_force: worse === null,
    note: worse,
    rows,
    positives,
    definition: JSON.stringify({ ...definition, plausible: found.plausible }),
    held_out: held_out && JSON.stringify(held_out.quality),
    model: JSON.stringify(trained.model),
  });
  return noted({ ...about, outcome: worse === null ? "kept" : "worse", reason: worse });
}

interface Foretold {
  quality: HeldOut;
  /** Of the examples that were tried, in their order. */
  tried: readonly Examined[];
  probabilities: readonly number[];
}

/** Learned from the outcomes that were known at a moment, tried on the contacts after it. Null where either are too few. */
async function foretold(found: Examples, { definition }: Learnable, signal: AbortSignal): Promise<Foretold | null> {
  const { examples } = found;
  const split_at = examples[Math.floor(examples.length * (1 - HELD_OUT_SHARE))]?.t ?? 0;
  const known = examples.filter(({ t }) => t + definition.horizon_days * DAY <= split_at);
  const tried = examples.filter(({ t }) => t >= split_at);
  if (rarer(known) < OUTCOMES_MIN || rarer(tried) < OUTCOMES_MIN) return null;
  const { model } = await inSlices(found, known, signal);
  if (model === null) return null;
  const pick = pickerOf(found.specs, found.extras);
  const probabilities: number[] = [];
  for (const [index, { values }] of tried.entries()) {
    probabilities.push(predict(model, pick(values)).probability);
    if (index % 200 === 199) await Bun.sleep(0);
  }
  const outcomes = tried.map(({ outcome }) => Number(outcome));
  const positives = outcomes.reduce((sum, outcome) => sum + outcome, 0);
  const rate = positives / tried.length;
  const auc = aucOf(probabilities, outcomes);
  const quality: HeldOut = {
    split_at,
    rows: tried.length,
    positives,
    auc,
    auc_error: aucErrorOf(auc, positives, tried.length - positives),
    brier: brierOf(probabilities, outcomes),
    base_brier: rate * (1 - rate),
    calibration: [...calibrationTable(probabilities, outcomes)],
  };
  return { quality, tried, probabilities };
}

/** Why the new one is clearly worse than the one in force, on contacts whose outcome neither knew; null when it is not, or nobody can say. */
function worseThan(before: ScoreModel, { tried, probabilities }: Foretold, found: Examples): string | null {
  const old = modelOf(before);
  const unseen = tried.flatMap((example, index) =>
    example.t + old.definition.horizon_days * DAY > old.definition.known_to
      ? [{ example, probability: probabilities[index] ?? 0 }]
      : [],
  );
  if (rarer(unseen.map(({ example }) => example)) < OUTCOMES_MIN) return null;
  const outcomes = unseen.map(({ example }) => Number(example.outcome));
  const pick = pickerOf(old.model.specs, found.extras);
  const after = aucOf(
    unseen.map(({ probability }) => probability),
    outcomes,
  );
  const was = aucOf(
    unseen.map(({ example }) => predict(old.model, pick(example.values)).probability),
    outcomes,
  );
  const positives = outcomes.reduce((sum, outcome) => sum + outcome, 0);
  if (after >= was - WORSE_ERRORS * aucErrorOf(after, positives, outcomes.length - positives)) return null;
  return `On ${outcomes.length} contacts that neither had seen its AUC is ${after.toFixed(3)}, that of version ${before.version} ${was.toFixed(3)}: version ${before.version} stays.`;
}

/** A few milliseconds at a time; throws when the signal fires. */
async function inSlices(
  { specs, extras }: Pick<Examples, "specs" | "extras">,
  examples: readonly Examined[],
  signal: AbortSignal,
): Promise<Trained> {
  const pick = pickerOf(specs, extras);
  const rows: (readonly FeatureValue[])[] = [];
  for (const [index, { values }] of examples.entries()) {
    rows.push(pick(values));
    if (index % 1_000 === 999) await Bun.sleep(0);
  }
  const steps = trainSteps({ specs, rows, outcomes: examples.map(({ outcome }) => outcome), seed: SEED });
  for (let began = performance.now(); ; ) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - began < SLICE_MS) continue;
    await Bun.sleep(PAUSE_MS);
    signal.throwIfAborted();
    began = performance.now();
  }
}

function refusal(
  purpose: Purpose,
  { definition }: Learnable,
  { rows, positives }: { rows: number; positives: number },
  reason: string,
): string {
  const what = purpose === "conversion" ? `${definition.target[0]} within` : "no purchase for";
  return `${positives} of ${rows} examples (${what} ${definition.horizon_days} days): ${reason}`;
}

function isOf(model: ScoreModel, location_id: string, purpose: Purpose): boolean {
  return model.location_id === location_id && model.purpose === purpose;
}

function rarer(examples: readonly Pick<Examined, "outcome">[]): number {
  const positives = examples.filter(({ outcome }) => outcome).length;
  return Math.min(positives, examples.length - positives);
}
