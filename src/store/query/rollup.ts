/** Aggregates from rollup rows, with events only at the edges that no row covers. */
import {
  fieldsOf,
  type Measure,
  measuresOf,
  ROLLUP_KEYS,
  rollupMeasures,
  splitCondition,
} from "../../catalogue/measures.ts";
import type { Aggregate, Condition } from "../../catalogue/types.ts";
import { numberSql } from "../condition.ts";
import { rateSql } from "./commission.ts";
import {
  mostlyEvents,
  type Range,
  ROLLUP_LEVELS,
  rangesOf,
  type SourceRange,
  type SourceScan,
  scansOf,
} from "./ranges.ts";
import { FIRST_CURRENCY, LAST_CURRENCY, seenCurrencies, typesOf, type WantedRow } from "./rows.ts";
import {
  dimensionsSql,
  groupSql,
  keyItems,
  type Part,
  type Scope,
  splitSql,
  typesSql,
  visibleSql,
  whereSql,
  withinSql,
} from "./scope.ts";
import { labelAmong } from "./time.ts";

const KEYS = "location_id, type, bot_id";
/** So many comparisons are cheaper than finding the local day of a row. */
const FEW_BUCKETS = 4;
const COLUMN_TYPES = { count: "BIGINT", sum: "DOUBLE", decimal_sum: "DECIMAL(38,4)" } as const;

/** The ranges from which additive aggregates can be answered, or null when only events can. */
export function additiveRanges(part: Part): readonly SourceRange[] | null {
  if (!knows(part, ROLLUP_KEYS)) return null;
  const rates = part.scope.rules.map((rule) => rule.valid_from);
  return useful(
    part,
    rangesOf(part.scope.question.from, part.scope.question.to, [...edgesOf(part), ...rates], ROLLUP_LEVELS),
  );
}

/** True when the rollups have the columns of an additive aggregate. */
export function isRolledUp(aggregate: Aggregate): boolean {
  const measures = measuresOf(aggregate);
  return (
    measures?.every((measure) => known(rollupMeasures(), ({ column }) => column === measure.column, measure)) ?? false
  );
}

/**
 * Counts, sums, means and commissions in one SELECT. Rows are added up by the keys and by what the conditions look at
 * first: that leaves so few that the conditions, and the totals over them, cost nothing.
 */
export function additiveBlock(part: Part, wanted: readonly WantedRow[], ranges: readonly SourceRange[]): string {
  const { scope } = part;
  const measures = new Map(
    wanted.flatMap(({ aggregate }) => measuresOf(aggregate) ?? []).map((one) => [one.column, one]),
  );
  const commission = wanted.some(({ aggregate }) => aggregate.agg === "commission");
  const types = typesOf(wanted.map(({ aggregate }) => aggregate.where));
  const looked = lookedAt(wanted);
  const branches = scansOf(ranges).map((scan) => {
    const time = scan.table === "events" ? "time" : "bucket";
    const columns = [...measures.values()].map(
      (one) => `${scan.table === "events" ? rowSql(part, one) : one.column} AS ${one.column}`,
    );
    if (commission)
      columns.push(`CAST(sum_value AS DECIMAL(26,4)) * ${rateSql(scope.rules, time, scope.params)} AS commission`);
    return sourceSql(part, scan, types, `${KEYS}, currency, ${columns.join(", ")}`);
  });
  const apart = [...scope.keys, ...(part.currencies ? ["cur"] : []), ...looked];
  const sums = [...measures.keys(), ...(commission ? ["commission"] : [])].map(
    (column) => `sum(${column}) AS ${column}`,
  );
  const seen = seenCurrencies(part, wanted, [FIRST_CURRENCY, LAST_CURRENCY]);
  if (seen !== "") sums.push(`min(currency) AS ${FIRST_CURRENCY}, max(currency) AS ${LAST_CURRENCY}`);
  const added = `SELECT ${[...apart, ...sums].join(", ")} FROM ${keyedSql(part, branches)} GROUP BY ${apart.join(", ") || "()"}`;
  const items = wanted.map((one) => additiveItem(part, one)).join(", ");
  return `SELECT ${keyItems(part)}, ${items}${seen} FROM (${added}) ${groupSql(part)}`;
}

/** The keys that conditions look at. */
function lookedAt(wanted: readonly WantedRow[]): readonly string[] {
  const fields = wanted.flatMap(({ aggregate }) => {
    const { key } = splitCondition(aggregate.where, ROLLUP_KEYS, measuredField(aggregate));
    return key ? fieldsOf(key) : [];
  });
  return [...new Set(["type", ...fields])];
}

function measuredField(aggregate: WantedRow["aggregate"]): string | null {
  if (aggregate.agg === "commission") return "value";
  return "field" in aggregate ? aggregate.field : null;
}

function knows(part: Part, keys: ReadonlySet<string>): boolean {
  return part.scope.named.isSubsetOf(keys);
}

/** Where the buckets of a series begin. */
export function edgesOf(part: Part): readonly number[] {
  return part.scope.buckets.map(({ start }) => start);
}

/** Null when events alone are the better source. */
export function useful(part: Part, ranges: readonly SourceRange[]): readonly SourceRange[] | null {
  return part.scope.question.source !== "rollup" && mostlyEvents(ranges) ? null : ranges;
}

function known<T>(entries: readonly T[], is: (entry: T) => boolean, same: T): boolean {
  const entry = entries.find(is);
  return entry !== undefined && Bun.deepEquals(entry, same);
}

/** One range of one table: t and the given items. */
export function sourceSql(
  part: Part,
  { table, ranges }: SourceScan,
  where: Condition | null,
  items: string,
  also = "true",
): string {
  const { scope } = part;
  const time = table === "events" ? "time" : "bucket";
  return (
    `SELECT ${labelSql(scope, time, ranges)} AS t, ${items} FROM ${table} WHERE ${withinAnySql(time, ranges)} ` +
    `AND ${visibleSql(scope)} AND ${typesSql(scope, where)} AND ${also}`
  );
}

function labelSql(scope: Scope, time: string, ranges: readonly Range[]): string {
  const [first] = ranges;
  const last = ranges.at(-1);
  if (!first || !last || scope.buckets.length === 0) return scope.time.label(time);
  const touched = scope.buckets.filter(({ start, end }) => start < last.to && end > first.from);
  return touched.length <= FEW_BUCKETS ? labelAmong(time, touched) : scope.time.label(time);
}

/** Within one of the stretches, and for the scan's sake within all they span. */
function withinAnySql(time: string, ranges: readonly Range[]): string {
  const [first] = ranges;
  const last = ranges.at(-1);
  if (!first || !last) return "false";
  const span = withinSql(time, first.from, last.to);
  return ranges.length === 1
    ? span
    : `${span} AND (${ranges.map(({ from, to }) => `(${withinSql(time, from, to)})`).join(" OR ")})`;
}

/** The branches together, with k0 … and cur beside their columns. */
export function keyedSql(part: Part, branches: readonly string[], where: Condition | null = null): string {
  const union = splitSql(part, `(${branches.join(" UNION ALL ")}) AS source`);
  return `(SELECT *${dimensionsSql(part)} FROM ${union} WHERE ${whereSql(part.scope, where)})`;
}

function additiveItem(part: Part, { index, aggregate }: WantedRow): string {
  const [first, second] = measuresOf(aggregate) ?? [];
  if (!first) throw new Error("an aggregate without measures is not additive");
  const filter = filterSql(part, aggregate.where, measuredField(aggregate));
  if (aggregate.agg === "commission") return `sum(commission)${filter} AS a${index}`;
  const sum = `sum(${first.column})${filter} AS a${index}`;
  return second ? `${sum}, sum(${second.column})${filter} AS b${index}` : sum;
}

function filterSql({ scope }: Part, where: Condition | null, field: string | null = null): string {
  const { key } = splitCondition(where, ROLLUP_KEYS, field);
  return key === null ? "" : ` FILTER (WHERE ${whereSql(scope, key)})`;
}

/** What one event adds to a measure. */
function rowSql({ scope }: Part, { kind, field, where }: Measure): string {
  const number = field === null ? "1" : numberSql(field);
  const counted = kind === "count" && field !== null ? `CASE WHEN ${number} IS NOT NULL THEN 1 END` : number;
  return `CAST(CASE WHEN ${whereSql(scope, where)} THEN ${counted} END AS ${COLUMN_TYPES[kind]})`;
}
