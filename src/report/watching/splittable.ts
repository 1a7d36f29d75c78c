/** How a KPI is taken apart: what of its segments tells what they did to the whole. */

import { readsOf } from "../../catalogue/formula/reads.ts";
import { expressionOf, printFormula } from "../../catalogue/formula.ts";
import type { Aggregate, Expression, Kpi, Unit } from "../../catalogue/types.ts";
import { kpiFrom } from "../custom-kpis.ts";
import { addsUp } from "./kinds.ts";

/**
 * A sum: what segments have adds up to the whole. A rate: what each has above and below the line. A mean of figures that do
 * not add up (percentiles): each segment's own, weighed by its events. A quotient of unlike events (cost for each lead): what
 * each has above the line, divided by all that is below it.
 */
export type Splittable =
  | { as: "sum"; own: Kpi }
  | { as: "rate"; own: Kpi; below: Kpi }
  | { as: "weighed"; own: Kpi; events: Kpi }
  | { as: "divided"; own: Kpi; whole: Kpi };

/** Null where segments say nothing of the whole. */
export function splittable(kpi: Kpi): Splittable | null {
  const expression = expressionOf(kpi.formula);
  if (addsUp(kpi)) return { as: "sum", own: kpi };
  if ("agg" in expression) return ofAggregate(kpi, expression);
  if (!("op" in expression) || expression.op !== "/") return null;
  const { left, right } = expression;
  if (!isPlain(left) || !isPlain(right)) return null;
  const own = made(kpi, "above", left, kpi.unit);
  const below = made(kpi, "below", right, "count");
  return kpi.unit === "money" && !areAlike(left, right)
    ? { as: "divided", own, whole: below }
    : { as: "rate", own, below };
}

/** False where a split by the event's type would part what is above the line from what is below it. */
export function splitsByType(kpi: Kpi): boolean {
  const expression = expressionOf(kpi.formula);
  return !("op" in expression) || expression.op !== "/" || areAlike(expression.left, expression.right);
}

function ofAggregate(kpi: Kpi, aggregate: Aggregate): Splittable | null {
  switch (aggregate.agg) {
    case "contacts":
      // Nearly all contacts are in one segment of a dimension.
      return { as: "sum", own: kpi };
    case "mean": {
      const { field, where } = aggregate;
      const known = { field, op: "exists", value: true } as const;
      const counted = where === null ? known : { and: ["and" in where ? where.and : [where], [known]].flat() };
      return {
        as: "rate",
        own: made(kpi, "above", { agg: "sum", field, where }, kpi.unit),
        below: made(kpi, "below", { agg: "count", where: counted }, "count"),
      };
    }
    case "percentile":
      return {
        as: "weighed",
        own: kpi,
        events: made(kpi, "events", { agg: "count", where: aggregate.where }, "count"),
      };
    default:
      return null;
  }
}

/** About the same types of events. */
function areAlike(left: Expression, right: Expression): boolean {
  const [above, below] = [left, right].map((side) => JSON.stringify(readsOf(side).types));
  return above === below;
}

/** Sums and counts, added up or taken off. */
function isPlain(expression: Expression): boolean {
  if ("number" in expression) return true;
  if ("op" in expression)
    return expression.op !== "/" && expression.op !== "*" && isPlain(expression.left) && isPlain(expression.right);
  return ["count", "sum", "commission", "contacts"].includes(expression.agg);
}

function made(kpi: Kpi, part: string, expression: Expression, unit: Unit): Kpi {
  return kpiFrom(`${kpi.key} ${part}`, {
    label: kpi.label,
    unit,
    better: null,
    description: "",
    formula: printFormula(expression),
  });
}
