import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Control, openControl } from "../../src/control/control.ts";

let control: Control;
let now = 1_000;
beforeEach(() => {
  now = 1_000;
  control = openControl(":memory:", { now: () => now });
});
afterEach(() => control.close());

const MODEL = {
  location_id: "here",
  purpose: "churn",
  in_force: true,
  note: null,
  rows: 100,
  positives: 40,
  definition: "{}",
  held_out: null,
  model: "{}",
};

describe("versions of models", () => {
  test("take the place of the one in force, or stand beside it", () => {
    control.addScoreModel(MODEL);
    control.addScoreModel({ ...MODEL, in_force: false, note: "worse" });
    control.addScoreModel({ ...MODEL, purpose: "conversion" });
    const all = control.scoreModels().map(({ purpose, version, in_force }) => [purpose, version, in_force]);
    expect(all).toEqual([
      ["churn", 2, false],
      ["churn", 1, true],
      ["conversion", 1, true],
    ]);
    control.addScoreModel(MODEL);
    expect(
      control
        .scoreModels()
        .filter(({ in_force }) => in_force)
        .map(({ version }) => version),
    ).toEqual([3, 1]);
  });

  test("go after the newest five, but the one in force stays", () => {
    control.addScoreModel(MODEL);
    for (let count = 0; count < 8; count++) control.addScoreModel({ ...MODEL, in_force: false });
    expect(control.scoreModels().map(({ version }) => version)).toEqual([9, 8, 7, 6, 5, 1]);
  });
});

describe("recommendation rules", () => {
  test("come ready-made for every location, in the order in which they are looked at", () => {
    const rules = control.recommendationRules();
    expect(rules.every(({ location_id, enabled }) => location_id === null && enabled)).toBe(true);
    expect(rules.map(({ action }) => action)).toContain("call_now");
  });

  test("of a location come before those of all", () => {
    control.ensureLocation("here");
    const given = { purpose: "churn", position: 99, enabled: true, conditions: {}, action: "x", title: "X" } as const;
    const added = control.addRecommendationRule({ ...given, location_id: "here" });
    expect(control.recommendationRules()[0]).toEqual(added);
    expect(
      control.setRecommendationRule(added.recommendation_id, { enabled: false, conditions: { stalled: true } }),
    ).toEqual({
      ...added,
      enabled: false,
      conditions: { stalled: true },
    });
    expect(control.setRecommendationRule(9_999, { enabled: false })).toBeNull();
    control.removeLocation("here");
    expect(control.recommendationRules().some(({ location_id }) => location_id === "here")).toBe(false);
  });
});

describe("what people say about insights", () => {
  test("is each one's own, and keeps what was said before", () => {
    control.noteInsight("user jo", "a", { rating: "useful" });
    control.noteInsight("user jo", "a", { dismissed_at: 5 });
    expect(control.insightNotes("user jo", ["a", "b"]).get("a")).toEqual({
      insight_id: "a",
      dismissed_at: 5,
      snoozed_until: null,
      rating: "useful",
    });
    expect(control.insightNotes("user al", ["a"]).size).toBe(0);
  });

  test("is told apart though the clock stood still", () => {
    const times = [1, 2, 3].map((hours) => {
      control.noteInsight("user jo", "a", { snoozed_until: hours });
      return control.insightNotesAt("user jo");
    });
    expect(new Set(times).size).toBe(3);
    expect(control.insightNotesAt("user al")).toBe(0);
  });

  test("is forgotten beyond a thousand, the oldest first", () => {
    for (let count = 0; count <= 1_000; count++) {
      now++;
      control.noteInsight("user jo", `i-${count}`, { rating: "useless" });
    }
    const kept = control.insightNotes("user jo", ["i-0", "i-1", "i-1000"]);
    expect([...kept.keys()].sort()).toEqual(["i-1", "i-1000"]);
  });
});
