/** What was measured, event by event: for those who look at many ranges of the same stretch of time. */
import type { Condition } from "../../catalogue/types.ts";
import { fieldSql, numberSql } from "../condition.ts";
import type { Question } from "../store.ts";
import type { Param } from "../values.ts";
import { scopeOf, visibleSql, whereSql, withinSql } from "./scope.ts";

export interface Measurement {
  /** Microseconds. */
  time: number;
  bot_id: string | null;
  value: number;
}

export interface Measuring {
  scope: Pick<Question, "from" | "to" | "timezone" | "locations" | "filters">;
  field: string;
  where: Condition | null;
  most: number;
}

type Rows = <Row>(sql: string, params: readonly Param[]) => Promise<Row[]>;

/** In the order of time; null when there are more than `most`. */
export async function measurementsOf(
  rows: Rows,
  { scope: given, field, where, most }: Measuring,
): Promise<readonly Measurement[] | null> {
  const scope = scopeOf({ ...given, kpis: [], by: [], grain: null, rules: [] });
  const number = `(${numberSql(field, fieldSql(field))})::DOUBLE`;
  const sql =
    `SELECT epoch_us(time) AS time, bot_id, ${number} AS value FROM events WHERE ${withinSql("time", given.from, given.to)} ` +
    `AND ${visibleSql(scope)} AND ${whereSql(scope, where)} AND ${number} IS NOT NULL ORDER BY time LIMIT ${most + 1}`;
  const found = await rows<Measurement>(sql, scope.params);
  return found.length > most ? null : found;
}
