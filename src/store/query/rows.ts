/** Aggregates straight over events: exact, and as slow as there are events. */
import { fieldKind } from "../../catalogue/fields.ts";
import { typesIn } from "../../catalogue/measures.ts";
import type { Aggregate, Condition } from "../../catalogue/types.ts";
import { fieldSql, numberSql } from "../condition.ts";
import { rateSql } from "./commission.ts";
import { eventsSql, groupSql, keyItems, type Part, typesSql, whereSql } from "./scope.ts";

/** An aggregate and the number of its columns: a3, and b3 beside it for a mean. */
export interface Wanted {
  index: number;
  aggregate: Aggregate;
}

/** Aggregates that one scan can answer. */
export type RowAggregate = Extract<
  Aggregate,
  { agg: "count" | "sum" | "mean" | "percentile" | "contacts" | "commission" }
>;

export interface WantedRow {
  index: number;
  aggregate: RowAggregate;
}

export function isRowAggregate(wanted: Wanted): wanted is WantedRow {
  return ["count", "sum", "mean", "percentile", "contacts", "commission"].includes(wanted.aggregate.agg);
}

/** One SELECT for all of them. */
export function rowsBlock(part: Part, wanted: readonly WantedRow[]): string {
  const { scope } = part;
  const { from, to } = scope.question;
  const items = wanted.map((one) => itemSql(part, one)).join(", ");
  const types = typesSql(scope, typesOf(wanted.map(({ aggregate }) => aggregate.where)));
  const source = eventsSql(part, `${types}${measuredOnly(wanted)}`, from, to);
  return `SELECT ${keyItems(part)}, ${items}${seenCurrencies(part, wanted)} FROM ${source} ${groupSql(part)}`;
}

/**
 * A percentile's own scan knows only events that were measured, as its sketch does, and one of contacts only those of a
 * contact, as their rows do: what has none is no row of either.
 */
function measuredOnly(wanted: readonly WantedRow[]): string {
  if (wanted.every(({ aggregate }) => aggregate.agg === "contacts")) return " AND contact_id IS NOT NULL";
  const fields = new Set(wanted.map(({ aggregate }) => (aggregate.agg === "percentile" ? aggregate.field : null)));
  const [only = null] = fields;
  return only === null || fields.size > 1 ? "" : ` AND ${measured(only)} IS NOT NULL`;
}

/** True when money is in it, which must not be added over currencies. */
export function isMonetary(aggregate: Aggregate): boolean {
  return aggregate.agg === "commission" || ("field" in aggregate && fieldKind(aggregate.field) === "money");
}

/**
 * The first and the last currency beside what was added up: when they differ, the question is asked again by currency.
 * Nearly always they are the same, and one statement was enough.
 */
export function seenCurrencies(
  part: Part,
  wanted: readonly WantedRow[],
  [first, last] = ["currency", "currency"],
): string {
  const monetary = wanted.filter(({ aggregate }) => isMonetary(aggregate));
  if (part.currencies || monetary.length === 0) return "";
  const types = typesOf(monetary.map(({ aggregate }) => aggregate.where));
  const filter = types === null ? "" : ` FILTER (WHERE ${whereSql(part.scope, types)})`;
  return `, min(${first})${filter} AS ${FIRST_CURRENCY}, max(${last})${filter} AS ${LAST_CURRENCY}`;
}

export const FIRST_CURRENCY = "currency_first";
export const LAST_CURRENCY = "currency_last";

export function itemSql({ scope }: Part, { index, aggregate }: WantedRow): string {
  const filter = aggregate.where === null ? "" : ` FILTER (WHERE ${whereSql(scope, aggregate.where)})`;
  switch (aggregate.agg) {
    case "count":
      return `count(*)${filter} AS a${index}`;
    case "contacts":
      return `count(DISTINCT contact_id)${filter} AS a${index}`;
    case "commission":
      return `sum(CAST(value AS DECIMAL(26,4)) * ${rateSql(scope.rules, "time", scope.params)})${filter} AS a${index}`;
    case "sum":
      return `sum(${measured(aggregate.field)})${filter} AS a${index}`;
    case "mean":
      return `sum(${measured(aggregate.field)})${filter} AS a${index}, count(${measured(aggregate.field)})${filter} AS b${index}`;
    case "percentile":
      // In DECIMAL the interpolation would be cut off at the fourth place.
      return `quantile_cont((${measured(aggregate.field)})::DOUBLE, ${aggregate.p})${filter} AS a${index}`;
  }
}

/** A measurement as a number; of time parts only the UTC one makes sense as a measurement. */
function measured(field: string): string {
  return numberSql(field, fieldSql(field));
}

/** The types that all the conditions together can match, as a condition; null when one of them names none. */
export function typesOf(conditions: readonly (Condition | null)[]): Condition | null {
  const types = new Set<string>();
  for (const condition of conditions) {
    const named = condition === null ? null : typesIn(condition);
    if (named === null) return null;
    for (const type of named) types.add(type);
  }
  return { field: "type", op: "in", value: [...types] };
}
