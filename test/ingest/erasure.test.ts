import { afterEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { KPIS } from "../../src/catalogue/kpis.ts";
import { dataPaths } from "../../src/config.ts";
import type { Caller } from "../../src/control/types.ts";
import { erasureOrder } from "../../src/ingest/erasing.ts";
import { contactDigest } from "../../src/store/erasure.ts";
import { type IngestWorld, openWorld, removeFolder, temporaryFolder } from "../support/ingest_world.ts";
import { seeded } from "../support/random.ts";
import { tracesIn } from "../support/traces.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) removeFolder(folder);
});

const CALLER: Caller = { kind: "key", id: "k", name: "test", role: null, scopes: ["ingest"], locations: null };
/** Who is erased: strings that stand nowhere else. */
const WHO = "contact-zq7-Ærik-91f3";
const TRACES = [WHO, "Xanthippe.Quillfeather", "+1-555-0199-7431", "zq7-conversation"];
const START = Date.UTC(2026, 0, 5, 8) * 1000;
const HOUR = 3_600_000_000;
const TYPES = ["lead_created", "deal_closed", "call_completed", "booking_created", "conversation_message"];

function folder(): string {
  const dir = temporaryFolder();
  folders.push(dir);
  return dir;
}

function world(dir: string): Promise<IngestWorld> {
  // Segments of 64 KiB: some are sealed, one is open.
  return openWorld({ dir, settings: { journal_segment_bytes: 64 * 1024 } });
}

async function post(one: IngestWorld, events: readonly unknown[], wait = true, idempotency = false): Promise<void> {
  const outcome = await one.ingest.accept({
    body: new TextEncoder().encode(JSON.stringify(events)),
    headers: { "content-type": "application/json" },
    caller: CALLER,
    wait,
    ...(idempotency ? { id_seed: "seed" } : {}),
  });
  expect(outcome.kind).toBe("taken");
}

/** Events of many contacts in two locations, those of WHO among them. */
function events(count: number, seed: number): Record<string, unknown>[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, n) => {
    const theirs = random() < 0.05;
    const type = TYPES[Math.floor(random() * TYPES.length)];
    return {
      id: theirs ? `zq7-event-${seed}-${n}` : `event-${seed}-${n}`,
      type,
      time: new Date((START + Math.floor(random() * 24 * 40) * HOUR) / 1000).toISOString(),
      location_id: random() < 0.3 ? "elsewhere" : "here",
      bot_id: `bot-${Math.floor(random() * 3)}`,
      contact_id: theirs ? WHO : `contact-${Math.floor(random() * 50)}`,
      conversation_id: theirs ? "zq7-conversation" : `thread-${Math.floor(random() * 90)}`,
      value: `${Math.floor(random() * 1_000_000) / 100}`,
      currency: "USD",
      duration_ms: Math.floor(random() * 100_000),
      data:
        type === "lead_created"
          ? { source: "web", note: theirs ? "Xanthippe.Quillfeather called from +1-555-0199-7431" : "somebody called" }
          : { response_ms: Math.floor(random() * 900), note: "x".repeat(Math.floor(random() * 200)) },
    };
  }).map((event) => (event.location_id === "elsewhere" ? { ...event, ...anonymous(event) } : event));
}

/** Elsewhere nobody has the strings that are searched for. */
function anonymous(event: { id: string; contact_id: string; conversation_id: string }) {
  const tame = (text: string): string => text.replaceAll(/zq7|Ærik/g, "other");
  return {
    id: tame(event.id),
    contact_id: tame(event.contact_id),
    conversation_id: tame(event.conversation_id),
    data: { note: "elsewhere" },
  };
}

async function filled(dir: string): Promise<IngestWorld> {
  const one = await world(dir);
  for (let batch = 0; batch < 20; batch++) await post(one, events(250, batch + 1), batch % 4 === 3);
  await post(one, [{ type: "lead_created", id: "refused-zq7", location_id: "here", contact_id: WHO, value: "much" }]);
  await post(one, [{ type: "lead_created", id: "refused-other", location_id: "here", contact_id: "c", value: "much" }]);
  await one.ingest.exclusively(() => one.store.maintain(true));
  return one;
}

/** Everything that is not of the erased contact, as the raw events and as the rollups have it. */
async function figures(one: IngestWorld): Promise<unknown> {
  const rest = await one.store.rows(
    "SELECT location_id, type, count(*) AS n, sum(value)::VARCHAR AS sum, count(DISTINCT contact_id) AS contacts, md5(string_agg(id, ',' ORDER BY id)) AS ids " +
      "FROM events WHERE NOT (location_id = 'here' AND contact_id = $1) GROUP BY ALL ORDER BY ALL",
    [WHO],
  );
  return rest;
}

async function answers(one: IngestWorld, source: "raw" | "rollup"): Promise<unknown> {
  const found: unknown[] = [];
  for (const key of ["events", "revenue", "leads", "messages", "talk_time", "active_contacts", "booked_value"]) {
    const answer = await one.store.ask({
      kpis: KPIS.filter((kpi) => kpi.key === key),
      by: ["bot_id"],
      grain: "day",
      from: START - 24 * HOUR,
      to: START + 60 * 24 * HOUR,
      timezone: "UTC",
      locations: null,
      filters: [],
      rules: [],
      source,
    });
    found.push([key, answer.rows.map((row) => JSON.stringify(row)).sort(), answer.totals]);
  }
  return found;
}

async function agrees(one: IngestWorld): Promise<void> {
  expect(await answers(one, "rollup")).toEqual(await answers(one, "raw"));
}

async function caughtUp({ ingest, store }: IngestWorld): Promise<void> {
  while (ingest.stats().applied_seq < ingest.stats().journal_seq || store.erasuresDue.length > 0) await Bun.sleep(5);
}

describe("erasing a contact", () => {
  test("leaves no trace of it in the data directory, and everything else as it was", async () => {
    const dir = folder();
    const one = await filled(dir);
    await one.stop();
    const before = await world(dir);
    const there = await tracesIn(dir, TRACES);
    expect([...there.keys()].sort()).toEqual([...TRACES].sort());
    for (const file of [/\.log$/, /\.log\.zst$/, /duckdb$/, /control\.sqlite/]) {
      expect(there.get(WHO)?.some((name) => file.test(name))).toBe(true);
    }
    const rest = await figures(before);
    const order = erasureOrder("here", WHO);
    const erased = await before.ingest.eraseContact(order);
    expect(erased.erased_events).toBeGreaterThan(100);
    expect(erased.quarantined).toBe(1);
    expect(await before.store.rows("SELECT id FROM events WHERE contact_id = $1", [WHO])).toEqual([]);
    expect(await figures(before)).toEqual(rest);
    await agrees(before);
    // Deleted is not gone: a checkpoint alone leaves the bytes where they were.
    await before.ingest.exclusively(() => before.store.maintain(true));
    expect((await tracesIn(dir, TRACES)).get(WHO)).toContain("bellwether.duckdb");
    await before.ingest.tracesGone(erased.journal_seq, true);
    expect(await tracesIn(dir, [...TRACES, "refused-zq7", "zq7-event"])).toEqual(new Map());
    expect(await figures(before)).toEqual(rest);
    await agrees(before);
    expect(before.control.quarantined({ locations: null, limit: 10 }).map(({ reason }) => reason.id)).toEqual([
      "refused-other",
    ]);

    const state = before.store.state;
    await before.stop();
    expect(await tracesIn(dir, [...TRACES, "refused-zq7"])).toEqual(new Map());
    const after = await world(dir);
    await caughtUp(after);
    expect(after.store.state).toEqual(state);
    expect(after.said).toEqual([]);
    expect(await figures(after)).toEqual(rest);
    await after.stop();
  }, 60_000);

  test("is proven in the audit log without the contact's id", async () => {
    const one = await filled(folder());
    const order = erasureOrder("here", WHO);
    const { journal_seq, erased_events } = await one.ingest.eraseContact(order);
    await one.ingest.tracesGone(journal_seq, true);
    const [entry] = one.control.audits({ action: "contact_erased", locations: null, limit: 10 });
    expect(entry?.details).toMatchObject({ proof: order.erasure.proof, erased_events, journal_seq });
    expect(entry?.details.journal_lines).toBeGreaterThanOrEqual(erased_events);
    expect(contactDigest(order.salt, "here", WHO)).toBe(order.erasure.proof);
    expect(JSON.stringify(entry)).not.toContain(order.salt);
    expect(JSON.stringify(entry)).not.toContain("zq7");
    await one.stop();
  }, 60_000);

  test("leaves the same figures when everything is rebuilt from the journal, and is not proven twice", async () => {
    const dir = folder();
    const one = await filled(dir);
    // The same id for somebody else was a repetition, and must not become an event now.
    await post(one, [{ id: "shared", type: "lead_created", location_id: "here", contact_id: WHO }]);
    await post(one, [{ id: "shared", type: "lead_created", location_id: "here", contact_id: "contact-1" }]);
    const { journal_seq } = await one.ingest.eraseContact(erasureOrder("here", WHO));
    // What comes later is new, also under an id that was erased.
    await post(one, [{ id: "later", type: "lead_created", location_id: "here", contact_id: WHO }]);
    await post(one, [{ id: "shared", type: "lead_created", location_id: "here", contact_id: "contact-1" }]);
    await one.ingest.tracesGone(journal_seq, true);
    const [rest, raw, state] = [await figures(one), await answers(one, "raw"), one.store.state];
    await one.stop();
    for (const end of ["", ".wal"]) rmSync(dataPaths(dir).store + end, { force: true });
    const two = await world(dir);
    await caughtUp(two);
    expect(two.store.state).toEqual(state);
    expect(await figures(two)).toEqual(rest);
    expect(await answers(two, "raw")).toEqual(raw);
    await agrees(two);
    expect(await two.store.rows("SELECT id FROM events WHERE contact_id = $1", [WHO])).toEqual([{ id: "later" }]);
    expect(two.control.audits({ action: "contact_erased", locations: null, limit: 10 })).toHaveLength(1);
    expect(two.said).toEqual([]);
    await two.stop();
  }, 60_000);

  test("leaves a contact of the same id in another location alone", async () => {
    const one = await world(folder());
    await post(one, [
      { id: "a", type: "lead_created", location_id: "here", contact_id: WHO },
      { id: "a", type: "lead_created", location_id: "there", contact_id: WHO },
      { id: "b", type: "lead_created", location_id: "here", contact_id: `${WHO} ` },
    ]);
    const { journal_seq, erased_events } = await one.ingest.eraseContact(erasureOrder("here", WHO));
    expect(erased_events).toBe(1);
    await one.ingest.tracesGone(journal_seq, true);
    const rows = await one.store.rows<{ name: string }>("SELECT location_id || id AS name FROM events ORDER BY 1", []);
    expect(rows.map(({ name }) => name)).toEqual(["hereb", "therea"]);
    await one.stop();
  });

  test("of a contact that nobody knows is as good as done", async () => {
    const one = await filled(folder());
    const rest = await figures(one);
    const erased = await one.ingest.eraseContact(erasureOrder("here", "nobody"));
    expect(erased).toMatchObject({ erased_events: 0, quarantined: 0 });
    await one.ingest.tracesGone(erased.journal_seq, true);
    expect(await figures(one)).toEqual(rest);
    await one.stop();
  }, 60_000);

  test("of several in a row shares one rewriting, while events come and questions are asked", async () => {
    const dir = folder();
    const one = await filled(dir);
    const orders = ["contact-1", "contact-2", WHO].map((who) => erasureOrder("here", who));
    let busy = true;
    const asking = (async () => {
      while (busy) {
        await agreesOnce(one);
        await Bun.sleep(1);
      }
    })();
    const sending = (async () => {
      for (let n = 100; busy; n++)
        await post(one, [{ id: `while-${n}`, type: "lead_created", location_id: "elsewhere" }]);
    })();
    const erased = await Promise.all(orders.map((order) => one.ingest.eraseContact(order)));
    await Promise.all(erased.map(({ journal_seq }) => one.ingest.tracesGone(journal_seq, true)));
    busy = false;
    await Promise.all([asking, sending]);
    await agrees(one);
    expect(await tracesIn(dir, TRACES)).toEqual(new Map());
    expect(one.said).toEqual([]);
    await one.stop();
  }, 60_000);

  test("leaves no secondary file behind", async () => {
    const dir = folder();
    const one = await filled(dir);
    const { journal_seq } = await one.ingest.eraseContact(erasureOrder("here", WHO));
    await one.ingest.tracesGone(journal_seq, true);
    await one.stop();
    const names = readdirSync(dir, { recursive: true }).map(String).sort();
    expect(names.filter((name) => !/^journal\/\d{16}\.log(\.zst)?$/.test(name))).toEqual([
      "bellwether.duckdb",
      "control.sqlite",
      "journal",
      "tmp",
    ]);
    expect(readFileSync(join(dir, "bellwether.duckdb")).length).toBeGreaterThan(0);
  }, 60_000);
});

async function agreesOnce(one: IngestWorld): Promise<void> {
  const [row] = await one.store.rows<{ n: number }>("SELECT count(*) AS n FROM events WHERE location_id = 'here'", []);
  expect(row?.n).toBeGreaterThan(0);
}
