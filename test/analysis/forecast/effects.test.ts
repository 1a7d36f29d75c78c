import { describe, expect, test } from "bun:test";
import { learnEffects, withEffects, withoutEffects } from "../../../src/analysis/forecast/effects.ts";
import { at } from "./series.ts";

const week = (t: number): number => [100, 90, 80, 70, 60, 20, 10][t % 7] ?? 0;
const labels = Array.from({ length: 70 }, (_, t) => (t === 22 || t === 45 || t === 66 ? "holiday" : null));

describe("known effects", () => {
  test("are a factor of what is usual at the same place of the week, where nothing is negative", () => {
    const values = Float64Array.from({ length: 63 }, (_, t) => week(t) * (labels[t] ? 0.4 : 1));
    const effects = learnEffects(values, labels, 63, 7);
    expect(effects.byLabel.get("holiday")).toBeCloseTo(0.4, 9);
    for (const [t, value] of withoutEffects(values, labels, 63, effects, 7).entries())
      expect(value).toBeCloseTo(week(t), 9);
    const ahead = withEffects(
      Float64Array.from({ length: 7 }, (_, h) => week(63 + h)),
      63,
      labels,
      effects,
    );
    expect(at(ahead, 3)).toBeCloseTo(0.4 * week(66), 9);
    expect(at(ahead, 2)).toBe(week(65));
  });

  test("are a sum where values may be negative", () => {
    const values = Float64Array.from({ length: 63 }, (_, t) => week(t) - 50 + (labels[t] ? 30 : 0));
    const effects = learnEffects(values, labels, 63, 7);
    expect(effects.multiplicative).toBe(false);
    expect(effects.byLabel.get("holiday")).toBeCloseTo(30, 9);
  });

  test("come from the values known by then alone", () => {
    const values = Float64Array.from({ length: 63 }, (_, t) => week(t) * (t === 45 ? 9 : labels[t] ? 0.4 : 1));
    expect(learnEffects(values, labels, 40, 7).byLabel.get("holiday")).toBeCloseTo(0.4, 9);
    expect(learnEffects(values, labels, 20, 7).byLabel.has("holiday")).toBe(false);
  });

  test("shrink towards none where they are no more than noise", () => {
    const values = Float64Array.from({ length: 63 }, (_, t) => 100 + (t % 2 === 0 ? 30 : -30) + (labels[t] ? 5 : 0));
    const factor = learnEffects(values, labels, 63, 7).byLabel.get("holiday") ?? 0;
    const clear = Float64Array.from({ length: 63 }, (_, t) => 100 + (labels[t] ? 5 : 0));
    expect(Math.abs(factor - 1)).toBeLessThan(0.1);
    expect(learnEffects(clear, labels, 63, 7).byLabel.get("holiday")).toBeCloseTo(1.05, 9);
  });

  test("that leave next to nothing of a day make it what is usual there", () => {
    const values = Float64Array.from({ length: 63 }, (_, t) => (labels[t] ? 0 : week(t)));
    const effects = learnEffects(values, labels, 63, 7);
    expect(effects.byLabel.get("holiday")).toBeCloseTo(0, 9);
    expect(at(withoutEffects(values, labels, 63, effects, 7), 22)).toBe(week(22));
  });
});
