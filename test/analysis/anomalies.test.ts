import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isAnomaly, judgeSeries, median, severityOf } from "../../src/analysis/anomalies.ts";
import { seeded } from "../support/random.ts";

const DAILY = { baseline: 12, baseline_min: 4, threshold: 3.5, counts: true } as const;
const slotsOf = (values: readonly number[]): number[] => values.map((_, day) => day % 7);

/** Counts that vary as counts do, fewer on the last two days of a week. */
function counts(days: number, random: () => number): number[] {
  return Array.from({ length: days }, (_, day) => {
    const mean = day % 7 < 5 ? 60 : 25;
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * (random() + random() + random() + random() - 2) * 1.7));
  });
}

describe("the robust seasonal z-score", () => {
  test.each([
    ["a spike", 100, 140],
    ["a day of almost nothing", 100, 4],
    ["a quiet day as busy as others", 96, 62],
  ])("finds %s", (_, day, planted) => {
    const values = counts(120, seeded(9));
    values[day] = planted;
    const found = judgeSeries(values, slotsOf(values), 84, DAILY).filter((one) => isAnomaly(one, DAILY));
    expect(found.map(({ index }) => index)).toEqual([day]);
    expect(found[0]?.value).toBe(planted);
    expect(found[0]?.score).toBeCloseTo(
      (planted - (found[0]?.expected ?? 0)) / (((found[0]?.upper ?? 0) - (found[0]?.expected ?? 0)) / 3.5),
      9,
    );
  });

  test("raises at most two false alarms in a hundred days", () => {
    const judged = Array.from({ length: 50 }, (_, seed) => {
      const values = counts(150, seeded(seed + 1));
      return judgeSeries(values, slotsOf(values), 84, DAILY);
    }).flat();
    expect(judged).toHaveLength(50 * 66);
    expect(judged.filter((one) => isAnomaly(one, DAILY)).length / judged.length).toBeLessThan(0.02);
  });

  test("one outage does not hide the next", () => {
    const values = counts(120, seeded(4));
    for (const day of [88, 95, 102]) values[day] = 0;
    const found = judgeSeries(values, slotsOf(values), 84, DAILY).filter((one) => isAnomaly(one, DAILY));
    expect(found.map(({ index }) => index)).toEqual([88, 95, 102]);
  });

  test("of money on few days lets a usual deal pass", () => {
    const values = Array.from({ length: 100 }, (_, day) => (day % 3 === 0 ? 400_000 + (day % 5) * 10_000 : 0));
    const options = { ...DAILY, counts: false };
    const plain = judgeSeries(values, slotsOf(values), 84, options).filter((one) => isAnomaly(one, options));
    expect(plain).toEqual([]);
    values[90] = 9_000_000;
    const found = judgeSeries(values, slotsOf(values), 84, options).filter((one) => isAnomaly(one, options));
    expect(found.map(({ index }) => index)).toEqual([90]);
  });

  test("judges nothing before it knows four of its kind", () => {
    const values = counts(40, seeded(2));
    expect(judgeSeries(values, slotsOf(values), 0, DAILY).map(({ index }) => index)).toEqual(
      Array.from({ length: 12 }, (_, index) => 28 + index),
    );
  });

  test("never looks ahead", () => {
    const values = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 40, maxLength: 90 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 30 }), fc.boolean(), (all, cut, isCount) => {
        const options = { ...DAILY, counts: isCount };
        const known = all.slice(0, all.length - cut);
        const now = judgeSeries(known, slotsOf(known), 0, options);
        const later = judgeSeries(all, slotsOf(all), 0, options);
        expect(later.slice(0, now.length)).toEqual([...now]);
        expect(later.every(({ score }) => Number.isFinite(score))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

test.each([
  [3.6, "medium"],
  [-5, "high"],
  [8, "critical"],
  [-30, "critical"],
] as const)("a score of %d is %s", (score, severity) => {
  expect(severityOf(score)).toBe(severity);
});

test("the median is the middle, or between the two in the middle", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([7]), median([])]).toEqual([2, 2.5, 7, 0]);
});
