/** Cells of a sheet: each kind of column as what a spreadsheet calculates with. */
import { NUMBER_DIGITS_MAX, significantDigits } from "../catalogue/money.ts";
import { type Stretch, stretchesOf } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { ExportCell, ExportColumn } from "./table.ts";

/** XML of a cell in that row. */
export type CellWriter = (cell: Exclude<ExportCell, null>, row: number) => string;

/** Characters that a cell may have. */
const CHARS_MAX = 32_767;
const CUT = "… (cut)";
const DAY = 86_400_000_000;
/** 1970-01-01 in days of a spreadsheet. */
const EPOCH_DAYS = 25_569;
/** Before March 1900 spreadsheets count a day that never was; after 9999 they have no dates. */
const DAYS_MIN = 61;
const DAYS_END = 2_958_466;

export function cellWriter(
  column: ExportColumn,
  letter: string,
  style: number,
  timezone: string,
  onShortened: () => void,
): CellWriter {
  const text: CellWriter = (cell, row) => textCell(fitting(String(cell), onShortened), letter + row, 0);
  const number = (value: string | number, row: number): string =>
    `<c r="${letter}${row}" s="${style}"><v>${value}</v></c>`;
  switch (column.kind) {
    case "text":
    case "json":
      return (cell, row) => {
        if (typeof cell === "number") return number(cell, row);
        return typeof cell === "boolean" ? booleanCell(cell, letter + row) : text(cell, row);
      };
    case "time":
    case "day": {
      const local = localTimes(timezone);
      return (cell, row) => {
        if (typeof cell !== "number") return text(cell, row);
        const days = Math.floor(local(cell) / 1_000) / (DAY / 1_000) + EPOCH_DAYS;
        return days >= DAYS_MIN && days < DAYS_END ? number(days, row) : text(formatInstant(cell), row);
      };
    }
    case "money":
      return (cell, row) =>
        significantDigits(String(cell)) > NUMBER_DIGITS_MAX ? text(cell, row) : number(String(cell), row);
    case "boolean":
      return (cell, row) => (typeof cell === "boolean" ? booleanCell(cell, letter + row) : text(cell, row));
    default:
      return (cell, row) => (typeof cell === "number" ? number(cell, row) : text(cell, row));
  }
}

export function textCell(text: string, place: string, style: number): string {
  return `<c r="${place}" t="inlineStr"${style === 0 ? "" : ` s="${style}"`}><is><t xml:space="preserve">${xml(text)}</t></is></c>`;
}

function booleanCell(value: boolean, place: string): string {
  return `<c r="${place}" t="b"><v>${value ? 1 : 0}</v></c>`;
}

/** A 26-letter number: A, Z, AA. */
export function letters(at: number): string {
  const last = String.fromCharCode(65 + (at % 26));
  return at < 26 ? last : letters(Math.floor(at / 26) - 1) + last;
}

/** What XML cannot say, or says otherwise: its own signs, controls but tab and line feed, halves of pairs, and what looks escaped. */
const UNSAFE = new RegExp(
  [
    '[&<>"]',
    String.raw`[^\t\n\u0020-\ufffd\u{10000}-\u{10ffff}]`,
    String.raw`[\ud800-\udfff]`,
    "_x[0-9A-Fa-f]{4}_",
  ].join("|"),
  "gu",
);

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text in XML; what XML cannot say is written as _xHHHH_ (ECMA-376, 22.9.2.19), and what looks like that too. */
export function xml(text: string): string {
  return text.replace(UNSAFE, (found) => {
    const entity = ENTITIES[found];
    if (entity !== undefined) return entity;
    return found.startsWith("_x") ? `_x005F_${found.slice(1)}` : escaped(found);
  });
}

function escaped(character: string): string {
  return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;
}

function fitting(text: string, onShortened: () => void): string {
  if (text.length <= CHARS_MAX) return text;
  onShortened();
  return text.slice(0, CHARS_MAX - CUT.length).replace(/[\ud800-\udbff]$/, "") + CUT;
}

/** Local time, as if it were UTC; the offsets of a year are looked up once. */
function localTimes(timezone: string): (time: number) => number {
  const years = new Map<number, readonly Stretch[]>();
  return (time) => {
    const year = Math.floor(time / (366 * DAY));
    let stretches = years.get(year);
    if (!stretches) {
      stretches = stretchesOf(timezone, year * 366 * DAY, (year + 1) * 366 * DAY);
      years.set(year, stretches);
    }
    return time + (stretches.findLast(({ start }) => start <= time)?.offset ?? 0);
  };
}
