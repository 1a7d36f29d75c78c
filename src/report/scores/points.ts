/** Whom a score is about at a moment: open leads, and buyers of the period that ends then. SQL of points for examine.ts. */
import { bound } from "../../store/query/binds.ts";
import { instantSql } from "../../store/query/time.ts";
import type { Param } from "../../store/values.ts";
import type { Definition, Purpose } from "./definition.ts";

const DAY = 86_400_000_000;
/** A lead of which nothing was heard for longer is no open one. */
const LEAD_LIFE_DAYS = 180;

export interface Whose {
  params: Param[];
  location_id: string;
  /** The moment; microseconds. */
  t: number;
  /** SQL of contact ids: only those; null for everyone. */
  among: string | null;
  most: number;
}

/** The contacts, those heard last first. */
export function pointsSql(
  purpose: Purpose,
  definition: Pick<Definition, "entry" | "target" | "lost" | "horizon_days">,
  whose: Whose,
): string {
  const { t, among, most } = whose;
  const found = purpose === "conversion" ? leadsSql(definition, whose) : buyersSql(definition, whose);
  return (
    `SELECT contact_id, ${instantSql(t)} AS t, false AS at_entry, false AS outcome FROM (${found}) ` +
    `${among === null ? "" : `WHERE contact_id IN (${among}) `}ORDER BY last DESC, contact_id LIMIT ${most}`
  );
}

/** Came in, and neither converted nor lost since. Only the steps that say so are read. */
function leadsSql(
  { entry, target, lost }: Pick<Definition, "entry" | "target" | "lost">,
  { params, location_id, t }: Whose,
): string {
  const entering = `list_contains(${bound(params, entry)}, type)`;
  const closing = `list_contains(${bound(params, [...target, ...lost])}, type)`;
  return (
    `SELECT contact_id, max(time) AS last, max(time) FILTER (${entering}) AS entry_at, max(time) FILTER (${closing}) AS closed_at ` +
    `FROM events WHERE location_id = ${bound(params, location_id)} AND contact_id IS NOT NULL AND (${entering} OR ${closing}) ` +
    `AND time >= ${instantSql(t - LEAD_LIFE_DAYS * DAY)} AND time < ${instantSql(t)} GROUP BY contact_id ` +
    "HAVING entry_at IS NOT NULL AND (closed_at IS NULL OR closed_at < entry_at)"
  );
}

/** Bought in the period before: as churned_contacts counts them. */
function buyersSql(
  { target, horizon_days }: Pick<Definition, "target" | "horizon_days">,
  { params, location_id, t }: Whose,
): string {
  return (
    `SELECT contact_id, max(time) AS last FROM events WHERE location_id = ${bound(params, location_id)} AND contact_id IS NOT NULL ` +
    `AND list_contains(${bound(params, target)}, type) AND time >= ${instantSql(t - horizon_days * DAY)} AND time < ${instantSql(t)} GROUP BY contact_id`
  );
}
