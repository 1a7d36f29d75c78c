/** One figure by several dimensions at once, in one scan of the events: which segments of each moved most in the last bucket. */
import { aggregatesOf, expressionOf } from "../../catalogue/formula.ts";
import type { Aggregate, Condition, Kpi } from "../../catalogue/types.ts";
import type { Question } from "../store.ts";
import type { Param } from "../values.ts";
import { isRowAggregate, itemSql, typesOf, type WantedRow } from "./rows.ts";
import { eventsSql, type Part, scopeOf, typesSql } from "./scope.ts";
import { orderSql } from "./statement.ts";

export interface Splits {
  sql: string;
  params: readonly Param[];
}

/** A row of the answer. */
export interface SplitRow {
  /** The place of its dimension in `by`. */
  place: number;
  segment: string | null;
  /** Of the bucket. */
  label: number;
  /** Of each figure, in the order they were asked. */
  [figure: `v${number}`]: number | null;
}

/**
 * Of each dimension in `by` the `most` segments of which a figure in the last bucket is furthest from its mean before, with
 * all figures in each bucket where they have any. In doubles: for looking into what moved, not for adding up. Null where
 * events alone cannot answer a figure.
 */
export function splitsSql(question: Question, currency: string | null, most: number): Splits | null {
  const { kpis, by } = question;
  const indexes = new Map<Aggregate, number>();
  const wanted: WantedRow[] = [];
  const figures = kpis.map(({ formula }: Kpi) => expressionOf(formula));
  for (const aggregate of figures.flatMap(aggregatesOf)) {
    const one = { index: indexes.size, aggregate };
    if (!isRowAggregate(one)) return null;
    indexes.set(aggregate, one.index);
    wanted.push(one);
  }
  const scope = scopeOf(question);
  const part: Part = { scope: { ...scope, filter: inCurrency(scope.filter, currency) }, currencies: null };
  const events = eventsSql(
    part,
    typesSql(part.scope, typesOf(wanted.map(({ aggregate }) => aggregate.where))),
    question.from,
    question.to,
  );
  const last = scope.buckets.at(-1)?.label ?? 0;
  const before = Math.max(1, scope.buckets.length - 1);
  const keys = by.map((_, place) => `k${place}`);
  const which = (then: (key: string, place: number) => string): string =>
    `CASE ${keys.map((key, place) => `WHEN GROUPING(${key}) = 0 THEN ${then(key, place)}`).join(" ")} END`;
  const items = wanted.map((one) => itemSql(part, one)).join(", ");
  const values = figures.map((figure, place) => `${orderSql(figure, indexes)} AS v${place}`).join(", ");
  const movedOf = (place: number): string =>
    `abs(coalesce(sum(v${place}) FILTER (WHERE label = ${last}), 0) - coalesce(sum(v${place}) FILTER (WHERE label <> ${last}), 0) / ${before})`;
  const ranks = figures.map(
    (_, place) => `row_number() OVER (PARTITION BY place ORDER BY ${movedOf(place)} DESC, segment)`,
  );
  const sql = `WITH added AS (
      SELECT ${which((_, place) => String(place))} AS place, ${which((key) => `${key}::VARCHAR`)} AS segment, t AS label, ${items}
      FROM ${events} GROUP BY GROUPING SETS (${keys.map((key) => `(t, ${key})`).join(", ")})
    ), figures AS MATERIALIZED (SELECT place, segment, label, ${values} FROM added),
    ranked AS (
      SELECT place, segment, least(${ranks.join(", ")}) AS rank
      FROM figures GROUP BY place, segment
    )
    SELECT figures.* FROM figures JOIN ranked ON ranked.place = figures.place
      AND ranked.segment IS NOT DISTINCT FROM figures.segment WHERE rank <= ${most}`;
  return { sql, params: part.scope.params };
}

/** What has no currency counts in each. */
function inCurrency(filter: Condition | null, currency: string | null): Condition | null {
  if (currency === null) return filter;
  const own: Condition = {
    or: [
      { field: "currency", op: "eq", value: currency },
      { field: "currency", op: "exists", value: false },
    ],
  };
  return filter === null ? own : { and: [filter, own] };
}
