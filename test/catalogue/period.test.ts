import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bucketsOf, GRAINS, isTimezone, previousOf, TIMEFRAMES, timeframeOf } from "../../src/catalogue/period.ts";

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
const ZONES = [
  "UTC",
  "America/New_York",
  "Europe/Berlin",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "Pacific/Apia",
  "Africa/Cairo",
  "America/Sao_Paulo",
  "Africa/Casablanca",
  "Asia/Tehran",
];

const zone = fc.constantFrom(...ZONES);
const grain = fc.constantFrom(...GRAINS);
const instant = fc.integer({ min: us("1975-01-01T00:00:00Z") / 1e6, max: us("2035-01-01T00:00:00Z") / 1e6 });

function us(text: string): number {
  return Date.parse(text) * 1_000;
}

describe("buckets", () => {
  test("partition the range in any zone at any grain", () => {
    fc.assert(
      fc.property(zone, grain, instant, fc.integer({ min: 1, max: 400 }), (timezone, grain, start, steps) => {
        const from = start * 1e6;
        const to = from + steps * (grain === "minute" ? 60e6 : grain === "hour" ? HOUR : DAY);
        const buckets = bucketsOf(grain, timezone, from, to);
        expect(buckets[0]?.start).toBeLessThanOrEqual(from);
        expect(buckets.at(-1)?.end).toBeGreaterThanOrEqual(to);
        for (const [index, bucket] of buckets.entries()) {
          expect(bucket.end).toBeGreaterThan(bucket.start);
          const next = buckets[index + 1];
          if (next) expect(next.start).toBe(bucket.end);
          if (next) expect(next.label).toBeGreaterThan(bucket.label);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("do not depend on where the range begins", () => {
    fc.assert(
      fc.property(zone, grain, instant, fc.integer({ min: 1, max: 40 }), (timezone, grain, start, days) => {
        const from = start * 1e6;
        const length = grain === "minute" ? HOUR : DAY;
        const wide = bucketsOf(grain, timezone, from - length, from + days * length);
        const narrow = bucketsOf(grain, timezone, from, from + days * length);
        expect(wide.slice(-narrow.length)).toEqual([...narrow]);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["America/New_York", "2026-03-08T12:00:00Z", 23],
    ["America/New_York", "2026-11-01T12:00:00Z", 25],
    ["Europe/Berlin", "2026-03-29T12:00:00Z", 23],
    ["Australia/Lord_Howe", "2026-04-04T23:00:00Z", 24.5],
    ["Asia/Kathmandu", "2026-04-05T12:00:00Z", 24],
  ])("a day in %s around %s has %d hours", (timezone, time, hours) => {
    const [day] = bucketsOf("day", timezone, us(time), us(time) + 1);
    expect(((day?.end ?? 0) - (day?.start ?? 0)) / HOUR).toBe(hours);
  });

  test("a day that the zone skipped is no bucket", () => {
    const days = bucketsOf("day", "Pacific/Apia", us("2011-12-29T12:00:00Z"), us("2011-12-31T12:00:00Z"));
    expect(days.map(({ label }) => new Date(label / 1_000).toISOString().slice(0, 10))).toEqual([
      "2011-12-29",
      "2011-12-31",
      "2012-01-01",
    ]);
  });

  test("when clocks go back at one minute past midnight, the minute begins the new day and the rest stays in it", () => {
    const days = bucketsOf("day", "America/St_Johns", us("2006-10-28T12:00:00Z"), us("2006-10-30T12:00:00Z"));
    expect(days.map(({ start, end }) => (end - start) / HOUR)).toEqual([24, 25, 24]);
  });

  test("hours in a zone of 5:45 begin at its own full hours", () => {
    const [hour] = bucketsOf("hour", "Asia/Kathmandu", us("2026-04-05T12:20:00Z"), us("2026-04-05T12:21:00Z"));
    expect(hour?.start).toBe(us("2026-04-05T12:15:00Z"));
  });

  test("weeks begin on Monday, quarters and years in January", () => {
    const at = us("2026-02-15T12:00:00Z");
    expect(bucketsOf("week", "UTC", at, at + 1)[0]?.start).toBe(us("2026-02-09T00:00:00Z"));
    expect(bucketsOf("quarter", "UTC", at, at + 1)[0]?.start).toBe(us("2026-01-01T00:00:00Z"));
    expect(bucketsOf("year", "UTC", at, at + 1)[0]?.end).toBe(us("2027-01-01T00:00:00Z"));
  });

  test("an empty range has none", () => {
    expect(bucketsOf("day", "UTC", 5, 5)).toEqual([]);
  });
});

describe("timeframes", () => {
  test("hold the present and have their exact length", () => {
    const now = us("2026-02-15T12:07:30Z");
    const lengths = TIMEFRAMES.filter((name) => name !== "all").map((name) => {
      const { from, to } = timeframeOf(name, now, null);
      expect(from).toBeLessThan(now);
      expect(to).toBeGreaterThan(now);
      return (to - from) / DAY;
    });
    expect(lengths).toEqual([1, 7, 30, 90, 365]);
  });

  test("all runs from the first to the last event", () => {
    const frame = timeframeOf("all", us("2026-01-01T00:00:00Z"), { first: 5, last: 10 });
    expect([frame.from, frame.to]).toEqual([5, 11]);
  });

  test("the previous period is as long and ends where this one begins", () => {
    expect(previousOf({ from: 100, to: 130 })).toEqual({ from: 70, to: 100 });
  });

  test("names of zones are told from other text", () => {
    expect(["UTC", "Europe/Berlin", "Etc/GMT+5"].every(isTimezone)).toBe(true);
    expect(["", "Mars/Base", "+02:00", "a".repeat(100), "UTC; DROP"].some(isTimezone)).toBe(false);
  });
});
