/** Silence beyond a bot's own schedule: what it is, and above all what it is not. */
import { describe, expect, test } from "bun:test";
import { type Heard, QUARTER, type Silence, silenceOf } from "../../src/alerts/silence.ts";
import { seeded } from "../support/random.ts";

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Wednesday, 10:00 in Los Angeles. */
const NOW = Date.UTC(2026, 4, 20, 17) * 1_000;
const ZONE = "America/Los_Angeles";

/** Quarters of an hour in which a bot was heard, by whether it works at the local hour and weekday (0 is Sunday). */
function heardWhile(works: (hour: number, weekday: number) => boolean, until: number, days = 16, share = 1): Heard {
  const random = seeded(7);
  const quarters: number[] = [];
  for (let start = NOW - days * DAY; start < until; start += QUARTER) {
    const local = new Date(start / 1_000 - 7 * 3_600_000);
    if (works(local.getUTCHours(), local.getUTCDay()) && random() < share) quarters.push(start);
  }
  return { quarters, last: Math.min(until, (quarters.at(-1) ?? 0) + QUARTER) };
}

const office = (hour: number, weekday: number): boolean => hour >= 9 && hour < 17 && weekday >= 1 && weekday <= 5;
const always = (): boolean => true;

function judged(heard: Heard, t: number, zone = ZONE): Silence | null {
  return silenceOf(heard, zone, t);
}

describe("a bot of office hours", () => {
  test("may be silent at night and over the weekend", () => {
    const friday = NOW - 5 * DAY;
    const heard = heardWhile(office, friday + 7 * HOUR, 21);
    const beyond: string[] = [];
    for (let t = friday + 7 * HOUR; t < friday + 2.9 * DAY - 2 * HOUR; t += QUARTER)
      if (judged(heard, t)?.beyond) beyond.push(new Date(t / 1_000).toISOString());
    expect(beyond).toEqual([]);
  });

  test("is missed within the first two hours of a working day", () => {
    const monday = NOW - 2 * DAY - HOUR;
    const heard = heardWhile(office, monday - DAY, 20);
    const missed = [0, 1, 2, 3, 4].map((hours) => judged(heard, monday + hours * HOUR)?.beyond);
    expect(missed).toEqual([false, false, true, true, true]);
  });
});

test("a bot that never rests is missed after half an hour, and not before", () => {
  const heard = heardWhile(always, NOW);
  expect(judged({ ...heard, last: NOW }, NOW + 30 * MINUTE)?.beyond).toBe(false);
  expect(judged({ ...heard, last: NOW }, NOW + 60 * MINUTE)?.beyond).toBe(true);
});

test("a bot that is heard now and then is given as long as that takes", () => {
  const heard = heardWhile(always, NOW, 16, 0.05);
  const first = Array.from({ length: 400 }, (_, quarter) => quarter).find(
    (quarter) => judged(heard, heard.last + quarter * QUARTER)?.beyond,
  );
  // About five a day: half a day of silence is nothing, three days are.
  expect(first ?? 0).toBeGreaterThan(48);
  expect(first ?? 0).toBeLessThan(288);
});

test("false alarms of bots that are heard at random are rare", () => {
  let alarms = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed);
    const quarters: number[] = [];
    for (let start = NOW - 40 * DAY; start < NOW; start += QUARTER) if (random() < 0.2) quarters.push(start);
    let was = false;
    for (let t = NOW - 24 * DAY; t < NOW; t += HOUR) {
      const known = quarters.filter((start) => start < t);
      const beyond = judged({ quarters: known, last: (known.at(-1) ?? 0) + QUARTER }, t)?.beyond === true;
      if (beyond && !was) alarms++;
      was = beyond;
    }
  }
  // 480 days of bots.
  expect(alarms).toBeLessThan(20);
});

test("of a bot that is hardly known nothing is said", () => {
  expect(judged({ quarters: [NOW - DAY, NOW - 2 * DAY], last: NOW - DAY }, NOW)).toBeNull();
});

test("nothing that came later matters", () => {
  const heard = heardWhile(office, NOW);
  const t = NOW - 3 * HOUR;
  const later = { ...heard, quarters: [...heard.quarters, NOW, NOW + QUARTER] };
  expect(judged({ ...later, last: t - HOUR }, t)).toEqual(
    judged({ quarters: heard.quarters.filter((start) => start < t), last: t - HOUR }, t),
  );
});

test("a schedule goes by the local clock through a change of it", () => {
  // Clocks in Los Angeles went forward on 2026-03-08.
  const change = Date.UTC(2026, 2, 8, 10) * 1_000;
  const quarters: number[] = [];
  for (let start = change - 14 * DAY; start < change; start += QUARTER) {
    const hour = new Date(start / 1_000 - 8 * 3_600_000).getUTCHours();
    if (hour >= 9 && hour < 17) quarters.push(start);
  }
  const last = (quarters.at(-1) ?? 0) + QUARTER;
  const nine = Date.UTC(2026, 2, 8, 16) * 1_000;
  expect(silenceOf({ quarters, last }, ZONE, nine)?.beyond).toBe(false);
  expect(silenceOf({ quarters, last }, ZONE, nine + 2 * HOUR)?.beyond).toBe(true);
});
