import { describe, expect, test } from "bun:test";
import { changeOf, statusOf } from "../../src/report/kpis.ts";

describe("a change", () => {
  test.each([
    ["150.00", "100.00", 0.5],
    [50, 100, -0.5],
    [10, -20, 1.5],
    ["1.00", "0.00", null],
    [null, 5, null],
    [5, null, null],
  ])("from %p, before that %p, is %p", (value, previous, change) => {
    expect(changeOf(value, previous)).toBe(change);
  });
});

describe("a status", () => {
  test.each([
    [0.04, 0.04, "gte", "on_target"],
    [0.0365, 0.04, "gte", "near_target"],
    [0.035, 0.04, "gte", "off_target"],
    [42, 42, "lte", "on_target"],
    [46, 42, "lte", "near_target"],
    [47, 42, "lte", "off_target"],
    ["520000.00", 520_000, "gte", "on_target"],
  ] as const)("of %p against %p (%s) is %s", (value, target, met, status) => {
    expect(statusOf(value, { value: target, met })).toBe(status);
  });

  test("needs a value and a target", () => {
    expect([statusOf(null, { value: 1, met: "gte" }), statusOf(1, null)]).toEqual([null, null]);
  });
});
