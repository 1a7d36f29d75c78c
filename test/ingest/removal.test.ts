import { afterEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { dataPaths } from "../../src/config.ts";
import type { Caller } from "../../src/control/types.ts";
import { type IngestWorld, openWorld, removeFolder, temporaryFolder } from "../support/ingest_world.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) removeFolder(folder);
});

const CALLER: Caller = { kind: "key", id: "k", name: "test", role: null, scopes: ["ingest"], locations: null };

async function post(world: IngestWorld, location_id: string, ...ids: string[]): Promise<void> {
  const events = ids.map((id) => ({ id, type: "lead_created", location_id, contact_id: id }));
  const body = new TextEncoder().encode(JSON.stringify(events));
  const outcome = await world.ingest.accept({
    body,
    headers: { "content-type": "application/json" },
    caller: CALLER,
    wait: true,
  });
  expect(outcome).toMatchObject({ kind: "taken", accepted: ids.length });
}

async function held(world: IngestWorld): Promise<string[]> {
  const rows = await world.store.rows<{ name: string }>(
    "SELECT location_id || ' ' || id AS name FROM events ORDER BY 1",
    [],
  );
  return rows.map(({ name }) => name);
}

async function world(dir: string): Promise<IngestWorld> {
  return await openWorld({ dir });
}

function folder(): string {
  const dir = temporaryFolder();
  folders.push(dir);
  return dir;
}

async function caughtUp({ ingest }: IngestWorld): Promise<void> {
  while (ingest.stats().applied_seq < ingest.stats().journal_seq) await Bun.sleep(5);
}

test("a removed location is gone, its keys too, and the others stay", async () => {
  const one = await world(folder());
  await post(one, "real", "a");
  await post(one, "demo", "a", "b");
  one.control.addKey({ name: "demo", scopes: ["ingest"], location_id: "demo" });
  await one.ingest.removeLocation("demo");
  expect(await held(one)).toEqual(["real a"]);
  expect(one.control.location("demo")).toBeNull();
  expect(one.control.keys()).toEqual([]);
  expect(one.store.state.events).toBe(1);
  await one.stop();
});

test("it stays gone when everything is rebuilt from the journal, and what came later stays", async () => {
  const dir = folder();
  const one = await world(dir);
  await post(one, "demo", "a", "b");
  await post(one, "real", "a");
  await one.ingest.removeLocation("demo");
  await post(one, "demo", "a", "c");
  const before = await held(one);
  expect(before).toEqual(["demo a", "demo c", "real a"]);
  const state = one.store.state;
  await one.stop();
  for (const end of ["", ".wal"]) rmSync(dataPaths(dir).store + end, { force: true });
  const two = await world(dir);
  await caughtUp(two);
  expect(await held(two)).toEqual(before);
  expect(two.store.state).toEqual(state);
  await two.stop();
  expect(two.said).toEqual([]);
});

test("a restart right after a removal changes nothing", async () => {
  const dir = folder();
  const one = await world(dir);
  await post(one, "demo", "a");
  await one.ingest.removeLocation("demo");
  await one.stop();
  const two = await world(dir);
  await caughtUp(two);
  expect(await held(two)).toEqual([]);
  await post(two, "demo", "a");
  expect(await held(two)).toEqual(["demo a"]);
  await two.stop();
});
