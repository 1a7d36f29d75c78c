import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bucketsOf } from "../../src/catalogue/period.ts";
import type { Grain } from "../../src/catalogue/types.ts";
import { openControl } from "../../src/control/control.ts";
import type { ReportParts } from "../../src/report/common.ts";
import { type Cohort, retentionReport } from "../../src/report/retention.ts";
import { cleanUp, DAY_US, eventOf, groupOf, HOUR_US, openTestStore } from "../store/fixture.ts";

const NOW = Date.UTC(2026, 3, 10, 12) * 1_000;
let parts: ReportParts;
beforeAll(async () => {
  parts = { store: await openTestStore(), control: openControl(":memory:", { now: () => NOW }) };
});
afterAll(cleanUp);

interface Given {
  contact_id: string;
  type: string;
  time: number;
}

let locations = 0;
async function stored(events: readonly Given[]): Promise<string> {
  const location_id = `place-${++locations}`;
  if (events.length > 0)
    await parts.store.apply(
      groupOf(
        parts.store,
        events.map((event) => eventOf({ ...event, location_id })),
      ),
    );
  return location_id;
}

async function asked(
  location_id: string,
  wanted: { grain: Grain; timezone: string; from: number; to: number; birth: string; back: string },
): Promise<readonly Cohort[]> {
  const { grain, timezone, from, to, birth, back } = wanted;
  const { cohorts } = await retentionReport(parts, {
    timeframe: { from, to },
    timezone,
    location_id,
    locations: null,
    filters: [],
    now: NOW,
    birth,
    return: back,
    grain,
  });
  return cohorts;
}

const day = (text: string, hour = 12): number => Date.parse(`${text}T00:00:00Z`) * 1_000 + hour * HOUR_US;

describe("retention", () => {
  test("counts who came back in which period, and leaves out those that have not begun", async () => {
    const place = await stored([
      { contact_id: "a", type: "lead_created", time: day("2026-04-07") },
      { contact_id: "a", type: "order_placed", time: day("2026-04-07", 13) },
      { contact_id: "a", type: "order_placed", time: day("2026-04-09") },
      { contact_id: "b", type: "lead_created", time: day("2026-04-07") },
      { contact_id: "c", type: "lead_created", time: day("2026-04-09") },
      { contact_id: "c", type: "order_placed", time: day("2026-04-10", 1) },
      // Born before the timeframe: in no cohort.
      { contact_id: "d", type: "lead_created", time: day("2026-04-01") },
      { contact_id: "d", type: "lead_created", time: day("2026-04-08") },
      { contact_id: "d", type: "order_placed", time: day("2026-04-08", 13) },
    ]);
    const wanted = { grain: "day", timezone: "UTC", from: day("2026-04-07", 9), to: day("2026-04-14", 0) } as const;
    expect(await asked(place, { ...wanted, birth: "lead_created", back: "order_placed" })).toEqual([
      { start: "2026-04-07T00:00:00Z", size: 2, counts: [1, 0, 1, 0], rates: [0.5, 0, 0.5, 0] },
      { start: "2026-04-08T00:00:00Z", size: 0, counts: [0, 0, 0], rates: [null, null, null] },
      { start: "2026-04-09T00:00:00Z", size: 1, counts: [0, 1], rates: [0, 1] },
      { start: "2026-04-10T00:00:00Z", size: 0, counts: [0], rates: [null] },
    ]);
  });

  test("what happened before the birth is no return, and the birth is one where the types are the same", async () => {
    const place = await stored([
      { contact_id: "a", type: "order_placed", time: day("2026-04-09", 1) },
      { contact_id: "a", type: "lead_created", time: day("2026-04-09", 2) },
    ]);
    const wanted = { grain: "day", timezone: "UTC", from: day("2026-04-09", 0), to: day("2026-04-10", 0) } as const;
    const counts = async (birth: string, back: string) => (await asked(place, { ...wanted, birth, back }))[0]?.counts;
    expect(await counts("lead_created", "order_placed")).toEqual([0]);
    expect(await counts("lead_created", "lead_created")).toEqual([1]);
  });

  test("days are those of the time zone, over a change of clocks", async () => {
    // New York, 8 March 2026: the day has 23 hours.
    const place = await stored([
      { contact_id: "a", type: "lead_created", time: Date.parse("2026-03-08T04:59:00Z") * 1_000 },
      { contact_id: "a", type: "order_placed", time: Date.parse("2026-03-09T03:59:00Z") * 1_000 },
      { contact_id: "a", type: "order_placed", time: Date.parse("2026-03-09T04:01:00Z") * 1_000 },
    ]);
    const [first] = await asked(place, {
      grain: "day",
      timezone: "America/New_York",
      from: Date.parse("2026-03-07T05:00:00Z") * 1_000,
      to: Date.parse("2026-03-10T04:00:00Z") * 1_000,
      birth: "lead_created",
      back: "order_placed",
    });
    expect(first).toEqual({ start: "2026-03-07T05:00:00Z", size: 1, counts: [0, 1, 1], rates: [0, 1, 1] });
  });

  test("is what a look at every contact gives", async () => {
    const event = fc.record({
      contact_id: fc.constantFrom("a", "b", "c", "d"),
      type: fc.constantFrom("lead_created", "order_placed"),
      time: fc.integer({ min: 0, max: 35 * 24 }).map((hours) => NOW - 35 * DAY_US + hours * HOUR_US),
    });
    const wanted = fc.record({
      grain: fc.constantFrom<Grain>("day", "week", "month"),
      timezone: fc.constantFrom("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"),
      from: fc.integer({ min: 0, max: 30 }).map((days) => NOW - 33 * DAY_US + days * DAY_US),
      length: fc.integer({ min: 1, max: 40 * 24 }),
      birth: fc.constantFrom("lead_created", "order_placed"),
      back: fc.constantFrom("lead_created", "order_placed"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 25 }),
        fc.array(wanted, { minLength: 1, maxLength: 3 }),
        async (events, questions) => {
          const place = await stored(events);
          for (const { length, ...question } of questions) {
            const given = { ...question, to: question.from + length * HOUR_US };
            const cohorts = await asked(place, given);
            expect(cohorts.map(({ start: _, ...cohort }) => cohort)).toEqual(bruteForce(events, given));
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

function bruteForce(
  events: readonly Given[],
  {
    grain,
    timezone,
    from,
    to,
    birth,
    back,
  }: { grain: Grain; timezone: string; from: number; to: number; birth: string; back: string },
) {
  const seen = events.filter(({ time }) => time < to);
  const buckets = bucketsOf(grain, timezone, from, to);
  const births = [
    ...Map.groupBy(
      seen.filter(({ type }) => type === birth),
      ({ contact_id }) => contact_id,
    ),
  ].map(([contact_id, own]) => ({
    contact_id,
    at: Math.min(...own.map(({ time }) => time)),
  }));
  const within = (time: number, { start, end }: { start: number; end: number }) => time >= start && time < end;
  const begun = buckets.filter(({ start }) => start <= NOW);
  return begun.map((bucket, index) => {
    const cohort = births.filter(({ at }) => within(at, bucket));
    const counts = begun
      .slice(index)
      .map(
        (later) =>
          cohort.filter(({ contact_id, at }) =>
            seen.some(
              (one) => one.contact_id === contact_id && one.type === back && one.time >= at && within(one.time, later),
            ),
          ).length,
      );
    return {
      size: cohort.length,
      counts,
      rates: counts.map((count) => (cohort.length === 0 ? null : count / cohort.length)),
    };
  });
}
