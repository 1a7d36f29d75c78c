import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Forecast, type ForecastOptions, forecast } from "../../../src/analysis/forecast/forecast.ts";
import { at, days, normal } from "./series.ts";

const DAILY: ForecastOptions = { periods: [7], floor: 0, levels: [0.8, 0.95] };

function said(history: readonly number[], horizon: number, options: ForecastOptions = DAILY): Forecast {
  const answer = forecast(history, horizon, options);
  if (answer === null) throw new Error("no forecast");
  return answer;
}

const value = fc.oneof(
  fc.double({ min: -1e300, max: 1e300, noNaN: true }),
  fc.double({ min: -1e-300, max: 1e-300, noNaN: true }),
  fc.integer({ min: -5, max: 5 }),
  fc.constant(0),
);
const open = {
  history: fc.oneof(
    fc.array(value, { minLength: 1, maxLength: 70 }),
    fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 70 }),
    fc.tuple(value, fc.integer({ min: 1, max: 60 })).map(([each, count]) => new Array<number>(count).fill(each)),
  ),
  horizon: fc.integer({ min: 1, max: 20 }),
  periods: fc.constantFrom([], [7], [4, 12], [24, 168]),
  floor: fc.constantFrom(null, 0),
};

describe("whatever the history, a forecast", () => {
  test("is finite, keeps its floor, and its intervals are nested around it", () => {
    fc.assert(
      fc.property(open.history, open.horizon, open.periods, open.floor, (history, horizon, periods, floor) => {
        const kept = floor === null ? history : history.map(Math.abs);
        const answer = said(kept, horizon, { ...DAILY, periods, floor });
        expect(answer.points).toHaveLength(horizon);
        expect(Number.isFinite(answer.total) && Number.isFinite(answer.trend.per_step)).toBe(true);
        for (const { yhat, intervals } of answer.points) nested(yhat, intervals, floor);
        nested(answer.total, answer.total_intervals ?? [], floor);
        for (const { weight } of answer.weights) expect(weight > 0 && weight <= 1).toBe(true);
        const { quality } = answer;
        if (quality === null) return;
        expect(Number.isFinite(quality.mae) && Number.isFinite(quality.naive_mae)).toBe(true);
        for (const { coverage } of quality.coverage) expect(coverage >= 0 && coverage <= 1).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("is the same each time", () => {
    fc.assert(
      fc.property(open.history, open.periods, (history, periods) => {
        const options = { ...DAILY, periods, floor: null };
        expect(forecast(history, 5, options)).toEqual(forecast(history, 5, options));
      }),
      { numRuns: 30 },
    );
  });

  test("scales with it: in cents all is a hundred times what it is in euros", () => {
    const euros = days(120, 4);
    const [one, other] = [
      said(euros, 7),
      said(
        euros.map((each) => 100 * each),
        7,
      ),
    ];
    for (const [h, { yhat, intervals }] of one.points.entries()) {
      expect((other.points[h]?.yhat ?? 0) / yhat).toBeCloseTo(100, 2);
      expect((other.points[h]?.intervals[0]?.upper ?? 0) / (intervals[0]?.upper ?? 1)).toBeCloseTo(100, 2);
    }
    expect((other.quality?.mase ?? 0) / (one.quality?.mase ?? 1)).toBeCloseTo(1, 4);
  });
});

describe("a business by day", () => {
  test("is forecast better than by repeating last week, and better on days that nobody had seen", () => {
    const whole = days(400, 9);
    const answer = said(whole.slice(0, -14), 14);
    expect(answer.method).toBe("ensemble");
    expect(answer.reason).toBeNull();
    expect(answer.quality?.mae ?? 1).toBeLessThan(0.9 * (answer.quality?.naive_mae ?? 0));
    const future = whole.slice(-14);
    const error = (ahead: readonly number[]): number =>
      future.reduce((total, each, h) => total + Math.abs(each - at(ahead, h)), 0);
    const naive = future.map((_, h) => at(whole, 386 - 7 + (h % 7)));
    expect(error(answer.points.map(({ yhat }) => yhat))).toBeLessThan(error(naive));
  });

  test("has intervals that hold what they promise, on futures not seen", () => {
    const inside = [0, 0];
    let points = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const whole = days(207, seed);
      for (const [h, { intervals }] of said(whole.slice(0, 200), 7).points.entries()) {
        points++;
        for (const [index, { lower, upper }] of intervals.entries()) {
          if (at(whole, 200 + h) >= lower && at(whole, 200 + h) <= upper) inside[index] = at(inside, index) + 1;
        }
      }
    }
    expect(Math.abs(at(inside, 0) / points - 0.8)).toBeLessThan(0.07);
    expect(Math.abs(at(inside, 1) / points - 0.95)).toBeLessThan(0.05);
  });

  test("has a total that is the sum of its days, with intervals of its own and their measured coverage", () => {
    const answer = said(days(365, 2), 30);
    expect(answer.total).toBeCloseTo(
      answer.points.reduce((total, { yhat }) => total + yhat, 0),
      6,
    );
    expect(answer.total_intervals).toHaveLength(2);
    const narrow = answer.total_intervals?.[0];
    const width = answer.points.reduce((total, { intervals: [own] }) => total + (own ? own.upper - own.lower : 0), 0);
    expect((narrow?.upper ?? 0) - (narrow?.lower ?? 0)).toBeLessThan(width);
    expect(answer.quality?.coverage).toHaveLength(2);
  });

  test("says where it leads", () => {
    const draw = normal(5);
    const line = (slope: number): number[] => Array.from({ length: 150 }, (_, t) => 500 + slope * t + draw());
    expect(said(line(2), 7).trend.direction).toBe("up");
    expect(said(line(2), 7).trend.per_step).toBeCloseTo(2, 0);
    expect(said(line(-2), 7).trend.direction).toBe("down");
    expect(said(line(0), 7).trend.direction).toBe("flat");
    expect(said(new Array<number>(40).fill(3), 7).trend).toEqual({ direction: "flat", per_step: 0 });
  });

  test("is followed through a known holiday: the day it falls on again is forecast low, its usual days are not", () => {
    const draw = normal(8);
    const whole = Array.from({ length: 240 }, (_, t) => 200 + (t % 7 === 6 ? -80 : 0) + 4 * draw());
    const holidays = [30, 75, 121, 165, 203, 236];
    for (const day of holidays) whole[day] = at(whole, day) * 0.25;
    const events = whole.map((_, t) => (holidays.includes(t) ? "holiday" : null));
    const history = whole.slice(0, 233);
    const told = said(history, 7, { ...DAILY, events });
    const untold = said(history, 7);
    expect(told.points[3]?.yhat ?? 0).toBeLessThan(70);
    expect(untold.points[3]?.yhat ?? 0).toBeGreaterThan(150);
    expect(told.points[2]?.yhat ?? 0).toBeGreaterThan(180);
    expect(told.quality?.mae ?? 1).toBeLessThan(untold.quality?.mae ?? 0);
  });
});

describe("a short history", () => {
  test("of nothing has no forecast", () => {
    expect(forecast([], 7, DAILY)).toBeNull();
    expect(forecast([1, 2, 3], 0, DAILY)).toBeNull();
  });

  test("of one value repeats it, without an interval, and says so", () => {
    const answer = said([5], 3);
    expect(answer.method).toBe("naive");
    expect(answer.points).toEqual([5, 5, 5].map((yhat) => ({ yhat, intervals: [] })));
    expect(answer.quality).toBeNull();
    expect(answer.reason).toBe(
      "The history has 1 value; the ensemble needs 18. Until then the forecast repeats the last value.",
    );
  });

  test("of more than a week repeats the week, with intervals from the errors of that", () => {
    const history = [10, 20, 30, 40, 50, 60, 70, 11, 21, 31, 41, 51];
    const answer = said(history, 7);
    expect(answer.method).toBe("seasonal_naive");
    expect(answer.points.map(({ yhat }) => yhat)).toEqual([60, 70, 11, 21, 31, 41, 51]);
    expect(answer.quality?.mae).toBe(answer.quality?.naive_mae ?? 0);
    expect(answer.points[0]?.intervals).toHaveLength(2);
    expect(answer.reason).toContain("repeats the last season");
  });

  test("becomes the ensemble's from two and a half weeks on", () => {
    expect(said(days(17, 1), 7).method).toBe("seasonal_naive");
    expect(said(days(18, 1), 7).method).toBe("ensemble");
  });
});

function nested(yhat: number, intervals: readonly { lower: number; upper: number }[], floor: number | null): void {
  expect(Number.isFinite(yhat)).toBe(true);
  if (floor !== null) expect(yhat).toBeGreaterThanOrEqual(floor);
  let inner = { lower: yhat, upper: yhat };
  for (const { lower, upper } of intervals) {
    expect(Number.isFinite(lower) && Number.isFinite(upper)).toBe(true);
    expect(lower).toBeLessThanOrEqual(inner.lower);
    expect(upper).toBeGreaterThanOrEqual(inner.upper);
    if (floor !== null) expect(lower).toBeGreaterThanOrEqual(floor);
    inner = { lower, upper };
  }
}
