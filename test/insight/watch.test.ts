/** The watch against the report: events are replayed hour by hour, and both must say the same of every bucket. */
import { afterAll, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../src/catalogue/event.ts";
import { openControl } from "../../src/control/control.ts";
import type { NoticedAnomaly } from "../../src/control/noticed.ts";
import { createWatch, type Watch } from "../../src/insight/watch.ts";
import { type AnomalyReport, anomalyReport } from "../../src/report/anomalies.ts";
import type { Asked } from "../../src/report/common.ts";
import { noticedReport } from "../../src/report/noticed.ts";
import type { Store } from "../../src/store/store.ts";
import { cleanUp, DAY_US as DAY, eventOf, groupOf, HOUR_US as HOUR, openTestStore } from "../store/fixture.ts";
import { seeded } from "../support/random.ts";

afterAll(cleanUp);

const LOCATION = "north";
/** A Monday, midnight UTC. */
const BEGIN = Date.UTC(2026, 5, 1) * 1_000;
const HISTORY_DAYS = 56;
const WHOLE = { location_id: LOCATION, timezone: "UTC", grain: "day", by_bot: false } as const;
const byKpi = ({ watched, ...rest }: AnomalyReport) => ({
  ...rest,
  watched: [...watched].sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other))),
});
const SLOW_MS = 120_000;

interface World {
  store: Store;
  control: ReturnType<typeof openControl>;
  clock: { now: number };
  watch: Watch;
  heard: NoticedAnomaly[];
  /** Stores events and says so, as the appliance does. */
  apply(events: readonly BotEvent[]): Promise<void>;
  /** Another life over the same store and control. */
  restart(): Promise<void>;
}

async function worldOf(series_max = 1_000): Promise<World> {
  const store = await openTestStore(undefined, { threads: 2 });
  const clock = { now: BEGIN };
  const control = openControl(":memory:", { now: () => clock.now });
  control.ensureLocation(LOCATION);
  const heard: NoticedAnomaly[] = [];
  const make = (): Watch => {
    const watch = createWatch({ store, control, now: () => clock.now, log: fail, series_max, rest: async () => {} });
    watch.onAnomaly((noticed) => heard.push(noticed));
    return watch;
  };
  const world: World = {
    store,
    control,
    clock,
    watch: make(),
    heard,
    async apply(events) {
      if (events.length === 0) return;
      world.watch.touch((await store.apply(groupOf(store, events))).touched);
    },
    async restart() {
      await world.watch.stop();
      world.watch = make();
    },
  };
  return world;
}

function fail(_level: string, message: string): void {
  throw new Error(message);
}

/** Two bots that take calls by the rhythm of the day; `factor` makes an hour odd. */
function callsOf(hour: number, random: () => number, factor: (hour: number) => number): BotEvent[] {
  const start = BEGIN + hour * HOUR;
  const busy = 4 + 8 * Math.max(0, Math.sin(((hour % 24) - 6) / 4));
  return ["luna", "jade"].flatMap((bot_id) => {
    const count = Math.round(busy * (0.9 + random() * 0.2) * (bot_id === "luna" ? factor(hour) : 1));
    return Array.from({ length: count }, (_, index) =>
      eventOf({
        type: index % 9 === 8 ? "call_abandoned" : "call_completed",
        location_id: LOCATION,
        bot_id,
        contact_id: `caller-${index}`,
        duration_ms: 60_000 + Math.floor(random() * 60_000),
        time: start + Math.floor((index / count) * HOUR),
        data: { wait_ms: 1_000 },
      }),
    );
  });
}

async function reported(world: World, from: number, to: number): Promise<string[]> {
  const found: string[] = [];
  for (const by_bot of [false, true]) {
    const hours = [from, ...Array.from({ length: Math.ceil((to - from) / (3 * DAY)) }, (_, at) => from + at * 3 * DAY)];
    const stretches: [number, number][] = hours.slice(1).map((start) => [start, Math.min(to, start + 3 * DAY)]);
    for (const [start, end] of [...stretches, [from - 4 * DAY, to] as [number, number]]) {
      const { anomalies } = await report(world, { from: start, to: end }, by_bot, false);
      for (const { id, t, grain } of anomalies) {
        const until = Date.parse(t) * 1_000 + (grain === "hour" ? HOUR : DAY);
        if (until > from && until <= to) found.push(id);
      }
    }
  }
  return [...new Set(found)].sort();
}

/** `kept`: from what the watch has judged already. */
function report(
  { store, control, clock, watch }: World,
  timeframe: Asked["timeframe"],
  by_bot: boolean,
  kept: boolean,
): Promise<AnomalyReport> {
  const parts = { store, control, ...(kept ? { watch } : {}) };
  const whose = { location_id: LOCATION, locations: [LOCATION], filters: [], personal: true };
  return anomalyReport(parts, { ...whose, timeframe, timezone: null, now: clock.now, by_bot });
}

const ids = (noticed: readonly NoticedAnomaly[]): string[] => noticed.map(({ anomaly_id }) => anomaly_id).sort();

describe("the watch", () => {
  test(
    "notices what the report finds in the same data, live, late and over a restart",
    async () => {
      const world = await worldOf();
      const random = seeded(5);
      const odd: Readonly<Record<number, number>> = { 12: 6, 20: 0, 21: 0, 22: 0, 33: 5 };
      const first = HISTORY_DAYS * 24;
      const factor = (hour: number): number => odd[hour - first] ?? 1;
      await world.apply(Array.from({ length: first }, (_, hour) => callsOf(hour, random, factor)).flat());
      world.clock.now = BEGIN + first * HOUR + 1_000_000;
      await world.watch.tick();
      expect(world.heard).toEqual([]);
      expect(world.watch.state().series).toBeGreaterThan(20);

      const hours = 36;
      const late: BotEvent[] = [];
      for (let hour = first; hour < first + hours; hour++) {
        const events = callsOf(hour, random, factor);
        // Some events come three hours late.
        const held = hour - first >= 14 && hour - first < 28 ? events.filter((_, index) => index % 7 === 0) : [];
        late.push(...held);
        await world.apply(events.filter((event) => !held.includes(event)));
        world.clock.now = BEGIN + (hour + 1) * HOUR + 5_000_000;
        const due = late.filter(({ time }) => time < world.clock.now - 3 * HOUR);
        await world.apply(due.splice(0));
        late.splice(0, late.length, ...late.filter(({ time }) => time >= world.clock.now - 3 * HOUR));
        await world.watch.tick();
        if (hour === first + 30) await world.restart();
      }
      world.clock.now += 3 * 60_000_000;
      await world.watch.tick();
      const { control } = world;
      const noticed = control.noticedAnomalies(LOCATION, 0, 10_000);
      const standing = noticed.filter(({ state }) => state === "over");
      const from = BEGIN + first * HOUR;
      expect(ids(standing)).toEqual(await reported(world, from, from + hours * HOUR));
      expect(standing.some(({ kpi, bot_id }) => kpi === "calls" && bot_id === "luna")).toBe(true);
      // Nothing is told twice.
      expect(new Set(ids(world.heard)).size).toBe(world.heard.length);
      expect(ids(world.heard)).toEqual(ids(noticed));
      // An answer from what is kept is the one that is made anew.
      for (const timeframe of ["24h", "30d"] as const)
        for (const by_bot of [false, true]) {
          const [kept, anew] = [
            await report(world, timeframe, by_bot, true),
            await report(world, timeframe, by_bot, false),
          ];
          expect(byKpi(kept)).toEqual(byKpi(anew));
          expect(world.watch.judged({ ...WHOLE, from: from - DAY, to: world.clock.now })?.length).toBeGreaterThan(5);
        }
      const [newest] = await noticedReport(world, { location_id: LOCATION, since: 0, limit: 5, personal: true });
      expect(newest).toMatchObject({ state: "over", recommendation: expect.any(String) });
    },
    SLOW_MS,
  );

  test(
    "notices a burst while its hour is still open",
    async () => {
      const world = await worldOf();
      const random = seeded(6);
      const first = HISTORY_DAYS * 24 + 10;
      await world.apply(Array.from({ length: first }, (_, hour) => callsOf(hour, random, () => 1)).flat());
      world.clock.now = BEGIN + first * HOUR + 3_000_000;
      await world.watch.tick();
      world.clock.now += 10 * 60_000_000;
      await world.apply(callsOf(first, random, () => 12));
      await world.watch.tick();
      const calls = world.heard.find(({ kpi, bot_id }) => kpi === "calls" && bot_id === "luna");
      expect(calls).toMatchObject({ grain: "hour", state: "open", side: "above", t: BEGIN + first * HOUR });
      const told = world.heard.length;
      world.clock.now = BEGIN + (first + 1) * HOUR + 5_000_000;
      await world.watch.tick();
      const settled = world.control.noticedAmong([calls?.anomaly_id ?? ""]).get(calls?.anomaly_id ?? "");
      expect(settled?.state).toBe("over");
      expect(world.heard.slice(0, told).map(({ anomaly_id }) => anomaly_id)).toContain(settled?.anomaly_id ?? "");
    },
    SLOW_MS,
  );

  test("holds no more series than it may, and none at all when it is off", async () => {
    const few = await worldOf(3);
    await few.apply(Array.from({ length: 48 }, (_, hour) => callsOf(hour, seeded(1), () => 1)).flat());
    few.clock.now = BEGIN + 2 * DAY + 5_000_000;
    await few.watch.tick();
    expect(few.watch.state()).toMatchObject({ series: 3, full: true });
    const none = await worldOf(0);
    await none.watch.tick();
    expect(none.watch.state()).toMatchObject({ series: 0, locations: 0 });
  });

  test("forgets a location with it", async () => {
    const world = await worldOf();
    await world.apply(callsOf(0, seeded(1), () => 1));
    world.clock.now = BEGIN + 2 * HOUR;
    await world.watch.tick();
    world.control.removeLocation(LOCATION);
    await world.watch.tick();
    expect(world.watch.state()).toMatchObject({ series: 0, locations: 0, behind_ms: 0 });
    expect(world.control.watchedTo(LOCATION)).toBeNull();
  });
});
