/** What a formula reads: shown beside it, so that a slip of the pen (a field that nobody sends) is seen. */
import { aggregatesOf } from "../formula.ts";
import { comparisonsOf } from "../measures.ts";
import type { Aggregate, Comparison, Condition, Expression } from "../types.ts";

export interface Reads {
  /** Distinct, in order. */
  fields: readonly string[];
  /** Event types that are named. */
  types: readonly string[];
}

export function readsOf(expression: Expression): Reads {
  const aggregates = aggregatesOf(expression);
  const comparisons = aggregates.flatMap(conditionsOf).flatMap(comparisonsOf);
  const measured = aggregates.flatMap((aggregate) => ("field" in aggregate ? [aggregate.field] : []));
  const types = comparisons.filter(({ field }) => field === "type").flatMap(textsOf);
  return { fields: distinct([...measured, ...comparisons.map(({ field }) => field)]), types: distinct(types) };
}

function conditionsOf(aggregate: Aggregate): readonly Condition[] {
  if (aggregate.agg === "time_between") return [aggregate.from, aggregate.to];
  if (aggregate.agg === "contacts_latest") return [aggregate.where, aggregate.is];
  return "where" in aggregate && aggregate.where ? [aggregate.where] : [];
}

function textsOf({ value }: Comparison): readonly string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === "string");
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
