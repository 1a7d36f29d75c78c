/**
 * Questions: any KPIs × dimensions × grain × filters × time zone, compiled to one SQL statement (asked again by currency where several meet) over rollups and events.
 * It must never put a sent value into SQL text, and never add up two currencies.
 */
import { dimensionLabel } from "../catalogue/dimensions.ts";
import { aggregatesOf, expressionOf, printFormula } from "../catalogue/formula.ts";
import type { Aggregate, Expression, Kpi } from "../catalogue/types.ts";
import { QuestionFault } from "./query/fault.ts";
import { type Figure, type Finishing, order, type Raw, rowsOf, totalsOf } from "./query/finish.ts";
import { FIRST_CURRENCY, isMonetary, LAST_CURRENCY } from "./query/rows.ts";
import { checkFields, scopeOf } from "./query/scope.ts";
import { type Compiled, compile, currenciesSql } from "./query/statement.ts";
import type { Answer, Cell, Column, Question } from "./store.ts";
import type { Param } from "./values.ts";

/** Rows in one answer; more is a fault, not a silent cut. */
export const ANSWER_ROWS_MAX = 100_000;
/** All that are built in, and those of a location and of all together. */
const KPIS_MAX = 250;

/** Runs bound SQL; rows are plain objects as those of Store.rows. */
export type Run = <Row>(sql: string, params: readonly Param[]) => Promise<Row[]>;

/**
 * Answers a question with the store's own way to run SQL. Throws a QuestionFault for what cannot be asked
 * (unknown names, too many buckets or rows).
 */
export async function askStore(run: Run, question: Question): Promise<Answer> {
  const figures = figuresOf(question);
  checkFields(question);
  const scope = scopeOf(question);
  const splits = question.by.includes("currency");
  const together = compile(scope, figures, null, splits ? [] : sortingOf(question, false), ANSWER_ROWS_MAX);
  const raws = await run<Raw>(together.sql, together.params);
  const currencies = await currenciesOf(run, question, figures, raws);
  if (currencies.length === 0 || (currencies.length === 1 && !splits)) {
    const finishing = { scope, figures, indexes: together.indexes, currencies: null, added: false };
    return finished(finishing, together, raws, currencies);
  }
  const again = scopeOf(question);
  const compiled = compile(again, figures, currencies, [], ANSWER_ROWS_MAX);
  const apart = await run<Raw>(compiled.sql, compiled.params);
  return finished(
    { scope: again, figures, indexes: compiled.indexes, currencies, added: !splits },
    compiled,
    apart,
    currencies,
  );
}

function finished(
  finishing: Finishing,
  compiled: Compiled,
  raws: readonly Raw[],
  currencies: readonly string[],
): Answer {
  const { question } = finishing.scope;
  const columns = columnsOf(question, finishing.figures, compiled, currencies, finishing.added);
  const rows = finishedRows(finishing, raws, columns, sortingOf(question, finishing.added));
  const source = compiled.rolledUp ? "rollup" : "raw";
  return { columns, rows, totals: totalsOf(finishing, raws), source, sql: compiled.sql };
}

/** A KPI of the question, parsed; expressions that are the same text share their aggregates. */
function figuresOf(question: Question): readonly Figure[] {
  if (question.kpis.length === 0) throw new QuestionFault("kpis", "invalid", "Name at least one KPI.");
  if (question.kpis.length > KPIS_MAX) throw new QuestionFault("kpis", "too_many", `At most ${KPIS_MAX} KPIs at once.`);
  const shared = new Map<string, Aggregate>();
  return question.kpis.map((kpi, index) => {
    if (question.kpis.findIndex(({ key }) => key === kpi.key) !== index)
      throw new QuestionFault(`kpis.${index}`, "invalid", "A KPI is named twice.");
    const expression = share(expressionOf(kpi.formula), shared);
    return {
      key: kpi.key,
      expression,
      monetary: aggregatesOf(expression).some(isMonetary),
      money: kpi.unit === "money",
    };
  });
}

/** The same expression with equal aggregates made one, so that each is computed once. */
function share(expression: Expression, shared: Map<string, Aggregate>): Expression {
  if ("number" in expression) return expression;
  if ("op" in expression)
    return { ...expression, left: share(expression.left, shared), right: share(expression.right, shared) };
  const text = printFormula(expression);
  const known = shared.get(text) ?? expression;
  shared.set(text, known);
  return known;
}

/** Read off the answer when there is at most one; else asked for by name. */
async function currenciesOf(
  run: Run,
  question: Question,
  figures: readonly Figure[],
  raws: readonly Raw[],
): Promise<readonly string[]> {
  const total = raws.find(({ lvl }) => lvl === 1);
  const first = total?.[FIRST_CURRENCY] ?? null;
  const last = total?.[LAST_CURRENCY] ?? null;
  if (typeof first !== "string" || first === last) return typeof first === "string" ? [first] : [];
  const monetary = figures.flatMap(({ expression }) => aggregatesOf(expression)).filter(isMonetary);
  const scope = scopeOf({ ...question, by: ["currency"], grain: null });
  const sql = currenciesSql({ scope, currencies: null }, monetary);
  const rows = await run<{ currency: string }>(sql, scope.params);
  return rows.map(({ currency }) => currency);
}

interface Sorting {
  by: string;
  dir: "asc" | "desc";
}

/** As asked; else by time, else the first KPI's largest first. Splits decide between equals. */
function sortingOf({ kpis, by, grain, order: asked }: Question, added: boolean): readonly Sorting[] {
  const names = [...(grain ? ["t"] : []), ...by, ...(added ? ["currency"] : [])];
  const known = new Set([...names, ...kpis.map(({ key }) => key)]);
  for (const [index, { by: name }] of (asked ?? []).entries())
    if (!known.has(name)) throw new QuestionFault(`order.${index}.by`, "unknown", "The answer has no such column.");
  const first = kpis[0];
  const standard: Sorting[] = grain === null && first ? [{ by: first.key, dir: "desc" }] : [];
  const sorting = asked && asked.length > 0 ? asked : standard;
  const rest = names.filter((name) => !sorting.some(({ by: used }) => used === name));
  return [...sorting, ...rest.map((name): Sorting => ({ by: name, dir: "asc" }))];
}

function columnsOf(
  { kpis, by, grain }: Question,
  figures: readonly Figure[],
  compiled: Compiled,
  currencies: readonly string[],
  added: boolean,
): readonly Column[] {
  const split = (name: string): Column => ({ name, kind: "dimension", unit: null, label: dimensionLabel(name) });
  const [only] = currencies;
  return [
    ...(grain === null ? [] : [{ name: "t", kind: "time", unit: null, label: "Time" } satisfies Column]),
    ...by.map(split),
    ...(added ? [split("currency")] : []),
    ...kpis.map((kpi: Kpi, index): Column => {
      const figure = figures[index];
      const column: Column = { name: kpi.key, kind: "kpi", unit: kpi.unit, label: kpi.label };
      if (figure?.money && only !== undefined && currencies.length === 1) column.currency = only;
      if (figure && aggregatesOf(figure.expression).some((aggregate) => compiled.approximate.has(aggregate)))
        column.approximate = true;
      return column;
    }),
  ];
}

function finishedRows(
  finishing: Finishing,
  raws: readonly Raw[],
  columns: readonly Column[],
  sorting: readonly Sorting[],
): Cell[][] {
  const { question } = finishing.scope;
  const rows =
    question.by.length === 0 && question.grain === null && !finishing.added
      ? [totalRow(finishing, raws)]
      : rowsOf(finishing, raws);
  if (
    Math.max(raws.filter(({ lvl }) => lvl === 0).length, question.limit === undefined ? rows.length : 0) >
    ANSWER_ROWS_MAX
  )
    throw new QuestionFault(
      "limit",
      "too_many",
      `The answer has more than ${ANSWER_ROWS_MAX} rows: ask for fewer with a limit.`,
    );
  order(
    rows,
    sorting.flatMap(({ by, dir }) => {
      const column = columns.findIndex(({ name }) => name === by);
      return column < 0 ? [] : [{ column, dir, money: columns[column]?.unit === "money" }];
    }),
  );
  return rows.slice(0, question.limit ?? ANSWER_ROWS_MAX);
}

/** A question without splits or grain has one row: its totals. */
function totalRow(finishing: Finishing, raws: readonly Raw[]): Cell[] {
  const totals = totalsOf(finishing, raws);
  return finishing.figures.map(({ key }) => {
    const total = totals[key] ?? null;
    return typeof total === "object" ? null : total;
  });
}
