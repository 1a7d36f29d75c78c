import { expect, test } from "bun:test";
import fc from "fast-check";
import { solve } from "../../../src/analysis/conversion/linear.ts";
import { newton } from "../../../src/analysis/conversion/logistic.ts";
import { finish } from "../../../src/analysis/conversion/steps.ts";

/** One feature a row. */
function fitted(values: readonly number[], outcomes: readonly number[], ridge: number) {
  const places = new Int32Array(values.length);
  const design = { width: 1, rows: values.length, filled: 1, places, values: Float64Array.from(values) };
  const { intercept, coefficients } = finish(newton(design, Float64Array.from(outcomes), ridge));
  return { intercept, slope: coefficients[0] ?? Number.NaN };
}

function times<Value>(count: number, value: Value): Value[] {
  return Array<Value>(count).fill(value);
}

test("on a two by two table the coefficient is the log of the odds ratio (Doll & Hill 1950: smoking, lung cancer)", () => {
  const smokes = [...times(647, 1), ...times(2, 0), ...times(622, 1), ...times(27, 0)];
  const ill = [...times(649, 1), ...times(649, 0)];
  const { intercept, slope } = fitted(smokes, ill, 0);
  expect(slope).toBeCloseTo(Math.log((647 * 27) / (2 * 622)), 9);
  expect(intercept).toBeCloseTo(Math.log(2 / 27), 9);
});

test("the O-rings of the space shuttle give the published line (Dalal, Fowlkes & Hoadley 1989)", () => {
  const temperatures = "66 70 69 68 67 72 73 70 57 63 70 78 67 53 67 75 70 81 76 79 75 76 58".split(" ").map(Number);
  const distress = [..."01000000111001000000101"].map(Number);
  const { intercept, slope } = fitted(temperatures, distress, 0);
  expect(intercept).toBeCloseTo(15.0429, 3);
  expect(slope).toBeCloseTo(-0.2322, 4);
});

test("a penalty keeps the line finite where outcomes are told apart fully", () => {
  const { slope } = fitted([0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1], 1);
  expect(slope).toBeGreaterThan(0.5);
  expect(slope).toBeLessThan(3);
});

test("at the end the gradient is the penalty's", () => {
  const rows = fc.array(fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.nat(1)), { minLength: 3 });
  fc.assert(
    fc.property(rows, (all) => {
      const [values, outcomes] = [all.map(([value]) => value), all.map(([, outcome]) => outcome)];
      // One of each: without it the intercept has no end.
      const { intercept, slope } = fitted([...values, 0, 0], [...outcomes, 0, 1], 1);
      const errors = [...all, [0, 0] as const, [0, 1] as const].map(
        ([value, outcome]) => value * (outcome - 1 / (1 + Math.exp(-intercept - slope * value))),
      );
      expect(errors.reduce((sum, error) => sum + error, 0)).toBeCloseTo(slope, 5);
    }),
  );
});

test("a system is solved, and a direction without weight gets nothing", () => {
  const solved = (matrix: number[], right: number[]) => solve(Float64Array.from(matrix), Float64Array.from(right), 2);
  const [first, second] = solved([4, 0, 2, 3], [2, 5]);
  expect(first).toBeCloseTo(-0.5, 12);
  expect(second).toBeCloseTo(2, 12);
  expect([...solved([4, 0, 0, 0], [2, 0])]).toEqual([0.5, 0]);
});
