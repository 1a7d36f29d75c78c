/**
 * Excel workbooks (ECMA-376), written row by row: a sheet of typed cells and a sheet About.
 * Own code, as the one streaming writer there is (exceljs) keeps what a slow reader has not taken, and takes 40 s for a
 * million events where this takes a quarter of that. It must never lose a digit of money: what a double cannot hold is text.
 */

import type { AboutExport, ExportColumn, ExportRow, ExportTable } from "./table.ts";
import { type CellWriter, cellWriter, letters, textCell, xml } from "./xlsx-cells.ts";
import { PARTS, stylesOf, stylesXml, workbookXml } from "./xlsx-parts.ts";
import { type ZipFile, zipped } from "./zip.ts";

/** Of a sheet, its head not counted. */
export const XLSX_ROWS_MAX = 1_048_575;
const ABOUT_WIDTHS = [22, 100];
const NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

export function xlsxBytes(table: ExportTable, about: AboutExport): AsyncGenerator<Uint8Array> {
  const styles = stylesOf(table.columns);
  const counted = { rows: 0, shortened: 0 };
  const title = sheetName(about.title);
  const files: ZipFile[] = [
    ...PARTS,
    { name: "xl/workbook.xml", pieces: [workbookXml([title, "About"], `'${title}'!${rangeOf(table, true)}`)] },
    { name: "xl/styles.xml", pieces: [stylesXml(styles)] },
    { name: "xl/worksheets/sheet1.xml", pieces: sheet(table, about, styles.of, counted) },
    { name: "xl/worksheets/sheet2.xml", pieces: aboutSheet(about, counted) },
  ];
  return zipped(files);
}

async function* sheet(
  table: ExportTable,
  { timezone }: AboutExport,
  styleOf: (column: ExportColumn) => number,
  counted: { rows: number; shortened: number },
): AsyncGenerator<string> {
  const { columns } = table;
  yield `${XML}<worksheet ${NAMESPACE}><sheetViews><sheetView workbookViewId="0" tabSelected="1"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`;
  yield `${widthsXml(columns.map(widthOf))}<sheetData>${headXml(columns.map(({ label }) => label))}`;
  const onShortened = (): void => void counted.shortened++;
  const write = columns.map((column, at) => cellWriter(column, letters(at), styleOf(column), timezone, onShortened));
  for await (const rows of table.packets()) yield rowsXml(rows, write, counted);
  yield `</sheetData><autoFilter ref="${rangeOf(table, false)}"/></worksheet>`;
}

function rowsXml(rows: readonly ExportRow[], write: readonly CellWriter[], counted: { rows: number }): string {
  let text = "";
  for (const row of rows) {
    // The head is the first.
    const number = ++counted.rows + 1;
    text += `<row r="${number}">`;
    for (let at = 0; at < write.length; at++) {
      const cell = row[at] ?? null;
      if (cell !== null) text += write[at]?.(cell, number) ?? "";
    }
    text += "</row>";
  }
  return text;
}

/** Written last, when it is known how many rows there were. */
async function* aboutSheet(
  { title, lines, timezone }: AboutExport,
  counted: { rows: number; shortened: number },
): AsyncGenerator<string> {
  const all: (readonly [string, string])[] = [
    ["What", title],
    ["Rows", counted.rows.toLocaleString("en-US")],
    ...lines,
    ["Dates", `In ${timezone}, to the millisecond; CSV, JSON and Parquet have the microsecond.`],
    ["Amounts", "Numbers; those of more than 15 digits are text, as a spreadsheet would round them."],
    ...(counted.shortened === 0
      ? []
      : [["Shortened", `${counted.shortened} cells were longer than a cell may be and end with “… (cut)”.`] as const]),
  ];
  const rows = all.map(
    ([label, text], at) =>
      `<row r="${at + 1}">${textCell(label, `A${at + 1}`, 1)}${textCell(text, `B${at + 1}`, 0)}</row>`,
  );
  yield `${XML}<worksheet ${NAMESPACE}>${widthsXml(ABOUT_WIDTHS)}<sheetData>${rows.join("")}</sheetData></worksheet>`;
}

function headXml(labels: readonly string[]): string {
  return `<row r="1">${labels.map((label, at) => textCell(label, `${letters(at)}1`, 1)).join("")}</row>`;
}

function rangeOf({ columns, rows }: ExportTable, fixed: boolean): string {
  const sign = fixed ? "$" : "";
  return `${sign}A${sign}1:${sign}${letters(Math.max(0, columns.length - 1))}${sign}${rows + 1}`;
}

const WIDTHS: Readonly<Record<ExportColumn["kind"], number>> = {
  text: 22,
  json: 48,
  time: 24,
  day: 14,
  money: 18,
  count: 14,
  number: 14,
  percent: 12,
  duration: 14,
  boolean: 10,
};

function widthOf({ kind, label }: ExportColumn): number {
  return Math.max(WIDTHS[kind], Math.min(40, label.length + 4));
}

function widthsXml(widths: readonly number[]): string {
  const cols = widths.map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`);
  return cols.length === 0 ? "" : `<cols>${cols.join("")}</cols>`;
}

/** A sheet's name has at most 31 characters, and none of these. */
function sheetName(title: string): string {
  const name = xml(
    title
      .replaceAll(/[[\]:*?/\\']/g, " ")
      .trim()
      .slice(0, 31),
  );
  return name === "" || name === "About" ? "Rows" : name;
}
