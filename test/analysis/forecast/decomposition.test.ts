import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  adjusted,
  decompose,
  isSeasonal,
  movingAverage,
  reseason,
} from "../../../src/analysis/forecast/decomposition.ts";
import { at, normal } from "./series.ts";

const WEEK = [3, 1, 0, -1, 2, -2, -3];
const ALIKE = { multiplicative: false, fading: 1 };

describe("seasons", () => {
  test("of a line with a week are found exactly", () => {
    const values = Float64Array.from({ length: 70 }, (_, t) => 10 + 0.5 * t + at(WEEK, t % 7));
    const seasons = decompose(values, [7], ALIKE);
    for (const [place, effect] of WEEK.entries()) expect(at(seasons.effects[0] ?? [], place)).toBeCloseTo(effect, 9);
    for (const [t, value] of adjusted(values, seasons).entries()) expect(value).toBeCloseTo(10 + 0.5 * t, 9);
  });

  test("that multiply are factors around 1", () => {
    const factors = [1.5, 0.5, 1, 4 / 3];
    const values = Float64Array.from({ length: 48 }, (_, t) => 100 * 1.01 ** t * at(factors, t % 4));
    const { effects } = decompose(values, [4], { multiplicative: true, fading: 1 });
    for (const [place, factor] of factors.entries()) expect(at(effects[0] ?? [], place)).toBeCloseTo(factor, 9);
  });

  test("of two lengths are told from each other", () => {
    const day = [4, 0, -4];
    const values = Float64Array.from(
      { length: 126 },
      (_, t) => 50 + at(day, t % 3) + 2 * at(WEEK, Math.floor(t / 3) % 7),
    );
    const rest = adjusted(values, decompose(values, [3, 21], ALIKE));
    for (const value of rest) expect(value).toBeCloseTo(50, 6);
  });

  test("that changed are those of late, where later cycles weigh more", () => {
    const values = Float64Array.from({ length: 140 }, (_, t) => 50 + (t < 70 ? 1 : 3) * at(WEEK, t % 7));
    const late = decompose(values, [7], { multiplicative: false, fading: 0.5 });
    expect(at(late.effects[0] ?? [], 0)).toBeGreaterThan(8);
    expect(at(decompose(values, [7], ALIKE).effects[0] ?? [], 0)).toBeLessThan(7);
  });

  test("taken out and put back are the series again", () => {
    const list = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(list, fc.boolean(), (items, multiplicative) => {
        const values = Float64Array.from(items);
        const seasons = decompose(values, [4, 8], { multiplicative, fading: 0.8 });
        for (const [t, value] of reseason(adjusted(values, seasons), 0, seasons).entries()) {
          expect(Math.abs(value - at(values, t))).toBeLessThan(1e-6 * Math.max(1, at(values, t)));
        }
      }),
    );
  });

  test("are believed in a week, not in noise nor in a flat line", () => {
    const draw = normal(2);
    const noise = Float64Array.from({ length: 140 }, () => draw());
    expect(isSeasonal(noise, 7)).toBe(false);
    expect(
      isSeasonal(
        noise.map((value, t) => value + at(WEEK, t % 7)),
        7,
      ),
    ).toBe(true);
    expect(isSeasonal(new Float64Array(140).fill(4), 7)).toBe(false);
    expect(isSeasonal(noise.slice(0, 20), 7)).toBe(false);
  });

  test("are measured against a centred average, whose ends count half where its width is even", () => {
    expect([...movingAverage(Float64Array.of(1, 2, 4, 8, 16), 3)].slice(1, 4)).toEqual([7 / 3, 14 / 3, 28 / 3]);
    expect(at(movingAverage(Float64Array.of(1, 2, 4, 8, 16), 4), 2)).toBe((0.5 + 2 + 4 + 8 + 8) / 4);
  });
});
