/** What to do about scores, by the rules that the team edits. */
import type { RecommendationConditions, RecommendationRule } from "../control/recommendations.ts";
import type { Known } from "./scored-contacts.ts";
import type { Purpose } from "./scores/definition.ts";
import type { ContactFigure } from "./scores/figure.ts";

/** What one rule says. */
export interface Recommended {
  action: string;
  title: string;
}

/** What to do about one contact. */
export interface Action extends Recommended {
  /** The score that calls for it. */
  model: Purpose;
  contact_id: string;
  location_id: string;
  probability: number;
  level: ContactFigure["level"];
  /** What the probability rests on. */
  because: readonly string[];
}

const ACTIONS_MAX = 10;

/** The highest of both scores that a rule is for, one action a contact and model. */
export function actionsOf(figures: Readonly<Record<Purpose, readonly ContactFigure[]>>): readonly Action[] {
  const actions = (["conversion", "churn"] as const).flatMap((model) =>
    figures[model].flatMap(({ action, contact_id, location_id, probability, level, factors }): Action[] => {
      if (action === null) return [];
      return [
        { ...action, model, contact_id, location_id, probability, level, because: factors.map(({ text }) => text) },
      ];
    }),
  );
  return actions.sort((one, other) => other.probability - one.probability).slice(0, ACTIONS_MAX);
}

/** What rules look at. */
export interface Judged {
  location_id: string;
  level: ContactFigure["level"];
  /** Features among the strongest that raise the score. */
  raising: readonly string[];
  known: Known;
}

/** By the first rule that holds: those of the contact's location come first, and of those the lowest position. */
export function recommendedFor(
  purpose: Purpose,
  contact: Judged,
  rules: readonly RecommendationRule[],
): Recommended | null {
  const rule = rules.find(
    (one) =>
      one.enabled &&
      one.purpose === purpose &&
      (one.location_id === null || one.location_id === contact.location_id) &&
      holds(one.conditions, contact),
  );
  return rule ? { action: rule.action, title: rule.title } : null;
}

/** All that are given hold. What is not known of a contact meets no condition about it. */
function holds(conditions: RecommendationConditions, { level, raising, known }: Judged): boolean {
  const { levels, factors, temperatures, stalled, silent_days_min, silent_days_max } = conditions;
  const silent = Number(known("silent_days") ?? Number.NaN);
  const temperature = known("temperature");
  return (
    (levels === undefined || levels.includes(level)) &&
    (factors === undefined || raising.some((name) => factors.includes(name))) &&
    (temperatures === undefined || (typeof temperature === "string" && temperatures.includes(temperature))) &&
    (stalled === undefined || (known("stalled") === "yes") === stalled) &&
    (silent_days_min === undefined || silent >= silent_days_min) &&
    (silent_days_max === undefined || silent <= silent_days_max)
  );
}
