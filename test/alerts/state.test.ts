/** The state machine of a series: what holds of every sequence of observations, and the rules of telling. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  freshState,
  type Observation,
  type Said,
  type SeriesState,
  step,
  type Timing,
  toldOf,
} from "../../src/alerts/state.ts";

const MINUTE = 60_000_000;
const START = Date.UTC(2026, 4, 20, 12) * 1_000;

const PLAIN: Timing = {
  hold: 0,
  repeat_every: null,
  no_data: "keep",
  quiet: null,
  timezone: "UTC",
  worse: "above",
};

const breach = (value = 10): Observation => ({ kind: "value", value, breach: true, clear: false });
const between = (value = 7): Observation => ({ kind: "value", value, breach: false, clear: false });
const fine = (value = 1): Observation => ({ kind: "value", value, breach: false, clear: true });
const nothing: Observation = { kind: "no_data" };
const failed: Observation = { kind: "error", why: "a question failed" };

interface Seen {
  at: number;
  state: SeriesState;
  notices: readonly Said[];
}

function run(observations: readonly Observation[], rule: Partial<Timing> = {}, start = START): readonly Seen[] {
  let state = freshState(start);
  return observations.map((seen, index) => {
    const at = start + index * MINUTE;
    const moved = step(state, seen, { ...PLAIN, ...rule }, at);
    state = moved.state;
    return { at, state, notices: moved.notices };
  });
}

const kinds = (seen: readonly Seen[]): string[] => seen.flatMap(({ notices }) => notices.map(({ kind }) => kind));
const states = (seen: readonly Seen[]): string[] => seen.map(({ state }) => state.state);

const observation = fc.oneof(
  { weight: 4, arbitrary: fc.constant(breach()) },
  { weight: 2, arbitrary: fc.constant(between()) },
  { weight: 4, arbitrary: fc.constant(fine()) },
  { weight: 1, arbitrary: fc.constant(nothing) },
  { weight: 1, arbitrary: fc.constant(failed) },
);
const timing = fc.record({
  hold: fc.constantFrom(0, MINUTE, 3 * MINUTE),
  repeat_every: fc.constantFrom(null, 5 * MINUTE),
  no_data: fc.constantFrom("keep", "ok", "firing", "no_data"),
  quiet: fc.constantFrom(null, { days: [1, 2, 3, 4, 5, 6, 7], from: "12:10", to: "12:30", timezone: null }),
} as const);
const lives = fc.array(observation, { maxLength: 60 });

describe("whatever is seen", () => {
  test("nothing fires before its condition has held for as long as the rule says", () => {
    fc.assert(
      fc.property(lives, timing, (observations, rule) => {
        const seen = run(observations, rule);
        for (const [index, { at, state }] of seen.entries()) {
          if (state.state !== "firing" || seen[index - 1]?.state.fired_at !== null) continue;
          const least = Math.max(0, index - rule.hold / MINUTE);
          const held = observations.slice(least, index + 1);
          const counts = held.every((one) => one.kind === "error" || one.kind === "no_data" || one.breach);
          expect(counts).toBe(true);
          expect(at - (state.breached_since ?? at)).toBeGreaterThanOrEqual(rule.hold);
        }
      }),
    );
  });

  test("what is told changes with each telling, but for repeats", () => {
    fc.assert(
      fc.property(lives, timing, (observations, rule) => {
        let told = "ok";
        for (const { notices, state } of run(observations, rule))
          for (const { kind } of notices) {
            const now = kind === "resolved" ? "ok" : kind === "repeat" ? "firing" : kind;
            if (kind === "repeat") expect(told).toBe("firing");
            else expect(now).not.toBe(told);
            told = now;
            expect(state.told).toBe(toldOf(state));
          }
      }),
    );
  });

  test("without quiet hours people always know how it is", () => {
    fc.assert(
      fc.property(lives, timing, (observations, rule) => {
        for (const { state } of run(observations, { ...rule, quiet: null })) {
          expect(state.told).toBe(toldOf(state));
          expect(state.muted_since).toBeNull();
        }
      }),
    );
  });

  test("nothing is told in quiet hours, and they never change what is so", () => {
    fc.assert(
      fc.property(lives, timing, (observations, rule) => {
        const loud = run(observations, { ...rule, quiet: null });
        const muted = run(observations, { ...rule, quiet: { days: [3], from: "12:10", to: "12:30", timezone: null } });
        expect(states(muted)).toEqual(states(loud));
        for (const { at, notices } of muted) {
          const minute = (at - START) / MINUTE;
          if (minute >= 10 && minute < 30) expect(notices).toEqual([]);
        }
      }),
    );
  });

  test("it repeats no sooner than the rule says", () => {
    fc.assert(
      fc.property(lives, (observations) => {
        let last = Number.NEGATIVE_INFINITY;
        for (const { at, notices } of run(observations, { repeat_every: 5 * MINUTE }))
          for (const { kind } of notices) {
            if (kind === "repeat") expect(at - last).toBeGreaterThanOrEqual(5 * MINUTE);
            last = at;
          }
      }),
    );
  });

  test("a state that was written down and read again goes on the same", () => {
    fc.assert(
      fc.property(lives, lives, timing, (before, after, rule) => {
        const state = run(before, rule).at(-1)?.state ?? freshState(START);
        const read: SeriesState = JSON.parse(JSON.stringify(state));
        let [one, other] = [state, read];
        for (const [index, seen] of after.entries()) {
          const at = START + (before.length + index) * MINUTE;
          const [a, b] = [one, other].map((from) => step(from, seen, { ...PLAIN, ...rule }, at));
          expect(a).toEqual(b ?? a);
          one = a?.state ?? one;
          other = b?.state ?? other;
        }
      }),
    );
  });

  test("a firing alert is over only beyond its hysteresis", () => {
    fc.assert(
      fc.property(lives, timing, (observations, rule) => {
        const seen = run(observations, { ...rule, no_data: "keep" });
        for (const [index, { state }] of seen.entries()) {
          const over = seen[index - 1]?.state.fired_at !== null && index > 0 && state.fired_at === null;
          if (over) expect(observations[index]).toEqual(fine());
        }
      }),
    );
  });
});

describe("a series", () => {
  test("is told of once while it fires, and once when it is over", () => {
    expect(kinds(run([fine(), breach(), breach(), breach(), fine(), fine()]))).toEqual(["firing", "resolved"]);
  });

  test("is pending until its condition has held long enough", () => {
    const seen = run([breach(), breach(), breach(), fine()], { hold: 2 * MINUTE });
    expect(states(seen)).toEqual(["pending", "pending", "firing", "ok"]);
  });

  test("begins to wait anew when its condition broke", () => {
    const seen = run([breach(), fine(), breach(), breach()], { hold: 2 * MINUTE });
    expect(states(seen)).toEqual(["pending", "ok", "pending", "pending"]);
  });

  test("keeps firing between its two bounds, and begins not there", () => {
    expect(states(run([between(), breach(), between(), between(), fine()]))).toEqual([
      "ok",
      "firing",
      "firing",
      "firing",
      "ok",
    ]);
  });

  test("keeps the worst value", () => {
    const peaks = run([breach(11), breach(15), breach(12)]).map(({ state }) => state.peak);
    expect(peaks).toEqual([11, 15, 15]);
    const low = run([breach(5), breach(2), breach(4)], { worse: "below" }).map(({ state }) => state.peak);
    expect(low).toEqual([5, 2, 2]);
  });

  test("without data is what the rule says", () => {
    expect(states(run([breach(), nothing], { no_data: "keep" }))).toEqual(["firing", "firing"]);
    expect(states(run([breach(), nothing], { no_data: "ok" }))).toEqual(["firing", "ok"]);
    expect(states(run([fine(), nothing], { no_data: "firing" }))).toEqual(["ok", "firing"]);
    expect(kinds(run([fine(), nothing, nothing, fine()], { no_data: "no_data" }))).toEqual(["no_data", "resolved"]);
  });

  test("is in error only after three failures in a row, and what it was before when it can be evaluated again", () => {
    const seen = run([breach(), failed, failed, failed, failed, breach(), fine()]);
    expect(states(seen)).toEqual(["firing", "firing", "firing", "error", "error", "firing", "ok"]);
    expect(kinds(seen)).toEqual(["firing", "error", "firing", "resolved"]);
    expect(states(run([failed, failed, fine(), failed, failed]))).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  });

  test("that fired in quiet hours is told of after them if it still fires", () => {
    const quiet = { days: [3], from: "12:00", to: "12:05", timezone: null };
    const seen = run(
      Array.from({ length: 8 }, () => breach()),
      { quiet },
    );
    expect(seen.flatMap(({ at, notices }) => notices.map((said) => [(at - START) / MINUTE, said]))).toEqual([
      [5, { kind: "firing", muted_since: START }],
    ]);
  });

  test("that came and went in quiet hours is not told of at all", () => {
    const quiet = { days: [3], from: "12:00", to: "12:05", timezone: null };
    const seen = run([breach(), breach(), fine(), fine(), fine(), fine(), fine()], { quiet });
    expect(kinds(seen)).toEqual([]);
    expect(seen.at(-1)?.state.muted_since).toBeNull();
  });

  test("that is snoozed is told of again once the snooze is over", () => {
    const [{ state: fired } = { state: freshState(START) }] = run([breach()]);
    let state: SeriesState = { ...fired, snoozed_until: START + 3 * MINUTE };
    const said: [number, string][] = [];
    for (let minute = 1; minute < 8; minute++) {
      const moved = step(state, breach(), PLAIN, START + minute * MINUTE);
      state = moved.state;
      for (const { kind } of moved.notices) said.push([minute, kind]);
    }
    expect(said).toEqual([[3, "repeat"]]);
  });

  test("that somebody sees to is not repeated", () => {
    const [{ state: fired } = { state: freshState(START) }] = run([breach()]);
    let state: SeriesState = { ...fired, acknowledged: true };
    for (let minute = 1; minute < 30; minute++) {
      const moved = step(state, breach(), { ...PLAIN, repeat_every: 5 * MINUTE }, START + minute * MINUTE);
      expect(moved.notices).toEqual([]);
      state = moved.state;
    }
    expect(step(state, fine(), PLAIN, START + 30 * MINUTE).notices.map(({ kind }) => kind)).toEqual(["resolved"]);
  });
});
