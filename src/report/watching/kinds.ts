/** Which KPIs make sense as a series of buckets, and what a detector has to know of each. */
import type { SeriesKind } from "../../analysis/anomaly/detector.ts";
import { readsOf } from "../../catalogue/formula/reads.ts";
import { aggregatesOf, expressionOf, printFormula } from "../../catalogue/formula.ts";
import { KPIS } from "../../catalogue/kpis.ts";
import { typesIn } from "../../catalogue/measures.ts";
import type { Aggregate, Condition, Expression, Kpi } from "../../catalogue/types.ts";
import { kpiFrom } from "../custom-kpis.ts";

/** Of buckets that are judged. */
export type WatchGrain = "hour" | "day";

const PERIODS: Readonly<Record<WatchGrain, readonly number[]>> = { hour: [24, 168], day: [7] };

/**
 * Aggregates that tell nothing of a single bucket: what is open at its end, who came back or stayed away within it, what
 * took less than it.
 */
const NO_SERIES: ReadonlySet<Aggregate["agg"]> = new Set([
  "open_conversations",
  "time_between",
  "churned",
  "contacts_before",
  "contacts_repeating",
]);
const ACROSS_BOTS: ReadonlySet<Aggregate["agg"]> = new Set(["new_contacts", "contacts_latest"]);
const ADDITIVE: ReadonlySet<Aggregate["agg"]> = new Set(["count", "sum", "commission"]);
const COUNTED: ReadonlySet<Aggregate["agg"]> = new Set(["count", "contacts", "contacts_latest", "new_contacts"]);

/** History that is brought in was years late, which says nothing of the day it is about. */
const NO_SERIES_FIELD = "ingest_lag_ms";

/** False for KPIs that are no series of buckets. */
export function isSeries({ formula }: Kpi): boolean {
  return aggregatesOf(expressionOf(formula)).every((aggregate) => {
    return !NO_SERIES.has(aggregate.agg) && !("field" in aggregate && aggregate.field === NO_SERIES_FIELD);
  });
}

/** False where a bot's part is another number than what it would be for that bot alone: who was there before it, and who came last. */
export function isOfBots({ formula }: Kpi): boolean {
  return aggregatesOf(expressionOf(formula)).every(({ agg }) => !ACROSS_BOTS.has(agg));
}

/** True where parts add up to the whole. */
export function addsUp({ formula }: Kpi): boolean {
  const expression = expressionOf(formula);
  return !divides(expression) && aggregatesOf(expression).every(({ agg }) => ADDITIVE.has(agg));
}

/** What a bucket without any event is worth: nothing, or unknown where nothing is below the line. */
export function nothingOf({ formula }: Kpi): 0 | null {
  return divides(expressionOf(formula)) ? null : 0;
}

/** True where an open bucket can only grow: sums of counts, and of amounts that are never taken back. */
export function onlyRises({ formula }: Kpi): boolean {
  const expression = expressionOf(formula);
  return addsOnly(expression) && aggregatesOf(expression).every(isRising);
}

/** Those of the catalogue. */
export const WATCHED_KPIS: readonly Kpi[] = KPIS.filter(isSeries);

/** What a detector must know of the KPI's series. */
export function kindOf(kpi: Kpi, grain: WatchGrain): SeriesKind {
  const expression = expressionOf(kpi.formula);
  return { periods: PERIODS[grain], counts: isCount(expression), ...boundsOf(kpi, expression) };
}

/** Of a share of counts: what is below the line, as a KPI of its own; null for what is no such share. */
export function belowTheLine(kpi: Kpi): Kpi | null {
  const expression = expressionOf(kpi.formula);
  if (!("op" in expression) || expression.op !== "/" || kpi.unit === "money") return null;
  const { left, right } = expression;
  if (![left, right].every((side) => isCount(side) && aggregatesOf(side).every(({ agg }) => agg === "count")))
    return null;
  return kpiFrom(`${kpi.key} below`, {
    label: "",
    unit: "count",
    better: null,
    description: "",
    formula: printFormula(right),
  });
}

/** The event types that a KPI reads at most; null: any. */
export function typesRead({ formula }: Kpi): readonly string[] | null {
  const expression = expressionOf(formula);
  const each = aggregatesOf(expression).map(conditionsOf);
  if (each.some((conditions) => conditions.length === 0 || conditions.some((one) => typesIn(one) === null)))
    return null;
  return readsOf(expression).types;
}

function conditionsOf(aggregate: Aggregate): readonly Condition[] {
  return "where" in aggregate && aggregate.where !== null ? [aggregate.where] : [];
}

function divides(expression: Expression): boolean {
  if (!("op" in expression))
    return "agg" in expression && (expression.agg === "mean" || expression.agg === "percentile");
  return expression.op === "/" || divides(expression.left) || divides(expression.right);
}

function addsOnly(expression: Expression): boolean {
  if (!("op" in expression)) return true;
  return expression.op === "+" && addsOnly(expression.left) && addsOnly(expression.right);
}

function isCount(expression: Expression): boolean {
  return !divides(expression) && aggregatesOf(expression).every(({ agg }) => COUNTED.has(agg));
}

/** Money that is sent may be below nothing, so that only what names no refund rises; the store keeps refunds below it. */
function isRising(aggregate: Aggregate): boolean {
  if (aggregate.agg === "count") return true;
  if (aggregate.agg !== "sum") return false;
  const types = aggregate.where === null ? null : typesIn(aggregate.where);
  return types !== null && !types.includes("refund_issued");
}

function boundsOf({ unit }: Kpi, expression: Expression): Pick<SeriesKind, "floor" | "ceiling"> {
  if (unit === "money" || unit === "score") return { floor: null, ceiling: null };
  if (unit !== "percent" && unit !== "ratio") return { floor: 0, ceiling: null };
  return { floor: 0, ceiling: isShareOfItself(expression) ? 1 : null };
}

/** Part of what is below the line: both sides are about the same events. */
function isShareOfItself(expression: Expression): boolean {
  if (!("op" in expression) || expression.op !== "/") return false;
  const [above, below] = [expression.left, expression.right].map((side) => JSON.stringify(readsOf(side).types));
  return above === below;
}
