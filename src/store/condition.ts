/**
 * Conditions and fields as SQL over the columns of events.
 * It must never put a sent value into the text: values are bound; only catalogue constants are written as literals.
 */
import { dataPath, fieldKind } from "../catalogue/fields.ts";
import type { Measure } from "../catalogue/measures.ts";
import type { Comparison, Condition, Scalar } from "../catalogue/types.ts";
import { bound } from "./query/binds.ts";
import type { Param } from "./values.ts";

/** How fields and values are written; a question replaces fields that depend on its time zone. */
export interface SqlContext {
  /** SQL of a field, when it is not the column of events. */
  field?: (field: string) => string | null;
  /** Writes one value into the SQL: a placeholder or a literal. */
  value: (value: Scalar | readonly string[]) => string;
}

const COLUMNS: Readonly<Record<string, string>> = {
  type: "type",
  location_id: "location_id",
  bot_id: "bot_id",
  contact_id: "contact_id",
  conversation_id: "conversation_id",
  currency: "currency",
  value: "value",
  duration_ms: "duration_ms",
  success: "success",
  hour_of_day: "hour(time)",
  day_of_week: "isodow(time)",
  ml_response_ms: "coalesce(duration_ms, data_processing_time_ms)",
  ingest_lag_ms: "((epoch_us(received_at) - epoch_us(time)) / 1000.0)::DOUBLE",
  temperature:
    "CASE WHEN type = 'lead_temperature_changed' THEN (data->>'$.to') ELSE (data->>'$.seller_temperature') END",
  stage: "CASE WHEN type = 'lead_stage_changed' THEN (data->>'$.to') END",
  "data.processing_time_ms": "data_processing_time_ms",
  "data.response_ms": "data_response_ms",
  "data.wait_ms": "data_wait_ms",
};

/** SQL of a field over the columns of events; throws for a name that is no field. `data.path` gives text. */
export function fieldSql(field: string): string {
  const column = Object.hasOwn(COLUMNS, field) ? COLUMNS[field] : undefined;
  if (column) return column;
  const path = dataPath(field);
  if (!path) throw new Error("not a field of events");
  // The keys are letters, digits, _, - and blanks only (catalogue/fields.ts), so quoting cannot be left.
  return `(data->>'$.${path.map((key) => `"${key}"`).join(".")}')`;
}

/** SQL of a field as a number, null where it is none. */
export function numberSql(field: string, sql: string = fieldSql(field)): string {
  const kind = fieldKind(field);
  if (kind === "number" || kind === "money") return sql;
  return `TRY_CAST(${sql} AS DOUBLE)`;
}

/** The aggregate expression of a rollup column over the columns of events. */
export function measureSql(measure: Measure): string {
  const number = measure.field === null ? null : numberSql(measure.field);
  if (measure.where === null && number === null) return "count(*)";
  const counted = guardedSql(measure.where, number ?? "1");
  return measure.kind === "count" ? `count(${counted})` : `coalesce(sum(${counted}), 0)`;
}

/**
 * `then` where the condition of catalogue constants holds, else null. Nested CASEs, because they stop at the first
 * condition that fails: the JSON of other types stays closed.
 */
export function guardedSql(where: Condition | null, then: string): string {
  if (where === null) return then;
  const parts = "and" in where ? where.and : [where];
  return parts.reduceRight((inner, part) => `CASE WHEN ${conditionLiteralSql(part)} THEN ${inner} END`, then);
}

/** The condition with its values as literals: for constants of the catalogue, never for anything that was sent. */
export function conditionLiteralSql(condition: Condition): string {
  return sqlOf(condition, { value: literal });
}

/** The condition with its values bound: they are appended to `params`, placeholders are $1, $2 … */
export function conditionSql(condition: Condition, params: Param[], field?: (field: string) => string | null): string {
  const value = (given: Scalar | readonly string[]): string => bound(params, given);
  return sqlOf(condition, field ? { value, field } : { value });
}

function sqlOf(condition: Condition, context: SqlContext): string {
  if ("and" in condition) return joined(condition.and, " AND ", "true", context);
  if ("or" in condition) return joined(condition.or, " OR ", "false", context);
  // A missing field makes a comparison unknown; "not" of that is true, as a reader expects.
  if ("not" in condition) return `((${sqlOf(condition.not, context)}) IS NOT TRUE)`;
  return comparisonSql(condition, context);
}

function joined(parts: readonly Condition[], by: string, none: string, context: SqlContext): string {
  return parts.length === 0 ? none : `(${parts.map((part) => sqlOf(part, context)).join(by)})`;
}

function comparisonSql({ field, op, value }: Comparison, context: SqlContext): string {
  const sql = context.field?.(field) ?? fieldSql(field);
  const kind = fieldKind(field);
  if (op === "exists") return `${sql} IS ${isNo(value) ? "" : "NOT "}NULL`;
  const values = typeof value === "object" ? value : [value];
  if (op === "contains")
    return `contains(lower(CAST(${sql} AS VARCHAR)), ${context.value(String(values[0] ?? "").toLowerCase())})`;
  if (op === "eq" || op === "in") return equalsSql(field, sql, values, context);
  if (op === "ne") return `((${equalsSql(field, sql, values, context)}) IS NOT TRUE)`;
  const first = values[0] ?? "";
  const number = numberOf(first);
  const sign = { gt: ">", gte: ">=", lt: "<", lte: "<=" }[op];
  if (kind === "text" || number === null) return `${textSql(sql)} ${sign} ${context.value(String(first))}`;
  return `${numberSql(field, sql)} ${sign} ${numberValueSql(kind, number, context)}`;
}

/** Equal to one of the values: numbers as numbers where the field holds numbers, text as text. */
function equalsSql(field: string, sql: string, values: readonly Scalar[], context: SqlContext): string {
  const kind = fieldKind(field);
  const tests: string[] = [];
  const texts: string[] = [];
  for (const value of values) {
    if (kind === "boolean") tests.push(booleanTest(sql, value));
    else if (kind === "number" || kind === "money" || (kind === "data" && typeof value === "number")) {
      const number = numberOf(value);
      tests.push(number === null ? "false" : `${numberSql(field, sql)} = ${numberValueSql(kind, number, context)}`);
    } else texts.push(String(value));
  }
  const [only] = texts;
  if (texts.length === 1 && only !== undefined) tests.push(`${sql} = ${context.value(only)}`);
  else if (texts.length > 1) tests.push(`${sql} IN (${texts.map((text) => context.value(text)).join(", ")})`);
  return tests.length === 1 ? (tests[0] ?? "false") : `(${tests.join(" OR ") || "false"})`;
}

function booleanTest(sql: string, value: Scalar): string {
  if (value === true || value === "true") return `${sql} = true`;
  if (value === false || value === "false") return `${sql} = false`;
  return "false";
}

function numberValueSql(kind: string | null, number: number, context: SqlContext): string {
  const sql = context.value(number);
  // Compared as a decimal: 0.1 as a double is not 0.1.
  return kind === "money" ? `CAST(${sql} AS DECIMAL(18,4))` : `CAST(${sql} AS DOUBLE)`;
}

function numberOf(value: Scalar): number | null {
  if (typeof value === "boolean") return null;
  if (typeof value === "string" && value.trim() === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function textSql(sql: string): string {
  return `CAST(${sql} AS VARCHAR)`;
}

function isNo(value: Scalar | readonly Scalar[]): boolean {
  return value === false || value === "false";
}

function literal(value: Scalar | readonly string[]): string {
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === "object") return `[${value.map(literal).join(", ")}]`;
  return String(value);
}
