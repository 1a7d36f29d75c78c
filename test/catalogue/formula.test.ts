import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  aggregatesOf,
  parseCondition,
  parseFormula,
  printCondition,
  printFormula,
} from "../../src/catalogue/formula.ts";
import { KPIS } from "../../src/catalogue/kpis.ts";
import type { Aggregate, Condition, Expression, Scalar } from "../../src/catalogue/types.ts";

const field = fc.constantFrom(
  "type",
  "bot_id",
  "value",
  "success",
  "hour_of_day",
  "temperature",
  "data.source",
  "data.line item.sku",
  "data.2nd",
);
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((one) => one + 0);
const scalar: fc.Arbitrary<Scalar> = fc.oneof(fc.string(), number, fc.boolean());
const comparison: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field, op: fc.constantFrom("eq", "ne", "gt", "gte", "lt", "lte"), value: scalar }),
  fc.record({ field, op: fc.constant("in" as const), value: fc.array(scalar, { minLength: 1, maxLength: 4 }) }),
  fc.record({ field, op: fc.constant("contains" as const), value: fc.string() }),
  fc.record({ field, op: fc.constant("exists" as const), value: fc.constant(true) }),
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => {
  const several = fc.array(tie("condition"), { minLength: 2, maxLength: 3 });
  return {
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      comparison,
      fc.record({ and: several }),
      fc.record({ or: several }),
      fc.record({ not: tie("condition") }),
    ),
  };
});
const where = fc.option(condition, { nil: null });
const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const aggregate: fc.Arbitrary<Aggregate> = fc.oneof(
  fc.record({ agg: fc.constantFrom("count", "contacts", "commission"), where }),
  fc.record({ agg: fc.constantFrom("sum", "mean"), field, where }),
  fc.record({ agg: fc.constant("percentile" as const), p: share, field, where }),
  fc.record({ agg: fc.constant("contacts_latest" as const), where: condition, is: condition }),
  fc.record({
    agg: fc.constant("contacts_repeating" as const),
    least: fc.integer({ min: 1, max: 1000 }),
    where: condition,
  }),
  fc.record({ agg: fc.constant("time_between" as const), p: share, from: condition, to: condition }),
  fc.record({ agg: fc.constant("new_contacts" as const) }),
  fc.record({ agg: fc.constantFrom("churned", "contacts_before"), where: condition }),
  fc.record({ agg: fc.constant("open_conversations" as const), minutes: fc.integer({ min: 1, max: 44_640 }) }),
);
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    aggregate,
    fc.record({ number }),
    fc.record({ op: fc.constantFrom("+", "-", "*", "/"), left: tie("expression"), right: tie("expression") }),
  ),
}));

const measuring = expression.filter((given) => aggregatesOf(given).length > 0);

describe("a formula", () => {
  test("that was printed parses to the same expression", () => {
    fc.assert(
      fc.property(measuring, (given) => {
        expect(parseFormula(printFormula(given))).toEqual({ ok: true, expression: given });
      }),
      { numRuns: 500 },
    );
  });

  test("of every built-in KPI parses, and prints to one that parses the same", () => {
    for (const { key, formula } of KPIS) {
      const parsed = parseFormula(formula);
      if (!parsed.ok) throw new Error(`${key}: ${JSON.stringify(parsed.fault)}`);
      expect(parseFormula(printFormula(parsed.expression))).toEqual(parsed);
    }
  });

  test("binds multiplication before addition and both to the left", () => {
    const shown = (text: string) => {
      const parsed = parseFormula(text);
      return parsed.ok ? printFormula(parsed.expression) : null;
    };
    expect(shown("(count() + 2) * 3 - (4 / 5)")).toBe("(count() + 2) * 3 - 4 / 5");
    expect(shown("count() - (2 - 3) - 4")).toBe("count() - (2 - 3) - 4");
  });

  test("takes the domain's own example", () => {
    const parsed = parseFormula(
      `sum(value, type = "order_placed" and data.country = "France") / contacts(type = "lead_created")`,
    );
    expect(parsed.ok).toBe(true);
  });

  test("of any text parses or says where it is wrong, and never throws", () => {
    const piece = fc.constantFrom(
      "count(",
      "sum(value",
      ")",
      ",",
      "type",
      "=",
      '"x"',
      "and",
      "or",
      "not",
      "1",
      "-",
      "/",
      "(",
      "in",
      "exists",
      "data.a",
      '"',
      "§",
      " ",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(" ")),
        ),
        (text) => {
          const parsed = parseFormula(text);
          if (parsed.ok) return;
          expect(parsed.fault.position).toBeGreaterThanOrEqual(0);
          expect(parsed.fault.position).toBeLessThanOrEqual(text.length);
          expect(parsed.fault.expected).not.toBe("");
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    [`sum(value, type = "a") / contact()`, 25, /^one of count, sum/],
    ["count(type = ", 13, /text in double quotes/],
    ["count(typ = 3)", 6, /^a field/],
    [`count(type = "a)`, 16, /closing "/],
    ["sum(value) +", 12, /number, an aggregate/],
    [`count(type = "a" or)`, 19, /^a field/],
    ["percentile(value, 2)", 18, /between 0 and 1/],
    ["sum()", 4, /^a field/],
    ["count() count()", 8, /operator or the end/],
    ["count(type ? 1)", 11, /name, a number/],
    ["", 0, /number, an aggregate/],
    ["(".repeat(40), 32, /levels of brackets/],
    ["1".repeat(5_000), 4_000, /at most 4000 characters/],
    ["contacts_repeating(0.5, type = 1)", 19, /whole number/],
    ["count(type)", 10, /^a comparison/],
    ["constructor(type)", 0, /^one of/],
    ["(1 + 2) / 3", 0, /^an aggregate/],
    [Array.from({ length: 51 }, () => "count()").join("+"), 400, /at most 50 aggregates/],
  ])("%p is wrong at %d", (text, position, expected) => {
    const parsed = parseFormula(text);
    if (parsed.ok) throw new Error("it parsed");
    expect(parsed.fault.position).toBe(position);
    expect(parsed.fault.expected).toMatch(expected);
  });
});

test("a condition alone prints and parses back", () => {
  fc.assert(
    fc.property(condition, (given) => {
      expect(parseCondition(printCondition(given))).toEqual({ ok: true, condition: given });
    }),
    { numRuns: 300 },
  );
});
