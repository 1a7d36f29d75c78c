/** Opens the store: data file, migrations, rollups, and what happens between them. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { contactMeasures } from "../catalogue/contact-measures.ts";
import { rollupMeasures, rollupSketches } from "../catalogue/measures.ts";
import { openApplier, readState } from "./apply.ts";
import { type Database, openDatabase, quoted } from "./duckdb.ts";
import { dueErasures, eraseContact, settleErasures } from "./erase.ts";
import { isFatal, messageOf, StoreDamaged } from "./errors.ts";
import { newestFingerprints } from "./events.ts";
import { openMaintenance } from "./maintain.ts";
import { readMeta } from "./meta.ts";
import { migrate } from "./migrations/migrations.ts";
import { askStore } from "./query.ts";
import { emptyStore, rebuildDays, rebuildRollups, removeLocation } from "./rebuild.ts";
import { rollupsOf } from "./rollups.ts";
import type { AppliedState, Store, StoreOptions } from "./store.ts";

/** Writing a file of all events may take so many times as long as a question. */
const COPY_LONGER = 12;

/** Throws StoreLocked, StoreTooNew or StoreDamaged (errors.ts), whose messages say what to do. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const database = await openDatabase(options);
  removeStale(options.temp_dir);
  try {
    return await storeOver(database, options);
  } catch (error) {
    await database.close();
    throw isFatal(error) ? new StoreDamaged(options.path, messageOf(error)) : error;
  }
}

async function storeOver(database: Database, { path, temp_dir, onApply, log }: StoreOptions): Promise<Store> {
  await migrate(database, (message) => log("info", message));
  const rollups = rollupsOf(rollupMeasures(), rollupSketches(), contactMeasures());
  // hash() of contacts may differ between versions of DuckDB, so the version is part of the definition.
  const definition = Bun.SHA256.hash(`${database.version}\n${rollups.definition}`, "hex");
  let state = await readState(database);
  let erasuresDue = await dueErasures(database);
  const applier = await openApplier(database, rollups, temp_dir);
  const maintenance = await openMaintenance(database, rollups.tables);

  async function renewRollups(progress?: (done: number, total: number) => void): Promise<void> {
    await rebuildRollups(database, rollups, definition, progress);
    maintenance.settled();
    await maintenance.checkpoint();
  }
  await renewIfChanged(database, definition, state, log, renewRollups);
  await database.checkpoint();

  const rows: Store["rows"] = (sql, params, signal) => database.readers.select(sql, params, signal);
  const { select } = database.readers;

  let closing: Promise<void> | null = null;
  async function closeAll(): Promise<void> {
    // What was applied and not yet saved is still in the journal: a failed save is no loss.
    await maintenance.checkpoint().catch((error) => log("error", `closing without a checkpoint: ${messageOf(error)}`));
    await applier.close();
    await database.close();
  }

  return {
    get state() {
      return state;
    },
    async apply(group) {
      try {
        const started_at = performance.now();
        const commit = await applier.apply(group, state);
        state = commit.applied.state;
        const took_ms = performance.now() - started_at;
        maintenance.note(commit, took_ms);
        onApply?.(took_ms);
        return commit.applied;
      } catch (error) {
        throw isFatal(error) ? new StoreDamaged(path, messageOf(error)) : error;
      }
    },
    fingerprints: (limit) => newestFingerprints(database, limit),
    ask: (question) =>
      askStore((sql, params) => select(sql, params, question.signal, "question"), {
        ...question,
        stored_events: state.events,
      }),
    rows,
    temp_dir,
    async copyToParquet(sql, params, path, signal) {
      const copy = `COPY (${sql}) TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd)`;
      await select(copy, params, signal, "report", COPY_LONGER);
    },
    rebuildRollups: renewRollups,
    async rebuildDays(range) {
      const events = await rebuildDays(database, rollups, range);
      // The journal would not bring them back.
      await maintenance.checkpoint();
      return events;
    },
    async reset() {
      state = await emptyStore(database, rollups);
      maintenance.settled();
      await maintenance.checkpoint();
    },
    async removeLocation(location_id, { seq, checksum }) {
      state = await removeLocation(database, rollups, { ...state, seq, checksum }, location_id);
      await maintenance.checkpoint();
      const touched = { location_ids: [location_id], types: [], time_min: 0, time_max: 0 };
      return { state, inserted: 0, duplicates: [], touched };
    },
    get erasuresDue() {
      return erasuresDue;
    },
    async eraseContact(erasure, { seq, checksum }) {
      applier.forget();
      state = await eraseContact(database, rollups, erasure, { seq, checksum });
      erasuresDue = await dueErasures(database);
      const touched = { location_ids: [erasure.location_id], types: [], time_min: 0, time_max: 0 };
      return { state, inserted: 0, duplicates: [], touched };
    },
    async compact() {
      // With what is still to be folded: the copy is a checkpoint, too.
      await maintenance.checkpoint();
      return await database.compact();
    },
    async settleErasures(seqs) {
      erasuresDue = await settleErasures(database, seqs);
      await maintenance.checkpoint();
    },
    maintain: (force) => maintenance.step(force ?? false),
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

async function renewIfChanged(
  database: Database,
  definition: string,
  state: AppliedState,
  log: StoreOptions["log"],
  renew: (progress: (done: number, total: number) => void) => Promise<void>,
): Promise<void> {
  const known = await readMeta(database, "rollup_definition");
  if (known === definition) return;
  if (known !== null) log("info", `the catalogue has changed: rebuilding the rollups of ${state.events} events`);
  let said = 0;
  await renew((done, total) => {
    if (Math.floor((done / total) * 10) === said) return;
    said = Math.floor((done / total) * 10);
    if (known !== null) log("info", `rollups: ${done} of ${total} events`);
  });
}

/**
 * Staging and spill files of processes that ended without closing. Whoever has the data file open has its lock, so
 * nobody else's are in use; a process id says nothing, as in a container the next process has the same.
 */
function removeStale(temp_dir: string): void {
  for (const name of readdirSync(temp_dir)) {
    if (/^(staged-.*\.ndjson|export-.*|duckdb_temp_.*)$/.test(name)) rmSync(join(temp_dir, name), { force: true });
  }
}
