/** Prints an expression or a condition in the formula form; parsing the print gives the same expression again. */
import type { Aggregate, Comparison, ComparisonOp, Condition, Expression, Scalar } from "../types.ts";

const SIGNS: Readonly<Partial<Record<ComparisonOp, string>>> = {
  eq: "=",
  ne: "!=",
  lt: "<",
  lte: "<=",
  gt: ">",
  gte: ">=",
  contains: "contains",
};
const PLAIN_SEGMENT = /^[\p{L}\p{N}_]+$/u;

/** One line of text. */
export function printFormula(expression: Expression): string {
  if ("number" in expression) return String(expression.number);
  if ("agg" in expression) return printAggregate(expression);
  const { op, left, right } = expression;
  const rank = rankOf(op);
  // Left-associative: an equal rank on the right needs its brackets.
  return `${bracketed(left, rank - 1)} ${op} ${bracketed(right, rank)}`;
}

/** A condition as it stands in an aggregate's brackets. */
export function printCondition(condition: Condition): string {
  if ("and" in condition) return condition.and.map((part) => inner(part, "and")).join(" and ");
  if ("or" in condition) return condition.or.map((part) => inner(part, "or")).join(" or ");
  if ("not" in condition)
    return `not ${"field" in condition.not ? printCondition(condition.not) : `(${printCondition(condition.not)})`}`;
  return printComparison(condition);
}

function printAggregate(aggregate: Aggregate): string {
  return `${aggregate.agg}(${argumentsOf(aggregate).join(", ")})`;
}

function argumentsOf(aggregate: Aggregate): string[] {
  switch (aggregate.agg) {
    case "count":
    case "contacts":
    case "commission":
      return optional(aggregate.where);
    case "sum":
    case "mean":
      return [printField(aggregate.field), ...optional(aggregate.where)];
    case "percentile":
      return [printField(aggregate.field), String(aggregate.p), ...optional(aggregate.where)];
    case "contacts_latest":
      return [printCondition(aggregate.where), printCondition(aggregate.is)];
    case "contacts_repeating":
      return [String(aggregate.least), printCondition(aggregate.where)];
    case "time_between":
      return [String(aggregate.p), printCondition(aggregate.from), printCondition(aggregate.to)];
    case "new_contacts":
      return [];
    case "churned":
    case "contacts_before":
      return [printCondition(aggregate.where)];
    case "open_conversations":
      return [String(aggregate.minutes)];
  }
}

function optional(where: Condition | null): string[] {
  return where ? [printCondition(where)] : [];
}

function rankOf(op: "+" | "-" | "*" | "/"): number {
  return op === "+" || op === "-" ? 1 : 2;
}

function bracketed(expression: Expression, above: number): string {
  const printed = printFormula(expression);
  return "op" in expression && rankOf(expression.op) <= above ? `(${printed})` : printed;
}

function inner(condition: Condition, within: "and" | "or"): string {
  const printed = printCondition(condition);
  const loose = "or" in condition || ("and" in condition && within === "and");
  return loose ? `(${printed})` : printed;
}

function printComparison({ field, op, value }: Comparison): string {
  const name = printField(field);
  if (op === "exists") return value === false ? `not ${name} exists` : `${name} exists`;
  if (op === "in") return `${name} in (${listOf(value).map(printScalar).join(", ")})`;
  return `${name} ${SIGNS[op]} ${listOf(value).map(printScalar).join(", ")}`;
}

function printField(field: string): string {
  return field
    .split(".")
    .map((segment) => (PLAIN_SEGMENT.test(segment) ? segment : quoted(segment)))
    .join(".");
}

function listOf(value: Scalar | readonly Scalar[]): readonly Scalar[] {
  return typeof value === "object" ? value : [value];
}

function printScalar(value: Scalar): string {
  return typeof value === "string" ? quoted(value) : String(value);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/gu, "\\$&")}"`;
}
