/**
 * Known effects of single buckets (a holiday, a campaign), told by label: what each label did before, against the same
 * place of the seasons around it, is taken out of the history before the models see it and put back ahead. A factor where
 * nothing is negative, else a sum. A label's effect shrinks towards none by how it compares with ordinary noise (empirical
 * Bayes: Efron and Morris 1973).
 */
import { at } from "./numbers.ts";

export interface Effects {
  multiplicative: boolean;
  byLabel: ReadonlyMap<string, number>;
}

/** A label that leaves less than this share of a bucket tells nothing of what it would have been. */
const EMPTIED = 0.2;

type Labels = readonly (string | null)[];

/** Of the first `known` values only. */
export function learnEffects(values: Float64Array, labels: Labels, known: number, period: number): Effects {
  let multiplicative = true;
  for (let t = 0; t < known; t++) if (at(values, t) < 0) multiplicative = false;
  const found = new Map<string, number[]>();
  const noise: number[] = [];
  for (let t = 0; t < known; t++) {
    const usual = usualAt(values, labels, known, period, t);
    if (usual === null || (multiplicative && usual <= 0)) continue;
    const deviation = multiplicative ? at(values, t) / usual - 1 : at(values, t) - usual;
    const label = labels[t] ?? null;
    if (label === null) noise.push(deviation * deviation);
    else found.set(label, [...(found.get(label) ?? []), deviation]);
  }
  const usualNoise = noise.length === 0 ? 0 : noise.reduce((total, square) => total + square, 0) / noise.length;
  const byLabel = new Map<string, number>();
  for (const [label, deviations] of found) {
    const effect = deviations.reduce((total, each) => total + each, 0) / deviations.length;
    const doubt = usualNoise / deviations.length;
    const shrunk = effect === 0 ? 0 : effect * ((effect * effect) / (effect * effect + doubt));
    byLabel.set(label, multiplicative ? 1 + shrunk : shrunk);
  }
  return { multiplicative, byLabel };
}

/**
 * The history as it would have been without; buckets that a label all but emptied become what is usual there, by the first
 * `known` values and those before.
 */
export function withoutEffects(
  values: Float64Array,
  labels: Labels,
  known: number,
  effects: Effects,
  period: number,
): Float64Array {
  return values.map((value, t) => {
    const effect = effects.byLabel.get(labels[t] ?? "");
    if (effect === undefined) return value;
    if (!effects.multiplicative) return value - effect;
    return effect > EMPTIED ? value / effect : (usualAt(values, labels, Math.max(known, t), period, t) ?? value);
  });
}

/** The steps after the first `known` values, with their labels' effects. */
export function withEffects(ahead: Float64Array, known: number, labels: Labels, effects: Effects): Float64Array {
  return ahead.map((value, step) => {
    const effect = effects.byLabel.get(labels[known + step] ?? "");
    if (effect === undefined) return value;
    return effects.multiplicative ? value * effect : value + effect;
  });
}

/** The median of the nearest unlabelled buckets at the same place of the season, up to three on each side. */
function usualAt(values: Float64Array, labels: Labels, known: number, period: number, t: number): number | null {
  const near: number[] = [];
  for (const way of [-period, period]) {
    let found = 0;
    for (let other = t + way; found < 3 && other >= 0 && other < known; other += way) {
      if (labels[other]) continue;
      near.push(at(values, other));
      found++;
    }
  }
  if (near.length === 0) return null;
  near.sort((one, other) => one - other);
  const middle = near.length >> 1;
  return near.length % 2 === 1 ? (near[middle] ?? 0) : ((near[middle - 1] ?? 0) + (near[middle] ?? 0)) / 2;
}
