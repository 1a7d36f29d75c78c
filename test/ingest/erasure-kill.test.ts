/** The real server is killed at random moments of an erasure: the next start ends it, and the rest is as it was. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataPaths } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { kill, type Server, spawnServer, storeOf, urlOf } from "../support/processes.ts";
import { seeded } from "../support/random.ts";
import { tracesIn } from "../support/traces.ts";

const WHO = "contact-zq7-91f3";
const TRACES = [WHO, "zq7-conversation", "Xanthippe.Quillfeather"];
const ROUNDS = 8;
const COMMAND = [process.execPath, join(import.meta.dir, "../../src/main.ts")];
const EVENTS = 6_000;

const root = mkdtempSync(join(tmpdir(), "bellwether-erasure-"));
const filled = join(root, "filled");
let key = "";
let expected: unknown;

beforeAll(async () => {
  await Bun.$`mkdir -p ${filled}`.quiet();
  writeFileSync(join(filled, "bellwether.toml"), "journal_segment_bytes = 131072\n");
  const control = openControl(dataPaths(filled).control);
  key = control.addKey({ name: "test", scopes: ["ingest", "read", "admin"], location_id: null }).key;
  control.close();
  const server = spawnServer({ command: COMMAND, data: filled });
  const url = await urlOf(server);
  for (let batch = 0; batch < 20; batch++) {
    const events = Array.from({ length: EVENTS / 20 }, (_, n) => eventOf(batch * (EVENTS / 20) + n));
    const response = await ask(url, "/v1/events?wait=true", { method: "POST", body: JSON.stringify(events) });
    expect(response.status).toBe(200);
  }
  // Part of it is in the journal only.
  await kill(server, "SIGKILL");
  expect([...(await tracesIn(filled, TRACES)).keys()].sort()).toEqual([...TRACES].sort());
  expected = await restOf(filled);
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

function eventOf(n: number): Record<string, unknown> {
  const theirs = n % 23 === 0;
  return {
    id: theirs ? `zq7-${n}` : `e-${n}`,
    type: ["deal_closed", "lead_created", "call_completed"][n % 3],
    time: new Date(Date.UTC(2026, 0, 5) + (n % 700) * 3_600_000).toISOString(),
    location_id: "here",
    bot_id: `bot-${n % 4}`,
    contact_id: theirs ? WHO : `contact-${n % 90}`,
    conversation_id: theirs ? "zq7-conversation" : `thread-${n % 300}`,
    value: `${n}.07`,
    currency: "USD",
    data: { note: theirs ? "Xanthippe.Quillfeather" : "x".repeat(n % 150) },
  };
}

function ask(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return fetch(`${url}${path}`, { ...init, headers });
}

/** What the data directory of a server that has ended says of everybody else, by its journal and its database. */
async function restOf(data: string): Promise<unknown> {
  const copy = join(root, `copy-${Bun.randomUUIDv7()}`);
  copyOf(data, copy);
  const server = spawnServer({ command: COMMAND, data: copy });
  await caughtUp(await urlOf(server), "rest");
  await kill(server, "SIGTERM");
  const store = await storeOf(copy);
  const rest = await store.rows(
    "SELECT type, bot_id, count(*) AS n, sum(value)::VARCHAR AS sum, md5(string_agg(id, ',' ORDER BY id)) AS ids FROM events " +
      "WHERE contact_id <> $1 AND location_id = 'here' GROUP BY ALL ORDER BY ALL",
    [WHO],
  );
  const raw =
    "SELECT date_trunc('day', time) AS day, type, count(*) AS n, sum(value)::VARCHAR AS sum FROM events WHERE type <> 'marker' GROUP BY ALL ORDER BY ALL";
  const rolled =
    "SELECT bucket AS day, type, sum(n) AS n, sum(sum_value)::VARCHAR AS sum FROM rollup_day WHERE type <> 'marker' GROUP BY ALL ORDER BY ALL";
  expect(await store.rows(rolled, [])).toEqual(await store.rows(raw, []));
  await store.close();
  rmSync(copy, { recursive: true, force: true });
  return rest;
}

/** All but the socket of a killed server. */
function copyOf(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith(".sock") });
}

async function caughtUp(url: string, marker: string): Promise<void> {
  const event = { id: marker, type: "marker", location_id: "marker" };
  const response = await ask(url, "/v1/events?wait=true", { method: "POST", body: JSON.stringify(event) });
  expect(response.status).toBe(200);
}

function erase(url: string): Promise<Response | null> {
  return ask(url, `/api/bi/contacts/${WHO}?location_id=here&wait=true`, { method: "DELETE" }).catch(() => null);
}

async function untilGone(url: string): Promise<void> {
  for (let look = 0; look < 600; look++) {
    const { pending } = JSON.parse(await (await ask(url, "/api/bi/erasures")).text());
    if (pending.length === 0) return;
    await Bun.sleep(25);
  }
  throw new Error("the traces were not removed");
}

test(`in ${ROUNDS} erasures that are killed at random moments, the next start ends what was begun`, async () => {
  const random = seeded(11);
  let begun = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const data = join(root, `round-${round}`);
    copyOf(filled, data);
    let server: Server = spawnServer({ command: COMMAND, data });
    let url = await urlOf(server);
    await caughtUp(url, "first");
    const erasing = erase(url);
    await Bun.sleep(random() * 700);
    await kill(server, "SIGKILL");
    const answered = await erasing;
    if (random() < 0.5) {
      const early = spawnServer({ command: COMMAND, data });
      await Bun.sleep(random() * 1_200);
      await kill(early, "SIGKILL");
    }
    server = spawnServer({ command: COMMAND, data });
    url = await urlOf(server);
    await caughtUp(url, "second");
    const left = await ask(url, `/api/bi/contacts/${WHO}?location_id=here&timeframe=all`);
    await left.body?.cancel();
    // It was asked for and not answered: then it may not have begun, and whoever asked asks again.
    if (left.status === 200) {
      expect(answered?.ok ?? false).toBe(false);
      expect((await erase(url))?.status).toBe(200);
    } else begun++;
    await untilGone(url);
    expect(await tracesIn(data, TRACES)).toEqual(new Map());
    await kill(server, random() < 0.5 ? "SIGKILL" : "SIGTERM");
    expect(await tracesIn(data, TRACES)).toEqual(new Map());
    expect(await restOf(data)).toEqual(expected);
    // The journal alone gives the same.
    rmSync(dataPaths(data).store, { force: true });
    expect(await restOf(data)).toEqual(expected);
    expect(await tracesIn(data, TRACES)).toEqual(new Map());
    rmSync(data, { recursive: true, force: true });
  }
  expect(begun).toBeGreaterThan(0);
}, 240_000);
