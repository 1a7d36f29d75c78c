import { expect, test } from "bun:test";
import fc from "fast-check";
import { calibrate, calibrated } from "../../../src/analysis/conversion/calibration.ts";
import { cutsOf, levelOf } from "../../../src/analysis/conversion/levels.ts";
import { createRandom } from "../../../src/analysis/conversion/random.ts";
import { sigmoid } from "../../../src/analysis/conversion/sigmoid.ts";
import { finish } from "../../../src/analysis/conversion/steps.ts";

const logits = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 80 });

test("log-odds that are twice too bold are halved", () => {
  const random = createRandom(7);
  const truth = Array.from({ length: 20_000 }, () => 4 * random() - 2);
  const outcomes = Uint8Array.from(truth, (logit) => Number(random() < sigmoid(logit + 0.3)));
  const { slope, intercept } = finish(
    calibrate(
      Float64Array.from(truth, (logit) => 2 * logit),
      outcomes,
    ),
  );
  expect(slope).toBeCloseTo(0.5, 1);
  expect(intercept).toBeCloseTo(0.3, 1);
});

test("the line satisfies the equations of the likelihood with Platt's targets", () => {
  const random = createRandom(3);
  const scores = Float64Array.from({ length: 300 }, () => 6 * random() - 3);
  const outcomes = Uint8Array.from(scores, (logit) => Number(random() < sigmoid(logit)));
  const positives = outcomes.reduce((sum, outcome) => sum + outcome, 0);
  const line = finish(calibrate(scores, outcomes));
  const errors = [...scores].map((logit, i) => {
    const target = outcomes[i] === 1 ? (positives + 1) / (positives + 2) : 1 / (300 - positives + 2);
    return target - calibrated(line, logit);
  });
  expect(errors.reduce((sum, error) => sum + error, 0)).toBeCloseTo(0, 5);
  expect(errors.reduce((sum, error, i) => sum + error * (scores[i] ?? 0), 0)).toBeCloseTo(0, 5);
});

test("whatever came, the line rises and is finite", () => {
  fc.assert(
    fc.property(logits, fc.infiniteStream(fc.nat(1)), (scores, came) => {
      const outcomes = Uint8Array.from(scores, () => came.next().value ?? 0);
      const line = finish(calibrate(Float64Array.from(scores), outcomes));
      expect(line.slope).toBeGreaterThan(0);
      expect(Number.isFinite(line.slope) && Number.isFinite(line.intercept)).toBe(true);
    }),
  );
});

test("a level is a probability against the base rate", () => {
  expect(cutsOf(0.04)).toEqual({ medium: 0.04, high: 0.08 });
  expect(cutsOf(0.5)).toEqual({ medium: 0.5, high: 0.75 });
  expect([0.039, 0.04, 0.08].map((probability) => levelOf(probability, 0.04))).toEqual(["low", "medium", "high"]);
});

test("medium is below high for every base rate", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), (rate) => {
      const { medium, high } = cutsOf(rate);
      expect(medium < high && high < 1).toBe(true);
    }),
  );
});
