/** Contacts in bands by how likely the outcome is: how many, what was predicted, and what came where it is known. */
import { type Level, levelOf } from "./levels.ts";

export interface Scored {
  probability: number;
  /** Null while it is not known yet. */
  outcome: boolean | null;
}

export interface Cohort {
  /** "high", or "1" for the likeliest tenth. */
  band: string;
  count: number;
  /** Of the probabilities in it, least and most; null when empty. */
  from: number | null;
  to: number | null;
  /** Mean probability. */
  predicted: number | null;
  /** Contacts whose outcome is known. */
  known: number;
  /** Share of these that have the outcome. */
  observed: number | null;
  /** 95% interval of that share (Wilson 1927): few contacts say little. */
  observed_lower: number | null;
  observed_upper: number | null;
  /** How many times as often as among all known; null without any. */
  lift: number | null;
}

const DECILES = 10;
const NORMAL_95 = 1.959964;

/** High, medium and low, in this order. */
export function cohortsByLevel(contacts: readonly Scored[], base_rate: number): readonly Cohort[] {
  const bands: Record<Level, Scored[]> = { high: [], medium: [], low: [] };
  for (const contact of contacts) bands[levelOf(contact.probability, base_rate)].push(contact);
  return (["high", "medium", "low"] as const).map((level) => cohortOf(level, bands[level], rateOf(contacts)));
}

/** Ten bands of as equal a size as can be, the likeliest first; equal probabilities keep the order they came in. */
export function cohortsByDecile(contacts: readonly Scored[]): readonly Cohort[] {
  const sorted = contacts.toSorted((one, other) => other.probability - one.probability);
  return Array.from({ length: DECILES }, (_, i) => {
    const [from, to] = [i, i + 1].map((edge) => Math.round((edge * sorted.length) / DECILES));
    return cohortOf(String(i + 1), sorted.slice(from, to), rateOf(contacts));
  });
}

function cohortOf(band: string, contacts: readonly Scored[], rate: number | null): Cohort {
  const known = contacts.filter(({ outcome }) => outcome !== null).length;
  const observed = rateOf(contacts);
  const interval = observed === null ? null : wilson(observed, known);
  const total = contacts.reduce((sum, { probability }) => sum + probability, 0);
  return {
    band,
    count: contacts.length,
    from: contacts.length === 0 ? null : contacts.reduce((least, { probability }) => Math.min(least, probability), 1),
    to: contacts.length === 0 ? null : contacts.reduce((most, { probability }) => Math.max(most, probability), 0),
    predicted: contacts.length === 0 ? null : total / contacts.length,
    known,
    observed,
    observed_lower: interval?.lower ?? null,
    observed_upper: interval?.upper ?? null,
    lift: observed === null || rate === null || rate === 0 ? null : observed / rate,
  };
}

function rateOf(contacts: readonly Scored[]): number | null {
  const known = contacts.filter(({ outcome }) => outcome !== null);
  return known.length === 0 ? null : known.filter(({ outcome }) => outcome).length / known.length;
}

function wilson(share: number, count: number): { lower: number; upper: number } {
  const z2 = NORMAL_95 * NORMAL_95;
  const middle = (share + z2 / (2 * count)) / (1 + z2 / count);
  const half = (NORMAL_95 / (1 + z2 / count)) * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count * count));
  return { lower: Math.max(0, middle - half), upper: Math.min(1, middle + half) };
}
