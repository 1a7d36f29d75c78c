/** Workbooks, read by another program's reader. */
import { expect, test } from "bun:test";
import ExcelJS from "exceljs";
import fc from "fast-check";
import type { ExportCell, ExportColumn, ExportTable } from "../../src/export/table.ts";
import { xlsxBytes } from "../../src/export/xlsx.ts";
import { xml } from "../../src/export/xlsx-cells.ts";

const at = (text: string): number => Date.parse(text) * 1_000;

async function workbookOf(
  columns: readonly ExportColumn[],
  rows: readonly (readonly ExportCell[])[],
  timezone = "UTC",
) {
  const table: ExportTable = {
    columns,
    rows: rows.length,
    async *packets() {
      for (const row of rows) yield [row];
    },
  };
  const about = { title: "Figures: [all]", timezone, lines: [["Location", "Main & office"]] as const };
  const pieces: Uint8Array[] = [];
  for await (const piece of xlsxBytes(table, about)) pieces.push(piece);
  const workbook = new ExcelJS.Workbook();
  // Its types are of an older Buffer.
  await workbook.xlsx.load(new Uint8Array(Buffer.concat(pieces)).buffer);
  return workbook;
}

const of = (name: string, kind: ExportColumn["kind"], currency?: string): ExportColumn => ({
  name,
  label: name,
  kind,
  ...(currency === undefined ? {} : { currency }),
});

test("cells are typed: dates in the zone, amounts with their currency, shares as percent", async () => {
  const columns = [
    of("t", "time"),
    of("day", "day"),
    of("revenue", "money", "EUR"),
    of("rate", "percent"),
    of("ok", "boolean"),
  ];
  const noon = at("2026-07-01T10:00:00.123Z");
  const workbook = await workbookOf(columns, [[noon, noon, "402400.50", 0.125, true]], "Europe/Berlin");
  const sheet = workbook.worksheets[0];
  const cells = [1, 2, 3, 4, 5].map((place) => sheet?.getCell(2, place));
  expect(cells[0]?.value).toEqual(new Date("2026-07-01T12:00:00.123Z"));
  expect(cells[1]?.numFmt).toBe("yyyy-mm-dd");
  expect(cells[2]?.value).toBe(402_400.5);
  expect(cells[2]?.numFmt).toBe("[$EUR] #,##0.00##");
  expect([cells[3]?.value, cells[3]?.numFmt]).toEqual([0.125, "0.0%"]);
  expect(cells[4]?.value).toBe(true);
});

test("an amount of more than 15 digits is text, so that none is lost", async () => {
  const rows = [["123456789012345.00"], ["1234567890123456.12"], ["-0.000001234567890123"]];
  const sheet = (await workbookOf([of("value", "money")], rows)).worksheets[0];
  expect([2, 3, 4].map((row) => sheet?.getCell(row, 1).value)).toEqual([
    123_456_789_012_345,
    "1234567890123456.12",
    -0.000_001_234_567_890_123,
  ]);
});

test("the head is frozen and has a filter; About says what it is and how many rows there are", async () => {
  const workbook = await workbookOf(
    [of("a", "text"), of("b", "count")],
    [
      ["x", 1],
      ["y", 2],
    ],
  );
  const [sheet, about] = workbook.worksheets;
  expect(sheet?.name).toBe("Figures   all");
  expect(sheet?.views[0]).toMatchObject({ state: "frozen", ySplit: 1 });
  expect(sheet?.autoFilter).toBe("A1:B3");
  expect(about?.name).toBe("About");
  const lines = about?.getSheetValues().map((row) => (Array.isArray(row) ? row.slice(1) : []));
  expect(lines).toContainEqual(["Rows", "2"]);
  expect(lines).toContainEqual(["Location", "Main & office"]);
});

test("dates that a spreadsheet does not have are text", async () => {
  const rows = [[at("1899-12-31T00:00:00Z")], [at("9999-12-31T23:59:59Z")], [at("+010000-01-01T00:00:00Z")]];
  const sheet = (await workbookOf([of("t", "time")], rows)).worksheets[0];
  expect(sheet?.getCell(2, 1).value).toBe("1899-12-31T00:00:00Z");
  expect(sheet?.getCell(3, 1).value).toEqual(new Date("9999-12-31T23:59:59Z"));
  expect(typeof sheet?.getCell(4, 1).value).toBe("string");
});

test("a text that no cell can hold ends with a mark, and About counts them", async () => {
  const workbook = await workbookOf([of("data", "json")], [["x".repeat(40_000)], ["y"]]);
  const [sheet, about] = workbook.worksheets;
  const text = String(sheet?.getCell(2, 1).value);
  expect(text).toHaveLength(32_767);
  expect(text).toEndWith("… (cut)");
  expect(JSON.stringify(about?.getSheetValues())).toContain("1 cells were longer");
});

test("any text is one that XML can hold, and comes back", async () => {
  await fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      const written = xml(text);
      expect(written).not.toMatch(/[<>"]|&(?!amp;|lt;|gt;|quot;)/);
      expect([...written].filter((sign) => sign < " " && sign !== "\t" && sign !== "\n")).toEqual([]);
      expect(unescaped(written)).toBe(text);
    }),
  );
});

/** As ECMA-376 reads it. */
function unescaped(text: string): string {
  return text
    .replaceAll(/&(amp|lt|gt|quot);/g, (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"' })[name] ?? "")
    .replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
