/** JSON: an array of objects, or one object a line. Money stays a decimal string, times are RFC 3339, as the API has them. */
import { formatInstant } from "../catalogue/time.ts";
import type { ExportCell, ExportColumn, ExportRow, ExportTable } from "./table.ts";

export async function* jsonText(table: ExportTable): AsyncGenerator<string> {
  let before = "[\n";
  for await (const text of ndjsonText(table)) {
    // No object has a line end in it: JSON writes them as \n.
    yield before + text.slice(0, -1).replaceAll("\n", ",\n");
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

export async function* ndjsonText(table: ExportTable): AsyncGenerator<string> {
  if (table.lines) {
    yield* table.lines("ndjson");
    return;
  }
  const objectOf = objectWriter(table.columns);
  for await (const rows of table.packets()) if (rows.length > 0) yield rows.map((row) => `${objectOf(row)}\n`).join("");
}

function objectWriter(columns: readonly ExportColumn[]): (row: ExportRow) => string {
  const keys = columns.map(({ name }, at) => `${at === 0 ? "{" : ","}${JSON.stringify(name)}:`);
  const write = columns.map(writerOf);
  return (row) => {
    let text = "";
    for (let at = 0; at < keys.length; at++) {
      const cell = row[at] ?? null;
      text += keys[at] + (cell === null ? "null" : (write[at]?.(cell) ?? "null"));
    }
    return `${text}}`;
  };
}

/** What is JSON already goes in as it is: no digit of a long number is lost on the way. */
function writerOf({ kind }: ExportColumn): (cell: ExportCell) => string {
  if (kind === "json") return String;
  if (kind === "time" || kind === "day")
    return (cell) => (typeof cell === "number" ? `"${formatInstant(cell)}"` : "null");
  return (cell) => JSON.stringify(cell);
}
