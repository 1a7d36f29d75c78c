/** The values of a field with how many events have each: for suggestions, so never more than are asked for. */
import { fieldSql } from "../condition.ts";
import type { Param } from "../values.ts";
import { bound } from "./binds.ts";
import { type Listing, listScope } from "./list.ts";
import { visibleSql, withinSql } from "./scope.ts";

export interface Counting {
  scope: Listing["scope"];
  /** One that exists. */
  field: string;
  /** Part of the value, whatever its case; empty: any. */
  search: string;
  limit: number;
}

type Rows = <Row>(sql: string, params: readonly Param[]) => Promise<Row[]>;

/** The most frequent first; equally frequent ones by name. Throws QuestionFault for a field that does not exist. */
export function countedValues(
  rows: Rows,
  { scope: asked, field, search, limit }: Counting,
): Promise<{ value: string; events: number }[]> {
  const scope = listScope(asked, { by: [field] });
  const value = `CAST(${fieldSql(field)} AS VARCHAR)`;
  const where = [withinSql("time", asked.from, asked.to), visibleSql(scope)];
  const found = search === "" ? "" : ` AND contains(lower(value), ${bound(scope.params, search.toLowerCase())})`;
  return rows(
    `SELECT value, count(*) AS events FROM (SELECT ${value} AS value FROM events WHERE ${where.join(" AND ")}) ` +
      `WHERE value IS NOT NULL AND value <> ''${found} GROUP BY value ORDER BY events DESC, value LIMIT ${limit}`,
    scope.params,
  );
}
