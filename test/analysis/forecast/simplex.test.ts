import { expect, test } from "bun:test";
import { minimum } from "../../../src/analysis/forecast/simplex.ts";
import { at } from "./series.ts";

test("the simplex finds Rosenbrock's valley", () => {
  const cost = ([x = 0, y = 0]: readonly number[]): number => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
  const found = minimum(cost, { start: [-1.2, 1], low: [-5, -5], high: [5, 5], tries: 400 });
  expect(at(found, 0)).toBeCloseTo(1, 2);
  expect(at(found, 1)).toBeCloseTo(1, 2);
});

test("it stays in its box and within its tries, though the cost is lower outside or not a number inside", () => {
  let tries = 0;
  const found = minimum(
    ([x = 0]) => {
      tries++;
      return x < 0.2 ? Number.NaN : -x;
    },
    { start: [0.5], low: [0], high: [1], tries: 50 },
  );
  expect(at(found, 0)).toBe(1);
  expect(tries).toBeLessThanOrEqual(53);
});
