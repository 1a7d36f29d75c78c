import { describe, expect, test } from "bun:test";
import {
  bucketNames,
  clockTime,
  day,
  duration,
  exactMoney,
  exactText,
  figureOf,
  isoDay,
  nameOf,
  shortText,
} from "../../views/format.ts";

describe("figures on cards", () => {
  const cases: [string | number | null, Parameters<typeof figureOf>[1], string, string][] = [
    ["26412345.67", "money", "$26.4", "M"],
    ["1420000", "money", "$1.42", "M"],
    ["402400", "money", "$402", "k"],
    ["999960.00", "money", "$1.00", "M"],
    ["740.70", "money", "$740.70", ""],
    ["8120.00", "money", "$8,120", ""],
    ["-12500.00", "money", "−$12.5", "k"],
    ["0.00", "money", "$0", ""],
    ["11672925008.00", "money", "$11.7", "B"],
    [268, "count", "268", ""],
    [12480, "count", "12,480", ""],
    [1234567, "count", "1.23", "M"],
    [0.0432, "percent", "4.3", "%"],
    [1, "percent", "100", "%"],
    [38.2, "duration", "38", "ms"],
    [1400, "duration", "1.4", "s"],
    [0.87, "ratio", "0.87", ""],
    [null, "money", "–", ""],
  ];
  for (const [value, unit, text, mark] of cases) {
    test(`${value} ${unit} is ${text}${mark}`, () => {
      expect(figureOf(value, unit)).toEqual({ text, unit: mark });
    });
  }

  test("missing is never zero", () => {
    expect(shortText(null, "percent")).toBe("–");
    expect(exactText(null, "money")).toBe("–");
  });
});

describe("exact amounts", () => {
  test("keep every digit, beyond what a double holds", () => {
    expect(exactMoney("99999999999999.9999", "USD")).toBe("$99,999,999,999,999.9999");
    expect(exactMoney("584864.87604", "EUR")).toBe("€584,864.87604");
    expect(exactMoney("-1234.00", "GBP")).toBe("−£1,234");
    expect(exactMoney("5.50", "CHF")).toBe("CHF\u00a05.50");
  });
});

test("durations are told in the units of a clock", () => {
  expect([8.25, 38, 1_400, 252_000, 7_500_000, 180_000_000].map(duration)).toEqual([
    "8.3 ms",
    "38 ms",
    "1.4 s",
    "4 min 12 s",
    "2 h 05 min",
    "2 d 02 h",
  ]);
});

describe("times", () => {
  const newYear = Date.UTC(2026, 0, 1, 2, 3, 4) * 1000;

  test("are those of the zone", () => {
    expect(clockTime(newYear, "UTC")).toBe("02:03:04");
    expect(clockTime(newYear, "America/Los_Angeles")).toBe("18:03:04");
    expect(day(newYear, "America/Los_Angeles", 2026)).toBe("Dec 31, 2025");
    expect(day(newYear, "UTC", 2026)).toBe("Jan 1");
    expect(isoDay(newYear, "America/Los_Angeles")).toBe("2025-12-31");
  });

  test("name a bucket by its grain", () => {
    expect(bucketNames(newYear, "hour", "UTC")).toEqual({ short: "02:03", long: "Thu, Jan 1, 02:03" });
    expect(bucketNames(newYear, "day", "UTC")).toEqual({ short: "Jan 1", long: "Thu, Jan 1, 2026" });
    expect(bucketNames(newYear, "month", "UTC")).toEqual({ short: "Jan ’26", long: "January 2026" });
    expect(bucketNames(newYear, "quarter", "UTC")).toEqual({ short: "Q1 ’26", long: "Quarter 1 of 2026" });
  });
});

test("ids become names", () => {
  expect(["seller-bot", "intent_decoder", "luna", "B7", "--"].map(nameOf)).toEqual([
    "Seller bot",
    "Intent decoder",
    "Luna",
    "B7",
    "--",
  ]);
});
