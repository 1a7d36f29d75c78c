import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { SplitSegment } from "../../src/report/explore/split.ts";
import { ordered } from "../../views/explore/order.ts";
import { changeMark } from "../../views/parts/change.ts";
import { indented } from "../../views/parts/json.ts";
import { jsonCode } from "../../views/parts/json-code.ts";

const ESCAPED: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
};
const textOf = (markup: string): string =>
  markup.replace(/<[^>]*>/g, "").replace(/&(lt|gt|quot|#39|amp);/g, (entity) => ESCAPED[entity] ?? entity);

describe("JSON in colours", () => {
  test("says exactly what the JSON says, whatever is in it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(textOf(jsonCode(value, "Event").text)).toBe(indented(JSON.stringify(value)));
      }),
    );
  });

  test("tells texts from numbers and words", () => {
    const { text } = jsonCode({ type: "deal_closed", value: -1.5e-3, success: true, bot_id: null }, "Event");
    expect(text).toContain('<span class="s">&quot;deal_closed&quot;</span>');
    for (const word of ["-0.0015", "true", "null"]) expect(text).toContain(`<span class="n">${word}</span>`);
  });
});

describe("the order of parts", () => {
  const part = (key: string, value: number | null): SplitSegment => ({
    key,
    value,
    share: null,
    previous: null,
    change: null,
    filter: null,
    series: null,
    companions: {},
  });
  const columns = [
    { key: "value", label: "Leads", value: ({ value }: SplitSegment) => (value === null ? null : Number(value)) },
  ];
  const keys = (dir: "asc" | "desc") =>
    ordered([part("a", 2), part("b", null), part("c", 10)], columns, { by: "value", dir }).map(({ key }) => key);

  test("goes by value either way, and what has none comes last", () => {
    expect(keys("desc")).toEqual(["c", "a", "b"]);
    expect(keys("asc")).toEqual(["a", "c", "b"]);
  });
});

describe("a change", () => {
  const shown = (given: Partial<Parameters<typeof changeMark>[0]>) =>
    textOf(changeMark({ value: 12, previous: 10, change: 0.2, unit: "count", better: "up", ...given }).text);

  test("has its direction in words, rates in points, and is nothing where nothing was", () => {
    expect(shown({})).toBe("up 20.0%");
    expect(shown({ value: 8, change: -0.2 })).toBe("down 20.0%");
    expect(shown({ value: 0.5, previous: 0.4, change: 0.25, unit: "percent" })).toBe("up 10.0 pp");
    expect(shown({ previous: null, change: null })).toBe("new");
    expect(shown({ value: null, change: null })).toBe("–");
    expect(shown({ value: 10, change: 0 })).toBe("unchanged");
  });
});
