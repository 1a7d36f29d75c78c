/** From a figure to what it is made of: its parts by a dimension, its series, and the raw events behind it. */
import { aggregatesOf, expressionOf, printFormula } from "../catalogue/formula.ts";
import { previousOf, type Range } from "../catalogue/period.ts";
import { formulaTellsPersonal, MASK } from "../catalogue/personal.ts";
import type { Aggregate, Condition, Expression, Filter, Kpi, Unit } from "../catalogue/types.ts";
import { SAID } from "../store/query/conversations.ts";
import { isRowAggregate } from "../store/query/rows.ts";
import { ANSWER_ROWS_MAX } from "../store/query.ts";
import type { Answer, Cell, Question } from "../store/store.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { eventsPage, type ListedEvent, type Page, paged } from "./events.ts";
import { type Amount, changeOf, type KpiFigure, kpiFigures } from "./kpis.ts";
import { maskedCell } from "./personal.ts";

export interface DrillAsked extends Asked {
  kpi: Kpi;
  /** A dimension; null: the figure is not split. */
  by: string | null;
  limit: number;
  after: Page | null;
}

export interface Segment {
  key: Cell;
  /** Of money. */
  currency?: string;
  value: Amount;
  /** Of the total; null for figures whose parts do not add up, such as rates. */
  share: number | null;
  previous: Amount;
  change: number | null;
}

export interface Definition {
  label: string;
  formula: string;
  description: string;
  unit: Unit;
  /** What was asked of the database; values are bound beside it. */
  sql: string;
}

export interface DrillDown {
  framed: Framed;
  total: Pick<KpiFigure, "value" | "currency" | "previous" | "change" | "approximate" | "currencies">;
  segments: readonly Segment[];
  /** There are more than the largest SEGMENTS_MAX. */
  segments_more: boolean;
  series: KpiFigure["trend"];
  events: readonly ListedEvent[];
  next: Page | null;
  definition: Definition;
}

const SEGMENTS_MAX = 200;
const MINUTE = 60_000_000;

/** Throws QuestionFault for what cannot be asked. */
export async function drillDown(parts: ReportParts, asked: DrillAsked): Promise<DrillDown> {
  const { kpi, by, after, limit, personal } = asked;
  const resolved = paged(await framed(parts, asked), after);
  const { scope, frame } = resolved;
  const expression = expressionOf(kpi.formula);
  const behind = eventsBehind(expression, scope, asked.now);
  const asking = parts.store.ask({ ...scope, kpis: [kpi], by: [], grain: null });
  const [{ kpis }, whole, split, page] = await Promise.all([
    kpiFigures(parts, {
      ...asked,
      timeframe: frame.name === "all" ? "all" : rangeOf(scope),
      kpis: [kpi],
      comparisons: true,
      trends: true,
    }),
    asking,
    by === null ? null : partsOf(parts, scope, { kpi, by, compares: frame.name !== "all" }, asking),
    eventsPage(parts.store, { ...scope, ...behind.range }, { where: behind.where, after, limit, personal }),
  ]);
  const figure = kpis[kpi.key];
  if (!figure) throw new Error("a KPI that was asked for is missing in the answer");
  const { value, currency, previous, change, approximate, currencies, trend } = figure;
  return {
    framed: resolved,
    total: {
      value,
      previous,
      change,
      ...(currency === undefined ? {} : { currency }),
      ...(approximate ? { approximate } : {}),
      ...(currencies ? { currencies } : {}),
    },
    segments: (split?.segments ?? []).map((segment) => (personal ? segment : maskedSegment(segment))),
    segments_more: split?.more ?? false,
    series: trend,
    events: page.events,
    next: page.next,
    definition: definitionOf(kpi, whole, personal),
  };
}

/** What a figure is; `whole`: its answer over the timeframe. */
export function definitionOf(kpi: Kpi, whole: Answer, personal: Asked["personal"]): Definition {
  const expression = expressionOf(kpi.formula);
  return {
    label: kpi.label,
    // A team's own formula may name people.
    formula: personal || !formulaTellsPersonal(expression) ? printFormula(expression) : MASK,
    description: kpi.description,
    unit: kpi.unit,
    sql: whole.sql,
  };
}

interface SplitRow {
  key: Cell;
  currency: string | null;
  value: Amount;
  previous: Amount;
}

/** What a figure is split by. */
export interface Splitting {
  kpi: Kpi;
  by: string;
  compares: boolean;
}

/** The largest parts, nothing masked, and what each was before; `whole`: the answer that shares are of. */
export async function partsOf(
  { store }: ReportParts,
  scope: Framed["scope"],
  { kpi, by, compares }: Splitting,
  whole: Promise<Answer>,
): Promise<{ segments: readonly Segment[]; more: boolean }> {
  const question = { ...scope, kpis: [kpi] as const, by: [by] as const, grain: null };
  const [answer, { totals }] = await Promise.all([store.ask({ ...question, limit: SEGMENTS_MAX + 1 }), whole]);
  const now = rowsOf(answer, kpi, by);
  const shown = now.slice(0, SEGMENTS_MAX);
  const more = now.length > SEGMENTS_MAX;
  const before =
    compares && shown.length > 0 ? await rowsBefore(store, question, shown, more) : new Map<string, Amount>();
  const total = totals[kpi.key] ?? null;
  const expression = expressionOf(kpi.formula);
  return {
    segments: shown.map((row) => segmentOf({ ...row, previous: before.get(markOf(row)) ?? null }, expression, total)),
    more,
  };
}

/**
 * The same parts in the period before, asked by their keys, as others may have been larger then. Not where a figure looks at
 * all that a contact did: a filter would take from it what a split does not.
 */
async function rowsBefore(
  store: ReportParts["store"],
  question: Framed["scope"] & { kpis: readonly [Kpi]; by: readonly [string]; grain: null },
  shown: readonly { key: Cell }[],
  more: boolean,
): Promise<Map<string, Amount>> {
  const [[kpi], [by]] = [question.kpis, question.by];
  const answers = await askedByKeys(store, { ...question, ...previousOf(question) }, by, shown, more);
  return new Map(answers.flatMap((answer) => rowsOf(answer, kpi, by)).map((row) => [markOf(row), row.value]));
}

/** A question about some parts: filtered where there are more of them and that changes nothing of the figures, else asked about all. */
export function askedByKeys(
  store: ReportParts["store"],
  question: Question,
  by: string,
  shown: readonly { key: Cell }[],
  more: boolean,
): Promise<readonly Answer[]> {
  const whole =
    !more ||
    question.kpis
      .flatMap(({ formula }) => aggregatesOf(expressionOf(formula)))
      .some((aggregate) => !isRowAggregate({ index: 0, aggregate }));
  return Promise.all(
    whole
      ? [store.ask({ ...question, limit: ANSWER_ROWS_MAX })]
      : keyFilters(by, shown).map((filter) => store.ask({ ...question, filters: [...question.filters, filter] })),
  );
}

function keyFilters(by: string, shown: readonly { key: Cell }[]): readonly Filter[] {
  const keys = [...new Set(shown.map(({ key }) => key))];
  const named = keys.filter((key) => key !== null);
  return [
    ...(named.length > 0 ? [{ field: by, op: "in", value: named } as const] : []),
    ...(keys.includes(null) ? [{ field: by, op: "exists", value: false } as const] : []),
  ];
}

function rowsOf({ columns, rows }: Answer, kpi: Kpi, by: string): Omit<SplitRow, "previous">[] {
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const [key, value, currency] = [at(by), at(kpi.key), at("currency")];
  const only = columns[value]?.currency ?? null;
  return rows.map((row) => {
    const amount = row[value] ?? null;
    const own = row[currency];
    return {
      key: row[key] ?? null,
      currency: kpi.unit !== "money" ? null : typeof own === "string" ? own : only,
      value: typeof amount === "boolean" ? null : amount,
    };
  });
}

function markOf({ key, currency }: { key: Cell; currency: string | null }): string {
  return JSON.stringify([key, currency]);
}

function segmentOf(
  { key, currency, value, previous }: SplitRow,
  expression: Expression,
  total: Answer["totals"][string],
): Segment {
  const whole = total !== null && typeof total === "object" ? (total[currency ?? ""] ?? null) : total;
  const shares = addsUp(expression) && value !== null && whole !== null && Number(whole) !== 0;
  return {
    key,
    ...(currency === null ? {} : { currency }),
    value,
    share: shares ? Number(value) / Number(whole) : null,
    previous,
    change: changeOf(value, previous),
  };
}

/** Its key may be an e-mail address. */
export function maskedSegment(segment: Segment): Segment {
  return { ...segment, key: maskedCell(segment.key) };
}

/** True when a part is a share of the whole: for sums and counts, also of contacts (who may be in several parts). */
export function addsUp(expression: Expression): boolean {
  if ("number" in expression) return false;
  if ("op" in expression)
    return (expression.op === "+" || expression.op === "-") && addsUp(expression.left) && addsUp(expression.right);
  return ["count", "sum", "commission", "contacts", "new_contacts", "contacts_latest", "contacts_repeating"].includes(
    expression.agg,
  );
}

/** The events that a formula looks at, and in which range: what its aggregates' own conditions let through. */
export function eventsBehind(
  expression: Expression,
  { from, to }: Range,
  now: number,
): { where: Condition | null; range: Range } {
  const aggregates = aggregatesOf(expression);
  const conditions = aggregates.map(conditionOf);
  const starts = aggregates.map((aggregate) => {
    if (aggregate.agg === "churned" || aggregate.agg === "contacts_before") return previousOf({ from, to }).from;
    if (aggregate.agg === "open_conversations") return Math.max(from, Math.min(to, now) - aggregate.minutes * MINUTE);
    return from;
  });
  const known = conditions.filter((condition) => condition !== null);
  return {
    where: aggregates.length === 0 || known.length < conditions.length ? null : { or: known },
    range: { from: Math.min(...starts, to - 1), to },
  };
}

/** Null: every event counts. */
function conditionOf(aggregate: Aggregate): Condition | null {
  switch (aggregate.agg) {
    case "count":
      return aggregate.where;
    case "sum":
    case "mean":
    case "percentile":
      return and({ field: aggregate.field, op: "exists", value: true }, aggregate.where);
    case "commission":
      return and({ field: "value", op: "exists", value: true }, aggregate.where);
    case "contacts":
    case "contacts_latest":
    case "contacts_repeating":
    case "churned":
    case "contacts_before":
      return and({ field: "contact_id", op: "exists", value: true }, aggregate.where);
    case "time_between":
      return and({ field: "contact_id", op: "exists", value: true }, { or: [aggregate.from, aggregate.to] });
    case "new_contacts":
      return { field: "contact_id", op: "exists", value: true };
    case "open_conversations":
      return and({ field: "conversation_id", op: "exists", value: true }, SAID);
  }
}

function and(one: Condition, other: Condition | null): Condition {
  return other === null ? one : { and: [other, one] };
}

function rangeOf({ from, to }: Range): Range {
  return { from, to };
}
