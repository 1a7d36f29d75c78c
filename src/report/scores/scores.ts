/** Scores as predictive insights show them: the highest, how many there are of each level, and what made them. */
import type { Framed, ReportParts } from "../common.ts";
import { scoreContacts } from "../scored-contacts.ts";
import type { Purpose } from "./definition.ts";
import { type ContactFigure, contactFigure } from "./figure.ts";
import type { ModelFigure } from "./models.ts";

export type ScoreMethod = ModelFigure["method"] | "several";

export interface Scores {
  method: ScoreMethod;
  /** What is scored. */
  description: string;
  /** One a location. */
  models: readonly ModelFigure[];
  /** Contacts that there are, and of those how many were scored. */
  considered: number;
  scored: number;
  levels: Readonly<Record<ContactFigure["level"], number>>;
  /** The highest first. */
  contacts: readonly ContactFigure[];
  /** Why none is scored. */
  reason: string | null;
}

const CONTACTS_MAX = 20;

const DESCRIPTIONS: Readonly<Record<Purpose, string>> = {
  conversion:
    "Open leads of the timeframe, of its last 90 days at most: how probable it is that they convert within the model's horizon.",
  churn:
    "Buyers of the period before the end of the timeframe, as long as the model's horizon: how probable it is that they buy nothing in the next.",
};

export async function scoresOf(
  parts: ReportParts,
  framed: Framed,
  purpose: Purpose,
  personal: boolean,
): Promise<Scores> {
  const { models, considered, contacts, reason } = await scoreContacts(parts, framed, { purpose });
  const rules = parts.control.recommendationRules();
  const of = (level: ContactFigure["level"]): number => contacts.filter((contact) => contact.level === level).length;
  return {
    method: methodOf(models),
    description: DESCRIPTIONS[purpose],
    models,
    considered,
    scored: contacts.length,
    levels: { high: of("high"), medium: of("medium"), low: of("low") },
    contacts: contacts.slice(0, CONTACTS_MAX).map((contact) => contactFigure(purpose, contact, rules, personal)),
    reason,
  };
}

export function methodOf(models: readonly ModelFigure[]): ScoreMethod {
  const methods = new Set(models.flatMap(({ method }) => (method === "none" ? [] : [method])));
  const [only = "none"] = methods;
  return methods.size > 1 ? "several" : only;
}
