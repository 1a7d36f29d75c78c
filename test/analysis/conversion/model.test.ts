import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  type FeatureValue,
  type Model,
  predict,
  type Training,
  train,
  whatIf,
} from "../../../src/analysis/conversion/model.ts";
import { trainSteps } from "../../../src/analysis/conversion/train.ts";
import { bruteForceShapley } from "./brute-force.ts";
import { contactsOf, SPECS } from "./contacts.ts";

const PLENTY = contactsOf(1_500, 1);
const SCARCE = contactsOf(90, 2);
const STUMPS = modelOf(PLENTY);
const LOGISTIC = modelOf(SCARCE);
const BOTH: readonly [string, Model, Training][] = [
  ["stumps", STUMPS, PLENTY],
  ["logistic", LOGISTIC, SCARCE],
];

const values: fc.Arbitrary<FeatureValue> = fc.oneof(
  fc.double(),
  fc.string(),
  fc.constant(null),
  fc.constantFrom("hot", "web", "__proto__", "toString"),
);
const anyRow = fc.array(values, { minLength: SPECS.length, maxLength: SPECS.length });

function modelOf(training: Training): Model {
  const trained = train(training);
  if (trained.model === null) throw new Error(trained.reason);
  return trained.model;
}

function reasonOf(training: Training): string {
  const trained = train(training);
  return trained.model === null ? trained.reason : "";
}

test("plenty of outcomes make stumps, few a logistic regression", () => {
  expect([STUMPS.kind, LOGISTIC.kind]).toEqual(["stumps", "logistic"]);
});

test.each(BOTH)("explanations of %s are Shapley values by their definition", (_, model, { rows }) => {
  // One with a missing temperature, one from a place seen once, and the first.
  const explained = [
    rows.find((row) => row[2] === null),
    rows.find((row) => `${row[3]}`.startsWith("friend")),
    rows[0],
  ];
  for (const row of explained) {
    const exact = bruteForceShapley(model, row ?? [], rows);
    const { contributions } = predict(model, row ?? []);
    for (const [j, { phi }] of contributions.entries()) expect(Math.abs(phi - (exact[j] ?? 1))).toBeLessThan(1e-9);
  }
});

test.each(BOTH)("the explanation of any row by %s adds up to its log-odds", (_, model) => {
  fc.assert(
    fc.property(anyRow, (row) => {
      const { base, contributions, logit, probability } = predict(model, row);
      expect(Math.abs(contributions.reduce((sum, { phi }) => sum + phi, base) - logit)).toBeLessThan(1e-9);
      expect(probability > 0 && probability < 1).toBe(true);
      expect(probability).toBeCloseTo(
        1 / (1 + Math.exp(-model.calibration.slope * logit - model.calibration.intercept)),
        12,
      );
    }),
  );
});

test.each(BOTH)("%s written to JSON and read again predict the same", (_, model) => {
  const read: Model = JSON.parse(JSON.stringify(model));
  expect(read).toEqual(model);
  fc.assert(fc.property(anyRow, (row) => expect(predict(read, row)).toEqual(predict(model, row))));
});

test.each(BOTH)("%s from the same rows and seed are the same, in one go or in steps", (_, model, training) => {
  const steps = trainSteps(training);
  let taken = 1;
  let last = steps.next();
  for (; !last.done; last = steps.next()) taken++;
  expect(last.value).toEqual({ model });
  expect(taken).toBeGreaterThan(500);
});

test("held-out quality comes close to what the known rule allows, and is better than the base rate", () => {
  const { quality } = STUMPS;
  const best = PLENTY.chances.reduce((sum, chance) => sum + chance * (1 - chance), 0) / PLENTY.chances.length;
  expect(quality.rows).toBe(1_500);
  expect(quality.positives).toBe(PLENTY.outcomes.filter(Boolean).length);
  expect(quality.brier).toBeGreaterThan(best - 0.01);
  expect(quality.brier).toBeLessThan(best + 0.012);
  expect(quality.brier).toBeLessThan(quality.base_brier - 0.03);
  expect(quality.calibration.reduce((sum, { count }) => sum + count, 0)).toBe(1_500);
});

test("probabilities are right on contacts it has never seen, on the whole and in the extremes", () => {
  const { rows, chances } = contactsOf(4_000, 99);
  const judged = rows.map((row, i) => ({ ...predict(STUMPS, row), chance: chances[i] ?? 0 }));
  const off = (some: typeof judged) =>
    some.reduce((sum, { probability, chance }) => sum + probability - chance, 0) / some.length;
  expect(Math.abs(off(judged))).toBeLessThan(0.03);
  for (const level of ["high", "medium", "low"]) {
    expect(Math.abs(off(judged.filter((each) => each.level === level)))).toBeLessThan(0.05);
  }
});

test("what decides speaks loudest, what means nothing hardly at all", () => {
  const loudness = SPECS.map((_, j) => {
    const phis = PLENTY.rows.map((row) => Math.abs(predict(STUMPS, row).contributions[j]?.phi ?? 0));
    return phis.reduce((sum, phi) => sum + phi, 0) / phis.length;
  });
  const [silent = 0, answers = 0, temperature = 0, source = 0, shoe = 0] = loudness;
  expect(temperature).toBeGreaterThan(answers);
  expect(Math.min(silent, answers)).toBeGreaterThan(2 * Math.max(source, shoe));
});

test("a level never seen, or too rare, falls back to the base", () => {
  const row = ["hot", "moon"].map((level) => predict(STUMPS, [3, 2, "hot", level, 40]).contributions[3]?.phi);
  expect(row).toEqual([0, 0]);
});

test("a transformation that keeps the order of a number leaves the predictions as they are", () => {
  const bend = (row: readonly FeatureValue[]) => row.map((value, j) => (j === 4 ? Number(value) ** 3 + 7 : value));
  for (const training of [PLENTY, SCARCE]) {
    const bent = modelOf({ ...training, rows: training.rows.map(bend) });
    const straight = modelOf(training);
    for (const row of training.rows) {
      expect(predict(bent, bend(row)).probability).toBeCloseTo(predict(straight, row).probability, 12);
    }
  }
});

test("features in another order give the same explanations in that order", () => {
  const turned = modelOf({ ...PLENTY, specs: SPECS.toReversed(), rows: PLENTY.rows.map((row) => row.toReversed()) });
  for (const row of PLENTY.rows.slice(0, 200)) {
    const straight = predict(STUMPS, row).contributions;
    const reversed = predict(turned, row.toReversed()).contributions.toReversed();
    expect(reversed.map(({ name }) => name)).toEqual(straight.map(({ name }) => name));
    for (const [j, { phi }] of straight.entries()) expect(Math.abs(phi - (reversed[j]?.phi ?? 9))).toBeLessThan(0.02);
  }
});

test("no finite features, however wild, make a prediction that is not a number", () => {
  const specs = SPECS.slice(0, 3);
  const wild = fc.tuple(
    fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    fc.oneof(fc.constant(0), fc.constant(1e308), fc.constant(-1e308), fc.constant(5e-324)),
    fc.option(fc.constantFrom("a", "b", "c")),
  );
  fc.assert(
    fc.property(fc.array(wild, { minLength: 60, maxLength: 90 }), fc.integer(), (rows, seed) => {
      // Every other one came, so that the first feature may tell them apart by accident only, or fully.
      const trained = train({
        specs,
        rows,
        outcomes: rows.map(([first], i) => (i < 60 ? i % 2 === 0 : (first ?? 0) > 0)),
        seed,
      });
      if (trained.model === null) return expect(trained.reason).not.toContain("NaN");
      for (const row of rows) {
        const { probability, contributions } = predict(trained.model, row);
        expect(Number.isFinite(probability) && contributions.every(({ phi }) => Number.isFinite(phi))).toBe(true);
      }
      expect(JSON.stringify(trained.model)).not.toContain("NaN");
    }),
    { numRuns: 30 },
  );
});

test("outcomes that are told apart fully are learned, and still no certainty", () => {
  const rows = Array.from({ length: 200 }, (_, i) => [i, 0, i < 100 ? "cold" : "hot", "web", 40]);
  const model = modelOf({ specs: SPECS, rows, outcomes: rows.map((_, i) => i >= 100), seed: 1 });
  expect(model.quality.auc).toBeGreaterThan(0.99);
  const { probability, level } = predict(model, [150, 0, "hot", "web", 40]);
  expect(probability > 0.9 && probability < 1).toBe(true);
  expect(level).toBe("high");
});

test("too few outcomes: no model, and the reason says how many", () => {
  const rows = PLENTY.rows.slice(0, 200);
  const few = reasonOf({ specs: SPECS, rows, outcomes: rows.map((_, i) => i < 29), seed: 1 });
  expect(few).toBe("Too few outcomes to learn from: 29 of 200 have it, and 30 with and 30 without are needed.");
  expect(reasonOf({ specs: SPECS, rows, outcomes: rows.map((_, i) => i >= 29), seed: 1 })).toContain("171 of 200");
});

test("features that never vary: no model", () => {
  const rows = Array.from({ length: 100 }, () => [1, 2, "hot", null, 40]);
  const reason = reasonOf({ specs: SPECS, rows, outcomes: rows.map((_, i) => i % 2 === 0), seed: 1 });
  expect(reason).toBe("Nothing to learn from: none of the 5 features differs between the 100 contacts.");
});

test("outcomes that have nothing to do with the features: no model, nearly always", () => {
  const { rows } = contactsOf(160, 12);
  const refused = Array.from({ length: 20 }, (_, seed) => {
    const { outcomes } = contactsOf(160, 1_000 + seed);
    return reasonOf({ specs: SPECS, rows, outcomes, seed });
  }).filter((reason) => reason.startsWith("No better than chance"));
  expect(refused.length).toBeGreaterThanOrEqual(17);
});

test("rare outcomes are learned as well: the mean of the predictions is their share", () => {
  const rare = contactsOf(4_000, 21, -4.2);
  const model = modelOf(rare);
  const mean = rare.rows.reduce((sum, row) => sum + predict(model, row).probability, 0) / rare.rows.length;
  expect(model.base_rate).toBeLessThan(0.08);
  expect(mean).toBeCloseTo(model.base_rate, 2);
});

test("what if: before, after, and what the changed features did add up", () => {
  const row = [30, 1, "cold", "web", 40];
  const { before, after, deltas } = whatIf(STUMPS, row, { temperature: "hot", silent_days: 1 });
  expect(before).toEqual(predict(STUMPS, row));
  expect(after).toEqual(predict(STUMPS, [1, 1, "hot", "web", 40]));
  expect(deltas.map(({ name }) => name)).toEqual(["temperature", "silent_days"]);
  const moved = deltas.reduce((sum, { phi_before, phi_after }) => sum + phi_after - phi_before, 0);
  expect(moved).toBeCloseTo(after.logit - before.logit, 9);
  expect(after.probability).toBeGreaterThan(before.probability + 0.2);
});

test.each<[string, Record<string, FeatureValue>, string]>([
  ["a feature the model has not", { colour: "red" }, 'the model knows no feature "colour"'],
  ["a word for a number", { answers: "three" }, 'answers is a number, not "three"'],
  ["a number for a category", { source: 4 }, "source is a category, not 4"],
  ["a number without end", { answers: Number.POSITIVE_INFINITY }, "answers is a number, not Infinity"],
])("what if with %s is refused", (_, changes, message) => {
  expect(() => whatIf(STUMPS, PLENTY.rows[0] ?? [], changes)).toThrow(new RangeError(message));
});

test("a row of another length is refused", () => {
  expect(() => predict(STUMPS, [1, 2])).toThrow(RangeError);
});
