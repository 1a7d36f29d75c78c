import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Kpi } from "../../src/catalogue/types.ts";
import { type Control, openControl } from "../../src/control/control.ts";
import { kpiFrom } from "../../src/report/custom-kpis.ts";
import { kpiFigures, statusOf } from "../../src/report/kpis.ts";
import type { Store } from "../../src/store/store.ts";
import { cleanUp, DAY_US, eventOf, groupOf, NOON, openTestStore } from "../store/fixture.ts";

const EVENTS = 40;
let store: Store;
let control: Control;

beforeAll(async () => {
  store = await openTestStore();
  await store.apply(
    groupOf(
      store,
      Array.from({ length: EVENTS }, () => eventOf({ location_id: "north", time: NOON })),
    ),
  );
  control = openControl(":memory:");
  control.ensureLocation("north");
  control.ensureLocation("south");
});
afterAll(cleanUp);

const amount = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100);
const met = fc.constantFrom("gte" as const, "lte" as const);

describe("the status to a target", () => {
  test("is on target on the right side, near within a tenth of it, else off", () => {
    fc.assert(
      fc.property(amount, amount, met, (value, target, side) => {
        const short = side === "gte" ? target - value : value - target;
        const expected = short <= 0 ? "on_target" : short <= Math.abs(target) * 0.1 ? "near_target" : "off_target";
        expect(statusOf(value, { value: target, met: side })).toBe(expected);
        expect(statusOf(String(value), { value: target, met: side })).toBe(expected);
      }),
    );
  });

  test("never gets worse as the value gets better", () => {
    const rank = { on_target: 2, near_target: 1, off_target: 0 };
    fc.assert(
      fc.property(amount, amount, amount, met, (one, other, target, side) => {
        const [worse, better] = (side === "gte") === one < other ? [one, other] : [other, one];
        const of = (value: number) => rank[statusOf(value, { value: target, met: side }) ?? "off_target"];
        expect(of(better)).toBeGreaterThanOrEqual(of(worse));
      }),
    );
  });

  test("is none without a value or a target", () => {
    expect(statusOf(null, { value: 1, met: "gte" })).toBeNull();
    expect(statusOf(1, null)).toBeNull();
  });
});

function custom(better: Kpi["better"]): Kpi {
  return kpiFrom("own", { label: "Own", unit: "count", better, description: "", formula: "count()" });
}

async function figure(kpi: Kpi, location_id: string | null) {
  const timeframe = { from: NOON - DAY_US, to: NOON + DAY_US };
  const asked = { timeframe, timezone: "UTC", location_id, locations: null, filters: [], now: NOON + DAY_US };
  const { kpis } = await kpiFigures({ store, control }, { ...asked, kpis: [kpi], comparisons: false, trends: false });
  return kpis[kpi.key];
}

describe("a location's target of a KPI that the team defined", () => {
  test("decides its status, from the side that is better", async () => {
    const target = fc.integer({ min: 0, max: 100 });
    const better = fc.constantFrom("up" as const, "down" as const, null);
    await fc.assert(
      fc.asyncProperty(target, better, async (value, better) => {
        control.setTarget({ kpi: "own", location_id: "north", value: String(value) });
        const side = better === "down" ? "lte" : "gte";
        expect(await figure(custom(better), "north")).toMatchObject({
          target: value,
          status: statusOf(EVENTS, { value, met: side }),
          better,
        });
      }),
      { numRuns: 40 },
    );
  });

  test("says nothing about other locations, nor about several together", async () => {
    control.setTarget({ kpi: "own", location_id: "north", value: "1" });
    expect(await figure(custom("up"), "south")).toMatchObject({ target: null, status: null });
    expect(await figure(custom("up"), null)).toMatchObject({ target: null, status: null });
  });
});
