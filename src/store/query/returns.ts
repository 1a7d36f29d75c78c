/** Who came back: contacts by the bucket of their first event of a type, and the buckets in which they did another. */

import type { Bucket } from "../../catalogue/period.ts";
import type { Grain } from "../../catalogue/types.ts";
import { bound } from "./binds.ts";
import { type Listing, listScope } from "./list.ts";
import { type Scope, visibleSql, withinSql } from "./scope.ts";
import { instantSql } from "./time.ts";

export interface ReturnsAsked {
  /** Its range is what the buckets cover. */
  scope: Listing["scope"];
  grain: Grain;
  birth: string;
  /** What counts as coming back. */
  return: string;
}

/** Contacts of a cohort: all of them (`came` null), or those with a return in the bucket of that label. */
export interface ReturnRow {
  /** Label of the bucket of birth. */
  born: number;
  came: number | null;
  contacts: number;
}

/**
 * A contact is born at its first event of the type ever, as far as the filters let see; it comes back with each event at or
 * after that moment, the first one included where both types are the same.
 */
export function returnsSql(asked: ReturnsAsked): { sql: string; params: Scope["params"]; buckets: readonly Bucket[] } {
  const { from, to } = asked.scope;
  const scope = listScope(asked.scope, { grain: asked.grain });
  const typed = (type: string): string =>
    `type = ${bound(scope.params, type)} AND contact_id IS NOT NULL AND ${visibleSql(scope)}`;
  const born = `SELECT contact_id, min(time) AS first FROM events WHERE time < ${instantSql(to)} AND ${typed(asked.birth)} GROUP BY contact_id`;
  const sql =
    `WITH births AS MATERIALIZED (SELECT contact_id, first, ${scope.time.label("first")} AS born FROM (${born}) WHERE first >= ${instantSql(from)}), ` +
    `came AS (SELECT DISTINCT contact_id, born, ${scope.time.label("time")} AS came FROM events JOIN births USING (contact_id) ` +
    `WHERE ${withinSql("time", from, to)} AND time >= first AND ${typed(asked.return)}) ` +
    "SELECT born, NULL::BIGINT AS came, count(*) AS contacts FROM births GROUP BY born " +
    "UNION ALL SELECT born, came, count(*) FROM came GROUP BY born, came";
  return { sql, params: scope.params, buckets: scope.buckets };
}
