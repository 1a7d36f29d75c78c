import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatMoney, moneyOfNumber, negativeOf, parseMoney, significantDigits } from "../../src/catalogue/money.ts";

const TEXTS: readonly [text: string, money: string | null][] = [
  ["0", "0"],
  ["-0", "0"],
  ["-0.0000", "0"],
  ["450000", "450000"],
  ["450000.00", "450000"],
  ["-12.50", "-12.5"],
  ["007.10", "7.1"],
  ["0.0001", "0.0001"],
  ["0.00010000", "0.0001"],
  ["99999999999999.9999", "99999999999999.9999"],
  ["-99999999999999.9999", "-99999999999999.9999"],
  ["00000000000000000001.5", "1.5"],
  ["100000000000000", null],
  ["0.00001", null],
  ["1.23456", null],
  ["", null],
  ["-", null],
  [".5", null],
  ["5.", null],
  ["+5", null],
  ["1e3", null],
  ["1,000.00", null],
  ["1 000", null],
  [" 1", null],
  ["1\n", null],
  ["$5", null],
  ["NaN", null],
  ["Infinity", null],
  ["0x10", null],
  ["１２", null],
  ["1".repeat(65), null],
];
for (const [text, money] of TEXTS) {
  test(`${JSON.stringify(text)} is ${money ?? "no amount"}`, () => expect(parseMoney(text)).toBe(money));
}

const NUMBERS: readonly [number: number, money: string | null][] = [
  [0, "0"],
  [-0, "0"],
  [450000, "450000"],
  [-12.5, "-12.5"],
  [0.1, "0.1"],
  [0.0001, "0.0001"],
  [99999999999999, "99999999999999"],
  [12345678901.2345, "12345678901.2345"],
  [0.1 + 0.2, null],
  [0.00001, null],
  [1e-7, null],
  [1e14, null],
  [1e21, null],
  [1234567890123456, null],
  [99999999999999.9, "99999999999999.9"],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null],
];
for (const [number, money] of NUMBERS) {
  test(`the number ${number} is ${money ?? "no amount"}`, () => expect(moneyOfNumber(number)).toBe(money));
}

test("an amount survives scaling and formatting exactly, whatever its digits", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }), (scaled) => {
      const money = parseMoney(formatMoney(scaled));
      expect(asScaled(money ?? "")).toBe(scaled);
    }),
  );
});

test("a number of at most 15 digits is the decimal that was written", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(10 ** 10), max: 10 ** 10 }), fc.integer({ min: 0, max: 9999 }), (whole, places) => {
      const text = `${whole}.${String(places).padStart(4, "0")}`;
      expect(moneyOfNumber(Number(text))).toBe(parseMoney(text));
    }),
  );
});

test("answers carry at least two places and no needless zeros", () => {
  expect(formatMoney(7003755004800n)).toBe("700375500.48");
  expect(formatMoney(116729250080000n)).toBe("11672925008.00");
  expect(formatMoney(5848648760400n, 7)).toBe("584864.87604");
  expect(formatMoney(-5n)).toBe("-0.0005");
  expect(formatMoney(0n)).toBe("0.00");
});

test("minus the absolute value, whichever sign was sent", () => {
  expect([negativeOf("15.3"), negativeOf("-15.3"), negativeOf("0")]).toEqual(["-15.3", "-15.3", "0"]);
});

test("significant digits run from the first to the last that is not a zero", () => {
  expect(["0.0120", "1200", "-10.01", "1.5e10", "0"].map(significantDigits)).toEqual([2, 2, 4, 2, 0]);
});

/** Ten-thousandths of a canonical amount. */
function asScaled(money: string): bigint {
  const [whole = "", places = ""] = money.split(".");
  return BigInt(whole + places.padEnd(4, "0"));
}
