/**
 * The chance of every open lead, the best first: a probability where a model is in force, added points where none is.
 * It must never show points as a probability.
 */
import { byPoints } from "./call-first.ts";
import { type Asked, framed, type ReportParts } from "./common.ts";
import { quarterOf } from "./history.ts";
import { scoreContacts } from "./scored-contacts.ts";

export interface Chance {
  method: "model" | "added_points";
  /** Null by points. */
  probability: number | null;
  /** Null by a model. */
  points: number | null;
  level: "low" | "medium" | "high";
}

/** By contact, in their order; of one that is a lead in several locations, the best. */
export type Chances = ReadonlyMap<string, Chance>;

export async function leadChances(parts: ReportParts, asked: Asked): Promise<Chances> {
  const resolved = await framed(parts, asked);
  const t = quarterOf(resolved);
  const { models, contacts } = await scoreContacts(parts, resolved, { purpose: "conversion", t });
  const chances = new Map<string, Chance>();
  const add = (contact_id: string, chance: Chance): void => {
    if (!chances.has(contact_id)) chances.set(contact_id, chance);
  };
  for (const { contact_id, probability, level } of contacts)
    add(contact_id, { method: "model", probability, points: null, level });
  const unmodelled = models.flatMap(({ version, location_id }) => (version === null ? [location_id] : []));
  for (const { contact, score } of await byPoints(parts, resolved, { t, location_ids: unmodelled }))
    add(contact.contact_id, { method: "added_points", probability: null, points: score.score, level: score.level });
  return chances;
}
