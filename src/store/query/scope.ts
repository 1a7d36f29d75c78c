/** What every part of a question's SQL shares: its range, its keys, who may be seen, and what is bound. */
import { isDimension } from "../../catalogue/dimensions.ts";
import { eventType } from "../../catalogue/events.ts";
import { fieldKind } from "../../catalogue/fields.ts";
import { all, fieldsOf } from "../../catalogue/measures.ts";
import { type Bucket, bucketsAtMost, bucketsOf } from "../../catalogue/period.ts";
import type { CommissionRule, Condition } from "../../catalogue/types.ts";
import { conditionLiteralSql, conditionSql, fieldSql } from "../condition.ts";
import type { Question } from "../store.ts";
import type { Param } from "../values.ts";
import { bound } from "./binds.ts";
import { rulesFor } from "./commission.ts";
import { QuestionFault } from "./fault.ts";
import { instantSql, type TimeSql, timeSqlOf } from "./time.ts";

export interface Scope {
  question: Question;
  params: Param[];
  time: TimeSql;
  /** Empty without a grain. */
  buckets: readonly Bucket[];
  /** The bucket before another; what a series compares its first bucket with. */
  bucketBefore: (bucket: Bucket) => Bucket | null;
  /** Names of the key columns: t with a grain, then k0, k1 … for `by`. */
  keys: readonly string[];
  filter: Condition | null;
  /** Fields that filters and splits name: a rollup must know them all. */
  named: ReadonlySet<string>;
  rules: readonly CommissionRule[];
}

/** A part of a question whose money is kept apart by currency, or one that has no money. */
export interface Part {
  scope: Scope;
  /** Currencies to keep apart; null: no column for them. */
  currencies: readonly string[] | null;
}

export const BUCKETS_MAX = 10_000;

export function scopeOf(question: Question): Scope {
  const { from, to, grain, timezone } = question;
  if (grain !== null && bucketsAtMost(grain, from, to) > BUCKETS_MAX)
    throw new QuestionFault(
      "grain",
      "too_many",
      `More than ${BUCKETS_MAX} buckets: ask for a coarser grain or a shorter timeframe.`,
    );
  const filter = all(question.filters);
  return {
    question,
    params: [],
    time: timeSqlOf(timezone, grain, from, to),
    buckets: grain === null ? [] : bucketsOf(grain, timezone, from, to),
    bucketBefore: ({ start }) => (grain === null ? null : (bucketsOf(grain, timezone, start - 1, start)[0] ?? null)),
    keys: [...(grain === null ? [] : ["t"]), ...question.by.map((_, index) => `k${index}`)],
    filter,
    named: new Set([...question.by, ...(filter ? fieldsOf(filter) : [])]),
    rules: rulesFor(question.rules, question.locations),
  };
}

/** SQL of a condition over the columns of events, its values bound. */
export function whereSql(scope: Scope, condition: Condition | null): string {
  return condition === null ? "true" : conditionSql(condition, scope.params, (field) => timePart(scope, field, "time"));
}

/**
 * The condition of typesOf: constants of the catalogue as literals, which a scan can leave rows out by before it opens
 * their other columns; it cannot by what is bound.
 */
export function typesSql(scope: Scope, types: Condition | null): string {
  if (types === null || !("value" in types)) return whereSql(scope, types);
  const known = [types.value].flat().every((type) => typeof type === "string" && eventType(type)?.type === type);
  return known ? conditionLiteralSql(types) : whereSql(scope, types);
}

/** Location and filters over rows that have the fields they name. */
export function visibleSql(scope: Scope): string {
  return `${locationSql(scope)} AND ${whereSql(scope, scope.filter)}`;
}

export function locationSql({ question: { locations }, params }: Scope): string {
  if (locations === null) return "true";
  if (locations.length === 0) return "false";
  return `location_id IN (${locations.map((id) => bound(params, id)).join(", ")})`;
}

export function withinSql(column: string, from: number, to: number): string {
  return `${column} >= ${instantSql(from)} AND ${column} < ${instantSql(to)}`;
}

/** `SELECT` items k0, k1 … and cur. Over rows of events; `time` names the instant of time parts. */
export function dimensionsSql({ scope, currencies }: Part, time = "time"): string {
  const items = scope.question.by.map((field, index) => {
    const sql = currencies && field === "currency" ? "cur" : (timePart(scope, field, time) ?? fieldSql(field));
    return `, ${sql} AS k${index}`;
  });
  return items.join("");
}

/** Rows of `source` once for each currency they count in: their own, or every one when they have none. */
export function splitSql({ scope, currencies }: Part, source: string): string {
  if (!currencies) return source;
  const list = bound(scope.params, currencies);
  return `${source} JOIN (SELECT unnest(CAST(${list} AS VARCHAR[])) AS cur) ON currency = cur OR currency IS NULL`;
}

/** Events of the range with t, k0 … and cur beside their own columns. */
export function eventsSql(part: Part, where: string, from: number, to: number): string {
  const { scope } = part;
  return (
    `(SELECT *, ${scope.time.label("time")} AS t${dimensionsSql(part)} FROM ${splitSql(part, "events")} ` +
    `WHERE ${withinSql("time", from, to)} AND ${visibleSql(scope)} AND ${where})`
  );
}

/** The leading items of every block: lvl is 0 for a row and 1 for the total. */
export function keyItems(part: Part): string {
  const { scope, currencies } = part;
  const [first] = scope.keys;
  const keys = scope.keys.map((key) => `${key}, `).join("");
  return `${first === undefined ? "1" : `GROUPING(${first})`} AS lvl, ${keys}${currencies ? "cur" : "NULL::VARCHAR AS cur"}`;
}

/** `GROUP BY` of rows and totals at once; `also` are columns that both are kept apart by. */
export function groupSql({ scope, currencies }: Part, also: readonly string[] = []): string {
  const apart = [...(currencies ? ["cur"] : []), ...also];
  const total = `(${apart.join(", ")})`;
  return `GROUP BY GROUPING SETS (${scope.keys.length === 0 ? total : `(${[...scope.keys, ...apart].join(", ")}), ${total}`})`;
}

/** Columns that a block's inner query passes on. */
export function passedItems({ scope, currencies }: Part): string {
  return ["lvl", ...scope.keys, ...(currencies ? ["cur"] : [])].join(", ");
}

function timePart({ time }: Scope, field: string, column: string): string | null {
  if (field === "hour_of_day") return time.hourOfDay(column);
  if (field === "day_of_week") return time.dayOfWeek(column);
  return null;
}

/** Throws a QuestionFault when a filter or a split names what does not exist or compares what cannot be compared. */
export function checkFields(question: Question): void {
  for (const [index, field] of question.by.entries()) {
    if (!isDimension(field)) throw new QuestionFault(`by.${index}`, "unknown", "There is no such dimension.");
    if (question.by.indexOf(field) !== index)
      throw new QuestionFault(`by.${index}`, "invalid", "A dimension is named twice.");
  }
  for (const [index, { field, op, value }] of question.filters.entries()) {
    const kind = fieldKind(field);
    if (kind === null) throw new QuestionFault(`filters.${index}.field`, "unknown", "There is no such field.");
    if (op === "exists" || op === "contains") continue;
    const values = typeof value === "object" ? value : [value];
    const fits = values.every((one) => {
      if (kind === "boolean") return String(one) === "true" || String(one) === "false";
      return (kind !== "number" && kind !== "money") || (String(one).trim() !== "" && Number.isFinite(Number(one)));
    });
    if (!fits)
      throw new QuestionFault(
        `filters.${index}.value`,
        "invalid",
        `This field is compared with a ${kind === "boolean" ? "true or false" : "number"}.`,
      );
  }
}
