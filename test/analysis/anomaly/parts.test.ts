import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { expectedNext } from "../../../src/analysis/anomaly/expectation.ts";
import { createRecord } from "../../../src/analysis/anomaly/record.ts";
import { createScale } from "../../../src/analysis/anomaly/scale.ts";
import { shapeSignal } from "../../../src/analysis/anomaly/shape.ts";
import { driftSignal, spreadSignal } from "../../../src/analysis/anomaly/signals.ts";
import { createUsual } from "../../../src/analysis/anomaly/usual.ts";
import { noise } from "./noise.ts";

const number = fc.double({ min: -1_000, max: 1_000, noNaN: true });

test("the usual is the median of the last numbers, by sorting them", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(number, fc.constantFrom(0, 1, 2)), { minLength: 1, maxLength: 60 }), (numbers) => {
      const usual = createUsual(9);
      for (const one of numbers) usual.learn(one);
      const last = numbers
        .slice(-9)
        .map(Math.fround)
        .sort((one, other) => one - other);
      expect(usual.median()).toBeCloseTo(last[last.length >> 1] ?? Number.NaN, 9);
    }),
  );
});

test("the shape's distance is that to the three nearest stretches, by comparing with each", () => {
  const [length, lags] = [4, 11];
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 40 }), (values) => {
      const shape = shapeSignal(length, lags);
      const said = values.map((value) => shape.step(value, 0, true)).at(-1);
      const now = values.length - 1;
      const fade = 1 - 1 / length;
      const distances: number[] = [];
      for (let lag = length + 1; lag <= Math.min(lags, now - length); lag++) {
        let squares = 0;
        for (let back = 0; now - back - lag >= 0; back++) {
          squares += fade ** back * ((values[now - back] ?? 0) - (values[now - back - lag] ?? 0)) ** 2;
        }
        distances.push(Math.sqrt(squares));
      }
      const nearest = distances.sort((one, other) => one - other).slice(0, 3);
      const mean = nearest.length < 3 ? 0 : nearest.reduce((sum, distance) => sum + distance, 0) / 3;
      expect(said).toBeCloseTo(mean, 6);
    }),
  );
});

test("drift is the mean of the last residuals, and spread the logarithm of the last deviation over its own mean", () => {
  const values = noise(60, 4);
  const drift = driftSignal(5);
  const drifted = values.map((value) => drift.step(value + 2, 2, true)).at(-1);
  expect(drifted).toBeCloseTo(values.slice(-5).reduce((sum, value) => sum + value, 0) / 5, 9);
  const spread = spreadSignal(10, 1_000, false);
  const calm = values.map((value) => spread.step(value, 0, true)).at(-1);
  const wild = noise(10, 5)
    .map((value) => spread.step(8 * value, 0, true))
    .at(-1);
  expect(Math.abs(calm ?? 9)).toBeLessThan(0.6);
  expect(wild).toBeGreaterThan(1.2);
});

describe("A record", () => {
  const options = { apart: 3, once: 1_000, novice: 0, grown: 1_000, lasting: false };

  test("is the second highest of the past events, which one outage does not hide", () => {
    const record = createRecord(options);
    const signals = noise(400, 6).map(Math.abs);
    for (const signal of signals) record.step(signal, 0, true);
    const before = record.reach(0, 0);
    record.step(1_000, 0, true);
    for (const signal of signals) record.step(Math.min(signal, 1), 0, true);
    expect(record.reach(0, 0)).toBeLessThan(1.5 * before);
    expect(record.highest()).toBe(1_000);
  });

  test("is told in logarithms, and only by a signal beyond it", () => {
    const record = createRecord(options);
    for (const signal of noise(200, 8)) record.step(Math.abs(signal), 0, true);
    const reach = record.reach(0.5, 0);
    expect(record.step(reach, 0, false)).toBeCloseTo(0.5, 9);
    expect(record.step(record.reach(0, 0) * 0.999, 0, false)).toBe(0);
    expect(record.step(reach, 10 * reach, false)).toBe(0);
  });

  test("is broken once by an event, however long it lasts", () => {
    const record = createRecord({ ...options, lasting: true });
    for (const signal of noise(200, 9)) record.step(Math.abs(signal), 0, true);
    const said = Array.from({ length: 50 }, () => record.step(20, 0, true) > 0);
    expect(said).toEqual(said.map((_, i) => i === 0));
  });
});

test("a scale never turns the order of two values around, and comes back to each", () => {
  const value = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 20 }),
      value,
      value,
      fc.boolean(),
      (known, one, other, counts) => {
        const scale = createScale({ floor: 0, counts });
        for (const learned of known) scale.learn(learned);
        if (one < other) expect(scale.to(one)).toBeLessThanOrEqual(scale.to(other));
        expect(Math.abs(scale.from(scale.to(one)) - one)).toBeLessThanOrEqual(1e-6 * Math.max(1, one, ...known));
      },
    ),
  );
});

describe("What is expected next", () => {
  const kind = { periods: [7], counts: false, floor: 0 };

  test("is the weekday's own value where weeks repeat themselves", () => {
    const weeks = Array.from({ length: 80 }, (_, day) => 10 + 20 * (day % 7));
    expect(expectedNext(weeks, kind)).toBeCloseTo(10 + 20 * (80 % 7), 6);
  });

  test("is not moved much by one wild day of last week", () => {
    const weeks = noise(84, 2).map((value, day) => 100 + 20 * (day % 7) + 4 * value);
    const wild = weeks.map((value, day) => (day === 77 ? 40 * value : value));
    expect(Math.abs(expectedNext(wild, kind) / expectedNext(weeks, kind) - 1)).toBeLessThan(0.1);
  });

  test("follows a series that grows", () => {
    const growing = noise(200, 3).map((value, day) => 100 * 1.01 ** day * (1 + 0.02 * value));
    expect(expectedNext(growing, kind) / (100 * 1.01 ** 200)).toBeGreaterThan(0.93);
  });

  test("is nothing of nothing", () => {
    expect(expectedNext([], kind)).toBe(0);
    expect(expectedNext([null, null], kind)).toBe(0);
  });
});
