import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { historyNeeded, seasonalNaive } from "../../src/analysis/forecast.ts";
import { seeded } from "../support/random.ts";

const WEEKLY = { season: 7, level: 0.8, floor: null } as const;

/** A week's shape with noise around it. */
function noisyWeeks(days: number, random: () => number): number[] {
  return Array.from({ length: days }, (_, day) => 100 + 20 * (day % 7) + 30 * (random() + random() + random() - 1.5));
}

describe("the seasonal naive forecast", () => {
  test("repeats the last week, further out the last week again", () => {
    const history = Array.from({ length: 80 }, (_, day) => (day % 7) + Math.floor(day / 7) * 10);
    const forecast = seasonalNaive(history, 10, WEEKLY);
    expect(forecast?.points.map(({ yhat }) => yhat)).toEqual([...history.slice(73, 80), ...history.slice(73, 76)]);
    expect(forecast?.total).toBe([...history.slice(73, 80), ...history.slice(73, 76)].reduce((a, b) => a + b, 0));
  });

  test("of a series that repeats itself is sure, and was always right", () => {
    const history = Array.from({ length: 90 }, (_, day) => day % 7);
    const forecast = seasonalNaive(history, 7, WEEKLY);
    expect(forecast?.points.every(({ yhat, lower, upper }) => lower === yhat && upper === yhat)).toBe(true);
    expect(forecast?.backtest).toMatchObject({ mae: 0, coverage: 1, total_coverage: 1 });
    expect(forecast?.backtest.naive_mae).toBeGreaterThan(1);
  });

  test("takes its intervals from the ranks of its own past errors", () => {
    const history = noisyWeeks(60, seeded(3));
    const errors = history.slice(7).map((value, at) => value - (history[at] ?? 0));
    const sorted = errors.toSorted((one, other) => one - other);
    const low = sorted[Math.floor((errors.length + 1) * 0.1) - 1] ?? 0;
    const high = sorted[Math.ceil((errors.length + 1) * 0.9) - 1] ?? 0;
    const [first] = seasonalNaive(history, 7, WEEKLY)?.points ?? [];
    expect(first?.lower).toBeCloseTo((history[53] ?? 0) + low, 9);
    expect(first?.upper).toBeCloseTo((history[53] ?? 0) + high, 9);
  });

  test("measures what one finds by trying every earlier end of the history", () => {
    const history = noisyWeeks(50, seeded(5));
    const backtest = seasonalNaive(history, 1, WEEKLY)?.backtest;
    const tried = Array.from({ length: 50 - 21 }, (_, index) => 21 + index);
    const misses = tried.map((end) => Math.abs((history[end] ?? 0) - (history[end - 7] ?? 0)));
    expect(backtest).toMatchObject({ origins: 29, points: 29 });
    expect(backtest?.mae).toBeCloseTo(misses.reduce((sum, miss) => sum + miss, 0) / 29, 9);
    const inside = tried.filter((end) => {
      const errors = Array.from({ length: end - 7 }, (_, at) => (history[at + 7] ?? 0) - (history[at] ?? 0));
      const sorted = errors.toSorted((one, other) => one - other);
      const error = (history[end] ?? 0) - (history[end - 7] ?? 0);
      const low = sorted[Math.max(1, Math.floor((errors.length + 1) * 0.1)) - 1] ?? 0;
      const high = sorted[Math.min(errors.length, Math.ceil((errors.length + 1) * 0.9)) - 1] ?? 0;
      return error >= low && error <= high;
    });
    expect(backtest?.coverage).toBe(inside.length / 29);
  });

  test("holds as many outcomes in its intervals as it says", () => {
    const measured = Array.from({ length: 40 }, (_, seed) => {
      const random = seeded(seed + 1);
      const series = noisyWeeks(182 + 7, random);
      const forecast = seasonalNaive(series.slice(0, 182), 7, WEEKLY);
      const held = forecast?.points.filter(({ lower, upper }, index) => {
        const value = series[182 + index] ?? 0;
        return value >= lower && value <= upper;
      }).length;
      return { claimed: forecast?.backtest.coverage ?? 0, held: (held ?? 0) / 7 };
    });
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(measured.map(({ claimed }) => claimed)) - 0.8)).toBeLessThan(0.04);
    expect(Math.abs(mean(measured.map(({ held }) => held)) - 0.8)).toBeLessThan(0.08);
  });

  test("with too little history is none", () => {
    expect([historyNeeded(7, 7), historyNeeded(30, 7)]).toEqual([35, 63]);
    expect(seasonalNaive(noisyWeeks(34, seeded(1)), 7, WEEKLY)).toBeNull();
    expect(seasonalNaive(noisyWeeks(35, seeded(1)), 7, WEEKLY)).not.toBeNull();
    expect(seasonalNaive([], 7, WEEKLY)).toBeNull();
  });

  test("of whatever numbers keeps its promises", () => {
    const values = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 63, maxLength: 120 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 30 }), (history, horizon) => {
        const forecast = seasonalNaive(history, horizon, { ...WEEKLY, floor: 0 });
        if (!forecast) throw new Error("there is history enough");
        expect(forecast.points).toHaveLength(horizon);
        for (const { yhat, lower, upper } of forecast.points) {
          expect(lower).toBeLessThanOrEqual(upper);
          expect(lower).toBeGreaterThanOrEqual(0);
          expect(history).toContain(yhat);
        }
        const { coverage, total_coverage } = forecast.backtest;
        for (const share of [coverage, total_coverage ?? 0]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 100 },
    );
  });
});
