import { describe, expect, test } from "bun:test";
import { fitSmoothing, slopeOf, smooth, startOf } from "../../../src/analysis/forecast/smoothing.ts";
import { at, normal } from "./series.ts";

const HOLT = { alpha: 0.5, beta: 0.25, phi: 0.8, rho: 0, gammas: [] };

describe("exponential smoothing", () => {
  test("with a damped trend is Gardner and McKenzie's recursion, by hand", () => {
    const start = { level: 10, slope: 2, seasons: [] };
    const { ahead, mse } = smooth(Float64Array.of(12, 13), start, HOLT, [2], 3);
    // First: expected 10 + 0.8 × 2 = 11.6, surprise 0.4: level 11.8, slope 1.6 + 0.1 = 1.7.
    // Second: expected 11.8 + 1.36 = 13.16, surprise -0.16: level 13.08, slope 1.36 - 0.04 = 1.32.
    expect(mse).toBeCloseTo((0.16 + 0.0256) / 2, 12);
    const [first = 0, second = 0, third = 0] = ahead[0] ?? [];
    expect(first).toBeCloseTo(13.08 + 1.32 * 0.8, 12);
    expect(second).toBeCloseTo(first + 1.32 * 0.64, 12);
    expect(third).toBeCloseTo(second + 1.32 * 0.512, 12);
  });

  test("adds both seasons of the place that comes next, and what is left of the last error", () => {
    const start = { level: 100, slope: 0, seasons: [Float64Array.of(1, -1), Float64Array.of(10, 20, -30)] };
    const still = { alpha: 0, beta: 0, phi: 1, rho: 0.5, gammas: [0, 0] };
    const { ahead } = smooth(Float64Array.of(111, 119, 75), start, still, [3], 3);
    // Expected were 111, 119 and 71; the error of 4 halves with each step.
    expect([...(ahead[0] ?? [])]).toEqual([100 - 1 + 10 + 2, 100 + 1 + 20 + 1, 100 - 1 - 30 + 0.5]);
  });

  test("looks ahead from each end as if the values after it did not exist", () => {
    const draw = normal(4);
    const values = Float64Array.from({ length: 60 }, (_, t) => 20 + (t % 4) + draw());
    const start = { ...startOf(values, 10), seasons: [Float64Array.of(0, 1, 2, 3)] };
    const how = { ...HOLT, gammas: [0.2], rho: 0.3 };
    const together = smooth(values, start, how, [20, 41, 60], 5).ahead;
    for (const [index, end] of [20, 41, 60].entries()) {
      expect(smooth(values.slice(0, end), start, how, [end], 5).ahead[0]).toEqual(
        together[index] ?? new Float64Array(),
      );
    }
  });

  test("learns that noise is to be smoothed and a season followed", () => {
    const draw = normal(6);
    const noise = Float64Array.from({ length: 200 }, () => 50 + draw());
    expect(fitSmoothing(noise, { level: 50, slope: 0, seasons: [] }, false, 80).alpha).toBeLessThan(0.2);
    const season = Float64Array.of(5, -5, 0, 0);
    const values = noise.map((value, t) => value + at(season, t % 4));
    const how = fitSmoothing(values, { level: 50, slope: 0, seasons: [season] }, true, 80);
    const [next = []] = smooth(values, { level: 50, slope: 0, seasons: [season] }, how, [200], 4).ahead;
    expect(at(next, 0) - at(next, 1)).toBeGreaterThan(7);
  });

  test("begins with the least squares line through the first values", () => {
    const { level, slope } = startOf(Float64Array.of(3, 5, 7, 9, 1_000), 4);
    expect(level).toBeCloseTo(1, 12);
    expect(slope).toBeCloseTo(2, 12);
    expect(slopeOf(1, 5, 5)).toBe(0);
  });
});
