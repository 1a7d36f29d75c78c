/** One SQL statement from a question's parts: a block for each way of computing, brought together by their keys. */
import { aggregatesOf, printCondition } from "../../catalogue/formula.ts";
import type { Aggregate, Expression } from "../../catalogue/types.ts";
import type { Param } from "../values.ts";
import { NOTHING } from "./answering.ts";
import { contactLevelBlock } from "./contacts.ts";
import type { Figure } from "./finish.ts";
import { peopleBlocks } from "./people.ts";
import { additiveBlock, additiveRanges, isRolledUp } from "./rollup.ts";
import {
  FIRST_CURRENCY,
  isRowAggregate,
  LAST_CURRENCY,
  rowsBlock,
  typesOf,
  type Wanted,
  type WantedRow,
} from "./rows.ts";
import type { Part, Scope } from "./scope.ts";
import { sketchBlocks } from "./sketches.ts";

export interface Compiled {
  sql: string;
  params: readonly Param[];
  indexes: ReadonlyMap<Aggregate, number>;
  /** Aggregates that a sketch stood in for. */
  approximate: ReadonlySet<Aggregate>;
  rolledUp: boolean;
}

/** Beyond this an exact percentile costs more than a sketch's 1%. */
const EXACT_PERCENTILE_US = 7 * 86_400_000_000;
/** So few events are looked at whole in some 20 ms: there a sketch would only cost exactness. */
const EXACT_EVENTS_MAX = 1_000_000;

interface Blocks {
  /** Tables that several blocks read. */
  shared: string[];
  sql: string[];
  approximate: Set<Aggregate>;
  rolledUp: boolean;
  /** Currencies are looked at beside the sums. */
  monetary: boolean;
}

/**
 * `apart`: the currencies that money is kept apart by. Without a grain the database sorts and cuts by `sorting` itself;
 * it sorts quotients as doubles, and what it hands over is sorted again exactly.
 */
export function compile(
  scope: Scope,
  figures: readonly Figure[],
  apart: readonly string[] | null,
  sorting: readonly { by: string; dir: "asc" | "desc" }[],
  rows_max: number,
): Compiled {
  const indexes = new Map<Aggregate, number>();
  const blocks: Blocks = {
    shared: [],
    sql: [],
    approximate: new Set(),
    rolledUp: false,
    monetary: apart === null && hasMoney(figures),
  };
  for (const monetary of apart ? [false, true] : [false]) {
    const wanted: Wanted[] = [];
    for (const figure of figures.filter((one) => apart === null || one.monetary === monetary))
      for (const aggregate of aggregatesOf(figure.expression)) {
        const index = indexes.get(aggregate) ?? indexes.size;
        indexes.set(aggregate, index);
        if (!wanted.some((one) => one.aggregate === aggregate)) wanted.push({ index, aggregate });
      }
    if (wanted.length > 0) addBlocks({ scope, currencies: monetary ? apart : null }, wanted, blocks);
  }
  const sql = [
    `WITH ${[...blocks.shared, ...blocks.sql.map((block, index) => `b${index} AS (${block})`)].join(", ")}, merged AS (${mergedSql(scope, blocks, indexes)})`,
    chosenSql(scope, figures, indexes, sorting, rows_max),
  ].join(" ");
  return { sql, params: scope.params, indexes, approximate: blocks.approximate, rolledUp: blocks.rolledUp };
}

function hasMoney(figures: readonly Figure[]): boolean {
  return figures.some(({ monetary }) => monetary);
}

function addBlocks(part: Part, wanted: readonly Wanted[], blocks: Blocks): void {
  const { from, to, source, stored_events } = part.scope.question;
  const byRows = wanted.filter(isRowAggregate);
  const additive = source === "raw" ? null : additiveRanges(part);
  const few = to - from <= EXACT_PERCENTILE_US || (stored_events ?? Number.POSITIVE_INFINITY) <= EXACT_EVENTS_MAX;
  const exact = source === "raw" || (source !== "rollup" && few);
  const sketched = exact ? NOTHING : sketchBlocks(part, wanted, `s${blocks.shared.length}`);
  const people = peopleBlocks(part, wanted, `c${blocks.shared.length}`);
  const rolledUp = byRows.filter(({ aggregate }) => additive && isRolledUp(aggregate));
  const counted = new Set<number>([...rolledUp, ...sketched.answered, ...people.answered].map(({ index }) => index));
  const left = byRows.filter((one) => !counted.has(one.index));
  if (additive && rolledUp.length > 0) blocks.sql.push(additiveBlock(part, rolledUp, additive));
  blocks.shared.push(...sketched.shared, ...people.shared);
  blocks.sql.push(...sketched.blocks, ...people.blocks);
  for (const group of scansOf(left)) blocks.sql.push(rowsBlock(part, group));
  for (const one of wanted) {
    const block = isRowAggregate(one) || counted.has(one.index) ? null : contactLevelBlock(part, one);
    if (block) blocks.sql.push(block);
  }
  for (const { aggregate } of sketched.answered) blocks.approximate.add(aggregate);
  blocks.rolledUp ||= counted.size > 0;
}

/**
 * Distinct counts and percentiles hold their values in memory, so each gets a scan that reads only its own columns;
 * those over the same events share it.
 */
function scansOf(wanted: readonly WantedRow[]): readonly (readonly WantedRow[])[] {
  const scans = Map.groupBy(wanted, ({ aggregate }) => {
    const { agg, where } = aggregate;
    if (agg === "percentile") return `${aggregate.field} ${where ? printCondition(where) : ""}`;
    return agg === "contacts" ? `contacts ${JSON.stringify(typesOf([where]))}` : "";
  });
  return [...scans.values()];
}

function mergedSql(scope: Scope, blocks: Blocks, indexes: ReadonlyMap<Aggregate, number>): string {
  if (blocks.sql.length === 1) return "FROM b0";
  const columns = [...indexes].flatMap(([aggregate, index]) =>
    aggregate.agg === "mean" ? [`a${index}`, `b${index}`] : [`a${index}`],
  );
  const keys = ["lvl", ...scope.keys, "cur"].join(", ");
  const values = columns.map((column) => `any_value(${column}) AS ${column}`).join(", ");
  const seen = blocks.monetary
    ? `, min(${FIRST_CURRENCY}) AS ${FIRST_CURRENCY}, max(${LAST_CURRENCY}) AS ${LAST_CURRENCY}`
    : "";
  const union = blocks.sql.map((_, index) => `FROM b${index}`).join(" UNION ALL BY NAME ");
  return `SELECT ${keys}, ${values}${seen} FROM (${union}) GROUP BY ${keys}`;
}

function chosenSql(
  scope: Scope,
  figures: readonly Figure[],
  indexes: ReadonlyMap<Aggregate, number>,
  sorting: readonly { by: string; dir: "asc" | "desc" }[],
  rows_max: number,
): string {
  const { grain, by, limit } = scope.question;
  if (scope.keys.length === 0) return "FROM merged";
  // A series is filled before it is cut, and currencies are brought together first.
  const cut = grain === null && sorting.length > 0 ? Math.min(limit ?? rows_max + 1, rows_max + 1) : rows_max + 1;
  const items = sorting.flatMap(({ by: name, dir }) => {
    const figure = figures.find(({ key }) => key === name);
    const place = by.indexOf(name);
    const sql = figure ? orderSql(figure.expression, indexes) : place >= 0 ? `k${place}` : null;
    return sql ? [`${sql} ${dir} NULLS LAST`] : [];
  });
  const ordered = grain === null && items.length > 0 ? ` ORDER BY ${items.join(", ")}` : "";
  return `(FROM merged WHERE lvl = 1) UNION ALL (FROM merged WHERE lvl = 0${ordered} LIMIT ${cut})`;
}

/** A KPI in doubles: for sorting, and for looking into what moved. */
export function orderSql(expression: Expression, indexes: ReadonlyMap<Aggregate, number>): string {
  if ("number" in expression) return `${expression.number}::DOUBLE`;
  if ("op" in expression) {
    const left = orderSql(expression.left, indexes);
    const right = orderSql(expression.right, indexes);
    return expression.op === "/" ? `(${left} / nullif(${right}, 0))` : `(${left} ${expression.op} ${right})`;
  }
  const column = `a${indexes.get(expression)}`;
  if (expression.agg === "mean") return `(${column} / nullif(b${indexes.get(expression)}, 0))::DOUBLE`;
  if (expression.agg === "percentile" || expression.agg === "time_between") return `${column}::DOUBLE`;
  return `coalesce(${column}, 0)::DOUBLE`;
}

/** The currencies in which monetary aggregates have events, ascending; the scope splits by currency. */
export function currenciesSql(part: Part, monetary: readonly Aggregate[]): string {
  const count: WantedRow = {
    index: 0,
    aggregate: { agg: "count", where: typesOf(monetary.map((one) => ("where" in one ? one.where : null))) },
  };
  const ranges = part.scope.question.source === "raw" ? null : additiveRanges(part);
  const block = ranges ? additiveBlock(part, [count], ranges) : rowsBlock(part, [count]);
  return `SELECT k0 AS currency FROM (${block}) WHERE lvl = 0 AND k0 IS NOT NULL AND a0 > 0 ORDER BY k0`;
}
