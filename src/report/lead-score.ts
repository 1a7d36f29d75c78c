/**
 * One contact's chance, opened: what it rests on, how good what says so is, what it was a week ago, and what to do.
 * It must never show points as a probability.
 */
import { type WaterfallStep, waterfallOf } from "../analysis/conversion/waterfall.ts";
import { byPoints } from "./call-first.ts";
import type { Framed, ReportParts } from "./common.ts";
import { quarterOf } from "./history.ts";
import { type Recommended, recommendedFor } from "./recommended.ts";
import { type ScoredContact, scoreContacts } from "./scored-contacts.ts";
import type { Purpose } from "./scores/definition.ts";
import { contactFigure, factorFigure } from "./scores/figure.ts";
import { type ModelFigure, modelFigure } from "./scores/models.ts";

/** A step of the way to the probability, in words. */
export interface ScoreStep extends Pick<WaterfallStep, "kind" | "phi" | "from" | "to"> {
  text: string;
}

interface ScoreOf {
  purpose: Purpose;
  location_id: string;
  level: "low" | "medium" | "high";
  action: Recommended | null;
}

export interface ModelScore extends ScoreOf {
  method: "model";
  probability: number;
  /** With what was known a week before, by the same model; null where it was not one of those that are scored. */
  week_before: number | null;
  steps: readonly ScoreStep[];
  model: ModelFigure;
  /** What came of those who were given about as much. */
  band: { from: number; to: number; observed: number; count: number } | null;
}

export interface PointsScore extends ScoreOf {
  method: "added_points";
  points: number;
  /** Their points add up to the score. */
  factors: readonly { text: string; points: number }[];
  /** Why there is no probability. */
  reason: string;
}

export type LeadScore = ModelScore | PointsScore;

const FACTORS_SHOWN = 6;
const WEEK = 7 * 86_400_000_000;

export interface LeadScoreAsked {
  purpose: Purpose;
  contact_id: string;
  personal: boolean;
}

/** Of now; null for one who is no open lead (of churn: no buyer) anywhere that `framed` sees. */
export async function leadScore(
  parts: ReportParts,
  framed: Framed,
  { purpose, contact_id, personal }: LeadScoreAsked,
): Promise<LeadScore | null> {
  const t = quarterOf(framed);
  const { contacts, models } = await scoreContacts(parts, framed, { purpose, contact_id, t });
  const [contact] = contacts;
  if (contact) {
    const before = await scoreContacts(parts, framed, { purpose, contact_id, t: t - WEEK });
    const same = before.contacts.find(({ location_id }) => location_id === contact.location_id);
    return modelScore(parts, purpose, contact, same?.probability ?? null, personal);
  }
  if (purpose !== "conversion") return null;
  const location_ids = models.flatMap(({ version, location_id }) => (version === null ? [location_id] : []));
  const [pointed] = await byPoints(parts, framed, { t, location_ids, contact_id });
  if (!pointed) return null;
  const { location_id, known } = pointed.contact;
  const { score, level, factors } = pointed.score;
  const judged = { location_id, level, raising: [], known };
  return {
    purpose,
    method: "added_points",
    location_id,
    level,
    points: score,
    factors: factors.map(({ text, points }) => ({ text, points })),
    reason: modelFigure(parts.control, location_id, purpose).reason ?? "There is no model yet.",
    action: recommendedFor(purpose, judged, parts.control.recommendationRules()),
  };
}

function modelScore(
  { control }: ReportParts,
  purpose: Purpose,
  contact: ScoredContact,
  week_before: number | null,
  personal: boolean,
): ModelScore {
  const { location_id, probability, level } = contact;
  const model = modelFigure(control, location_id, purpose);
  const measured = model.quality?.later ?? model.quality?.cross_validation;
  const band = measured?.calibration.find(({ from, to }) => probability >= from && (probability < to || to === 1));
  return {
    purpose,
    method: "model",
    location_id,
    level,
    probability,
    week_before,
    steps: waterfallOf(contact.explain(), FACTORS_SHOWN).map((step) => scoreStep(step, personal)),
    model,
    band: band && band.count > 0 ? band : null,
    action: contactFigure(purpose, contact, control.recommendationRules(), personal).action,
  };
}

function scoreStep({ kind, contribution, factors, phi, from, to }: WaterfallStep, personal: boolean): ScoreStep {
  const text = contribution ? factorFigure(contribution, personal).text : TEXTS[kind];
  return { kind, phi, from, to, text: kind === "others" ? `${factors} smaller factors` : text };
}

const TEXTS: Readonly<Record<WaterfallStep["kind"], string>> = {
  base: "Average contact",
  factor: "",
  others: "",
  calibration: "Corrected by what came of others",
  total: "This contact",
};
