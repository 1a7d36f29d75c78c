import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { detect, type SeriesKind } from "../../src/analysis/anomaly/detector.ts";
import { type Cause, causesOf, causesOfRate, type Part, type RatePart } from "../../src/analysis/cause.ts";
import { noise } from "./anomaly/noise.ts";

const DAILY: SeriesKind = { periods: [7], counts: false, floor: 0, ceiling: null };
const EVERYTHING = 1_000;

/** Days of a segment around a mean, the last one as told. */
function part(dimension: string, key: string, mean: number, seed: number, last?: number): Part {
  const values = noise(90, seed).map((value) => Math.max(0, mean * (1 + 0.05 * value)));
  return { dimension, key, values: last === undefined ? values : [...values.slice(0, -1), last] };
}

function wholeOf(parts: readonly Part[]): readonly number[] {
  const [first] = parts;
  return (first?.values ?? []).map((_, i) => parts.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
}

function judged(values: readonly number[]): { value: number; expected: number } {
  const judgement = detect(values, DAILY).at(-1);
  if (!judgement) throw new Error("too little history");
  return judgement;
}

function named(causes: readonly Cause[]): readonly string[] {
  return causes.map(({ dimension, key }) => `${dimension}=${key}`);
}

describe("Causes of a sum", () => {
  test("name the segment that made it, not the one that is always large", () => {
    const countries = [
      part("country", "UK", 900, 1, 1_900),
      part("country", "FR", 60, 2),
      part("country", "DE", 40, 3),
    ];
    const bots = [part("bot", "luna", 300, 4), part("bot", "jade", 350, 5), part("bot", "flora", 350, 6, 0)];
    const whole = wholeOf(countries);
    const rest = (whole.at(-1) ?? 0) - (wholeOf(bots.slice(0, 2)).at(-1) ?? 0);
    const flora = { ...part("bot", "flora", 350, 6), values: [...(bots[2]?.values.slice(0, -1) ?? []), rest] };
    const causes = causesOf(judged(whole), [...countries, ...bots.slice(0, 2), flora], DAILY, 3);
    expect(named(causes)[0]).toBe("bot=flora");
    expect(causes[0]?.share).toBeGreaterThan(0.8);
  });

  test("of a customer who was never there before are all his", () => {
    const known = [part("contact", "a", 100, 1), part("contact", "b", 80, 2)];
    const stranger = { dimension: "contact", key: "c", values: [...Array.from({ length: 89 }, () => 0), 5_000] };
    const parts = [...known, stranger];
    const [first] = causesOf(judged(wholeOf(parts)), parts, DAILY, 3);
    expect(first).toMatchObject({ key: "c", value: 5_000 });
    expect(first?.share).toBeCloseTo(1, 1);
  });

  test("of a fall name who fell", () => {
    const parts = [
      part("channel", "phone", 200, 1, 0),
      part("channel", "mail", 200, 2),
      part("channel", "web", 100, 3),
    ];
    const causes = causesOf(judged(wholeOf(parts)), parts, DAILY, 3);
    expect(named(causes)).toEqual(["channel=phone"]);
    expect(causes[0]?.contribution).toBeLessThan(-150);
  });

  test("are in the order of their size where all fell alike", () => {
    const parts = [part("channel", "a", 500, 1, 0), part("channel", "b", 300, 2, 0), part("channel", "c", 200, 3, 0)];
    expect(named(causesOf(judged(wholeOf(parts)), parts, DAILY, 3))).toEqual(["channel=a", "channel=b", "channel=c"]);
  });

  test("do not exist where nothing deviates", () => {
    expect(causesOf({ value: 5, expected: 5 }, [part("channel", "a", 5, 1)], DAILY, 3)).toEqual([]);
    expect(causesOf({ value: 9, expected: 5 }, [], DAILY, 3)).toEqual([]);
  });

  test("never go against the whole, are never more than asked for, and their shares are contribution ÷ deviation", () => {
    fc.assert(
      fc.property(segments(), fc.integer({ min: 1, max: 5 }), (parts, most) => {
        const deviation = judged(wholeOf(parts));
        const causes = causesOf(deviation, parts, DAILY, most);
        expect(causes.length).toBeLessThanOrEqual(most);
        for (const { contribution, share, value, expected } of causes) {
          expect(share ?? 0).toBeGreaterThan(0);
          expect(contribution).toBeCloseTo(value - expected, 6);
          expect((share ?? 0) * (deviation.value - deviation.expected)).toBeCloseTo(contribution, 6);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("of a dimension whose parts all moved the same way have shares that add up to one", () => {
    fc.assert(
      fc.property(segments(), (given) => {
        // All doubled and more, each by its own factor.
        const parts = given.map(({ values, ...rest }, i) => ({
          ...rest,
          values: [...values.slice(0, -1), 3 * (i + 1) * (10 + Math.max(...values))],
        }));
        const causes = causesOf(judged(wholeOf(parts)), parts, DAILY, EVERYTHING);
        const shares = causes.reduce((sum, { share }) => sum + (share ?? 0), 0);
        // Those below a tenth have no name.
        const unnamed = parts.length - causes.length;
        expect(shares).toBeLessThanOrEqual(1 + 1e-9);
        expect(shares).toBeGreaterThanOrEqual(1 - 0.1 * unnamed - 1e-9);
      }),
      { numRuns: 60 },
    );
  });
});

describe("Causes of a rate", () => {
  const rated = (key: string, calls: number, rate: number, last: { calls: number; rate: number }): RatePart => ({
    dimension: "channel",
    key,
    denominators: [...Array.from({ length: 80 }, () => calls), last.calls],
    numerators: [...Array.from({ length: 80 }, () => calls * rate), last.calls * last.rate],
  });

  test("are a segment's own rate where that changed", () => {
    const parts = [
      rated("mobile", 100, 0.1, { calls: 100, rate: 0.3 }),
      rated("landline", 100, 0.1, { calls: 100, rate: 0.1 }),
    ];
    const [first, ...others] = causesOfRate({ value: 20, expected: 10 }, parts, DAILY, 3, 100);
    expect(first).toMatchObject({ key: "mobile" });
    expect(first?.rate_effect).toBeCloseTo(10, 9);
    expect(first?.mix_effect).toBeCloseTo(0, 9);
    expect(first?.value).toBeCloseTo(30, 9);
    expect(first?.expected).toBeCloseTo(10, 9);
    expect(others).toEqual([]);
  });

  test("are the mix where every rate stayed as it was", () => {
    const parts = [
      rated("cold", 900, 0.02, { calls: 100, rate: 0.02 }),
      rated("recall", 100, 0.5, { calls: 100, rate: 0.5 }),
    ];
    const causes = causesOfRate({ value: 26, expected: 6.8 }, parts, DAILY, 3, 100);
    expect(causes.map(({ key }) => key)).toContain("recall");
    for (const { rate_effect } of causes) expect(rate_effect).toBeCloseTo(0, 9);
  });

  test("add up to the whole deviation, by Kitagawa's identity", () => {
    const pair = fc.record({
      calls: fc.integer({ min: 1, max: 500 }),
      rate: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fc.record({ before: pair, now: pair }), { minLength: 2, maxLength: 5 }), (given) => {
        const parts = given.map(({ before, now }, i) => rated(String(i), before.calls, before.rate, now));
        const rate = (of: (part: RatePart) => readonly (readonly number[])[]): number => {
          const sums = parts.map((part) => of(part).map((values) => values.at(-1) ?? 0));
          return (
            sums.reduce((sum, [above = 0]) => sum + above, 0) / sums.reduce((sum, [, below = 0]) => sum + below, 0)
          );
        };
        const value = rate((part) => [part.numerators, part.denominators]);
        const expected = rate((part) => [part.numerators.slice(0, -1), part.denominators.slice(0, -1)]);
        fc.pre(Math.abs(value - expected) > 1e-6);
        // Brute force: the identity over all parts, those that moved against the whole as well.
        const up = causesOfRate({ value, expected }, parts, DAILY, EVERYTHING);
        const below = (index: number): number =>
          parts.reduce((sum, part) => sum + (part.denominators.at(index) ?? 0), 0);
        for (const cause of up) {
          const part = parts[Number(cause.key)];
          const [w0, w1] = [(part?.denominators.at(-2) ?? 0) / below(-2), (part?.denominators.at(-1) ?? 0) / below(-1)];
          const [r0, r1] = [cause.expected, cause.value];
          const effect = ((w1 + w0) / 2) * (r1 - r0) + (w1 - w0) * ((r1 + r0) / 2 - expected);
          expect(cause.contribution).toBeCloseTo(effect, 6);
          expect(cause.rate_effect + cause.mix_effect).toBeCloseTo(cause.contribution, 9);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("do not exist on a day without anything below the line", () => {
    const parts = [rated("mobile", 100, 0.1, { calls: 0, rate: 0 })];
    expect(causesOfRate({ value: 0, expected: 10 }, parts, DAILY, 3, 100)).toEqual([]);
  });
});

function segments(): fc.Arbitrary<Part[]> {
  return fc
    .array(fc.record({ mean: fc.integer({ min: 1, max: 500 }), last: fc.integer({ min: 0, max: 2_000 }) }), {
      minLength: 2,
      maxLength: 5,
    })
    .map((given) => given.map(({ mean, last }, i) => part("channel", String(i), mean, i + 1, last)));
}
