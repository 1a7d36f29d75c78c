import { expect, test } from "bun:test";
import fc from "fast-check";
import { csvText, defused } from "../../src/export/csv.ts";
import type { ExportCell, ExportColumn, ExportTable } from "../../src/export/table.ts";
import { readCsv } from "../support/csv.ts";

const COLUMNS: readonly ExportColumn[] = [
  { name: "who", label: "Who", kind: "text" },
  { name: "value", label: "Value", kind: "money" },
  { name: "count", label: "Count", kind: "count" },
  { name: "at", label: "At", kind: "time" },
];

async function csvOf(rows: readonly (readonly ExportCell[])[], columns = COLUMNS, bom = false): Promise<string> {
  const table: ExportTable = {
    columns,
    rows: rows.length,
    async *packets() {
      yield rows;
    },
  };
  let text = "";
  for await (const piece of csvText(table, { bom })) text += piece;
  return text;
}

const texts = fc.string({ unit: "binary", maxLength: 30 });
const tricky = fc.constantFrom('"', ",", "\r\n", "\n", "=1+1", "-2", "@x", "+49 30 1", "'", "", 'a,b"c\r\n');

test("any text comes back as it was, or with an apostrophe before what would be a formula", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(texts, tricky), { minLength: 1, maxLength: 8 }), async (cells) => {
      const [, ...rows] = readCsv(await csvOf(cells.map((cell) => [cell, null, null, null])));
      expect(rows.map(([cell]) => cell ?? null)).toEqual(cells.map(defused));
    }),
  );
});

test("no cell begins like a formula unless it is a number", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(..."=+-@\t\r\n＝＋－＠"), texts, async (sign, rest) => {
      const [, row] = readCsv(await csvOf([[sign + rest, null, null, null]]));
      const cell = row?.[0] ?? "";
      if (/^[=+\-@\t\r\n＝＋－＠]/u.test(cell)) expect(cell).toMatch(/^[+-]\d+(\.\d+)?([eE][+-]?\d+)?$/);
      else expect(cell).toBe(`'${sign}${rest}`);
    }),
  );
});

test.each([
  ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
  ["-1+1", "'-1+1"],
  ["-1.5", "-1.5"],
  ["+15551234567", "+15551234567"],
  ["+", "'+"],
  ["-1.", "'-1."],
  ["-1e5", "-1e5"],
  ["-1e", "'-1e"],
  ["-1e+", "'-1e+"],
  ["-1e+5x", "'-1e+5x"],
  ["-1.2.3", "'-1.2.3"],
  ["a=b", "a=b"],
])("%p is written as %p", (text, written) => {
  expect(defused(text)).toBe(written);
});

test("figures stay figures: amounts digit for digit, times as the API has them", async () => {
  const row = ["x", "-123456789012345678.1234", 7, Date.UTC(2026, 0, 31) * 1_000 + 5];
  expect(await csvOf([row])).toBe(
    'who,value,count,at\r\n"x",-123456789012345678.1234,7,2026-01-31T00:00:00.000005Z\r\n',
  );
});

test("what is not known is empty, an empty text is quoted", async () => {
  expect(
    await csvOf([
      ["", null, null, null],
      [null, "0.00", 0, 0],
    ]),
  ).toBe('who,value,count,at\r\n"",,,\r\n,0.00,0,1970-01-01T00:00:00Z\r\n');
});

test("a byte order mark where it is asked for, and a heading that is a formula is defused", async () => {
  expect(await csvOf([], [{ name: "=x,y", label: "x", kind: "text" }], true)).toBe('\uFEFF"\'=x,y"\r\n');
});
