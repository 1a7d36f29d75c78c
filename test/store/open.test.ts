import { afterEach, expect, test } from "bun:test";
import { closeSync, copyFileSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../src/store/duckdb.ts";
import { StoreDamaged, StoreLocked, StoreTooNew } from "../../src/store/errors.ts";
import { openStore } from "../../src/store/open.ts";
import {
  cleanUp,
  closeTestStore,
  countOf,
  eventOf,
  groupOf,
  NOON,
  openTestStore,
  storeOptions,
  temporaryFolder,
} from "./fixture.ts";

afterEach(cleanUp);

test("a restart keeps events, rollups and state", async () => {
  const folder = temporaryFolder();
  const store = await openTestStore(folder);
  await store.apply(groupOf(store, [eventOf({ contact_id: "c" }), eventOf({ value: "1.5", currency: "USD" })]));
  const state = store.state;
  await closeTestStore(store);
  const again = await openTestStore(folder);
  expect(again.state).toEqual(state);
  expect(await countOf(again, "events")).toBe(2);
  expect(await again.rows("SELECT sum(sum_value) AS sum FROM rollup_day", [])).toEqual([{ sum: "1.5000" }]);
});

test("a restart still knows what is to be folded", async () => {
  const folder = temporaryFolder();
  const store = await openTestStore(folder);
  for (let n = 0; n < 4; n++) await store.apply(groupOf(store, [eventOf({ contact_id: "c" })]));
  await closeTestStore(store);
  const again = await openTestStore(folder);
  expect(await countOf(again, "rollup_day")).toBe(4);
  await again.maintain(true);
  expect(await countOf(again, "rollup_day")).toBe(1);
  expect(await countOf(again, "contact_day")).toBe(1);
});

test("a store in memory works the same", async () => {
  const store = await openTestStore(temporaryFolder(), { path: ":memory:" });
  await store.apply(groupOf(store, [eventOf()]));
  await store.maintain(true);
  expect(await countOf(store, "events")).toBe(1);
});

test("no log is written beside the data file", async () => {
  const folder = temporaryFolder();
  const store = await openTestStore(folder);
  await store.apply(groupOf(store, [eventOf()]));
  expect(await Bun.file(join(folder, "bellwether.duckdb.wal")).exists()).toBe(false);
});

test("rollups are rebuilt when the catalogue or DuckDB has changed", async () => {
  const folder = temporaryFolder();
  const store = await openTestStore(folder);
  await store.apply(groupOf(store, [eventOf(), eventOf()]));
  await closeTestStore(store);
  const database = await openDatabase(storeOptions(folder));
  await database.executeOnce("UPDATE meta SET value = 'another catalogue' WHERE name = 'rollup_definition'");
  await database.executeOnce("DROP TABLE rollup_day");
  await database.executeOnce("CREATE TABLE rollup_day (other INTEGER)");
  await database.checkpoint();
  await database.close();
  const said: string[] = [];
  const again = await openTestStore(folder, { log: (_, message) => said.push(message) });
  expect(said[0]).toBe("the catalogue has changed: rebuilding the rollups of 2 events");
  expect(await again.rows("SELECT n FROM rollup_day", [])).toEqual([{ n: 2 }]);
});

test("data of a newer bellwether is refused and left alone", async () => {
  const folder = temporaryFolder();
  await closeTestStore(await openTestStore(folder));
  const database = await openDatabase(storeOptions(folder));
  await database.executeOnce("UPDATE meta SET value = '99' WHERE name = 'schema_version'");
  await database.checkpoint();
  await database.close();
  const before = await Bun.file(join(folder, "bellwether.duckdb")).bytes();
  const refusal = await openStore(storeOptions(folder)).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(StoreTooNew);
  expect(String(refusal)).toContain("schema 99");
  expect(await Bun.file(join(folder, "bellwether.duckdb")).bytes()).toEqual(before);
});

test("a damaged file is refused with the remedy", async () => {
  const folder = temporaryFolder();
  const store = await openTestStore(folder);
  await store.apply(groupOf(store, [eventOf()]));
  await closeTestStore(store);
  const path = join(folder, "bellwether.duckdb");
  for (const [name, damage] of Object.entries({
    "no header": () => Bun.write(path, "this is no database, but it is long enough to be read as one".repeat(400)),
    "all headers torn": () => overwrite(path, 0, 12_288),
  })) {
    copyFileSync(path, `${path}.kept`);
    await damage();
    const refusal = await openStore(storeOptions(folder)).catch((error: unknown) => error);
    expect(refusal, name).toBeInstanceOf(StoreDamaged);
    expect(String(refusal)).toContain("restore --from-journal");
    copyFileSync(`${path}.kept`, path);
  }
  overwrite(path, 12_288, statSync(path).size);
  expect(await openStore(storeOptions(folder)).catch((error: unknown) => error)).toBeInstanceOf(StoreDamaged);
});

test("a second process gets to know who holds the data", async () => {
  const folder = temporaryFolder();
  const holder = start(folder, "hold");
  try {
    await firstLine(holder.stdout);
    const refusal = await openStore(storeOptions(folder)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreLocked);
    expect(String(refusal)).toContain(`another bellwether (pid ${holder.pid}) is using`);
  } finally {
    holder.kill(9);
    await holder.exited;
  }
});

test("the same process cannot open it twice either, and the lock survives the attempt", async () => {
  const folder = temporaryFolder();
  await openTestStore(folder);
  expect(await openStore(storeOptions(folder)).catch((error: unknown) => error)).toBeInstanceOf(StoreLocked);
  const other = start(folder, "hold");
  expect(await new Response(other.stderr).text()).toContain(`pid ${process.pid}`);
  expect(await other.exited).not.toBe(0);
});

test("killed while applying, it opens again with what a checkpoint saved, and events and rollups agree", async () => {
  const folder = temporaryFolder();
  for (let round = 0; round < 4; round++) {
    const process = start(folder, "apply");
    setTimeout(() => process.kill(9), 900 + round * 170);
    const said = await new Response(process.stdout).text();
    const saved = Math.max(0, ...[...said.matchAll(/(?:opened|saved) (\d+)\n/g)].map((match) => Number(match[1])));
    const store = await openTestStore(folder);
    expect(store.state.seq).toBeGreaterThanOrEqual(saved);
    expect(await countOf(store, "events")).toBe(store.state.events);
    for (const table of ["rollup_15m", "rollup_hour", "rollup_day"]) {
      const [sum] = await store.rows<{ n: number | null }>(`SELECT sum(n) AS n FROM ${table}`, []);
      expect(sum?.n ?? 0).toBe(store.state.events);
    }
    await store.apply(groupOf(store, [eventOf({ id: `after-${round}`, time: NOON })]));
    await closeTestStore(store);
  }
}, 60_000);

function start(folder: string, mode: "hold" | "apply") {
  return Bun.spawn([process.execPath, join(import.meta.dir, "applying_process.ts"), folder, mode], {
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  await reader.read();
  reader.releaseLock();
}

function overwrite(path: string, from: number, to: number): void {
  const fd = openSync(path, "r+");
  writeSync(fd, new Uint8Array(to - from).fill(0x5a), 0, to - from, from);
  closeSync(fd);
}

test("rollups are rebuilt while a question still reads the old ones", async () => {
  const store = await openTestStore();
  await store.apply(groupOf(store, [eventOf({ type: "deal_closed", value: "1.0000" })]));
  // Long enough that the checkpoint after the rebuild finds it running.
  const question = store.rows<{ n: number }>(
    "SELECT count(DISTINCT hash(range) % 1000) AS n FROM rollup_day, range(30000000)",
    [],
  );
  await Bun.sleep(20);
  await store.rebuildRollups();
  expect((await question)[0]?.n).toBeGreaterThan(0);
});
