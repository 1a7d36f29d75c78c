/** All events in packets: none twice, none left out, whatever their times; those of one moment although ingest goes on. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { openControl } from "../../../src/control/control.ts";
import { csvText } from "../../../src/export/csv.ts";
import { ndjsonText } from "../../../src/export/json.ts";
import type { ExportTable } from "../../../src/export/table.ts";
import { exportEvents } from "../../../src/report/exports/events.ts";
import { countedEvents, eventPackets } from "../../../src/store/query/event-packets.ts";
import type { Store } from "../../../src/store/store.ts";
import { cleanUp, DAY_US, eventOf, groupOf, HOUR_US, NOON, openTestStore } from "../fixture.ts";

const FROM = NOON - 30 * DAY_US;
const SCOPE = { from: FROM, to: NOON + DAY_US, timezone: "UTC", locations: null, filters: [], rules: [] };
let store: Store;

/** A burst of one microsecond, another of one receipt, a quiet month, and texts that files must not stumble over. */
beforeAll(async () => {
  store = await openTestStore();
  const same = Array.from({ length: 5_000 }, (_, i) => eventOf({ id: `same-${i}`, received_at: NOON + (i % 7) }));
  const twin = Array.from({ length: 4_500 }, (_, i) =>
    eventOf({ id: `twin-${i}`, time: NOON - HOUR_US, received_at: NOON, data: { at: i } }),
  );
  const quiet = Array.from({ length: 700 }, (_, i) => eventOf({ id: `quiet-${i}`, time: FROM + i * HOUR_US + i }));
  const odd = ['=1+1"', "a,b\r\nc", "-12", "+49 30", "", "＝x", "\u2028 ü €"].map((contact_id, i) =>
    eventOf({
      id: `odd-${i}`,
      time: NOON - 2 * HOUR_US + i * 1_000 ** (i % 3),
      contact_id,
      bot_id: "@bot",
      value: ["0", "12.5", "-99999999999999.9999", "1.001", "100", "-0.5", "7.25"][i] ?? "0",
      currency: "USD",
      duration_ms: [0, 1.5, 120, 1e-7, 123_456_789, 3, 2][i] ?? 0,
      success: i % 2 === 0,
      data: { note: contact_id, customer: "Dana", "odd/key~": i, nested: { list: [1, "x"] } },
    }),
  );
  for (const events of [same, twin, quiet, odd]) await store.apply(groupOf(store, events));
});
afterAll(cleanUp);

const rows: Parameters<typeof countedEvents>[0] = (sql, params) => store.rows(sql, params);

async function idsOf(counted: Awaited<ReturnType<typeof countedEvents>>): Promise<{ ids: string[]; largest: number }> {
  const ids: string[] = [];
  let largest = 0;
  for await (const packet of eventPackets<[string]>(rows, counted, ["id"])) {
    largest = Math.max(largest, packet.length);
    for (const [id] of packet) ids.push(id);
  }
  return { ids, largest };
}

test("every event comes once, in order, in packets that are never large", async () => {
  const counted = await countedEvents(rows, { scope: SCOPE, where: null });
  const { ids, largest } = await idsOf(counted);
  const expected = await store.rows<{ id: string }>(
    "SELECT id FROM events ORDER BY time DESC, received_at DESC, fingerprint DESC",
    [],
  );
  expect(counted.count).toBe(expected.length);
  expect(ids).toEqual(expected.map(({ id }) => id));
  expect(largest).toBeLessThanOrEqual(2_000);
});

test("what arrives while they are read is not among them", async () => {
  const counted = await countedEvents(rows, {
    scope: SCOPE,
    where: { field: "type", op: "eq", value: "lead_created" },
  });
  const late = Array.from({ length: 50 }, (_, i) => eventOf({ id: `late-${i}`, time: FROM + (i * DAY_US) / 2 }));
  await store.apply(groupOf(store, late));
  const { ids } = await idsOf(counted);
  expect(ids).toHaveLength(counted.count);
  expect(ids.filter((id) => id.startsWith("late"))).toEqual([]);
});

test("nothing comes of nothing", async () => {
  const counted = await countedEvents(rows, { scope: { ...SCOPE, from: 0, to: 1 }, where: null });
  expect(await idsOf(counted)).toEqual({ ids: [], largest: 0 });
});

test.each(["json", "columns"] as const)(
  "the lines that the database writes are those of the engine, data as %s",
  async (data) => {
    const control = openControl(":memory:");
    const asked = {
      timeframe: SCOPE,
      timezone: null,
      location_id: null,
      locations: null,
      now: NOON,
      filters: [],
      personal: true,
    };
    const { table } = await exportEvents({ store, control }, asked, { data, kpi: null });
    const { lines: _, ...slow } = table;
    expect(table.lines).toBeDefined();
    const csv = (one: ExportTable): Promise<string> => textOf(csvText(one, { bom: false }));
    expect(differences(await csv(table), await csv(slow))).toEqual([]);
    expect(differences(await textOf(ndjsonText(table)), await textOf(ndjsonText(slow)))).toEqual([]);
    control.close();
  },
);

test("who may not see what is personal gets it masked, and never from the database itself", async () => {
  const control = openControl(":memory:");
  const asked = { timeframe: SCOPE, timezone: null, location_id: null, locations: null, now: NOON, filters: [] };
  const { table } = await exportEvents({ store, control }, asked, { data: "columns", kpi: null });
  expect([table.select, table.lines]).toEqual([undefined, undefined]);
  const text = await textOf(ndjsonText(table));
  expect(text.includes("•••")).toBe(true);
  expect(text.includes("Dana")).toBe(false);
  control.close();
});

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

/** The first lines that are not the same; JSON is compared by what it says. */
function differences(one: string, other: string): unknown[] {
  const [mine, theirs] = [one, other].map((text) =>
    text.split("\n").map((line) => (line.startsWith("{") ? JSON.parse(line) : line)),
  );
  return (mine ?? [])
    .flatMap((line, at) => (Bun.deepEquals(line, theirs?.[at]) ? [] : [[line, theirs?.[at]]]))
    .slice(0, 3);
}
