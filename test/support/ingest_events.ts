/** Worlds of one test file, what is posted to them, and what stands between ingest and its parts. */
import type { Caller } from "../../src/control/types.ts";
import type { IngestOutcome } from "../../src/ingest/ingest.ts";
import type { Journal } from "../../src/journal/journal.ts";
import type { Store } from "../../src/store/store.ts";
import { type IngestWorld, openWorld, removeFolder, temporaryFolder, type WorldOptions } from "./ingest_world.ts";

const ANYONE: Caller = { kind: "key", id: "key", name: "key", role: null, scopes: ["ingest"], locations: null };
const folders: string[] = [];
const open: IngestWorld[] = [];

/** To be called after each test. */
export async function cleanUp(): Promise<void> {
  for (const world of open.splice(0)) await world.stop().catch(() => undefined);
  for (const folder of folders.splice(0)) removeFolder(folder);
}

export async function start(options: WorldOptions = {}): Promise<IngestWorld> {
  const world = await openWorld({ dir: folder(), ...options });
  open.push(world);
  return world;
}

export async function stop(world: IngestWorld): Promise<void> {
  open.splice(open.indexOf(world), 1);
  await world.stop();
}

export function folder(): string {
  const dir = temporaryFolder();
  folders.push(dir);
  return dir;
}

export function event(id: string, time = "2026-01-01T00:00:00Z"): Record<string, unknown> {
  return { id, type: "test_happened", time, location_id: "here" };
}

export function post(world: IngestWorld, events: readonly unknown[], wait = false): Promise<IngestOutcome> {
  const body = new TextEncoder().encode(JSON.stringify(events));
  return world.ingest.accept({ body, headers: { "content-type": "application/json" }, caller: ANYONE, wait });
}

export function counts(outcome: IngestOutcome): number[] {
  return outcome.kind === "taken" ? [outcome.accepted, outcome.duplicates] : [-1, -1];
}

export async function ids(world: IngestWorld): Promise<string[]> {
  return (await world.store.rows<{ id: string }>("SELECT id FROM events ORDER BY id", [])).map(({ id }) => id);
}

export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await holds()) return;
    await Bun.sleep(25);
  }
  throw new Error("it never came to that");
}

/** The store itself, to be spread and changed: its methods do not depend on `this`. */
function delegate(store: Store): Store {
  return {
    get state() {
      return store.state;
    },
    apply: (group) => store.apply(group),
    fingerprints: (limit) => store.fingerprints(limit),
    ask: (question) => store.ask(question),
    rows: (sql, params, signal) => store.rows(sql, params, signal),
    temp_dir: store.temp_dir,
    copyToParquet: (sql, params, path, signal) => store.copyToParquet(sql, params, path, signal),
    rebuildRollups: (progress) => store.rebuildRollups(progress),
    reset: () => store.reset(),
    rebuildDays: (range) => store.rebuildDays(range),
    removeLocation: (location_id, frame) => store.removeLocation(location_id, frame),
    get erasuresDue() {
      return store.erasuresDue;
    },
    eraseContact: (erasure, frame) => store.eraseContact(erasure, frame),
    compact: () => store.compact(),
    settleErasures: (seqs) => store.settleErasures(seqs),
    maintain: (force) => store.maintain(force),
    close: () => store.close(),
  };
}

export function applying(store: Store, apply: Store["apply"]): Store {
  const changed = delegate(store);
  changed.apply = apply;
  return changed;
}

export function withApply(store: Store, before: () => Promise<unknown> | undefined): Store {
  return applying(store, async (group) => {
    await before();
    return await store.apply(group);
  });
}

/** A journal whose acknowledgement is what `durable` makes of the real one; with `skips` nothing is written at all. */
export function withAppend(
  journal: Journal,
  durable: (done: Promise<void>) => Promise<unknown>,
  skips: () => boolean = () => false,
): Journal {
  return {
    get seq() {
      return journal.seq;
    },
    get chain() {
      return journal.chain;
    },
    get bytes() {
      return journal.bytes;
    },
    get broken() {
      return journal.broken;
    },
    append(payload) {
      const appended = skips()
        ? { seq: journal.seq + 1, checksum: 0, chain: 0, durable: Promise.resolve() }
        : journal.append(payload);
      const changed = durable(appended.durable).then(() => appended.durable);
      changed.catch(() => undefined);
      return { ...appended, durable: changed };
    },
    read: (after, onDamage) => journal.read(after, onDamage),
    rewrite: (to, change) => journal.rewrite(to, change),
    resumeAt: (seq, chain) => journal.resumeAt(seq, chain),
    close: () => journal.close(),
  };
}
