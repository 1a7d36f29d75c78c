/** Journal, store, control and ingest in a temporary folder, as the appliance builds them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAlerts } from "../../src/alerts/alerts.ts";
import { createDelivery } from "../../src/alerts/delivery/delivery.ts";
import { dataPaths, loadSettings, type Settings } from "../../src/config.ts";
import { type Control, openControl } from "../../src/control/control.ts";
import type { Scope } from "../../src/control/types.ts";
import type { Ingest } from "../../src/ingest/ingest.ts";
import { createIngest } from "../../src/ingest/pipeline.ts";
import { createWatch } from "../../src/insight/watch.ts";
import { createTasks } from "../../src/jobs/background.ts";
import { type Damage, type Journal, openJournal } from "../../src/journal/journal.ts";
import { createObserve } from "../../src/observe/observe.ts";
import { createCache } from "../../src/report/cache.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { createPublicChannels } from "../../src/web/channels/create.ts";
import type { Parts } from "../../src/web/parts.ts";
import { createQuestionGate } from "../../src/web/question-gate.ts";
import { createViewsInUse } from "../../src/web/views-in-use.ts";

export interface IngestWorld {
  dir: string;
  settings: Settings;
  journal: Journal;
  store: Store;
  control: Control;
  ingest: Ingest;
  parts: Parts;
  /** What was logged above "info", and what the journal reported at opening. */
  said: string[];
  damaged: Damage[];
  broken: string[];
  /** Drains and closes; the folder stays unless `dispose` made it. */
  stop(): Promise<void>;
}

export interface WorldOptions {
  /** An existing folder, for a second life. */
  dir?: string;
  settings?: Partial<Settings>;
  now?: () => number;
  free?: () => Promise<number>;
  /** Stands between ingest and the real thing. */
  store?: (store: Store) => Store;
  journal?: (journal: Journal) => Journal;
}

export async function openWorld(options: WorldOptions = {}): Promise<IngestWorld> {
  const dir = options.dir ?? temporaryFolder();
  const settings = {
    ...loadSettings([], {}, ""),
    data: dir,
    disk_free_bytes_min: 0,
    duckdb_memory_mb: 512,
    ...options.settings,
  };
  const paths = dataPaths(dir);
  for (const made of [paths.journal, paths.temp]) await Bun.$`mkdir -p ${made}`.quiet();
  const said: string[] = [];
  const damaged: Damage[] = [];
  const broken: string[] = [];
  const log = (level: string, message: string): void => void (level === "info" || said.push(`${level}: ${message}`));
  const now = options.now ?? (() => Date.now() * 1000);
  const control = openControl(paths.control, { now });
  const store = await openStore({
    path: paths.store,
    temp_dir: paths.temp,
    memory_mb: settings.duckdb_memory_mb,
    threads: 2,
    temp_max_mb: 1024,
    query_timeout_ms: 60_000,
    log,
  });
  const journal = await openJournal({
    dir: paths.journal,
    segment_bytes: settings.journal_segment_bytes,
    onDamage: (damage) => damaged.push(damage),
    log,
  });
  const ingest = createIngest({
    settings,
    journal: options.journal?.(journal) ?? journal,
    store: options.store?.(store) ?? store,
    control,
    now,
    log,
    onBroken: (why) => void broken.push(why),
    ...(options.free === undefined ? {} : { free: options.free }),
  });
  const hub = {
    watch: () => () => {},
    touch: () => {},
    tick: () => {},
    watchers: () => 0,
    watched: () => [],
    lag_p95_ms: () => null,
    close: async () => {},
  };
  const cache = createCache({ bytes_max: 1024 * 1024 });
  const tasks = createTasks({ now, log });
  const views = createViewsInUse(null);
  const version = { version: "0", commit: "", bun: "", duckdb: "" };
  const observe = createObserve({ slow_query_ms: settings.slow_query_ms, now, file: null });
  const questions = createQuestionGate({ at_once_max: 8, waiting_max: 128, timeout_ms: 60_000 });
  const delivery = createDelivery({ control, settings, now, log });
  const channels = createPublicChannels({ settings, observe, now, log });
  const alerts = createAlerts({ store, control, now, delivery, health: async () => ({}), onNews: channels.touch });
  ingest.onApplied(({ touched }) => alerts.touch(touched));
  const parts: Parts = {
    settings,
    store,
    control,
    ingest,
    hub,
    channels,
    cache,
    tasks,
    views,
    questions,
    watch: createWatch({ store, control, now, log, series_max: 0 }),
    delivery,
    alerts,
    observe,
    now,
    log,
    version,
  };
  const stop = async (): Promise<void> => {
    await ingest.drain();
    await store.close();
    await journal.close();
    control.close();
  };
  return { dir, settings, journal, store, control, ingest, parts, said, damaged, broken, stop };
}

export function keyOf(
  control: Control,
  scopes: readonly Scope[] = ["ingest"],
  location_id: string | null = null,
): string {
  return control.addKey({ name: "test", scopes, location_id }).key;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "bellwether-ingest-"));
}

export function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}
