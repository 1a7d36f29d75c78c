import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { autoregress, burg } from "../../../src/analysis/forecast/burg.ts";
import { at, normal } from "./series.ts";

/** x(t) = 0.9 x(t-1) - 0.5 x(t-2) + e, around 20. */
function process(count: number, seed: number): Float64Array {
  const draw = normal(seed);
  const values = new Float64Array(count + 100);
  for (let t = 2; t < values.length; t++) values[t] = 0.9 * at(values, t - 1) - 0.5 * at(values, t - 2) + draw();
  return values.slice(100).map((value) => value + 20);
}

describe("Burg's autoregression", () => {
  test("recovers the coefficients and the mean of a known process", () => {
    const model = burg(process(20_000, 1), 2).whole;
    expect(at(model.coefficients, 0)).toBeCloseTo(0.9, 1);
    expect(at(model.coefficients, 1)).toBeCloseTo(-0.5, 1);
    expect(model.mean).toBeCloseTo(20, 0);
  });

  test("of the first order is twice the products of neighbours over their squares (Burg 1975)", () => {
    const values = process(40, 2);
    const middle = values.reduce((total, value) => total + value, 0) / 40;
    let above = 0;
    let below = 0;
    for (let t = 1; t < 40; t++) {
      above += 2 * (at(values, t) - middle) * (at(values, t - 1) - middle);
      below += (at(values, t) - middle) ** 2 + (at(values, t - 1) - middle) ** 2;
    }
    expect(at(burg(values, 1).whole.coefficients, 0)).toBeCloseTo(above / below, 12);
  });

  test("chooses an order near the true one by AICc", () => {
    const orders = [3, 4, 5, 6, 7].map((seed) => burg(process(2_000, seed), 40).chosen.coefficients.length);
    expect(Math.min(...orders)).toBe(2);
    expect(orders.filter((order) => order <= 6).length).toBeGreaterThanOrEqual(4);
  });

  test("goes on from a sine without an end", () => {
    const wave = Float64Array.from({ length: 200 }, (_, t) => 50 + 10 * Math.sin((2 * Math.PI * t) / 12));
    const ahead = autoregress(burg(wave, 24).whole, wave, 12);
    for (const [h, value] of ahead.entries()) {
      expect(Math.abs(value - (50 + 10 * Math.sin((2 * Math.PI * (200 + h)) / 12)))).toBeLessThan(0.5);
    }
  });

  test("feeds what it said back in as the past", () => {
    const model = { mean: 10, coefficients: Float64Array.of(0.5, 0.25) };
    const ahead = autoregress(model, Float64Array.of(14, 18), 3);
    expect([...ahead]).toEqual([10 + 4 + 1, 10 + 2.5 + 2, 10 + 2.25 + 1.25]);
  });

  test("never explodes: its forecasts stay within reach of what was seen", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 60 }),
        (list) => {
          const values = Float64Array.from(list);
          const ahead = autoregress(burg(values, 20).whole, values, 200);
          const reach = 50 * Math.max(1, ...list.map(Math.abs));
          for (const value of ahead) expect(Math.abs(value)).toBeLessThan(reach);
        },
      ),
    );
  });

  test("of a constant is the constant", () => {
    const values = new Float64Array(30).fill(7);
    expect([...autoregress(burg(values, 10).chosen, values, 3)]).toEqual([7, 7, 7]);
    expect([...autoregress(burg(values, 10).whole, values, 3)]).toEqual([7, 7, 7]);
  });
});
