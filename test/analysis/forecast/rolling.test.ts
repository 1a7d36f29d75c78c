import { describe, expect, test } from "bun:test";
import { MEMBERS, seasonalNaive } from "../../../src/analysis/forecast/members.ts";
import { tryOnPast } from "../../../src/analysis/forecast/quality.ts";
import { roll } from "../../../src/analysis/forecast/rolling.ts";
import { combined, errorSums, weightsAt } from "../../../src/analysis/forecast/weights.ts";
import { at, days } from "./series.ts";

const HOW = { horizon: 7, periods: [7], least: 30, span: 60, count: 20, fits: 3, events: null };
const values = Float64Array.from(days(150, 3));

describe("rolling origins", () => {
  test("never see what came after them: with another future all said before stays the same", () => {
    const events = Array.from({ length: 157 }, (_, t) => (t % 23 === 0 ? "fair" : null));
    const origins = roll(values, MEMBERS, { ...HOW, events }).origins;
    const cut = at(origins, 11);
    const other = values.map((value, t) => (t < cut ? value : 3 * value + 500));
    const [before, after] = [values, other].map((own) => roll(own, MEMBERS, { ...HOW, events }));
    if (!before || !after) throw new Error("nothing was rolled");
    for (const member of before.said.keys()) {
      for (let o = 0; o <= 11; o++) expect(after.said[member]?.[o]).toEqual(before.said[member]?.[o] ?? null);
    }
    expect(after.said[0]?.[12]).not.toEqual(before.said[0]?.[12] ?? null);
    const weightsOf = (rolled: typeof before, own: Float64Array): Float64Array =>
      weightsAt(rolled, errorSums(rolled, own, 7), 11, 7);
    expect(weightsOf(after, other)).toEqual(weightsOf(before, values));
  });

  test("are evenly apart, the last of them the whole history", () => {
    const { origins } = roll(values, [seasonalNaive(7)], HOW);
    expect(origins.at(-1)).toBe(150);
    expect(new Set(origins.slice(1).map((origin, index) => origin - at(origins, index))).size).toBe(1);
    expect(origins[0]).toBeGreaterThanOrEqual(90);
  });

  test("do not hear a model that ran away", () => {
    const wild = { name: "wild", fit: () => () => [Float64Array.of(1e9, 0, 0, 0, 0, 0, 0)] };
    expect(roll(values, [wild], HOW).said[0]?.at(-1)).toBeNull();
  });
});

describe("weights", () => {
  test("are the inverse of the errors to a power, and add up to 1", () => {
    const off = (by: number) => ({
      name: `off by ${by}`,
      fit: () => (past: Float64Array, ends: readonly number[], horizon: number) =>
        ends.map((end) => Float64Array.from({ length: horizon }, () => at(past, end - 1) + by)),
    });
    const flat = new Float64Array(500).fill(100);
    const rolled = roll(flat, [off(1), off(2)], HOW);
    const weights = weightsAt(rolled, errorSums(rolled, flat, 7), rolled.origins.length - 1, 7);
    expect(at(weights, 0) / at(weights, 1)).toBeCloseTo(2 ** 8, 6);
    expect(at(weights, 0) + at(weights, 1)).toBeCloseTo(1, 12);
    expect(at(combined(rolled, weights, rolled.origins.length - 1, 7), 0)).toBeCloseTo(101 + at(weights, 1), 9);
  });
});

describe("quality", () => {
  const rolled = roll(values, [seasonalNaive(7)], HOW);
  const tried = tryOnPast(values, rolled, errorSums(rolled, values, 7), {
    horizon: 7,
    floor: 0,
    periods: [7],
    levels: [0.8, 0.95],
  });

  test("of the seasonal naive forecast is what counting by hand gives", () => {
    let total = 0;
    let points = 0;
    for (const origin of rolled.origins.slice(0, -1)) {
      for (let t = origin; t < Math.min(150, origin + 7); t++) {
        total += Math.abs(at(values, t) - at(values, t - 7));
        points++;
      }
    }
    let scale = 0;
    for (let t = 7; t < 150; t++) scale += Math.abs(at(values, t) - at(values, t - 7)) / 143;
    expect(tried.quality?.points).toBe(points);
    expect(tried.quality?.mae).toBeCloseTo(total / points, 9);
    expect(tried.quality?.naive_mae).toBeCloseTo(total / points, 9);
    expect(tried.quality?.mase).toBeCloseTo(total / points / scale, 9);
  });

  test("has a coverage measured by intervals of the time, and totals only of whole horizons", () => {
    for (const { level, coverage } of tried.quality?.coverage ?? [])
      expect(Math.abs(coverage - level)).toBeLessThan(0.2);
    expect(tried.totals.origins.every((origin) => origin + 7 <= 150)).toBe(true);
    expect(tried.totals.sizes[0]).toBeCloseTo(
      Math.abs(
        Array.from({ length: 7 }, (_, h) => {
          const t = at(tried.totals.origins, 0) + h;
          return at(values, t) - at(values, t - 7);
        }).reduce((all, each) => all + each, 0),
      ),
      9,
    );
  });
});
