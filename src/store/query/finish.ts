/** From the database's rows to an answer: KPIs from their aggregates, empty buckets filled, ordered, cut. */
import { formatInstant } from "../../catalogue/time.ts";
import type { Aggregate, Expression } from "../../catalogue/types.ts";
import type { Cell } from "../store.ts";
import { combine, countOf, exactOf, moneyText, type Quantity, realOf } from "./quantity.ts";
import type { Scope } from "./scope.ts";

/** One KPI as it is answered. */
export interface Figure {
  key: string;
  expression: Expression;
  /** Has money in it: kept apart by currency when there are several. */
  monetary: boolean;
  /** Answered as a decimal string. */
  money: boolean;
}

export interface Raw {
  lvl: number;
  cur: string | null;
  [column: string]: Cell;
}

export interface Finishing {
  scope: Scope;
  figures: readonly Figure[];
  /** The columns of each aggregate, by identity. */
  indexes: ReadonlyMap<Aggregate, number>;
  /** Currencies kept apart; null when there is at most one. */
  currencies: readonly string[] | null;
  /** A currency column is added because the question does not split by currency itself. */
  added: boolean;
}

/** Rows in the order of the columns: t, splits, currency where it was added, KPIs. */
export function rowsOf(finishing: Finishing, raws: readonly Raw[]): Cell[][] {
  // Without keys the total is the only row, once for each currency.
  const level = finishing.scope.keys.length === 0 ? 1 : 0;
  const groups = groupsOf(
    finishing,
    raws.filter(({ lvl }) => lvl === level),
  );
  return filled(finishing, groups).map(({ t, splits, cur, plain, priced }) => [
    ...(finishing.scope.buckets.length > 0 ? [t] : []),
    ...splits,
    ...(finishing.added ? [cur] : []),
    ...finishing.figures.map((figure) => {
      if (!figure.monetary || !finishing.currencies) return cellOf(finishing, figure, plain);
      return cur === null ? null : cellOf(finishing, figure, priced);
    }),
  ]);
}

/** Of the whole range: a cell a KPI, money over several currencies by currency. */
export function totalsOf(finishing: Finishing, raws: readonly Raw[]): Record<string, Cell | Record<string, string>> {
  const totals: Record<string, Cell | Record<string, string>> = {};
  const whole = raws.filter(({ lvl }) => lvl === 1);
  const plain = whole.find(({ cur }) => cur === null) ?? null;
  for (const figure of finishing.figures) {
    if (!figure.monetary || !finishing.currencies) totals[figure.key] = cellOf(finishing, figure, plain);
    else if (finishing.currencies.length === 1)
      totals[figure.key] = cellOf(finishing, figure, pricedIn(whole, finishing.currencies[0]));
    else totals[figure.key] = byCurrency(finishing, figure, whole, finishing.currencies);
  }
  return totals;
}

/** Sorts in place by the given columns; nulls come last, equal rows keep their place. */
export function order(rows: Cell[][], by: readonly { column: number; dir: "asc" | "desc"; money: boolean }[]): void {
  rows.sort((a, b) => {
    for (const { column, dir, money } of by) {
      const difference = compare(a[column] ?? null, b[column] ?? null, money, dir === "asc" ? 1 : -1);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

interface Group {
  t: string;
  label: number;
  splits: Cell[];
  cur: string | null;
  plain: Raw | null;
  priced: Raw | null;
}

function byCurrency(
  finishing: Finishing,
  figure: Figure,
  whole: readonly Raw[],
  currencies: readonly string[],
): Record<string, string> {
  const amounts: Record<string, string> = {};
  for (const currency of currencies) {
    const cell = cellOf(finishing, figure, pricedIn(whole, currency));
    if (cell !== null) amounts[currency] = String(cell);
  }
  return amounts;
}

function pricedIn(raws: readonly Raw[], currency: string | undefined): Raw | null {
  return raws.find(({ cur }) => cur === currency) ?? null;
}

/** Rows with and without currencies, brought together by their keys. */
function groupsOf({ scope, currencies, added }: Finishing, raws: readonly Raw[]): Group[] {
  const starts = new Map(scope.buckets.map(({ label, start }) => [label, formatInstant(start)]));
  const groups = new Map<string, Group>();
  const plains = new Map<string, Raw>();
  const split = scope.question.by.map((_, index) => `k${index}`);
  const priced = new Set<string>();
  for (const raw of raws) {
    const label = Number(raw.t ?? 0);
    const splits = split.map((key) => raw[key] ?? null);
    const place = JSON.stringify([label, splits]);
    const isPriced = currencies !== null && raw.cur !== null;
    const key = isPriced && added ? `${place} ${raw.cur}` : place;
    const own = splits[scope.question.by.indexOf("currency")];
    const cur = isPriced ? raw.cur : !added && typeof own === "string" ? own : null;
    const group = groups.get(key) ?? { t: starts.get(label) ?? "", label, splits, cur, plain: null, priced: null };
    groups.set(key, isPriced ? { ...group, priced: raw } : { ...group, plain: raw });
    if (!isPriced) plains.set(place, raw);
    else priced.add(place);
  }
  if (!added) return [...groups.values()];
  // What has no currency belongs to each; alone it stays only where no money stands beside it.
  return [...groups.values()].flatMap((group) => {
    const place = JSON.stringify([group.label, group.splits]);
    if (group.priced) return [{ ...group, plain: plains.get(place) ?? null }];
    return priced.has(place) ? [] : [group];
  });
}

/** Every bucket for every combination of splits that occurs at all. */
function filled({ scope, added }: Finishing, groups: readonly Group[]): Group[] {
  if (scope.buckets.length === 0) {
    if (scope.question.by.length > 0 || groups.length > 0) return [...groups];
    return [];
  }
  const series = new Map<string, { splits: Cell[]; cur: string | null; at: Map<number, Group> }>();
  const plains = new Map<string, Raw | null>();
  const priced = new Set(groups.filter(({ cur }) => cur !== null).map(({ splits }) => JSON.stringify(splits)));
  for (const group of groups) {
    plains.set(JSON.stringify([group.label, group.splits]), group.plain);
    if (added && group.cur === null && priced.has(JSON.stringify(group.splits))) continue;
    const key = JSON.stringify([group.splits, added ? group.cur : null]);
    const known = series.get(key) ?? { splits: group.splits, cur: group.cur, at: new Map<number, Group>() };
    known.at.set(group.label, group);
    series.set(key, known);
  }
  if (series.size === 0 && scope.question.by.length === 0) series.set("", { splits: [], cur: null, at: new Map() });
  return scope.buckets.flatMap(({ label, start }) =>
    [...series.values()].map(({ splits, cur, at }) => {
      const plain = plains.get(JSON.stringify([label, splits])) ?? null;
      return at.get(label) ?? { t: formatInstant(start), label, splits, cur, plain, priced: null };
    }),
  );
}

function cellOf(finishing: Finishing, { expression, money }: Figure, raw: Raw | null): Cell {
  return money
    ? moneyText(
        evaluate(finishing, expression, raw, (exact) => exact),
        divides(expression),
      )
    : // Only money is worth exactness: a rate is the nearest double to its quotient, not a decimal cut short.
      realOf(evaluate(finishing, expression, raw, inDoubles));
}

function evaluate(
  finishing: Finishing,
  expression: Expression,
  raw: Raw | null,
  as: (quantity: Quantity) => Quantity,
): Quantity {
  if ("number" in expression) return as({ exact: exactOf(String(expression.number)) });
  if ("agg" in expression) return as(quantityOf(finishing, expression, raw));
  const left = evaluate(finishing, expression.left, raw, as);
  return combine(expression.op, left, evaluate(finishing, expression.right, raw, as));
}

function inDoubles(quantity: Quantity): Quantity {
  const real = realOf(quantity);
  return real === null ? null : { real };
}

function quantityOf({ indexes }: Finishing, aggregate: Aggregate, raw: Raw | null): Quantity {
  const index = indexes.get(aggregate);
  const value = raw?.[`a${index}`] ?? null;
  switch (aggregate.agg) {
    case "percentile":
    case "time_between":
      return numberOf(value);
    case "mean":
      return combine("/", numberOf(value), countOf(Number(raw?.[`b${index}`] ?? 0)));
    case "sum":
    case "commission":
      return numberOf(value) ?? countOf(0);
    default:
      return countOf(Number(value ?? 0));
  }
}

/** The database gives decimals as text and doubles as numbers. */
function numberOf(value: Cell): Quantity {
  if (value === null || typeof value === "boolean") return null;
  if (typeof value === "string") return { exact: exactOf(value) };
  return Number.isFinite(value) ? { real: value } : null;
}

function divides(expression: Expression): boolean {
  if ("number" in expression) return false;
  if ("agg" in expression) return expression.agg === "mean";
  return expression.op === "/" || divides(expression.left) || divides(expression.right);
}

function compare(a: Cell, b: Cell, money: boolean, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (money) {
    const difference = exactOf(String(a)) - exactOf(String(b));
    return difference === 0n ? 0 : difference > 0n ? sign : -sign;
  }
  if (typeof a === "string" && typeof b === "string") return a < b ? -sign : a > b ? sign : 0;
  return Math.sign(Number(a) - Number(b)) * sign;
}
