/**
 * The formula form: how a KPI is written down, by us and by users.
 * It must never reach the database as text: what leaves this folder is a tree.
 */
import { faultText, parseFormula } from "./formula/parse.ts";
import type { Aggregate, Expression } from "./types.ts";

export { FORMULA_CHARS_MAX, faultText, parseCondition, parseFormula } from "./formula/parse.ts";
export { printCondition, printFormula } from "./formula/print.ts";

const parsed = new Map<string, Expression>();
const PARSED_MAX = 1_000;

/** The expression of a formula that is known to be right; throws with the place of the fault. */
export function expressionOf(formula: string): Expression {
  const known = parsed.get(formula);
  if (known) return known;
  const result = parseFormula(formula);
  if (!result.ok) {
    throw new Error(`formula: ${faultText(result.fault)}`);
  }
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(formula, result.expression);
  return result.expression;
}

/** Every aggregate of an expression, left to right. */
export function aggregatesOf(expression: Expression): readonly Aggregate[] {
  if ("agg" in expression) return [expression];
  if ("number" in expression) return [];
  return [...aggregatesOf(expression.left), ...aggregatesOf(expression.right)];
}

/** Both sides put together; null where nothing is below the line. */
export function combined(op: "+" | "-" | "*" | "/", left: number, right: number): number | null {
  switch (op) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0 ? null : left / right;
  }
}
