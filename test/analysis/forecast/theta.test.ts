import { describe, expect, test } from "bun:test";
import { fitTheta, theta } from "../../../src/analysis/forecast/theta.ts";
import { at, random } from "./series.ts";

const SERIES = Float64Array.from([445, 453, 449, 496, 487, 513, 511, 508, 520, 555, 560, 549, 579, 601]);

describe("theta", () => {
  test("is the mean of a straight line and of the smoothed line of twice the curvature (Assimakopoulos and Nikolopoulos 2000)", () => {
    const alpha = 0.35;
    const { level, slope } = lineThrough(SERIES, SERIES.length);
    const curved = SERIES.map((value, t) => 2 * value - (level + slope * (t + 1)));
    let smoothed = at(curved, 0);
    for (const value of curved.slice(1)) smoothed += alpha * (value - smoothed);
    const expected = Array.from({ length: 6 }, (_, h) => (level + slope * (SERIES.length + h + 1) + smoothed) / 2);
    for (const [h, value] of (theta(SERIES, alpha, [SERIES.length], 6)[0] ?? []).entries())
      expect(value).toBeCloseTo(at(expected, h), 9);
  });

  test("is simple exponential smoothing with a drift of half the slope (Hyndman and Billah 2003)", () => {
    const alpha = 0.6;
    const [ahead = SERIES] = theta(SERIES, alpha, [SERIES.length], 5);
    const { slope } = lineThrough(SERIES, SERIES.length);
    for (let h = 1; h < 5; h++) expect(at(ahead, h) - at(ahead, h - 1)).toBeCloseTo(slope / 2, 9);
    let level = at(SERIES, 0);
    for (const value of SERIES.slice(1)) level += alpha * (value - level);
    const rest = 1 / alpha - (1 - alpha) ** SERIES.length / alpha;
    expect(at(ahead, 0)).toBeCloseTo(level + (slope / 2) * rest, 9);
  });

  test("smooths white noise hard and a random walk hardly at all", () => {
    const draw = random(3);
    const noise = Float64Array.from({ length: 300 }, () => draw() - 0.5);
    let place = 0;
    const walk = Float64Array.from({ length: 300 }, () => {
      place += draw() - 0.5;
      return place;
    });
    expect(fitTheta(noise)).toBeLessThan(0.15);
    expect(fitTheta(walk)).toBeGreaterThan(0.8);
  });
});

/** Ordinary least squares through the first `n` values, at t = 1, 2, … */
function lineThrough(values: Float64Array, n: number): { level: number; slope: number } {
  const own = [...values.slice(0, n)];
  const middle = (n + 1) / 2;
  const mean = own.reduce((total, value) => total + value, 0) / n;
  const above = own.reduce((total, value, t) => total + (t + 1 - middle) * (value - mean), 0);
  const below = own.reduce((total, _, t) => total + (t + 1 - middle) ** 2, 0);
  const slope = n < 2 ? 0 : above / below;
  return { level: mean - slope * middle, slope };
}
