/** Windows, quiet hours, and when a value may be taken for the same as before. */
import { afterAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createActivity } from "../../src/alerts/activity.ts";
import { isQuiet } from "../../src/alerts/quiet.ts";
import { createReadings, type Wanted } from "../../src/alerts/readings.ts";
import { createWindows, durationOf, instantOf } from "../../src/alerts/windows.ts";
import { kpiOf } from "../../src/catalogue/kpis.ts";
import { formatInstant, parseInstant } from "../../src/catalogue/time.ts";
import { cleanUp, eventOf, groupOf, openTestStore } from "../store/fixture.ts";
import { seeded } from "../support/random.ts";

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (text: string): number => parseInstant(text) ?? Number.NaN;

afterAll(cleanUp);

test("durations are a number and a unit, and nothing else", () => {
  expect(["90s", "15m", "1h", "7d", "2w"].map(durationOf)).toEqual([90e6, 15 * MINUTE, HOUR, 7 * DAY, 14 * DAY]);
  for (const text of ["", "0m", "-1h", "1.5h", "1y", "m", "1 h", "999999m", "today"])
    expect(durationOf(text)).toBeNull();
});

describe("a window", () => {
  const windows = createWindows();
  const shown = ({ from, to }: { from: number; to: number }): string => `${formatInstant(from)} ${formatInstant(to)}`;

  test("of a length ends at the instant; the one before ends where it begins", () => {
    const t = at("2026-05-20T12:00:00Z");
    expect(shown(windows.at("6h", "UTC", t))).toBe("2026-05-20T06:00:00Z 2026-05-20T12:00:00Z");
    expect(shown(windows.before("6h", "UTC", t))).toBe("2026-05-20T00:00:00Z 2026-05-20T06:00:00Z");
  });

  test("of today begins with the local day, and is compared with the same part of the day before", () => {
    const t = at("2026-05-20T12:00:00Z");
    expect(shown(windows.at("today", "America/Los_Angeles", t))).toBe("2026-05-20T07:00:00Z 2026-05-20T12:00:00Z");
    expect(shown(windows.before("today", "America/Los_Angeles", t))).toBe("2026-05-19T07:00:00Z 2026-05-19T12:00:00Z");
  });

  test("of today at midnight is the day that has just ended", () => {
    expect(shown(windows.at("today", "UTC", at("2026-05-20T00:00:00Z")))).toBe(
      "2026-05-19T00:00:00Z 2026-05-20T00:00:00Z",
    );
  });

  test("of a month is never compared with more than the month before has", () => {
    const t = at("2026-03-31T12:00:00Z");
    expect(shown(windows.before("month", "UTC", t))).toBe("2026-02-01T00:00:00Z 2026-03-01T00:00:00Z");
  });

  test("never goes back as time goes on", () => {
    const time = fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z") });
    const names = fc.constantFrom("15m", "24h", "today", "month");
    const zones = fc.constantFrom("UTC", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu");
    fc.assert(
      fc.property(names, zones, time, fc.integer({ min: 0, max: 40 * DAY }), (name, zone, t, later) => {
        const [one, other] = [windows.at(name, zone, t), windows.at(name, zone, t + later)];
        expect(one.from).toBeLessThan(one.to);
        expect(other.from).toBeGreaterThanOrEqual(one.from);
        expect(windows.before(name, zone, t).to).toBeLessThanOrEqual(one.to);
        expect(createWindows().at(name, zone, t)).toEqual(one);
      }),
    );
  });

  test("instants lie on a grid that is the same for everyone", () => {
    expect(instantOf(at("2026-05-20T12:07:31Z"), 5 * MINUTE)).toBe(at("2026-05-20T12:05:00Z"));
  });
});

describe("quiet hours", () => {
  const night = { days: [1, 2, 3, 4, 5], from: "22:00", to: "06:00", timezone: null };
  const cases: readonly [string, boolean][] = [
    // A Wednesday.
    ["2026-05-20T21:59:59Z", false],
    ["2026-05-20T22:00:00Z", true],
    ["2026-05-21T05:59:59Z", true],
    ["2026-05-21T06:00:00Z", false],
    // Of the night that began on Friday; none begins on Saturday and Sunday.
    ["2026-05-23T03:00:00Z", true],
    ["2026-05-23T23:00:00Z", false],
    ["2026-05-25T03:00:00Z", false],
  ];
  for (const [time, quiet] of cases)
    test(`${quiet ? "hold" : "do not hold"} at ${time}`, () => expect(isQuiet(night, "UTC", at(time))).toBe(quiet));

  test("go by their own zone, or the location's", () => {
    const t = at("2026-05-21T05:30:00Z");
    expect(isQuiet(night, "America/Los_Angeles", t)).toBe(true);
    expect(isQuiet(night, "Asia/Tokyo", t)).toBe(false);
    expect(isQuiet({ ...night, timezone: "Asia/Tokyo" }, "America/Los_Angeles", t)).toBe(false);
  });

  test("of a whole day hold all day", () => {
    const whole = { days: [3], from: "00:00", to: "00:00", timezone: null };
    expect([0, 12, 23.9].map((hours) => isQuiet(whole, "UTC", at("2026-05-20T00:00:00Z") + hours * HOUR))).toEqual([
      true,
      true,
      true,
    ]);
    expect(isQuiet(whole, "UTC", at("2026-05-21T00:00:00Z"))).toBe(false);
  });
});

test("a value that is taken for the same is the same, whatever came when", async () => {
  const store = await openTestStore(undefined, { threads: 1 });
  const activity = createActivity(store);
  const kept = createReadings({ store, activity, rules: () => [] });
  const random = seeded(9);
  const start = at("2026-05-20T12:00:00Z");
  const windows = createWindows();
  const kpi = kpiOf("leads");
  if (!kpi) throw new Error("the catalogue has leads");
  for (let t = start; t < start + 3 * HOUR; t += 5 * MINUTE) {
    if (random() < 0.3) {
      // Some come late, some very late.
      const time = Math.floor(t - random() ** 4 * 30 * HOUR) - 1;
      const { touched } = await store.apply(
        groupOf(store, [eventOf({ time, location_id: random() < 0.5 ? "north" : "south" })]),
      );
      activity.touch(touched);
    }
    const wanted = ["north", "south"].flatMap((location_id) =>
      ["15m", "2h", "24h", "today"].map((window): Wanted => {
        const range = windows.at(window, "UTC", t);
        return { kpi, location_id, currency: "USD", range, window, timezone: "UTC", filters: [], bot: null };
      }),
    );
    await activity.load(["north", "south"], t);
    const answers = await kept.read(wanted);
    const fresh = await createReadings({ store, activity, rules: () => [] }).read(wanted);
    for (const one of wanted) expect(answers.get(one)).toEqual(fresh.get(one) ?? new Error("none"));
  }
  expect(kept.counts().reused).toBeGreaterThan(50);
}, 30_000);
