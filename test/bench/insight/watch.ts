/** What the live watch costs: over 200 series of the demo's bots at a million events a day. */

import { openControl } from "../../../src/control/control.ts";
import { createWatch } from "../../../src/insight/watch.ts";
import { planDay } from "../../../src/jobs/demo/plan.ts";
import { cleanUp, DAY_US, eventOf, groupOf, HOUR_US, openTestStore } from "../../store/fixture.ts";
import type { InsightRow } from "./row.ts";

const LOCATION = "demo";
const FIRST_DAY = 20_500;
const DAYS = 120;
const DAYS_A_GROUP = 5;
const EVENTS_A_DAY = 1_000_000;
/** The watch looks at an open bucket so often at most, at late events so often. */
const LOOK_S = 15;
const LATE_S = 60;
const LOOKS = 40;
const CLOSES = 6;
const LATE_PASSES = 5;
const LATE_EVENTS = 50;

/** The share of a core that looks, closed hours and late events take together. */
export async function watchRows(): Promise<InsightRow[]> {
  const store = await openTestStore();
  const clock = { now: (FIRST_DAY + DAYS) * DAY_US + 8 * HOUR_US + 3_000_000 };
  const control = openControl(":memory:", { now: () => clock.now });
  control.ensureLocation(LOCATION, { timezone: "America/Los_Angeles" });
  for (let day = 0; day < DAYS; day += DAYS_A_GROUP) {
    const planned = Array.from({ length: DAYS_A_GROUP }, (_, at) => planDay(FIRST_DAY + day + at, FIRST_DAY)).flat();
    const events = planned.map(({ at, ...event }) => eventOf({ ...event, time: at * 1_000, location_id: LOCATION }));
    await store.apply(groupOf(store, events));
  }
  await store.maintain(true);
  const watch = createWatch({
    store,
    control,
    now: () => clock.now,
    log: () => {},
    series_max: 4_000,
    // Its rests cost nothing, and would take most of the bench's time.
    rest: () => Promise.resolve(),
  });
  const load_ms = await cpuOf(() => watch.tick());
  const pool = planDay(FIRST_DAY + DAYS, FIRST_DAY).map(({ at: _, id: __, ...event }) => event);
  const apply = async (count: number, skipped: number, newest: number): Promise<void> => {
    const events = Array.from({ length: count }, (_, n) =>
      eventOf({ ...pool[(skipped + n) % pool.length], time: newest - n * 1_000, location_id: LOCATION }),
    );
    const { touched } = await store.apply(groupOf(store, events));
    watch.touch(touched);
  };
  const a_look = Math.round((EVENTS_A_DAY / 86_400) * LOOK_S);
  const look_ms = await mean(LOOKS, async (look) => {
    clock.now += LOOK_S * 1_000_000;
    await apply(a_look, look * a_look, clock.now);
    return cpuOf(() => watch.tick());
  });
  const close_ms = await mean(CLOSES, async () => {
    clock.now += HOUR_US;
    return cpuOf(() => watch.tick());
  });
  const late_ms = await mean(LATE_PASSES, async (pass) => {
    clock.now += (LATE_S + 1) * 1_000_000;
    await apply(LATE_EVENTS, pass * LATE_EVENTS, clock.now - 2 * HOUR_US);
    return cpuOf(() => watch.tick());
  });
  const { series } = watch.state();
  await watch.stop();
  await cleanUp();
  control.close();
  const share = 100 * (look_ms / (LOOK_S * 1_000) + close_ms / 3_600_000 + late_ms / (LATE_S * 1_000));
  return [
    {
      what: `anomaly watch of ${series} series at ${EVENTS_A_DAY / 1e6}M events a day, of one core`,
      value: share,
      unit: "%",
      better: "down",
      gate: 10,
      aim: null,
      published: "",
      note: `a look at open buckets ${look_ms.toFixed(0)} ms each ${LOOK_S} s, a closed hour ${close_ms.toFixed(0)} ms, late events ${late_ms.toFixed(0)} ms each ${LATE_S} s; once after a start ${load_ms.toFixed(0)} ms`,
    },
  ];
}

async function mean(times: number, measure: (time: number) => Promise<number>): Promise<number> {
  let sum = 0;
  for (let time = 0; time < times; time++) sum += await measure(time);
  return sum / times;
}

/** Milliseconds of processor time, DuckDB's threads included. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}
