/** A real store in a temporary folder, and groups of events to apply to it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BotEvent } from "../../src/catalogue/event.ts";
import { fingerprint } from "../../src/ingest/fingerprint.ts";
import { openStore } from "../../src/store/open.ts";
import type { ApplyGroup, Store, StoreOptions } from "../../src/store/store.ts";

export const HOUR_US = 3_600_000_000;
export const DAY_US = 24 * HOUR_US;
export const NOON = Date.UTC(2026, 2, 1, 12) * 1000;

const folders: string[] = [];
const stores = new Set<Store>();

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-store-"));
  folders.push(folder);
  return folder;
}

export function storeOptions(folder: string, more: Partial<StoreOptions> = {}): StoreOptions {
  return {
    path: join(folder, "bellwether.duckdb"),
    temp_dir: join(folder, "tmp"),
    memory_mb: 256,
    threads: 1,
    temp_max_mb: 256,
    query_timeout_ms: 10_000,
    log: () => undefined,
    ...more,
  };
}

export async function openTestStore(folder = temporaryFolder(), more: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore(storeOptions(folder, more));
  stores.add(store);
  return store;
}

export async function closeTestStore(store: Store): Promise<void> {
  stores.delete(store);
  await store.close();
}

/** For afterEach. */
export async function cleanUp(): Promise<void> {
  for (const store of stores) await closeTestStore(store);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

let made = 0;

export function eventOf(fields: Partial<BotEvent> = {}): BotEvent {
  made += 1;
  const id = fields.id ?? `event-${made}`;
  const location_id = fields.location_id ?? "jorge_main";
  const time = fields.time ?? NOON;
  return {
    type: "lead_created",
    ...fields,
    id,
    location_id,
    time,
    received_at: fields.received_at ?? time + 1_000,
    fingerprint: fields.fingerprint ?? fingerprint(location_id, id),
  };
}

/** One group, each event a line; all in one frame unless `frames` says otherwise. */
export function groupOf(
  store: Pick<Store, "state">,
  events: readonly (BotEvent | string)[],
  suspects: readonly number[] = [],
  frames = 1,
): ApplyGroup {
  const lines = events.map((event) => `${typeof event === "string" ? event : JSON.stringify(event)}\n`);
  const size = Math.max(1, Math.ceil(lines.length / frames));
  const payloads: Uint8Array[] = [];
  for (let at = 0; at < lines.length; at += size) payloads.push(Buffer.from(lines.slice(at, at + size).join("")));
  return {
    seq: store.state.seq + payloads.length,
    checksum: (store.state.checksum + lines.length) >>> 0,
    lines: payloads,
    rows: events.length,
    suspects,
  };
}

export async function countOf(store: Store, table: string): Promise<number> {
  const [row] = await store.rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`, []);
  return row?.n ?? -1;
}
