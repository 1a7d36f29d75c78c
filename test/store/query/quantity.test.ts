import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { combine, exactOf, moneyText, realOf } from "../../../src/store/query/quantity.ts";

const exact = (text: string) => ({ exact: exactOf(text) });

describe("a quantity", () => {
  test.each([
    ["1", "3", "0.3333"],
    ["2", "3", "0.6667"],
    ["-2", "3", "-0.6667"],
    ["0.0001", "2", "0.0001"],
    ["-0.0001", "2", "-0.0001"],
    ["0.00009999", "2", "0.00"],
    ["100", "8", "12.50"],
  ])("%s ÷ %s is %s: 4 places, half away from zero", (left, right, quotient) => {
    expect(moneyText(combine("/", exact(left), exact(right)), true)).toBe(quotient);
  });

  test("divided by nothing is nothing, and so is what is made of nothing", () => {
    expect(combine("/", exact("1"), exact("0"))).toBeNull();
    expect(combine("/", { real: 1 }, { real: 0 })).toBeNull();
    expect(combine("+", null, exact("1"))).toBeNull();
  });

  test("adds and subtracts without a rounding of its own", () => {
    const cents = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        expect(combine("+", { exact: a }, { exact: b })).toEqual({ exact: a + b });
        expect(combine("-", { exact: a }, { exact: b })).toEqual({ exact: a - b });
      }),
    );
  });

  test("of a double's text is that double again", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), (thousandths) => {
        expect(realOf(exact(String(thousandths / 1_000)))).toBe(thousandths / 1_000);
      }),
    );
  });
});
