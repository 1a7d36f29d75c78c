import { afterEach, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { contactMeasures } from "../../src/catalogue/contact-measures.ts";
import { rollupMeasures, rollupSketches } from "../../src/catalogue/measures.ts";
import { openApplier } from "../../src/store/apply.ts";
import { openDatabase } from "../../src/store/duckdb.ts";
import { rollupsOf } from "../../src/store/rollups.ts";
import {
  cleanUp,
  closeTestStore,
  countOf,
  DAY_US,
  eventOf,
  groupOf,
  HOUR_US,
  NOON,
  openTestStore,
  storeOptions,
  temporaryFolder,
} from "./fixture.ts";

afterEach(cleanUp);

test("a group becomes events, rollups and state together", async () => {
  const store = await openTestStore();
  const applied = await store.apply(
    groupOf(store, [
      eventOf({ type: "deal_closed", value: "450000", currency: "USD", bot_id: "seller-bot", contact_id: "c1" }),
      eventOf({ type: "call_completed", duration_ms: 1500, time: NOON + 60_000_000 }),
    ]),
  );
  expect(applied.inserted).toBe(2);
  expect(applied.duplicates).toEqual([]);
  expect(applied.state).toEqual({ seq: 1, events: 2, checksum: 2 });
  expect(store.state).toEqual(applied.state);
  expect([...applied.touched.types].sort()).toEqual(["call_completed", "deal_closed"]);
  expect(applied.touched.location_ids).toEqual(["jorge_main"]);
  expect(applied.touched.time_min).toBe(NOON);
  expect(applied.touched.time_max).toBe(NOON + 60_000_000);
  const rows = await store.rows("SELECT type, n, sum_value FROM rollup_day ORDER BY type", []);
  expect(rows).toEqual([
    { type: "call_completed", n: 1, sum_value: "0.0000" },
    { type: "deal_closed", n: 1, sum_value: "450000.0000" },
  ]);
  expect(await countOf(store, "contact_day")).toBe(1);
});

test("a group of several frames is read as one, in order", async () => {
  const store = await openTestStore();
  const events = Array.from({ length: 10 }, (_, index) => eventOf({ id: `n${index}` }));
  const applied = await store.apply(groupOf(store, events, [], 3));
  expect(applied.state.seq).toBe(3);
  const rows = await store.rows<{ id: string }>("SELECT id_text AS id FROM stored_events ORDER BY rowid", []);
  expect(rows.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
});

test("a group of nothing but a sequence number moves the state", async () => {
  const store = await openTestStore();
  const applied = await store.apply({ seq: 7, checksum: 9, lines: [], rows: 0, suspects: [] });
  expect(applied).toMatchObject({ inserted: 0, state: { seq: 7, events: 0, checksum: 9 } });
  expect(applied.touched).toEqual({ location_ids: [], types: [], time_min: 0, time_max: 0 });
});

test("every field is stored exactly as it was sent", async () => {
  const store = await openTestStore();
  const data =
    '{"z":1,"a":{"b":[1,2,{"c":null}]},"integer":12345678901234567890,"text":"tab\\t \\u0000 \\ud83d\\ude00 é \\" \\\\ \\u2028","1":true}';
  const line =
    `{"id":"i\\u00e9\\ud83d\\ude00\\u0000","type":"order_placed","time":1772366400123457,"location_id":"l","bot_id":"b\\"\\\\",` +
    `"contact_id":"c","conversation_id":"v","value":"99999999999999.9999","currency":"EUR","duration_ms":0.1,"success":false,` +
    `"data":${data},"received_at":9007199254740991,"fingerprint":9007199254740991}`;
  await store.apply(groupOf(store, [line, eventOf({ value: "-0.0001", currency: "USD" })]));
  const [row, other] = await store.rows<Record<string, unknown>>("SELECT * FROM events ORDER BY received_at DESC", []);
  expect(row).toEqual({
    time: 1772366400123457,
    received_at: 9007199254740991,
    location_id: "l",
    type: "order_placed",
    id: "ié😀\0",
    bot_id: 'b"\\',
    contact_id: "c",
    conversation_id: "v",
    value: "99999999999999.9999",
    currency: "EUR",
    duration_ms: 0.1,
    success: false,
    data: expect.any(String),
    data_processing_time_ms: null,
    data_response_ms: null,
    data_wait_ms: null,
    fingerprint: 9007199254740991,
  });
  expect(JSON.parse(String(row?.data))).toEqual(JSON.parse(data));
  expect(String(row?.data)).toContain("12345678901234567890");
  expect(String(row?.data).startsWith('{"z"')).toBe(true);
  expect(other).toMatchObject({ value: "-0.0001", success: null, data: null, bot_id: null });
});

test("numbers that percentiles read are copied out of data, and only numbers", async () => {
  const store = await openTestStore();
  const values = [42.5, "17", "inf", "nan", "soon", true, null, { deep: 1 }];
  await store.apply(
    groupOf(
      store,
      values.map((response_ms) => eventOf({ data: { response_ms } })),
    ),
  );
  const rows = await store.rows<{ ms: number | null }>(
    "SELECT data_response_ms AS ms FROM stored_events ORDER BY rowid",
    [],
  );
  expect(rows.map(({ ms }) => ms)).toEqual([42.5, 17, null, null, null, null, null, null]);
});

test("a late event lands in its own buckets", async () => {
  const store = await openTestStore();
  await store.apply(groupOf(store, [eventOf()]));
  await store.apply(groupOf(store, [eventOf({ time: NOON - 400 * DAY_US - HOUR_US, received_at: NOON })]));
  for (const [table, length] of [
    ["rollup_15m", HOUR_US / 4],
    ["rollup_hour", HOUR_US],
    ["rollup_day", DAY_US],
  ] as const) {
    const rows = await store.rows<{ bucket: number }>(`SELECT bucket FROM ${table} ORDER BY bucket`, []);
    const late = NOON - 400 * DAY_US - HOUR_US;
    expect(rows.map(({ bucket }) => bucket)).toEqual([late, NOON].map((time) => Math.floor(time / length) * length));
  }
});

test("ids come back as they were sent, UUIDs in any spelling too", async () => {
  const store = await openTestStore();
  const ids = [
    "0190e3a4-7b1c-7def-8123-456789abcdef",
    "0190E3A4-7B1C-7DEF-8123-456789ABCDEF",
    "{190e3a4-7b1c-7def-8123-456789abcde}",
    "0190e3a47b1c7def8123456789abcdef",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "no uuid, but as long as one would be",
    "1",
  ];
  const events = ids.map((id, index) => eventOf({ id, time: NOON + index }));
  await store.apply(groupOf(store, events));
  const rows = await store.rows<{ id: string }>("SELECT id FROM events ORDER BY time", []);
  expect(rows.map(({ id }) => id)).toEqual(ids);
  const again = await store.apply(groupOf(store, events, [...ids.keys()]));
  expect(again.duplicates).toEqual([...ids.keys()]);
});

const failures = {
  "a line that is no JSON": "{nope",
  "a line cut short": '{"id":"x","type":"t"',
  "a time that is no number": JSON.stringify({ ...eventOf(), time: "yesterday" }),
  "a value that is no decimal": JSON.stringify({ ...eventOf(), value: "many" }),
  "a value that does not fit": JSON.stringify({ ...eventOf(), value: "999999999999999.5" }),
  "half of a surrogate pair": '{"id":"\\ud800","type":"t","time":1,"location_id":"l","received_at":1,"fingerprint":1}',
  "one line too many": `${JSON.stringify(eventOf())}\n${JSON.stringify(eventOf())}`,
  "one line too few": "",
};

for (const [name, line] of Object.entries(failures)) {
  test(`${name} fails the whole group and changes nothing`, async () => {
    const store = await openTestStore();
    await store.apply(groupOf(store, [eventOf()]));
    const before = store.state;
    await expect(store.apply(groupOf(store, [eventOf(), line, eventOf()]))).rejects.toThrow();
    expect(store.state).toEqual(before);
    for (const table of ["events", "rollup_15m", "rollup_hour", "rollup_day"])
      expect(await countOf(store, table)).toBe(1);
    const after = await store.apply(groupOf(store, [eventOf()]));
    expect(after.state.events).toBe(2);
  });
}

test("an apply that is interrupted changes nothing, whenever that is, and the next one works", async () => {
  const folder = temporaryFolder();
  await closeTestStore(await openTestStore(folder));
  const database = await openDatabase(storeOptions(folder));
  const rollups = rollupsOf(rollupMeasures(), rollupSketches(), contactMeasures());
  const applier = await openApplier(database, rollups, join(folder, "tmp"));
  let state = { seq: 0, events: 0, checksum: 0 };
  let interrupted = 0;
  for (let round = 0; round < 12; round++) {
    const events = Array.from({ length: 4_000 }, (_, index) =>
      eventOf({ contact_id: `c${index}`, duration_ms: index }),
    );
    const timer = setTimeout(() => database.interrupt(), round * 4);
    const group = { ...groupOf({ state }, events), seq: state.seq + 1 };
    await applier.apply(group, state).then(
      ({ applied }) => {
        state = applied.state;
      },
      () => {
        interrupted += 1;
      },
    );
    clearTimeout(timer);
    const [row] = await database.select(
      "SELECT (SELECT count(*) FROM events) AS events, (SELECT coalesce(sum(n), 0) FROM rollup_hour) AS rolled, " +
        "(SELECT count(*) FROM staged) AS staged, (SELECT seq FROM applied) AS seq",
    );
    expect(row).toEqual({ events: state.events, rolled: state.events, staged: 0, seq: state.seq });
  }
  expect(interrupted).toBeGreaterThan(0);
  await applier.close();
  await database.close();
});

test("many groups of all sizes keep count", async () => {
  const store = await openTestStore();
  let total = 0;
  for (const size of [1, 3000, 2, 25_000, 1, 500]) {
    const events = Array.from({ length: size }, (_, index) => eventOf({ time: NOON + (index % 500) * HOUR_US }));
    total += size;
    const { state, inserted } = await store.apply(groupOf(store, events));
    expect(inserted).toBe(size);
    expect(state.events).toBe(total);
    await store.maintain();
  }
  expect(await countOf(store, "events")).toBe(total);
  const [sum] = await store.rows<{ n: number }>("SELECT sum(n) AS n FROM rollup_day", []);
  expect(sum?.n).toBe(total);
});

test("staging files are removed when the store closes", async () => {
  const folder = temporaryFolder();
  const store = await openTestStore(folder);
  await store.apply(groupOf(store, [eventOf()]));
  await store.close();
  expect(readdirSync(`${folder}/tmp`).filter((name) => name.endsWith(".ndjson"))).toEqual([]);
});
