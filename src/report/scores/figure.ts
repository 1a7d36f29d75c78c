/** A scored contact as answers show it: its probability, what it rests on in words, and what to do. */
import type { Contribution } from "../../analysis/conversion/model.ts";
import { formatInstant } from "../../catalogue/time.ts";
import type { RecommendationRule } from "../../control/recommendations.ts";
import { maskedCell, maskedText } from "../personal.ts";
import { type Recommended, recommendedFor } from "../recommended.ts";
import type { ScoredContact } from "../scored-contacts.ts";
import type { Purpose } from "./definition.ts";
import { wordsOf } from "./features.ts";

export interface FactorFigure {
  factor: string;
  label: string;
  value: number | string | null;
  /** Log-odds that it adds; an exact Shapley value. */
  phi: number;
  /** The fact in words. */
  text: string;
}

export interface ContactFigure {
  contact_id: string;
  location_id: string;
  /** Calibrated, 0 to 1. */
  probability: number;
  level: "low" | "medium" | "high";
  last_event_at: string;
  /** Log-odds of the average contact; with every phi it adds up to logit. */
  base: number;
  /** The strongest three. */
  factors: readonly FactorFigure[];
  /** Of all others together. */
  others_phi: number;
  /** Before calibration. */
  logit: number;
  action: Recommended | null;
}

const FACTORS_SHOWN = 3;

export function contactFigure(
  purpose: Purpose,
  contact: ScoredContact,
  rules: readonly RecommendationRule[],
  personal: boolean,
): ContactFigure {
  const { contact_id, location_id, last, probability, level } = contact;
  const { base, logit, contributions } = contact.explain();
  const strongest = strongestOf(contributions);
  const shown = strongest.reduce((sum, { phi }) => sum + phi, base);
  return {
    contact_id: personal ? contact_id : maskedText(contact_id),
    location_id,
    probability,
    level,
    last_event_at: formatInstant(last),
    base,
    factors: strongest.map((one) => factorFigure(one, personal)),
    others_phi: logit - shown,
    logit,
    action: recommendedFor(
      purpose,
      {
        location_id,
        level,
        raising: strongest.flatMap(({ name, phi }) => (phi > 0 ? [name] : [])),
        known: contact.known,
      },
      rules,
    ),
  };
}

/** By what they add or take, the strongest first. */
function strongestOf(contributions: readonly Contribution[]): readonly Contribution[] {
  return contributions
    .filter(({ phi }) => phi !== 0)
    .sort((one, other) => Math.abs(other.phi) - Math.abs(one.phi))
    .slice(0, FACTORS_SHOWN);
}

export function factorFigure(contribution: Contribution, personal: boolean): FactorFigure {
  const { name, label, phi } = contribution;
  const value = personal ? contribution.value : maskedCell(contribution.value);
  return { factor: name, label, value, phi, text: wordsOf({ name, label }, value) };
}
