import { expect, test } from "bun:test";
import fc from "fast-check";
import { namedRanges } from "../../../src/web/figures/ranges.ts";

const iso = (us: number): string => new Date(us / 1_000).toISOString().slice(0, 16);

test("ranges by name are days of the zone, and what is still running ends with today", () => {
  const now = Date.parse("2026-03-29T23:30:00Z") * 1_000;
  const told = namedRanges(now, "Europe/Berlin").map(({ label, from, to }) => `${label}: ${iso(from)} ${iso(to)}`);
  // In Berlin it is Monday, the first day after the change to summer time.
  expect(told).toEqual([
    "Today: 2026-03-29T22:00 2026-03-30T22:00",
    "Yesterday: 2026-03-28T23:00 2026-03-29T22:00",
    "This week: 2026-03-29T22:00 2026-03-30T22:00",
    "Last week: 2026-03-22T23:00 2026-03-29T22:00",
    "This month: 2026-02-28T23:00 2026-03-30T22:00",
    "Last month: 2026-01-31T23:00 2026-02-28T23:00",
    "This quarter: 2025-12-31T23:00 2026-03-30T22:00",
    "Last quarter: 2025-09-30T22:00 2025-12-31T23:00",
    "Year to date: 2025-12-31T23:00 2026-03-30T22:00",
  ]);
});

test("hold now or end before today, whenever and wherever it is", () => {
  const zones = fc.constantFrom("UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe");
  const moment = fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2040, 0) }).map((ms) => ms * 1_000);
  fc.assert(
    fc.property(moment, zones, (now, zone) => {
      const [today, ...others] = namedRanges(now, zone);
      expect(today && today.from <= now && now < today.to).toBe(true);
      for (const { label, from, to } of others) {
        expect(from).toBeLessThan(to);
        const running = label.startsWith("This") || label.startsWith("Year");
        if (running) expect([label, to, from <= now]).toEqual([label, today?.to ?? 0, true]);
        else expect(to).toBeLessThanOrEqual(today?.from ?? 0);
      }
    }),
    { numRuns: 60 },
  );
});
