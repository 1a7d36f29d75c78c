import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  calibrate,
  heightAt,
  heightsOf,
  lowestHeights,
  type PastErrors,
  weightedQuantile,
} from "../../../src/analysis/forecast/conformal.ts";
import { at, normal } from "./series.ts";

function errorsOf(list: readonly { origin: number; step: number; size: number }[]): PastErrors {
  return {
    origins: list.map(({ origin }) => origin),
    steps: list.map(({ step }) => step),
    sizes: list.map(({ size }) => size),
    heights: list.map(() => 1),
  };
}

const growing = Array.from({ length: 40 }, (_, origin) =>
  [1, 2, 3, 4].map((step) => ({ origin, step, size: 3 * Math.sqrt(step) })),
).flat();

describe("the quantile of weighted errors", () => {
  test("is the one of rank ⌈(count + 1) × level⌉ where all weigh the same (Lei et al. 2018)", () => {
    const rank = (count: number, level: number): number => {
      const values = Float64Array.from({ length: count }, (_, i) => (i * 7) % count).map((value) => value + 1);
      return weightedQuantile(values, new Float64Array(count).fill(0.3), level * (1 + 1 / count));
    };
    expect(rank(19, 0.8)).toBe(16);
    expect(rank(19, 0.95)).toBe(19);
    expect(rank(19, 0.5)).toBe(10);
    expect(rank(24, 0.8)).toBe(20);
    expect(rank(10, 0.95)).toBe(10);
  });

  test("is what sorting finds, whatever the values and weights", () => {
    const item = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 100 }),
        (items, percent) => {
          const sorted = items.toSorted(([one], [other]) => one - other);
          const whole = items.reduce((total, [, weight]) => total + weight, 0);
          let held = 0;
          const found = sorted.find(([, weight]) => {
            held += weight;
            return held * 100 >= percent * whole;
          });
          const values = Float64Array.from(items, ([value]) => value);
          const weights = Float64Array.from(items, ([, weight]) => weight);
          expect(weightedQuantile(values, weights, percent / 100)).toBe(found?.[0] ?? Number.NaN);
        },
      ),
    );
  });
});

describe("conformal intervals", () => {
  test("hold at least their level of exchangeable outcomes", () => {
    const draw = normal(11);
    let inside = 0;
    const tries = 4_000;
    for (let round = 0; round < tries; round++) {
      const scores = Float64Array.from({ length: 24 }, () => Math.abs(draw()));
      if (Math.abs(draw()) <= weightedQuantile(scores, new Float64Array(24).fill(1), 0.8 * (1 + 1 / 24))) inside++;
    }
    expect(inside / tries).toBeGreaterThan(0.785);
    expect(inside / tries).toBeLessThan(0.825);
  });

  test("use only errors that were known by then", () => {
    const errors = errorsOf([
      { origin: 10, step: 1, size: 1 },
      { origin: 10, step: 2, size: 1 },
      { origin: 11, step: 1, size: 1 },
      { origin: 11, step: 2, size: 1_000 },
    ]);
    expect(calibrate(errors, { known: 10, horizon: 2, levels: [0.8], lowest: 0 })).toBeNull();
    expect(at(calibrate(errors, { known: 12, horizon: 2, levels: [0.8], lowest: 0 })?.times ?? [], 0)).toBeCloseTo(
      1,
      9,
    );
    expect(calibrate(errors, { known: 12, horizon: 2, levels: [0.8], lowest: 0, least: 4 })).toBeNull();
    expect(at(calibrate(errors, { known: 13, horizon: 2, levels: [0.8], lowest: 0 })?.times ?? [], 0)).toBeGreaterThan(
      1,
    );
  });

  test("widen with the distance as the errors do, and never narrow", () => {
    const usual = calibrate(errorsOf(growing), { known: 100, horizon: 4, levels: [0.8], lowest: 0 })?.usual ?? [];
    expect(at(usual, 3) / at(usual, 0)).toBeCloseTo(2, 9);
    const shrinking = growing.map((error) => ({ ...error, size: 1 / error.step }));
    const flat = calibrate(errorsOf(shrinking), { known: 100, horizon: 4, levels: [0.8], lowest: 0 })?.usual ?? [];
    expect(at(flat, 3)).toBeCloseTo(at(flat, 0), 9);
  });

  test("follow a series that has become calmer: an error counts half as much as one 20 values later", () => {
    const list = Array.from({ length: 100 }, (_, origin) => ({ origin, step: 1, size: origin < 50 ? 10 : 1 }));
    const { usual = [], times = [] } =
      calibrate(errorsOf(list), { known: 101, horizon: 1, levels: [0.8], lowest: 0 }) ?? {};
    expect(at(usual, 0) * at(times, 0)).toBeLessThan(2);
  });

  test("are as wide at a height as it is high, half by its own and half by the whole forecast's", () => {
    expect([...heightsOf(Float64Array.of(10, 30, -20))]).toEqual([15, 25, 20]);
  });

  test("are not endless where next to nothing was forecast", () => {
    const lowest = lowestHeights(Float64Array.of(10, -30));
    expect([...lowest]).toEqual([0, 1, 2]);
    expect(heightAt(0, 2)).toBe(2);
    expect(heightAt(5, 2)).toBe(5);
    expect(heightAt(0, 0)).toBe(1);
  });
});
