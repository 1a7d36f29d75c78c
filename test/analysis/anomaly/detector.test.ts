import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  createDetector,
  detect,
  historyNeeded,
  type Judgement,
  type SeriesKind,
} from "../../../src/analysis/anomaly/detector.ts";
import { noise } from "./noise.ts";

const DAILY: SeriesKind = { periods: [7], counts: false, floor: 0, ceiling: null };
const COUNTS: SeriesKind = { ...DAILY, counts: true };
const HOURLY: SeriesKind = { periods: [24, 168], counts: true, floor: 0, ceiling: null };
const FREE: SeriesKind = { periods: [], counts: false, floor: null, ceiling: null };
const PERCENT: SeriesKind = { periods: [7], counts: false, floor: 0, ceiling: 100 };

const kinds = fc.constantFrom(DAILY, COUNTS, FREE, PERCENT, { ...FREE, periods: [7] });
const ordinary = fc.oneof(
  fc.double({ min: 0, max: 1_000, noNaN: true }),
  fc.integer({ min: 0, max: 5 }),
  fc.constantFrom(0, 100),
  fc.constant(null),
);
const anything = fc.oneof(ordinary, fc.double({ noNaN: true, noDefaultInfinity: true }));

describe("A detector, whatever the series,", () => {
  test("never judges by anything that came later", () => {
    fc.assert(
      fc.property(kinds, series(ordinary), fc.array(ordinary, { maxLength: 40 }), (kind, values, later) => {
        expect(detect([...values, ...later], kind).slice(0, values.length)).toEqual([...detect(values, kind)]);
      }),
      { numRuns: 60 },
    );
  });

  test("judges the same at once as one after the other, however often it was asked about open buckets", () => {
    fc.assert(
      fc.property(kinds, series(ordinary), series(ordinary), (kind, values, asked) => {
        const detector = createDetector(kind);
        const judged = values.map((value, i) => {
          const open = asked[i] ?? 3;
          detector.peek(open);
          detector.peek(open * 2, "above");
          return detector.next(value);
        });
        expect(judged).toEqual([...detect(values, kind)]);
      }),
      { numRuns: 60 },
    );
  });

  test("answers about an open bucket what it would answer if that was all", () => {
    fc.assert(
      fc.property(kinds, series(ordinary), fc.double({ min: 0, max: 2_000, noNaN: true }), (kind, values, open) => {
        const detector = createDetector(kind);
        for (const value of values) detector.next(value);
        const peeked = detector.peek(open);
        expect(detector.next(open)).toEqual(peeked);
      }),
      { numRuns: 60 },
    );
  });

  test("answers with numbers, within the bounds, whatever it is given", () => {
    fc.assert(
      fc.property(kinds, series(anything), (kind, values) => {
        for (const judgement of detect(values, kind)) if (judgement) expectSensible(judgement, kind);
      }),
      { numRuns: 150 },
    );
  });

  test("finds the same in other units", () => {
    const free = { ...FREE, periods: [7] };
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -20, max: 20 }), (seed, power) => {
        const values = noise(200, seed).map((value, day) => 100 + 10 * (day % 7) + 5 * value + (day === 150 ? 90 : 0));
        const scaled = detect(
          values.map((value) => value * 2 ** power),
          free,
        );
        for (const [i, judgement] of detect(values, free).entries()) {
          expect(scaled[i]?.score ?? 0).toBeCloseTo(judgement?.score ?? 0, 6);
          expect(scaled[i]?.anomaly).toBe(judgement?.anomaly);
        }
      }),
      { numRuns: 20 },
    );
  });
});

test("nothing is judged before there is enough history", () => {
  const values = noise(60, 1).map((value) => 100 + value);
  expect(historyNeeded(DAILY)).toBe(28);
  expect(historyNeeded(HOURLY)).toBe(168);
  expect(detect(values, DAILY).map((judgement) => judgement !== null)).toEqual(values.map((_, i) => i >= 28));
});

test("a bucket without a value is not judged, and the weekday goes on without it", () => {
  const weekly = Array.from({ length: 140 }, (_, day) => 100 + 50 * (day % 7));
  const gappy = weekly.map((value, day) => (day > 90 && day < 112 ? null : value));
  const judged = detect(gappy, DAILY);
  expect(judged.slice(91, 112).every((judgement) => judgement === null)).toBe(true);
  expect(judged.slice(112).every((judgement) => judgement && !judgement.anomaly)).toBe(true);
  expect(judged[130]?.expected).toBeCloseTo(weekly[130] ?? 0, 6);
});

describe("On a business's daily series", () => {
  const usual = noise(300, 7).map((value, day) => 200 * (1 + 0.4 * Math.sin((2 * Math.PI * day) / 7)) + 12 * value);

  test("usual days are no anomalies", () => {
    expect(anomalies(detect(usual, DAILY)).length).toBeLessThanOrEqual(4);
  });

  test("a spike is found on its day, above what was expected, critical, with the band below it", () => {
    const judgement = detect(
      changed(usual, (value, day) => (day === 200 ? value * 3 : value)),
      DAILY,
    )[200];
    expect(judgement).toMatchObject({ anomaly: true, severity: "critical", side: "above" });
    expect(judgement?.upper ?? Infinity).toBeLessThan(judgement?.value ?? 0);
    expect(judgement?.expected).toBeGreaterThan(0.7 * (usual[200] ?? 0));
    expect(judgement?.expected).toBeLessThan(1.4 * (usual[200] ?? 0));
  });

  test("a second spike is found although the first was larger", () => {
    const spiky = changed(usual, (value, day) => (day === 150 ? value * 20 : day === 220 ? value * 3 : value));
    const found = anomalies(detect(spiky, DAILY));
    expect(found).toContain(150);
    expect(found).toContain(220);
  });

  test("a fall to nothing is found on its first day, and told once while it lasts", () => {
    const found = anomalies(
      detect(
        changed(usual, (value, day) => (day >= 200 && day < 203 ? 0 : value)),
        DAILY,
      ),
    );
    expect(found.filter((day) => day >= 200 && day < 203)).toEqual([200]);
  });

  test("a level shift is found where it begins, and a month later it is usual", () => {
    const judged = detect(
      changed(usual, (value, day) => (day >= 200 ? value * 2.5 : value)),
      DAILY,
    );
    expect(anomalies(judged)).toContain(200);
    expect(anomalies(judged).filter((day) => day >= 230)).toEqual([]);
    for (const day of [240, 260, 290]) expect(judged[day]?.expected).toBeGreaterThan(1.6 * (usual[day] ?? 0));
  });

  test("that it came back from an anomaly of last week is none", () => {
    const judged = detect(
      changed(usual, (value, day) => (day === 200 ? 0 : value)),
      DAILY,
    );
    expect(judged[207]?.anomaly).toBe(false);
  });

  test("what lies outside of the band is an anomaly by that alone", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const detector = createDetector(DAILY);
      for (const value of noise(200, seed)) detector.next(100 + 5 * value);
      // Ten days as expected, so that no anomaly of late keeps it quiet.
      for (let day = 0; day < 10; day++) detector.next(detector.peek(100)?.expected ?? 100);
      const { lower = 0, upper = 0 } = detector.peek(100) ?? {};
      expect(detector.peek(upper * 1.01)?.anomaly).toBe(true);
      expect(detector.peek(lower * 0.99)?.anomaly).toBe(true);
    }
  });

  test("the open day is judged only for what cannot be taken back", () => {
    const detector = createDetector(DAILY);
    for (const value of usual) detector.next(value);
    expect(detector.peek(0)?.anomaly).toBe(true);
    expect(detector.peek(0, "above")).toMatchObject({ anomaly: false, score: 0, severity: null, side: "below" });
    expect(detector.peek(2_000, "above")).toMatchObject({ anomaly: true, side: "above" });
  });
});

test("a constant series that changes once is told once", () => {
  for (const kind of [DAILY, COUNTS, FREE, PERCENT]) {
    const judged = detect(
      Array.from({ length: 200 }, (_, i) => (i < 100 ? 40 : 80)),
      kind,
    );
    expect(anomalies(judged)).toEqual([100]);
  }
});

test("a sale now and then is no anomaly, ten at once are", () => {
  const uniform = noise(400, 3);
  const sales = uniform.map((value): number => (value > 1.2 ? 1 : 0));
  expect(sales.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(20);
  expect(anomalies(detect(sales, COUNTS))).toEqual([]);
  expect(
    anomalies(
      detect(
        changed(sales, (value, day) => (day === 300 ? 10 : value)),
        COUNTS,
      ),
    ),
  ).toEqual([300]);
});

test("deals of much the same size on few days are no anomalies", () => {
  const dice = noise(400, 11);
  const deals = noise(400, 12).map((value, day) => ((dice[day] ?? 0) > 1 ? 300_000 + 40_000 * value : 0));
  expect(anomalies(detect(deals, DAILY).slice(60)).length).toBeLessThanOrEqual(2);
});

test("a bot that stops at night as always is usual, one that stops at noon is told within hours", () => {
  const hours = noise(24 * 60, 5).map((value, hour) =>
    Math.max(0, Math.round((hour % 24 < 8 ? 0 : 60) + 6 * value * (hour % 24 < 8 ? 0 : 1))),
  );
  expect(anomalies(detect(hours, HOURLY)).length).toBeLessThanOrEqual(24);
  const stop = 24 * 50 + 12;
  const stopped = anomalies(
    detect(
      changed(hours, (value, hour) => (hour >= stop ? 0 : value)),
      HOURLY,
    ),
  );
  expect(stopped.some((hour) => hour >= stop && hour < stop + 4)).toBe(true);
});

function series<T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(of, { minLength: 30, maxLength: 120, size: "max" });
}

function anomalies(judged: readonly (Judgement | null)[]): readonly number[] {
  return judged.flatMap((judgement, i) => (judgement?.anomaly ? [i] : []));
}

function changed(values: readonly number[], to: (value: number, i: number) => number): readonly number[] {
  return values.map(to);
}

function expectSensible(judgement: Judgement, kind: SeriesKind): void {
  const { expected, lower, upper, score, anomaly, severity } = judgement;
  for (const number of [expected, lower, upper, score]) expect(Number.isFinite(number)).toBe(true);
  expect(score).toBeGreaterThanOrEqual(0);
  expect(anomaly).toBe(score >= 1);
  expect(severity !== null).toBe(anomaly);
  if (kind.floor !== null) expect(lower).toBeGreaterThanOrEqual(kind.floor);
  if (kind.ceiling !== null) expect(upper).toBeLessThanOrEqual(kind.ceiling);
}
