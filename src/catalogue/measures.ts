/** What the rollups hold, derived from the formulas of the built-in KPIs: a new KPI brings its own columns. */
import { fieldKind } from "./fields.ts";
import { aggregatesOf, expressionOf, printCondition } from "./formula.ts";
import { KPIS } from "./kpis.ts";
import type { Aggregate, Comparison, Condition } from "./types.ts";

/** One additive column of a rollup row. A count with a field counts the events where that field is known. */
export interface Measure {
  column: string;
  kind: "count" | "sum" | "decimal_sum";
  field: string | null;
  where: Condition | null;
}

/** One mergeable histogram. */
export interface Sketch {
  name: string;
  field: string;
  where: Condition | null;
  /** Kept by location alone, over all types and bots: nearly every event has a value of its own. */
  whole?: true;
}

/** The fields that rollup rows are kept apart by. */
export const ROLLUP_KEYS: ReadonlySet<string> = new Set(["type", "bot_id", "location_id", "currency"]);
/** The fields that sketches and contact days are kept apart by. */
export const SKETCH_KEYS: ReadonlySet<string> = new Set(["type", "bot_id", "location_id"]);

/** The fields of sketches that are kept whole. */
export const WHOLE_KEYS: ReadonlySet<string> = new Set(["location_id"]);
/** By type and bot, a histogram of them would be as long as the events. */
const WHOLE: ReadonlySet<string> = new Set(["ingest_lag_ms"]);

/** Every column of the rollup tables beside the keys; the first is the number of events. */
export function rollupMeasures(): readonly Measure[] {
  return MEASURES;
}

/** Every histogram of the sketch tables. */
export function rollupSketches(): readonly Sketch[] {
  return SKETCHES;
}

/** The measures that add up to an aggregate, or null when it is not additive. */
export function measuresOf(aggregate: Aggregate, keys: ReadonlySet<string> = ROLLUP_KEYS): readonly Measure[] | null {
  switch (aggregate.agg) {
    case "count":
      return [measure("count", null, splitCondition(aggregate.where, keys, null).residual)];
    case "commission":
      return [measure("decimal_sum", "value", splitCondition(aggregate.where, keys, "value").residual)];
    case "sum":
      return [sumOf(aggregate.field, splitCondition(aggregate.where, keys, aggregate.field).residual)];
    case "mean": {
      const { residual } = splitCondition(aggregate.where, keys, aggregate.field);
      return [sumOf(aggregate.field, residual), measure("count", aggregate.field, residual)];
    }
    default:
      return null;
  }
}

/** The histogram that answers a percentile. */
export function sketchOf(field: string, where: Condition | null): Sketch {
  const { residual } = splitCondition(where, SKETCH_KEYS, field);
  return { name: named(field, residual), field, where: residual, ...(WHOLE.has(field) ? { whole: true } : {}) };
}

/**
 * Parts a condition into what the keys of a rollup row can answer and what only the event can (the residual).
 * A residual that reads `data` keeps its condition on the type, so that other events' JSON is never opened.
 */
export function splitCondition(
  where: Condition | null,
  keys: ReadonlySet<string>,
  field: string | null,
): { key: Condition | null; residual: Condition | null } {
  const parts = where === null ? [] : "and" in where ? where.and : [where];
  const key = parts.filter((part) => fieldsOf(part).every((name) => keys.has(name)));
  const rest = parts.filter((part) => !key.includes(part));
  const opens = (field !== null && opensData(field)) || rest.some((part) => fieldsOf(part).some(opensData));
  const kept = opens ? key.filter((part) => fieldsOf(part).every((name) => name === "type")) : [];
  return { key: all(key), residual: all([...kept, ...rest]) };
}

/** Every field that a condition names. */
export function fieldsOf(condition: Condition): readonly string[] {
  return comparisonsOf(condition).map((comparison) => comparison.field);
}

/** The conjunction; null when there is nothing to hold. */
export function all(conditions: readonly Condition[]): Condition | null {
  const [only] = conditions;
  return only === undefined ? null : conditions.length === 1 ? only : { and: conditions };
}

/** The event types that a condition can match at most; null when it names none. */
export function typesIn(condition: Condition): readonly string[] | null {
  if ("and" in condition) return condition.and.map(typesIn).find((types) => types !== null) ?? null;
  if ("or" in condition) {
    const each = condition.or.map(typesIn);
    return each.some((types) => types === null) ? null : each.flatMap((types) => types ?? []);
  }
  if ("not" in condition || condition.field !== "type") return null;
  if (condition.op !== "eq" && condition.op !== "in") return null;
  const values = typeof condition.value === "object" ? condition.value : [condition.value];
  return values.map(String);
}

/** Every comparison in a condition. */
export function comparisonsOf(condition: Condition): readonly Comparison[] {
  if ("and" in condition) return condition.and.flatMap(comparisonsOf);
  if ("or" in condition) return condition.or.flatMap(comparisonsOf);
  if ("not" in condition) return comparisonsOf(condition.not);
  return [condition];
}

function opensData(field: string): boolean {
  return fieldKind(field) === "data" || field === "temperature" || field === "stage" || field === "ml_response_ms";
}

function sumOf(field: string, where: Condition | null): Measure {
  return measure(fieldKind(field) === "money" ? "decimal_sum" : "sum", field, where);
}

function measure(kind: Measure["kind"], field: string | null, where: Condition | null): Measure {
  const verb = kind === "count" ? "n" : "sum";
  return { column: named(field ? `${verb}_${field}` : verb, where), kind, field, where };
}

function named(what: string, where: Condition | null): string {
  return slug(where ? `${what}_if_${printCondition(where)}` : what);
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/!=/g, " ne "],
  [/<=/g, " lte "],
  [/>=/g, " gte "],
  [/</g, " lt "],
  [/>/g, " gt "],
];

function slug(text: string): string {
  const spelled = WORDS.reduce((result, [sign, word]) => result.replace(sign, word), text);
  return spelled
    .replace(/[^a-zA-Z0-9]+/g, "_")
    .replace(/^_|_$/g, "")
    .toLowerCase();
}

function derive(): { measures: readonly Measure[]; sketches: readonly Sketch[] } {
  const measures = new Map([["n", measure("count", null, null)]]);
  const sketches = new Map<string, Sketch>();
  for (const aggregate of KPIS.flatMap((kpi) => aggregatesOf(expressionOf(kpi.formula)))) {
    for (const one of measuresOf(aggregate) ?? []) keep(measures, one.column, one);
    if (aggregate.agg === "percentile") {
      const sketch = sketchOf(aggregate.field, aggregate.where);
      keep(sketches, sketch.name, sketch);
    }
  }
  return { measures: [...measures.values()], sketches: [...sketches.values()] };
}

function keep<T>(known: Map<string, T>, name: string, entry: T): void {
  const before = known.get(name);
  // Two definitions under one column name would silently mix their numbers.
  if (before && !Bun.deepEquals(before, entry)) throw new Error(`two different measures are called ${name}`);
  known.set(name, entry);
}

const { measures: MEASURES, sketches: SKETCHES } = derive();
