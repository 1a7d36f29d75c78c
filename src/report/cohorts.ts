/** Contacts by how probable the outcome is: how many there are now, and what became of those of the timeframe's beginning. */
import { formatInstant } from "../catalogue/time.ts";
import { bound } from "../store/query/binds.ts";
import { instantSql } from "../store/query/time.ts";
import type { Param } from "../store/values.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { endOf } from "./history.ts";
import { type ScoredContact, scoreContacts } from "./scored-contacts.ts";
import type { Purpose } from "./scores/definition.ts";
import { type ModelFigure, modelInForce } from "./scores/models.ts";

/** Contacts whose probability is in [from, to). */
export interface Band {
  from: number;
  to: number;
  contacts: number;
  /** How many of them the outcome is expected of: their probabilities added up. */
  predicted: number;
}

export interface Followed extends Band {
  /** Of how many it came, up to now. */
  observed: number;
}

export interface Cohorts {
  framed: Framed;
  models: readonly ModelFigure[];
  now: readonly Band[];
  earlier: {
    /** Scored with what was known then. */
    as_of: string;
    /** Outcomes are looked for up to here. */
    until: string;
    /** The horizon of every model is over. */
    complete: boolean;
    bands: readonly Followed[];
  };
  reason: string | null;
}

const BANDS = 10;
const DAY = 86_400_000_000;

export async function contactCohorts(parts: ReportParts, asked: Asked & { purpose: Purpose }): Promise<Cohorts> {
  const { purpose } = asked;
  const resolved = await framed(parts, asked);
  const as_of = Math.min(resolved.scope.from, endOf(resolved));
  const now = await scoreContacts(parts, resolved, { purpose });
  const earlier = await scoreContacts(parts, resolved, { purpose, t: as_of });
  const end = endOf(resolved);
  const followed: { contact: ScoredContact; came: boolean }[] = [];
  let until = as_of;
  let complete = true;
  for (const [location_id, contacts] of Map.groupBy(earlier.contacts, (contact) => contact.location_id)) {
    const definition = modelInForce(parts.control, location_id, purpose)?.definition;
    if (!definition) continue;
    const over = as_of + definition.horizon_days * DAY;
    const met = await whoHad(parts, resolved, location_id, definition.target, { from: as_of, to: Math.min(over, end) });
    for (const contact of contacts)
      followed.push({ contact, came: met.has(contact.contact_id) === (purpose === "conversion") });
    until = Math.max(until, Math.min(over, end));
    complete &&= over <= end;
  }
  return {
    framed: resolved,
    models: now.models,
    now: bandsOf(now.contacts, (contact) => contact).map(({ of: _, ...band }) => band),
    earlier: {
      as_of: formatInstant(as_of),
      until: formatInstant(until),
      complete,
      bands: bandsOf(followed, ({ contact }) => contact).map(({ of, ...band }) => ({
        ...band,
        observed: of.filter(({ came }) => came).length,
      })),
    },
    reason: now.reason,
  };
}

/** Ten of equal width; the last one holds 1 as well. */
function bandsOf<One>(all: readonly One[], contactOf: (one: One) => ScoredContact): (Band & { of: readonly One[] })[] {
  const probability = (one: One): number => contactOf(one).probability;
  const banded = Map.groupBy(all, (one) => Math.min(BANDS - 1, Math.floor(probability(one) * BANDS)));
  return Array.from({ length: BANDS }, (_, band) => {
    const of = banded.get(band) ?? [];
    const predicted = of.reduce((sum, one) => sum + probability(one), 0);
    return { from: band / BANDS, to: (band + 1) / BANDS, contacts: of.length, predicted, of };
  });
}

async function whoHad(
  { store }: ReportParts,
  { scope }: Framed,
  location_id: string,
  types: readonly string[],
  { from, to }: { from: number; to: number },
): Promise<ReadonlySet<string>> {
  const params: Param[] = [];
  const rows = await store.rows<{ contact_id: string }>(
    `SELECT DISTINCT contact_id FROM events WHERE location_id = ${bound(params, location_id)} AND contact_id IS NOT NULL
     AND list_contains(${bound(params, types)}, type) AND time >= ${instantSql(from)} AND time < ${instantSql(to)}`,
    params,
    scope.signal,
  );
  return new Set(rows.map(({ contact_id }) => contact_id));
}
