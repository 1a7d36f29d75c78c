import { expect, test } from "bun:test";
import fc from "fast-check";
import { conversionScore, type LeadFacts, type Score } from "../../src/analysis/scores.ts";

const LEAD: LeadFacts = {
  temperature: "hot",
  answered: 4,
  qualified: true,
  stalled: false,
  silent_days: 0.5,
  recent_events: 9,
};
const leads = fc.record({
  temperature: fc.constantFrom("hot", "warm", "cold", "lukewarm", null),
  answered: fc.integer({ min: 0, max: 4 }),
  qualified: fc.boolean(),
  stalled: fc.boolean(),
  silent_days: fc.double({ min: 0, max: 400, noNaN: true }),
  recent_events: fc.nat(500),
});
function holds({ score, factors, level }: Score): void {
  expect(factors.reduce((sum, { points }) => sum + points, 0)).toBe(score);
  expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
  expect(level).toBe(score >= 60 ? "high" : score >= 30 ? "medium" : "low");
  expect(factors.every(({ points, text }) => points !== 0 && text.endsWith("."))).toBe(true);
}

test("the factors of any score add up to it", () => {
  fc.assert(fc.property(leads, (facts) => holds(conversionScore(facts))));
});

test("a hot, qualified, busy lead has all points, and says why", () => {
  const { score, level, factors } = conversionScore(LEAD);
  expect([score, level]).toEqual([100, "high"]);
  expect(factors.map(({ factor, points }) => [factor, points])).toEqual([
    ["stage", 35],
    ["temperature", 30],
    ["recency", 20],
    ["activity", 15],
  ]);
});

test.each<[string, Partial<LeadFacts>, number]>([
  ["colder", { temperature: "warm" }, -15],
  ["silent for a week", { silent_days: 7 }, -12],
  ["stalled", { stalled: true }, -10],
  ["not qualified, with three answers", { qualified: false, answered: 3 }, -14],
  ["with two events", { recent_events: 2 }, -9],
])("a lead that is %s has so many points less", (_, change, difference) => {
  expect(conversionScore({ ...LEAD, ...change }).score - conversionScore(LEAD).score).toBe(difference);
});
