/** CSV per RFC 4180: comma, CRLF, texts in quotes, those in them doubled. A cell that a spreadsheet would take for a formula is defused. */
import { formatInstant } from "../catalogue/time.ts";
import { FORMULA } from "../store/query/line-sql.ts";
import type { ExportCell, ExportColumn, ExportRow, ExportTable } from "./table.ts";

const END = "\r\n";
const BOM = "\uFEFF";
const AS_FORMULA = new RegExp(FORMULA, "u");
const NEEDS_QUOTES = /[",\r\n]/;

/** `bom`: for spreadsheets that take a file without one for the encoding of their machine. */
export async function* csvText(table: ExportTable, { bom }: { bom: boolean }): AsyncGenerator<string> {
  const { columns, packets, lines } = table;
  yield (bom ? BOM : "") + columns.map(({ name }) => headCell(name)).join(",") + END;
  if (lines) {
    yield* lines("csv");
    return;
  }
  const write = columns.map(writerOf);
  for await (const rows of packets()) yield linesOf(rows, write);
}

function linesOf(rows: readonly ExportRow[], write: readonly ((cell: ExportCell) => string)[]): string {
  let text = "";
  for (const row of rows) {
    for (let at = 0; at < write.length; at++) {
      const cell = row[at] ?? null;
      if (at > 0) text += ",";
      if (cell !== null) text += write[at]?.(cell) ?? "";
    }
    text += END;
  }
  return text;
}

/** Figures are the appliance's own and stay as they are: -12.50 is a number, not a formula. */
function writerOf({ kind }: ExportColumn): (cell: ExportCell) => string {
  if (kind === "text" || kind === "json") return (cell) => (typeof cell === "string" ? textCell(cell) : String(cell));
  if (kind === "time" || kind === "day") return (cell) => (typeof cell === "number" ? formatInstant(cell) : "");
  return String;
}

/** A text is always quoted, so that what is empty is told from what is not known. */
function textCell(text: string): string {
  return `"${defused(text).replaceAll('"', '""')}"`;
}

/** Of the head: as it is where it can be. */
function headCell(name: string): string {
  const safe = defused(name);
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** An apostrophe makes text of a formula. */
export function defused(text: string): string {
  return AS_FORMULA.test(text) ? `'${text}` : text;
}
