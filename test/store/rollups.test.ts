import { afterEach, expect, test } from "bun:test";
import fc from "fast-check";
import { contactMeasures } from "../../src/catalogue/contact-measures.ts";
import type { BotEvent } from "../../src/catalogue/event.ts";
import { rollupMeasures, rollupSketches } from "../../src/catalogue/measures.ts";
import { conditionLiteralSql, measureSql, numberSql } from "../../src/store/condition.ts";
import { contactColumns } from "../../src/store/contact-rows.ts";
import { sketchBinSql, sketchValueSql } from "../../src/store/sketch.ts";
import type { Store } from "../../src/store/store.ts";
import { cleanUp, countOf, DAY_US, eventOf, groupOf, HOUR_US, NOON, openTestStore } from "./fixture.ts";

afterEach(cleanUp);

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const event = fc.record({
  type: fc.constantFrom(
    "lead_created",
    "deal_closed",
    "call_answered",
    "feedback_received",
    "intent_analysis_complete",
    "jorge_qualification_progress",
    "lead_temperature_changed",
    "lead_qualified",
    "bot_status_update",
    "conversation_event",
    "ticket_resolved",
    "made_up",
  ),
  location_id: fc.constantFrom("north", "south"),
  time: fc.integer({ min: NOON - 3 * DAY_US, max: NOON + 3 * DAY_US }),
  bot_id: maybe(fc.constantFrom("luna", "jade")),
  contact_id: maybe(fc.constantFrom("c1", "c2", "c3")),
  conversation_id: maybe(fc.constantFrom("t1", "t2", "t3")),
  value: maybe(fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => (n / 10_000).toFixed(4))),
  currency: maybe(fc.constantFrom("USD", "EUR")),
  duration_ms: maybe(fc.integer({ min: 0, max: 100_000 })),
  success: maybe(fc.boolean()),
  data: maybe(
    fc.record(
      {
        stall_detected: fc.boolean(),
        questions_answered: fc.integer({ min: 0, max: 4 }),
        seller_temperature: fc.constantFrom("hot", "warm", "cold"),
        to: fc.constantFrom("hot", "warm"),
        confrontational_effectiveness: fc.integer({ min: 0, max: 100 }),
        confidence_score: fc.constantFrom(0.25, 0.5, 0.75),
        score: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant("high"), fc.constant(null)),
        sentiment: fc.constantFrom(-1, -0.5, 0.5, 1),
        status: fc.constantFrom("error", "active"),
        event: fc.constantFrom("started", "message", "ended"),
        sla_met: fc.boolean(),
        wait_ms: fc.integer({ min: 0, max: 40_000 }),
        response_ms: fc.integer({ min: 0, max: 9_000 }),
        processing_time_ms: fc.integer({ min: 1, max: 90 }),
      },
      { requiredKeys: [] },
    ),
  ),
});

const groups = fc.array(fc.array(event, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 5 });

test("rollups equal the same sums over raw events: as appended, folded and rebuilt", async () => {
  const store = await openTestStore();
  await fc.assert(
    fc.asyncProperty(groups, async (sent) => {
      await store.reset();
      for (const group of sent) await store.apply(groupOf(store, group.map(defined)));
      await expectRollupsEqualRaw(store);
      await store.maintain(true);
      await expectRollupsEqualRaw(store);
      await expectOneRowPerKey(store);
      await store.rebuildRollups();
      await expectRollupsEqualRaw(store);
      await expectOneRowPerKey(store);
    }),
    { numRuns: 12 },
  );
}, 60_000);

test("folding keeps the days that keep coming and those that came late", async () => {
  const store = await openTestStore();
  for (let round = 0; round < 6; round++) {
    const events = Array.from({ length: 200 }, (_, index) =>
      eventOf({
        time: NOON + (index % 40) * DAY_US + round * HOUR_US,
        contact_id: `c${index % 7}`,
        duration_ms: index,
      }),
    );
    await store.apply(groupOf(store, [...events, eventOf({ time: NOON - 1000 * DAY_US })]));
    if (round % 2 === 1) await store.maintain(true);
  }
  await expectRollupsEqualRaw(store);
  await expectOneRowPerKey(store);
  expect(await countOf(store, "rollup_day")).toBe(41);
});

test("rebuilding tells how far it is", async () => {
  const store = await openTestStore();
  await store.apply(groupOf(store, [eventOf(), eventOf(), eventOf({ time: NOON + 90 * DAY_US })]));
  const said: [number, number][] = [];
  await store.rebuildRollups((done, total) => said.push([done, total]));
  expect(said.at(-1)).toEqual([3, 3]);
});

test("rebuilding a few days mends them, of one location or all, and leaves the rest alone", async () => {
  const store = await openTestStore();
  await fc.assert(
    fc.asyncProperty(
      groups,
      fc.integer({ min: -4, max: 3 }),
      fc.integer({ min: 1, max: 60 }),
      async (sent, day, hours) => {
        await store.reset();
        for (const group of sent) await store.apply(groupOf(store, group.map(defined)));
        await store.maintain(true);
        const from = NOON + day * DAY_US + HOUR_US;
        const before = await countOf(store, "rollup_15m");
        const read = await store.rebuildDays({ from, to: from + hours * HOUR_US, location_id: null });
        expect(read).toBeLessThanOrEqual(store.state.events);
        await expectRollupsEqualRaw(store);
        await expectOneRowPerKey(store);
        await store.rebuildDays({ from, to: from + hours * HOUR_US, location_id: "south" });
        await expectRollupsEqualRaw(store);
        await expectOneRowPerKey(store);
        expect(await countOf(store, "rollup_15m")).toBe(before);
      },
    ),
    { numRuns: 12 },
  );
}, 60_000);

test("removing a location takes its events and rollups and nothing else", async () => {
  const store = await openTestStore();
  const events = ["demo", "real", "demo"].map((location_id) =>
    eventOf({ location_id, contact_id: "c", duration_ms: 5 }),
  );
  await store.apply(groupOf(store, events));
  const { seq, checksum } = store.state;
  await store.removeLocation("demo", { seq: seq + 1, checksum });
  expect(store.state).toEqual({ seq: seq + 1, events: 1, checksum });
  for (const table of [
    "events",
    "rollup_15m",
    "rollup_hour",
    "rollup_day",
    "sketch_hour",
    "sketch_day",
    "contact_day",
    "contact_deed",
    "contact_week",
  ]) {
    const rows = await store.rows(`SELECT DISTINCT location_id FROM ${table}`, []);
    expect(rows).toEqual([{ location_id: "real" }]);
  }
  await store.removeLocation("demo", { seq: seq + 2, checksum });
  expect(store.state.events).toBe(1);
});

test("emptying the store leaves it as new", async () => {
  const store = await openTestStore();
  await store.apply(groupOf(store, [eventOf({ contact_id: "c" })]));
  await store.reset();
  expect(store.state).toEqual({ seq: 0, events: 0, checksum: 0 });
  for (const table of ["events", "rollup_day", "contact_day", "contact_deed", "contact_week"])
    expect(await countOf(store, table)).toBe(0);
  expect((await store.apply(groupOf(store, [eventOf()]))).state).toMatchObject({ seq: 1, events: 1 });
});

test("a sketch's value is within half a percent of what was put in", async () => {
  const store = await openTestStore();
  const rows = await store.rows<{ x: number; back: number }>(
    `SELECT x, ${sketchValueSql("bin")} AS back FROM (SELECT x, ${sketchBinSql("x")} AS bin FROM ` +
      "(SELECT pow(1.0013, range) * 0.001 AS x FROM range(20000)))",
    [],
  );
  for (const { x, back } of rows) expect(Math.abs(back - x) / x).toBeLessThanOrEqual(0.005 + 1e-9);
  const zero = await store.rows(`SELECT ${sketchValueSql(`(${sketchBinSql("0.0")})`)} AS zero`, []);
  expect(zero).toEqual([{ zero: 0 }]);
});

function defined(event: Partial<Record<keyof BotEvent, unknown>>): BotEvent {
  return eventOf(JSON.parse(JSON.stringify(event)));
}

async function expectRollupsEqualRaw(store: Store): Promise<void> {
  const measures = rollupMeasures();
  const contacts = contactColumns(contactMeasures());
  const types = `[${contactMeasures()
    .types.map((type) => `'${type}'`)
    .join(", ")}]`;
  const keys = "bucket, location_id, type, bot_id, currency";
  for (const [table, bucket] of [
    ["rollup_15m", "time_bucket(INTERVAL 15 minutes, time)"],
    ["rollup_hour", "date_trunc('hour', time)"],
    ["rollup_day", "date_trunc('day', time)"],
  ] as const) {
    const raw = measures.map((measure) => `${measureSql(measure)} AS ${measure.column}`).join(", ");
    const folded = measures.map(({ column }) => `sum(${column}) AS ${column}`).join(", ");
    await expectSame(
      store,
      `SELECT ${bucket} AS bucket, location_id, type, bot_id, currency, ${raw} FROM events GROUP BY ALL ORDER BY ALL`,
      `SELECT ${keys}, ${folded} FROM ${table} GROUP BY ${keys} ORDER BY ALL`,
    );
  }
  for (const [table, unit] of [
    ["sketch_hour", "hour"],
    ["sketch_day", "day"],
  ] as const) {
    const raw = rollupSketches().map(({ name, field, where, whole }) => {
      const bin = sketchBinSql(`(${numberSql(field)})::DOUBLE`);
      const condition = where === null ? "true" : conditionLiteralSql(where);
      return `SELECT date_trunc('${unit}', time) AS bucket, location_id, ${whole ? "'' AS type, NULL AS bot_id" : "type, bot_id"}, '${name}' AS sketch, ${bin} AS bin FROM events WHERE ${condition}`;
    });
    await expectSame(
      store,
      `SELECT bucket, location_id, type, bot_id, sketch, bin, count(*) AS n FROM (${raw.join(" UNION ALL ")}) WHERE bin IS NOT NULL GROUP BY ALL ORDER BY ALL`,
      `SELECT bucket, location_id, type, bot_id, sketch, bin, sum(n) AS n FROM ${table} GROUP BY ALL ORDER BY ALL`,
    );
  }
  await expectSame(
    store,
    `SELECT time_bucket(INTERVAL 15 minutes, time) AS bucket, location_id, type, bot_id, hash(contact_id)::VARCHAR AS contact, ${contacts.map(({ name, event, add }) => `${add(event)}::VARCHAR AS ${name}`).join(", ")} FROM events WHERE contact_id IS NOT NULL AND list_contains(${types}, type) GROUP BY ALL ORDER BY ALL`,
    `SELECT bucket, location_id, type, bot_id, contact::VARCHAR AS contact, ${contacts.map(({ name, add }) => `${add(name)}::VARCHAR AS ${name}`).join(", ")} FROM contact_deed GROUP BY ALL ORDER BY ALL`,
  );
  await expectSame(
    store,
    "SELECT DISTINCT date_trunc('day', time) AS bucket, location_id, type, bot_id, hash(contact_id)::VARCHAR AS contact FROM events WHERE contact_id IS NOT NULL ORDER BY ALL",
    "SELECT DISTINCT bucket, location_id, type, bot_id, contact::VARCHAR AS contact FROM contact_day ORDER BY ALL",
  );
  await expectSame(
    store,
    "SELECT date_trunc('week', time) AS bucket, location_id, hash(contact_id)::VARCHAR AS contact, min(time_bucket(INTERVAL 15 minutes, time)) AS since FROM events WHERE contact_id IS NOT NULL GROUP BY ALL ORDER BY ALL",
    "SELECT bucket, location_id, contact::VARCHAR AS contact, min(since) AS since FROM contact_week GROUP BY ALL ORDER BY ALL",
  );
}

async function expectSame(store: Store, raw: string, rollup: string): Promise<void> {
  expect(await store.rows<object>(rollup, [])).toEqual(await store.rows<object>(raw, []));
}

async function expectOneRowPerKey(store: Store): Promise<void> {
  for (const [table, keys] of [
    ["rollup_15m", "bucket, location_id, type, bot_id, currency"],
    ["rollup_hour", "bucket, location_id, type, bot_id, currency"],
    ["rollup_day", "bucket, location_id, type, bot_id, currency"],
    ["sketch_hour", "bucket, location_id, type, bot_id, sketch, bin"],
    ["sketch_day", "bucket, location_id, type, bot_id, sketch, bin"],
    ["contact_day", "bucket, location_id, type, bot_id, contact"],
    ["contact_deed", "bucket, location_id, type, bot_id, contact"],
    ["contact_week", "bucket, location_id, contact"],
  ] as const) {
    const rows = await store.rows(`SELECT ${keys} FROM ${table} GROUP BY ALL HAVING count(*) > 1`, []);
    expect(rows).toEqual([]);
  }
}
