import { afterEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { BotEvent } from "../../src/catalogue/event.ts";
import { contactDigest, type Erasure } from "../../src/store/erasure.ts";
import type { Store } from "../../src/store/store.ts";
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
  temporaryFolder,
} from "./fixture.ts";

afterEach(cleanUp);

const WHO = "contact-Xanthippe-91f3-Quillfeather";

function erasureOf(location_id: string, contact_id: string): Erasure {
  const salt = "5a".repeat(32);
  return { location_id, salt, digest: contactDigest(salt, location_id, contact_id), proof: "00".repeat(32) };
}

/** As a frame of its own would. */
function erase(store: Store, location_id: string, contact_id: string) {
  const { seq, checksum } = store.state;
  return store.eraseContact(erasureOf(location_id, contact_id), { seq: seq + 1, checksum: checksum + 7 });
}

/** Every table of the store but its state, as a set of rows; folded, so that equal figures are equal rows. */
async function contents(store: Store): Promise<unknown> {
  await store.rebuildRollups();
  return tables(store);
}

async function tables(store: Store): Promise<Record<string, unknown>> {
  const names = await store.rows<{ name: string }>(
    "SELECT table_name AS name FROM duckdb_tables() WHERE database_name = 'bellwether' AND NOT temporary ORDER BY 1",
    [],
  );
  const found: Record<string, unknown> = {};
  for (const { name } of names) {
    if (name === "meta" || name === "applied" || name === "fold_due") continue;
    const rows = await store.rows<Record<string, unknown>>(`SELECT * FROM ${name}`, []);
    found[name] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return found;
}

const TYPES = ["deal_closed", "call_completed", "conversation_message", "lead_created"];

describe("erasing a contact from the store", () => {
  test("leaves what the rest alone would have made, whatever the events were", async () => {
    const event = fc.record({
      type: fc.constantFrom(...TYPES),
      hours: fc.integer({ min: -24 * 20, max: 24 * 20 }),
      location_id: fc.constantFrom("here", "there"),
      bot_id: fc.option(fc.constantFrom("luna", "jade"), { nil: undefined }),
      contact_id: fc.option(fc.constantFrom(WHO, "b", "c"), { nil: undefined }),
      value: fc.integer({ min: -99_999, max: 99_999_999 }).map((cents) => (cents / 100).toFixed(2)),
      ms: fc.integer({ min: 1, max: 90_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 60 }), async (given) => {
        const events = given.map(
          ({ hours, ms, bot_id, contact_id, ...fields }, n): BotEvent =>
            eventOf({
              ...fields,
              ...(bot_id === undefined ? {} : { bot_id }),
              ...(contact_id === undefined ? {} : { contact_id }),
              id: `event-${n}`,
              currency: "USD",
              time: NOON + hours * HOUR_US,
              duration_ms: ms,
              data: { response_ms: ms % 977 },
            }),
        );
        const rest = events.filter(({ location_id, contact_id }) => location_id !== "here" || contact_id !== WHO);
        const store = await openTestStore();
        for (let at = 0; at < events.length; at += 13) await store.apply(groupOf(store, events.slice(at, at + 13)));
        const { state, touched } = await erase(store, "here", WHO);
        expect(state.events).toBe(rest.length);
        expect(await countOf(store, "events")).toBe(rest.length);
        expect(touched.location_ids).toEqual(["here"]);
        const other = await openTestStore();
        if (rest.length > 0) await other.apply(groupOf(other, rest));
        // What is left of the rollups without building them anew: the sums, at least.
        for (const bucket of ["15m", "hour", "day"]) {
          const sql = `SELECT location_id, type, bot_id, currency, sum(n) AS n, sum(sum_value) AS sum FROM rollup_${bucket} GROUP BY ALL HAVING sum(n) > 0 ORDER BY ALL`;
          expect(await store.rows(sql, [])).toEqual(await other.rows(sql, []));
        }
        expect(await contents(store)).toEqual(await contents(other));
        await closeTestStore(store);
        await closeTestStore(other);
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  test("needs no rebuilding: the rollups are those of a rebuild", async () => {
    const store = await openTestStore();
    const events = Array.from({ length: 300 }, (_, n) =>
      eventOf({
        type: TYPES[n % TYPES.length] ?? "",
        time: NOON + (n % 30) * DAY_US + (n % 7) * HOUR_US,
        contact_id: n % 9 === 0 ? WHO : `c${n % 5}`,
        value: `${n}.25`,
        currency: "USD",
      }),
    );
    await store.apply(groupOf(store, events));
    await store.maintain(true);
    await erase(store, "jorge_main", WHO);
    await store.maintain(true);
    const kept = await tables(store);
    await store.rebuildRollups();
    expect(kept).toEqual(await tables(store));
  });

  test("is remembered as due until it is settled, over a restart, without the contact's id", async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.apply(groupOf(store, [eventOf({ contact_id: WHO }), eventOf({ contact_id: "other" })]));
    const { state } = await erase(store, "jorge_main", WHO);
    await closeTestStore(store);
    const again = await openTestStore(folder);
    expect(again.state).toEqual(state);
    expect(again.erasuresDue).toMatchObject([{ seq: state.seq, events: 1, location_id: "jorge_main" }]);
    expect(JSON.stringify(again.erasuresDue)).not.toContain("Xanthippe");
    await again.settleErasures([state.seq]);
    await closeTestStore(again);
    expect((await openTestStore(folder)).erasuresDue).toEqual([]);
  });

  test("is followed once, however often its frame comes", async () => {
    const store = await openTestStore();
    await store.apply(groupOf(store, [eventOf({ contact_id: WHO }), eventOf({ contact_id: "other" })]));
    const { seq, checksum } = store.state;
    for (let again = 0; again < 2; again++) {
      await store.eraseContact(erasureOf("jorge_main", WHO), { seq: seq + 1, checksum: checksum + 7 });
    }
    expect(store.state).toEqual({ seq: seq + 1, checksum: checksum + 7, events: 1 });
    expect(store.erasuresDue).toMatchObject([{ events: 1 }]);
  });

  test("empties the staging file, which holds the last group's lines", async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.apply(groupOf(store, [eventOf({ contact_id: WHO })]));
    await erase(store, "jorge_main", WHO);
    const staged = readdirSync(join(folder, "tmp")).map((name) => readFileSync(join(folder, "tmp", name), "utf8"));
    expect(staged.join("")).toBe("");
  });
});

describe("compacting", () => {
  test("takes what was deleted out of the file, and the rest stays, in its order", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "bellwether.duckdb");
    const store = await openTestStore(folder);
    const events = Array.from({ length: 3_000 }, (_, n) =>
      eventOf({ id: `event-${n}`, contact_id: n % 100 === 0 ? WHO : `c${n % 50}` }),
    );
    await store.apply(groupOf(store, events));
    await store.maintain(true);
    expect(readFileSync(path).includes(WHO)).toBe(true);
    await erase(store, "jorge_main", WHO);
    await store.maintain(true);
    expect(readFileSync(path).includes(WHO)).toBe(true);
    const order = await store.rows("SELECT id FROM events", []);
    const compaction = await store.compact();
    expect(compaction?.bytes_after).toBeGreaterThan(0);
    expect(readFileSync(path).includes(WHO)).toBe(false);
    expect(await store.rows("SELECT id FROM events", [])).toEqual(order);
    await store.apply(groupOf(store, [eventOf({ id: "later" })]));
    await store.maintain(true);
    await store.compact();
    expect(readdirSync(folder).sort()).toEqual(["bellwether.duckdb", "tmp"]);
    const state = store.state;
    await closeTestStore(store);
    const again = await openTestStore(folder);
    expect(again.state).toEqual(state);
    expect(await countOf(again, "events")).toBe(2_971);
  });

  test("goes on under questions, long and short, and none of them fails", async () => {
    const store = await openTestStore();
    await store.apply(
      groupOf(
        store,
        Array.from({ length: 2_000 }, (_, n) => eventOf({ contact_id: `c${n}` })),
      ),
    );
    let busy = true;
    let asked = 0;
    const askers = Array.from({ length: 6 }, async (_, n) => {
      for (; busy; asked++) {
        const sql =
          n === 0
            ? "SELECT count(*) AS n FROM events a JOIN events b ON a.contact_id < b.contact_id"
            : "SELECT count(*) AS n FROM events";
        const [row] = await store.rows<{ n: number }>(sql, []);
        expect(row?.n).toBe(n === 0 ? 1_999_000 : 2_000);
      }
    });
    for (let round = 0; round < 12; round++) await store.compact();
    busy = false;
    await Promise.all(askers);
    expect(asked).toBeGreaterThan(20);
  }, 60_000);

  test("leaves nothing of a try that was killed", async () => {
    const folder = temporaryFolder();
    await closeTestStore(await openTestStore(folder));
    writeFileSync(join(folder, "bellwether.duckdb.compact-1"), "half of a copy");
    writeFileSync(join(folder, "tmp", "staged-1-x.ndjson"), WHO);
    writeFileSync(join(folder, "tmp", "duckdb_temp_storage_DEFAULT-0.tmp"), WHO);
    await closeTestStore(await openTestStore(folder));
    expect(readdirSync(folder).sort()).toEqual(["bellwether.duckdb", "tmp"]);
    expect(readdirSync(join(folder, "tmp"))).toEqual([]);
  });

  test("of a store in memory does nothing", async () => {
    const store = await openTestStore(temporaryFolder(), { path: ":memory:" });
    expect(await store.compact()).toBeNull();
  });
});
