import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatInstant, parseInstant } from "../../src/catalogue/time.ts";

const INSTANTS: readonly [text: string, us: number][] = [
  ["1970-01-01T00:00:00Z", 0],
  ["1970-01-01T00:00:00.000001Z", 1],
  ["1969-12-31T23:59:59.999999Z", -1],
  ["2026-03-01T14:05:00Z", Date.UTC(2026, 2, 1, 14, 5) * 1000],
  ["2026-03-01t14:05:00z", Date.UTC(2026, 2, 1, 14, 5) * 1000],
  ["2026-03-01T14:05:00+02:30", Date.UTC(2026, 2, 1, 11, 35) * 1000],
  ["2026-03-01T14:05:00-05:00", Date.UTC(2026, 2, 1, 19, 5) * 1000],
  ["2026-03-01T14:05:00-00:00", Date.UTC(2026, 2, 1, 14, 5) * 1000],
  ["2026-01-01T00:00:00+23:59", Date.UTC(2025, 11, 31, 0, 1) * 1000],
  ["2026-03-01T14:05:00.5Z", Date.UTC(2026, 2, 1, 14, 5, 0, 500) * 1000],
  ["2026-03-01T14:05:00.123456Z", Date.UTC(2026, 2, 1, 14, 5, 0, 123) * 1000 + 456],
  ["2026-03-01T14:05:00.123456000Z", Date.UTC(2026, 2, 1, 14, 5, 0, 123) * 1000 + 456],
  ["2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29) * 1000],
  ["2000-02-29T00:00:00Z", Date.UTC(2000, 1, 29) * 1000],
  ["0001-01-01T00:00:00.001Z", -62_135_596_799_999_000],
];
for (const [text, us] of INSTANTS) test(`${text} is ${us} µs`, () => expect(parseInstant(text)).toBe(us));

const NONE: readonly string[] = [
  "",
  "2026-03-01",
  "2026-03-01T14:05Z",
  "2026-03-01T14:05:00",
  "2026-03-01 14:05:00Z",
  "2026-03-01T14:05:00 Z",
  "2026-03-01T14:05:00.Z",
  "2026-03-01T14:05:00,5Z",
  "2026-03-01T14:05:00.1234567Z",
  "2026-03-01T14:05:60Z",
  "2016-12-31T23:59:60Z",
  "2026-03-01T24:00:00Z",
  "2026-03-01T14:60:00Z",
  "2026-02-29T00:00:00Z",
  "1900-02-29T00:00:00Z",
  "2026-04-31T00:00:00Z",
  "2026-00-10T00:00:00Z",
  "2026-13-10T00:00:00Z",
  "2026-03-00T00:00:00Z",
  "2026-03-32T00:00:00Z",
  "2026-03-01T14:05:00+24:00",
  "2026-03-01T14:05:00+02:60",
  "2026-03-01T14:05:00+0200",
  "2026-03-01T14:05:00+02",
  "2026-03-01T14:05:00ZZ",
  "2026-03-01T14:05:00Z ",
  " 2026-03-01T14:05:00Z",
  "+002026-03-01T14:05:00Z",
  "20260301T140500Z",
  "26-03-01T14:05:00Z",
  "2026-3-1T14:05:00Z",
  "2026-03-01T14:05:00UTC",
  "2026-03-01T14:05:00Z\u0000",
  "２０２６-03-01T14:05:00Z",
  "1772373900",
  `2026-03-01T14:05:00.${"0".repeat(60)}Z`,
  "0001-01-01T00:00:00.000001Z",
];
for (const text of NONE) test(`${JSON.stringify(text)} is no instant`, () => expect(parseInstant(text)).toBeNull());

test("every microsecond of four centuries comes back as it was", () => {
  fc.assert(
    fc.property(fc.integer({ min: -9_007_199_254_740_991, max: 9_007_199_254_740_991 }), (us) => {
      expect(parseInstant(formatInstant(us))).toBe(us);
    }),
    { numRuns: 1_000 },
  );
});

test("the calendar agrees with the platform's on every day from year 1 to 9999", () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true }),
      (date) => {
        expect(parseInstant(date.toISOString())).toBe(date.getTime() * 1000);
      },
    ),
    { numRuns: 1_000 },
  );
});

test("an instant is written with as many decimals as it needs", () => {
  expect(formatInstant(0)).toBe("1970-01-01T00:00:00Z");
  expect(formatInstant(1_500_000)).toBe("1970-01-01T00:00:01.500Z");
  expect(formatInstant(1_500_001)).toBe("1970-01-01T00:00:01.500001Z");
  expect(formatInstant(-1)).toBe("1969-12-31T23:59:59.999999Z");
});
