import { expect, test } from "bun:test";
import fc from "fast-check";
import { aucErrorOf, aucOf, brierOf, calibrationTable } from "../../../src/analysis/conversion/quality.ts";

/** Ratings of 58 normal and 51 abnormal images, from 1 to 5 (Hanley & McNeil 1982, table I). */
const NORMAL = [33, 6, 6, 11, 2];
const ABNORMAL = [3, 2, 2, 11, 33];

const judged = fc
  .array(fc.record({ score: fc.integer({ min: 0, max: 20 }), came: fc.boolean() }), { minLength: 2, maxLength: 60 })
  .filter((all) => all.some(({ came }) => came) && all.some(({ came }) => !came));

test("the area under the curve is what Hanley and McNeil published", () => {
  const rated = (counts: readonly number[]) => counts.flatMap((count, i) => Array<number>(count).fill(i + 1));
  const scores = [...rated(NORMAL), ...rated(ABNORMAL)];
  const outcomes = scores.map((_, i) => Number(i >= 58));
  const auc = aucOf(scores, outcomes);
  expect(auc).toBeCloseTo(0.893, 3);
  expect(aucErrorOf(auc, 51, 58)).toBeCloseTo(0.032, 3);
});

test("the area under the curve is the share of pairs in the right order", () => {
  fc.assert(
    fc.property(judged, (all) => {
      const [above, below] = [all.filter(({ came }) => came), all.filter(({ came }) => !came)];
      const won = above.flatMap(({ score }) =>
        below.map((other) => (score > other.score ? 1 : score === other.score ? 0.5 : 0)),
      );
      const share = won.reduce<number>((sum, each) => sum + each, 0) / won.length;
      const scores = all.map(({ score }) => score);
      expect(
        aucOf(
          scores,
          all.map(({ came }) => Number(came)),
        ),
      ).toBeCloseTo(share, 12);
    }),
  );
});

test("Brier's score is the mean squared distance", () => {
  expect(brierOf([0.9, 0.2, 0.5], [1, 0, 0])).toBeCloseTo((0.01 + 0.04 + 0.25) / 3, 12);
});

test("the calibration table says what was predicted and what came, certainty in the last step", () => {
  expect(calibrationTable([0.05, 0.07, 0.5, 1], [0, 1, 1, 1])).toEqual([
    { from: 0, to: 0.1, predicted: 0.060000000000000005, observed: 0.5, count: 2 },
    { from: 0.5, to: 0.6, predicted: 0.5, observed: 1, count: 1 },
    { from: 0.9, to: 1, predicted: 1, observed: 1, count: 1 },
  ]);
});
