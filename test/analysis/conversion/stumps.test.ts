import { expect, test } from "bun:test";
import fc from "fast-check";
import { baseOf, logitsOf, type Sample } from "../../../src/analysis/conversion/additive.ts";
import { type Column, columnOf } from "../../../src/analysis/conversion/columns.ts";
import { sigmoid } from "../../../src/analysis/conversion/sigmoid.ts";
import { finish } from "../../../src/analysis/conversion/steps.ts";
import { boost } from "../../../src/analysis/conversion/stumps.ts";
import { contactsOf } from "./contacts.ts";

const ONE_STUMP = { stumps: 1, shrinkage: 1, l2: 0 };

/** Of one category, given by its bins. */
function sampleOf(bins: readonly number[], outcomes: readonly number[]): Sample {
  const kinds = Math.max(...bins) + 2;
  const column: Column = {
    kind: "category",
    cuts: [],
    levels: Array.from({ length: kinds - 2 }, (_, i) => `level ${i}`),
    from: null,
    to: null,
    bins: kinds,
    bin: Uint8Array.from(bins),
  };
  return { columns: [column], outcomes: Uint8Array.from(outcomes) };
}

test("one stump without shrinkage is a Newton step on both sides", () => {
  const sample = sampleOf([1, 1, 1, 1, 2, 2, 2, 2], [1, 1, 1, 0, 0, 0, 0, 1]);
  const { intercept, tables } = finish(boost(sample, ONE_STUMP));
  // Half of all came: each error is half, each weight a quarter.
  expect(intercept).toBe(0);
  expect([...(tables[0] ?? [])].slice(1, 3)).toEqual([1, -1]);
});

test("a category is parted as well as the best of all partings (by brute force)", () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(1)), { minLength: 6, maxLength: 60 });
  fc.assert(
    fc.property(rows, (all) => {
      const [bins, outcomes] = [all.map(([bin]) => bin), all.map(([, outcome]) => outcome)];
      const p = sigmoid(baseOf(Uint8Array.from(outcomes)));
      const gainOf = (inside: (bin: number) => boolean) =>
        [true, false].reduce((gain, side) => {
          const errors = all.filter(([bin]) => inside(bin) === side).map(([, outcome]) => outcome - p);
          const sum = errors.reduce((total, error) => total + error, 0);
          return errors.length === 0 ? gain : gain + (sum * sum) / (errors.length * p * (1 - p));
        }, 0);
      const best = Math.max(...Array.from({ length: 32 }, (_, set) => gainOf((bin) => ((set >> (bin - 1)) & 1) === 1)));
      const [table = new Float64Array()] = finish(boost(sampleOf(bins, outcomes), ONE_STUMP)).tables;
      const high = Math.max(...table);
      expect(gainOf((bin) => table[bin] === high)).toBeCloseTo(best, 8);
    }),
  );
});

test("the order of the features changes nothing", () => {
  const { specs, rows, outcomes } = contactsOf(300, 5);
  const columns = specs.map((spec, j) => finish(columnOf(spec, j, rows)));
  const sample: Sample = { columns, outcomes: Uint8Array.from(outcomes, Number) };
  const straight = finish(boost(sample));
  const turned = finish(boost({ ...sample, columns: columns.toReversed() }));
  expect(turned.tables.toReversed()).toEqual([...straight.tables]);
});

test("more stumps never fit the training rows worse", () => {
  const { specs, rows, outcomes } = contactsOf(200, 6);
  const sample = {
    columns: specs.map((spec, j) => finish(columnOf(spec, j, rows))),
    outcomes: Uint8Array.from(outcomes, Number),
  };
  const losses = [1, 10, 50, 200].map((stumps) => {
    const logits = finish(logitsOf(finish(boost(sample, { stumps, shrinkage: 0.1, l2: 1 })), sample));
    return logits.reduce((sum, logit, i) => sum + Math.log1p(Math.exp(outcomes[i] ? -logit : logit)), 0);
  });
  expect(losses).toEqual(losses.toSorted((one, other) => other - one));
});
