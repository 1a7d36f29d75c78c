import { expect, test } from "bun:test";
import fc from "fast-check";
import { columnOf } from "../../../src/analysis/conversion/columns.ts";
import type { FeatureValue } from "../../../src/analysis/conversion/model.ts";
import { foldsOf } from "../../../src/analysis/conversion/random.ts";
import { intervalOf } from "../../../src/analysis/conversion/shape.ts";
import { finish } from "../../../src/analysis/conversion/steps.ts";

function encoded(kind: "number" | "category", values: readonly FeatureValue[]) {
  const spec = { name: "", label: "", kind };
  return finish(
    columnOf(
      spec,
      0,
      values.map((value) => [value]),
    ),
  );
}

test("a missing number, and one that is none, has the bin of the missing", () => {
  expect([...encoded("number", [null, 3, Number.NaN, "many", 8]).bin]).toEqual([0, 1, 0, 0, 2]);
});

test("a value that many rows have keeps its interval to itself", () => {
  const { cuts } = encoded("number", [...Array<number>(60).fill(0), ...Array.from({ length: 40 }, (_, i) => i + 1)]);
  expect(cuts[0]).toBe(1);
  expect(cuts.length).toBeGreaterThan(8);
});

test("levels that are too rare share the last bin", () => {
  const { levels, bins, bin } = encoded("category", ["a", "a", "a", "a", "a", "b", null]);
  expect(levels).toEqual(["a"]);
  expect(bins).toBe(3);
  expect([...bin]).toEqual([1, 1, 1, 1, 1, 2, 0]);
});

test("a larger number never has a smaller interval, and all bins exist", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
      const { bin, bins } = encoded("number", values);
      const order = values.map((value, i) => ({ value, at: bin[i] ?? 0 })).sort((a, b) => a.value - b.value);
      for (const [i, { at }] of order.entries()) {
        expect(at).toBeGreaterThanOrEqual(Math.max(1, order[i - 1]?.at ?? 1));
        expect(at).toBeLessThan(bins);
      }
    }),
  );
});

test("the interval of a value is the number of cuts at or below it", () => {
  const cuts = fc.uniqueArray(fc.integer()).map((all) => all.sort((a, b) => a - b));
  fc.assert(
    fc.property(cuts, fc.integer(), (all, value) => {
      expect(intervalOf(all, value)).toBe(all.filter((cut) => cut <= value).length);
    }),
  );
});

test("folds are equal to one row, and so are the outcomes in them", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1), { minLength: 5 }), fc.integer(), (outcomes, seed) => {
      const fold = foldsOf(Uint8Array.from(outcomes), 5, seed);
      for (const kind of [0, 1]) {
        const counts = [0, 1, 2, 3, 4].map((k) => outcomes.filter((each, i) => each === kind && fold[i] === k).length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }
    }),
  );
});
