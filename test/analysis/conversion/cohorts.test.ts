import { expect, test } from "bun:test";
import fc from "fast-check";
import { cohortsByDecile, cohortsByLevel } from "../../../src/analysis/conversion/cohorts.ts";

const contacts = fc.array(
  fc.record({ probability: fc.double({ min: 0, max: 1, noNaN: true }), outcome: fc.option(fc.boolean()) }),
);

test("levels are counted, with what was predicted and what came", () => {
  const scored = [
    { probability: 0.6, outcome: true },
    { probability: 0.7, outcome: null },
    { probability: 0.3, outcome: false },
    { probability: 0.1, outcome: false },
  ];
  const [high, medium, low] = cohortsByLevel(scored, 0.25);
  expect(high).toMatchObject({ band: "high", count: 2, from: 0.6, to: 0.7, known: 1, observed: 1 });
  expect(high?.predicted).toBeCloseTo(0.65, 12);
  expect(high?.lift).toBeCloseTo(3, 12);
  expect(medium).toMatchObject({ band: "medium", count: 1, predicted: 0.3, known: 1, observed: 0, lift: 0 });
  expect(low).toMatchObject({ band: "low", count: 1, observed: 0 });
});

test("the interval of a share is Wilson's: 8 of 10 may be 49% to 94%", () => {
  const scored = Array.from({ length: 10 }, (_, i) => ({ probability: 0.9, outcome: i < 8 }));
  const [high] = cohortsByLevel(scored, 0.2);
  expect(high?.observed_lower).toBeCloseTo(0.4902, 4);
  expect(high?.observed_upper).toBeCloseTo(0.9433, 4);
});

test("an empty band says nothing instead of zero", () => {
  expect(cohortsByLevel([], 0.2)[0]).toEqual({
    band: "high",
    count: 0,
    from: null,
    to: null,
    predicted: null,
    known: 0,
    observed: null,
    observed_lower: null,
    observed_upper: null,
    lift: null,
  });
});

test("tenths hold every contact once, in falling order, and differ in size by one at most", () => {
  fc.assert(
    fc.property(contacts, (scored) => {
      const bands = cohortsByDecile(scored);
      const counts = bands.map(({ count }) => count);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(scored.length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      const filled = bands.filter(({ count }) => count > 0);
      for (const [i, { from }] of filled.entries()) {
        expect(from ?? 0).toBeGreaterThanOrEqual(filled[i + 1]?.to ?? 0);
      }
    }),
  );
});

test("however they are banded, the known ones stay the known ones", () => {
  fc.assert(
    fc.property(contacts, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (scored, rate) => {
      const known = scored.filter(({ outcome }) => outcome !== null).length;
      for (const bands of [cohortsByDecile(scored), cohortsByLevel(scored, rate)]) {
        expect(bands.reduce((sum, band) => sum + band.known, 0)).toBe(known);
      }
    }),
  );
});
