/** Answers of the store read by name: rows as records, series by currency, amounts as exact decimals. */
import { formatMoney } from "../catalogue/money.ts";
import { exactOf } from "../store/query/quantity.ts";
import type { Answer, Cell } from "../store/store.ts";
import type { Amount } from "./kpis.ts";

/** One row by the names of its columns; `currency` is that of its money, null where the answer has none. */
export interface Row {
  currency: string | null;
  cells: Readonly<Record<string, Cell>>;
}

/** Rows by column names. Where the whole answer has one currency, each row is in it. */
export function recordsOf(answer: Answer): readonly Row[] {
  const only = answer.columns.find(({ currency }) => currency !== undefined)?.currency ?? null;
  const split = answer.columns.findIndex(({ name, kind }) => name === "currency" && kind === "dimension");
  return answer.rows.map((row) => {
    const own = split < 0 ? only : textOf(row[split] ?? null);
    const cells = Object.fromEntries(answer.columns.map(({ name }, at) => [name, row[at] ?? null]));
    return { currency: own, cells };
  });
}

/** A split's value as text; null where events have none. */
export function textOf(cell: Cell | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

/** A KPI's value: money as text, the rest as numbers. */
export function amountOf(cell: Cell | undefined): Amount {
  return cell === undefined || typeof cell === "boolean" ? null : cell;
}

/** Money as answers carry it; nothing is 0.00. */
export function moneyOf(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? "0.00" : String(cell);
}

const PLACES = 12;

/** one − other of decimals, exactly. */
export function lessOf(one: string, other: string): string {
  return formatMoney(exactOf(one) - exactOf(other), PLACES);
}

/** The sum of decimals, exactly. */
export function sumOf(amounts: readonly string[]): string {
  return formatMoney(
    amounts.reduce((sum, amount) => sum + exactOf(amount), 0n),
    PLACES,
  );
}

/** part ÷ whole; null where there is no whole. */
export function shareOf(part: string | number, whole: string | number): number | null {
  return Number(whole) === 0 ? null : Number(part) / Number(whole);
}
