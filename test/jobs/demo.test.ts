import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { DEMO_LOCATION, removeDemo, startDemo } from "../../src/jobs/demo/demo.ts";
import { planDay } from "../../src/jobs/demo/plan.ts";
import { type ImportWorld, importWorld } from "../support/imported.ts";

const DAY = 20_400;
const EVENTS = "SELECT count(*) AS events FROM events WHERE location_id = $1";
const BOTS = ["flora", "intent-decoder", "jade", "lead-bot", "luna", "seller-bot"];

describe("a day of the demo", () => {
  test("is the same whenever it is planned", () => {
    expect(planDay(DAY, DAY - 40)).toEqual(planDay(DAY, DAY - 40));
  });
  test("has every bot of both businesses, in order of time, with ids of its own", () => {
    const events = planDay(DAY, DAY - 40);
    expect([...new Set(events.map((event) => event.bot_id))].sort()).toEqual(BOTS);
    expect(events.map((event) => event.at)).toEqual(events.map((event) => event.at).sort((a, b) => a - b));
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  });
  test("is quiet where something was planted", () => {
    const leads = (day: number) => planDay(DAY + day, DAY).filter((event) => event.type === "lead_created").length;
    expect(leads(71)).toBeLessThan(leads(70) / 4);
  });
});

describe("the demo", () => {
  let world: ImportWorld;
  beforeAll(async () => {
    world = await importWorld();
  });
  afterAll(async () => await world.close());

  test("fills 90 days, refuses none of its events, and is gone when removed", async () => {
    const parts = { ...world, log: () => {} };
    const demo = startDemo(parts, "http://127.0.0.1:1");
    const days = "SELECT count(DISTINCT time::DATE) AS days, count(*) AS events FROM events WHERE location_id = $1";
    const look = async () => (await world.store.rows<{ days: number; events: number }>(days, [DEMO_LOCATION]))[0];
    while (((await look())?.days ?? 0) < 90) await Bun.sleep(100);
    expect(world.ingest.stats().rejected).toBe(0);
    expect(world.control.location(DEMO_LOCATION)?.demo).toBe(true);
    await demo.stop();

    await removeDemo(world);
    expect((await look())?.events).toBe(0);
    expect(world.control.location(DEMO_LOCATION)).toBeNull();
  }, 60_000);

  test("is gone for good when it is removed while it still fills", async () => {
    const demo = startDemo({ ...world, log: () => {} }, "http://127.0.0.1:1");
    const events = async () => (await world.store.rows<{ events: number }>(EVENTS, [DEMO_LOCATION]))[0]?.events ?? 0;
    while ((await events()) === 0) await Bun.sleep(5);
    await removeDemo(world);
    await demo.stop();
    expect(await events()).toBe(0);
    expect(world.control.location(DEMO_LOCATION)).toBeNull();
  }, 60_000);

  test("adds after a restart what happened meanwhile, and nothing twice", async () => {
    let now = Date.UTC(2026, 5, 1, 20) * 1_000;
    const filled = Promise.withResolvers<void>();
    const parts = { ...world, now: () => now, log: () => filled.resolve() };
    const first = startDemo(parts, "http://127.0.0.1:1");
    await filled.promise;
    await first.stop();
    const { accepted } = world.ingest.stats();
    now += 3_600_000_000;
    const again = Promise.withResolvers<void>();
    const second = startDemo({ ...parts, log: () => again.resolve() }, "http://127.0.0.1:1");
    await again.promise;
    await second.stop();
    const after = world.ingest.stats();
    expect(after.accepted - accepted).toBeGreaterThan(0);
    expect(after.accepted - accepted).toBeLessThan(1_000);
    expect(after.duplicates).toBe(0);
  }, 60_000);
});
