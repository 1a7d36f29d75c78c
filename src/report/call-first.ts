/**
 * Whom to call first: by probability where a model is in force, behind them by added points where none is.
 * It must never show points as a probability.
 */
import { conversionScore, type Score } from "../analysis/scores.ts";
import type { Range } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import { type Asked, currencyOf, type Framed, framed, type ReportParts } from "./common.ts";
import { quarterOf } from "./history.ts";
import { maskedText } from "./personal.ts";
import { type Recommended, recommendedFor } from "./recommended.ts";
import { knownContacts, type ScoredContact, scoreContacts } from "./scored-contacts.ts";
import { type Purpose, USUAL } from "./scores/definition.ts";
import { type ContactFigure, contactFigure } from "./scores/figure.ts";
import type { ModelFigure } from "./scores/models.ts";

/** A list is of one moment on all its pages. */
export interface CallPage extends Range {
  as_of: number;
  offset: number;
}

export interface CallFirstAsked extends Asked {
  purpose: Purpose;
  after: CallPage | null;
  limit: number;
}

export interface ToCall {
  /** From 1. */
  rank: number;
  contact_id: string;
  location_id: string;
  method: "model" | "added_points";
  /** Null by points. */
  probability: number | null;
  /** Null by a model. */
  points: number | null;
  level: ContactFigure["level"];
  last_event_at: string;
  /** What it rests on: `phi` of a model, `points` of points. */
  factors: readonly { factor: string; text: string; phi: number | null; points: number | null }[];
  action: Recommended | null;
}

export interface CallFirst {
  framed: Framed;
  models: readonly ModelFigure[];
  considered: number;
  contacts: readonly ToCall[];
  next: CallPage | null;
  reason: string | null;
}

export async function callFirst(parts: ReportParts, asked: CallFirstAsked): Promise<CallFirst> {
  const { purpose, after, limit, personal = false } = asked;
  const given = await framed(parts, asked);
  const resolved: Framed = after ? { ...given, scope: { ...given.scope, from: after.from, to: after.to } } : given;
  const as_of = after?.as_of ?? quarterOf(resolved);
  const { models, considered, contacts, reason } = await scoreContacts(parts, resolved, { purpose, t: as_of });
  const rules = parts.control.recommendationRules();
  const offset = after?.offset ?? 0;
  const byModel = contacts.slice(offset, offset + limit).map((contact, index) => {
    const { probability, level, last_event_at, factors, action, contact_id, location_id } = contactFigure(
      purpose,
      contact,
      rules,
      personal,
    );
    const rest = { probability, points: null, level, last_event_at, action };
    const shown = factors.map(({ factor, text, phi }) => ({ factor, text, phi, points: null }));
    return { rank: offset + index + 1, contact_id, location_id, method: "model" as const, ...rest, factors: shown };
  });
  const unmodelled = models.flatMap(({ version, location_id }) => (version === null ? [location_id] : []));
  const pointed =
    purpose === "conversion" ? await byPoints(parts, resolved, { t: as_of, location_ids: unmodelled }) : [];
  const start = Math.max(0, offset - contacts.length);
  const behind = pointed.slice(start, start + limit - byModel.length).map((one, index): ToCall => {
    const { contact, score } = one;
    const judged = { location_id: contact.location_id, level: score.level, raising: [], known: contact.known };
    return {
      rank: contacts.length + start + index + 1,
      contact_id: personal ? contact.contact_id : maskedText(contact.contact_id),
      location_id: contact.location_id,
      method: "added_points",
      probability: null,
      points: score.score,
      level: score.level,
      last_event_at: formatInstant(contact.last),
      factors: score.factors.slice(0, 3).map(({ factor, text, points }) => ({ factor, text, phi: null, points })),
      action: recommendedFor(purpose, judged, rules),
    };
  });
  const shown = [...byModel, ...behind];
  const { from, to } = resolved.scope;
  const more = offset + shown.length < contacts.length + pointed.length;
  return {
    framed: resolved,
    models,
    considered,
    contacts: shown,
    next: more ? { from, to, as_of, offset: offset + shown.length } : null,
    reason: shown.length > 0 || offset > 0 ? null : reason,
  };
}

export interface Pointed {
  contact: Pick<ScoredContact, "contact_id" | "location_id" | "last" | "known">;
  score: Score;
}

/** Leads of locations without a model: the facts that usually speak for one, added up. */
export async function byPoints(
  parts: ReportParts,
  framed: Framed,
  { t, location_ids, contact_id }: { t: number; location_ids: readonly string[]; contact_id?: string },
): Promise<readonly Pointed[]> {
  const pointed: Pointed[] = [];
  for (const location_id of location_ids) {
    const definition = { ...USUAL.conversion, currency: currencyOf(parts.control, [location_id]) };
    const asked = { purpose: "conversion" as const, t, ...(contact_id === undefined ? {} : { contact_id }) };
    for await (const { contact_id, last, known } of knownContacts(parts, framed, asked, location_id, definition)) {
      const number = (name: string): number => Number(known(name) ?? 0);
      const temperature = known("temperature");
      const score = conversionScore({
        temperature: temperature === null ? null : String(temperature),
        answered: Math.min(4, Math.round(number("answered"))),
        qualified: known("qualified") === "yes",
        stalled: known("stalled") === "yes",
        silent_days: number("silent_days"),
        recent_events: number("events_7d"),
      });
      pointed.push({ contact: { contact_id, location_id, last, known }, score });
    }
  }
  return pointed.sort(
    (one, other) =>
      other.score.score - one.score.score ||
      other.contact.last - one.contact.last ||
      (one.contact.contact_id < other.contact.contact_id ? -1 : 1),
  );
}
