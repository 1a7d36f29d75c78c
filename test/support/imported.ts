/** A store with imported history: the real importer, ingest, journal and DuckDB in a temporary folder. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArguments } from "../../src/commands/arguments.ts";
import { dataPaths, settingsOf } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { type ImportJob, type ImportReport, importFiles } from "../../src/ingest/import.ts";
import { createIngest } from "../../src/ingest/pipeline.ts";
import { openJournal } from "../../src/journal/journal.ts";
import { openStore } from "../../src/store/open.ts";

export async function importWorld() {
  const data = mkdtempSync(join(tmpdir(), "bellwether-imported-"));
  const settings = { ...settingsOf(parseArguments([], []), {}, ""), data };
  const paths = dataPaths(data);
  for (const dir of [paths.journal, paths.temp]) mkdirSync(dir, { recursive: true });
  const now = () => Date.now() * 1_000;
  const log = () => {};
  const control = openControl(paths.control, { now });
  const store = await openStore({
    path: paths.store,
    temp_dir: paths.temp,
    memory_mb: settings.duckdb_memory_mb,
    threads: 2,
    temp_max_mb: 1_000,
    query_timeout_ms: 60_000,
    log,
  });
  const journal = await openJournal({ dir: paths.journal, segment_bytes: 64 * 1024 * 1024, onDamage: log, log });
  const ingest = createIngest({ settings, journal, store, control, now, log });
  const parts = { settings, control, store, ingest, now };
  return {
    ...parts,
    data,
    run: (job: ImportJob): Promise<ImportReport> => importFiles(parts, job, paths.temp, () => {}),
    async close() {
      await ingest.drain();
      await store.close();
      await journal.close();
      control.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export type ImportWorld = Awaited<ReturnType<typeof importWorld>>;

/** A job for one of the maps that are shipped. */
export function shippedJob(set: string, files: readonly string[], given: Partial<ImportJob> = {}): ImportJob {
  const map = readFileSync(resolve(import.meta.dir, `../../docs/examples/${set}.sql`), "utf8");
  return { files, map, location_id: set, timezone: "UTC", csv_delim: null, dry_run: false, ...given };
}
