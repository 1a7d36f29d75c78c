/** Events read one by one where no KPI tells enough: the same timeframe, rights and filters as every question, in bound SQL. */
import { checkFields, scopeOf, visibleSql, withinSql } from "../store/query/scope.ts";
import type { Store } from "../store/store.ts";
import type { Framed } from "./common.ts";

export interface Scan {
  /** `WHERE` over the columns of events. */
  where: string;
  rows<Row>(sql: string): Promise<Row[]>;
}

/** Throws a QuestionFault for filters that name what does not exist. */
export function scanOf(store: Store, { scope }: Framed, range: { from: number; to: number } = scope): Scan {
  const question = { ...scope, ...range, kpis: [], by: [], grain: null };
  checkFields(question);
  const resolved = scopeOf(question);
  const where = `${withinSql("time", range.from, range.to)} AND ${visibleSql(resolved)}`;
  return { where, rows: (sql) => store.rows(sql, resolved.params, scope.signal) };
}
