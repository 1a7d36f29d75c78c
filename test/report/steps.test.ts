import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { BotEvent } from "../../src/catalogue/event.ts";
import { openControl } from "../../src/control/control.ts";
import type { ReportParts } from "../../src/report/common.ts";
import { type Step, stepsReport } from "../../src/report/steps.ts";
import { cleanUp, eventOf, groupOf, HOUR_US, NOON, openTestStore } from "../store/fixture.ts";

let parts: ReportParts;
beforeAll(async () => {
  parts = { store: await openTestStore(), control: openControl(":memory:", { now: () => NOON }) };
});
afterAll(cleanUp);

const TYPES = ["lead_created", "lead_scored", "lead_qualified", "lead_converted"] as const;
const HOUR_MS = 3_600_000;

interface Wanted {
  types: readonly string[];
  window_ms: number;
  ordered: boolean;
  by?: "contact_id" | "conversation_id";
}

async function asked(
  location_id: string,
  { types, window_ms, ordered, by = "contact_id" }: Wanted,
): Promise<readonly Step[]> {
  const report = await stepsReport(parts, {
    timeframe: { from: NOON - 100 * HOUR_US, to: NOON + 100 * HOUR_US },
    timezone: null,
    location_id,
    locations: null,
    filters: [],
    now: NOON,
    steps: types.map((type) => ({ type, filters: [] })),
    by,
    window_ms,
    ordered,
  });
  return report.steps;
}

let locations = 0;

/** Applies the events in a location of their own. */
async function stored(events: readonly Partial<BotEvent>[]): Promise<string> {
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

const at = (hour: number, type: string, contact_id = "c1", more: Partial<BotEvent> = {}) => ({
  type,
  contact_id,
  time: NOON + hour * HOUR_US,
  ...more,
});

// DuckDB joins few and many rows in different ways: what is wrong with one may be right with the other.
test("of many, those who left a step out are not counted by a later one", async () => {
  const location_id = await stored(
    Array.from({ length: 2000 }, (_, n) => [
      at((n % 97) / 10, "lead_created", `many-${n}`),
      ...(n % 30 === 0 ? [at((n % 97) / 10 + 1, "lead_qualified", `many-${n}`)] : []),
      ...(n % 15 === 1 ? [at((n % 97) / 10 + 2, "lead_converted", `many-${n}`)] : []),
    ]).flat(),
  );
  const types = ["lead_created", "lead_qualified", "lead_converted"];
  const steps = await asked(location_id, { types, window_ms: 9 * HOUR_MS, ordered: true });
  expect(steps.map(({ count }) => count)).toEqual([2000, 67, 0]);
});

describe("in order", () => {
  const table = [
    {
      name: "a step counts when it comes later than the one before, within the window from the first",
      events: [at(0, "lead_created"), at(2, "lead_qualified"), at(5, "lead_converted")],
      window: 5,
      counts: [1, 1, 1],
      medians: [null, 2, 3],
    },
    {
      name: "the window is measured from the first step",
      events: [at(0, "lead_created"), at(2, "lead_qualified"), at(5, "lead_converted")],
      window: 4,
      counts: [1, 1, 0],
      medians: [null, 2, null],
    },
    {
      name: "an attempt may begin again",
      events: [at(0, "lead_created"), at(50, "lead_created"), at(51, "lead_qualified"), at(52, "lead_converted")],
      window: 3,
      counts: [1, 1, 1],
      medians: [null, 1, 1],
    },
    {
      name: "at the same moment is not later",
      events: [at(0, "lead_created"), at(0, "lead_qualified"), at(1, "lead_converted")],
      window: 3,
      counts: [1, 0, 0],
      medians: [null, null, null],
    },
    {
      name: "the wrong way round is no way",
      events: [at(2, "lead_created"), at(1, "lead_qualified"), at(3, "lead_converted")],
      window: 3,
      counts: [1, 0, 0],
      medians: [null, null, null],
    },
    {
      name: "each contact walks by itself",
      events: [
        at(0, "lead_created"),
        at(1, "lead_qualified", "c2"),
        at(0, "lead_created", "c3"),
        at(4, "lead_qualified", "c3"),
      ],
      window: 5,
      counts: [2, 1, 0],
      medians: [null, 4, null],
    },
    { name: "nobody is no fault", events: [], window: 5, counts: [0, 0, 0], medians: [null, null, null] },
  ];
  for (const { name, events, window, counts, medians } of table)
    test(name, async () => {
      const types = ["lead_created", "lead_qualified", "lead_converted"];
      const steps = await asked(await stored(events), { types, window_ms: window * HOUR_MS, ordered: true });
      expect(steps.map(({ count }) => count)).toEqual(counts);
      expect(steps.map(({ median_ms }) => median_ms)).toEqual(medians.map((hours) => hours && hours * HOUR_MS));
    });

  test("rates are of the step before and of the first, null with nothing below the line", async () => {
    const place = await stored([at(0, "lead_created"), at(0, "lead_created", "c2"), at(1, "lead_qualified")]);
    const types = ["lead_created", "lead_qualified", "lead_converted", "deal_closed"];
    const steps = await asked(place, { types, window_ms: 9 * HOUR_MS, ordered: true });
    expect(steps.map(({ rate_from_previous }) => rate_from_previous)).toEqual([null, 0.5, 0, null]);
    expect(steps.map(({ rate_from_first }) => rate_from_first)).toEqual([1, 0.5, 0, 0]);
  });
});

test("conversations can walk, too", async () => {
  const place = await stored([
    at(0, "lead_created", "c1", { conversation_id: "t1" }),
    at(1, "lead_scored", "c2", { conversation_id: "t1" }),
    at(1, "lead_scored", "c1"),
  ]);
  const wanted = { types: ["lead_created", "lead_scored"], window_ms: 9 * HOUR_MS, ordered: true } as const;
  expect((await asked(place, { ...wanted, by: "conversation_id" })).map(({ count }) => count)).toEqual([1, 1]);
});

describe("against brute force", () => {
  const event = fc.record({
    contact_id: fc.constantFrom("a", "b", "c"),
    type: fc.constantFrom(...TYPES),
    hour: fc.integer({ min: 0, max: 12 }),
  });
  const wanted = fc.record({
    types: fc.array(fc.constantFrom(...TYPES), { minLength: 2, maxLength: 5 }),
    window: fc.integer({ min: 1, max: 12 }),
    ordered: fc.boolean(),
  });

  test("counts and medians are those of every possible attempt", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 30 }),
        fc.array(wanted, { minLength: 1, maxLength: 4 }),
        async (events, questions) => {
          const place = await stored(events.map(({ hour, type, contact_id }) => at(hour, type, contact_id)));
          for (const { types, window, ordered } of questions) {
            const steps = await asked(place, { types, window_ms: window * HOUR_MS, ordered });
            const expected = bruteForce(events, types, window, ordered);
            expect(
              steps.map(({ count, median_ms }) => ({ count, median: median_ms === null ? null : median_ms / HOUR_MS })),
            ).toEqual(expected);
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

interface Given {
  contact_id: string;
  type: string;
  hour: number;
}

/** By the words of the documentation: every attempt of every contact, the furthest of each. */
function bruteForce(events: readonly Given[], types: readonly string[], window: number, ordered: boolean) {
  const best = [...Map.groupBy(events, ({ contact_id }) => contact_id).values()].map((own) => {
    const attempts = ordered ? inOrder(own, types, window) : inAnyOrder(own, types, window);
    return (
      attempts.toSorted((one, other) => other.times.length - one.times.length || one.began - other.began)[0]?.times ??
      []
    );
  });
  return types.map((_, index) => {
    const reached = best.filter((times) => times.length > index);
    const took = reached.map((times) => (times[index] ?? 0) - (times[index - 1] ?? 0)).toSorted((a, b) => a - b);
    const middle = ((took[Math.floor((took.length - 1) / 2)] ?? 0) + (took[Math.ceil((took.length - 1) / 2)] ?? 0)) / 2;
    return { count: reached.length, median: index === 0 || took.length === 0 ? null : middle };
  });
}

function inOrder(events: readonly Given[], types: readonly string[], window: number) {
  return events
    .filter(({ type }) => type === types[0])
    .map(({ hour: began }) => {
      const times = [began];
      for (const wanted of types.slice(1)) {
        const last = times.at(-1) ?? began;
        const next = Math.min(
          ...events.filter(({ type, hour }) => type === wanted && hour > last).map(({ hour }) => hour),
        );
        if (!(next - began <= window)) break;
        times.push(next);
      }
      return { began, times };
    });
}

function inAnyOrder(events: readonly Given[], types: readonly string[], window: number) {
  return events
    .filter(({ type }) => types.includes(type))
    .map(({ hour: began }) => {
      const times: number[] = [];
      for (const [index] of types.entries()) {
        const first = types
          .slice(0, index + 1)
          .map((wanted) =>
            Math.min(
              ...events
                .filter(({ type, hour }) => type === wanted && hour >= began && hour <= began + window)
                .map(({ hour }) => hour),
            ),
          );
        const done = Math.max(...first);
        if (!Number.isFinite(done)) break;
        times.push(done);
      }
      return { began, times };
    })
    .filter(({ times }) => times.length > 0);
}
