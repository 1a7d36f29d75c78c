/**
 * The appliance: builds the whole from its parts and takes it down in the right order.
 * It must never hold logic of a part.
 */
import { mkdirSync } from "node:fs";
import { type Alerts, createAlerts } from "./alerts/alerts.ts";
import { createDelivery } from "./alerts/delivery/delivery.ts";
import { dataPaths, type Settings } from "./config.ts";
import { openControl } from "./control/control.ts";
import { createIngest } from "./ingest/pipeline.ts";
import { createWatch } from "./insight/watch.ts";
import { createTasks } from "./jobs/background.ts";
import { startDemo } from "./jobs/demo/demo.ts";
import { JOBS, runJobs } from "./jobs/jobs.ts";
import { openJournal } from "./journal/journal.ts";
import { createHub } from "./live/hub.ts";
import type { LogFile } from "./observe/log.ts";
import { createObserve } from "./observe/observe.ts";
import { createCache } from "./report/cache.ts";
import { openStore } from "./store/open.ts";
import { versionOf } from "./version.ts";
import { buildApp } from "./web/app.ts";
import { ensureOwner } from "./web/auth.ts";
import { biRoutes } from "./web/bi/bi.ts";
import { createPublicChannels } from "./web/channels/create.ts";
import { healthOf } from "./web/health.ts";
import type { Parts } from "./web/parts.ts";
import { createQuestionGate } from "./web/question-gate.ts";
import { createViewsInUse } from "./web/views-in-use.ts";
import { warmAfterStart } from "./web/warm.ts";

/** Sockets and running requests get this long to end before they are cut. */
const DRAIN_MS = 5_000;
/** A fragment is at most some 100 kB; a reader that lets this much wait is gone or too slow. */
const SOCKET_BACKLOG_BYTES_MAX = 256 * 1024;

export interface Appliance {
  parts: Parts;
  app: ReturnType<typeof buildApp>;
  /** Starts to answer; throws when the address can't be had. */
  listen(): Promise<{ url: string }>;
  /** Answers what was accepted, applies it, closes everything. */
  stop(): Promise<void>;
}

/** Opens the data directory and builds everything, without listening yet. `file`: where requests and slow queries are noted. Throws StoreTooNew, StoreDamaged, ControlError … with what to do. */
export async function createAppliance(
  settings: Settings,
  log: Parts["log"],
  file: LogFile | null = null,
): Promise<Appliance> {
  const paths = dataPaths(settings.data);
  for (const dir of [settings.data, paths.journal, paths.temp]) mkdirSync(dir, { recursive: true, mode: 0o700 });
  const now = clock();
  const observe = createObserve({ slow_query_ms: settings.slow_query_ms, now, file });
  const control = openControl(paths.control, { now, sessions: sessionLimits(settings) });
  await ensureOwner(control, settings);
  const store = await openStore({
    path: paths.store,
    temp_dir: paths.temp,
    memory_mb: settings.duckdb_memory_mb,
    threads: settings.duckdb_threads,
    temp_max_mb: settings.duckdb_temp_max_mb,
    query_timeout_ms: settings.query_timeout_ms,
    onQuery: observe.queried,
    onApply: observe.applied,
    log,
  });
  const journal = await openJournal({
    dir: paths.journal,
    segment_bytes: settings.journal_segment_bytes,
    onDamage: (damage) => log("error", `journal ${damage.segment} at ${damage.offset}: ${damage.what}`),
    log,
  });
  observe.metrics.read("journal_bytes", () => journal.bytes);
  const hub = createHub({
    pushes_per_s: settings.live_pushes_per_s,
    onPush: () => observe.metrics.count("live_pushes_total"),
    onError: (view, error) =>
      log("error", `live view ${view} failed: ${error instanceof Error ? error.message : error}`),
  });
  const channels = createPublicChannels({ settings, observe, now, log });
  const ingest = createIngest({
    watched: () => hub.watchers() + channels.places() > 0,
    settings,
    journal,
    store,
    control,
    now,
    log,
    // What cannot be written must not be acknowledged: a supervisor starts the process again, and it replays.
    onBroken: (why) => {
      log("error", `stopping at once: ${why}`);
      process.exit(1);
    },
  });
  const cache = createCache({ bytes_max: settings.cache_bytes_max });
  ingest.onApplied(({ touched }) => {
    // First of all: a page that is told of the commit must not be given an answer from before it.
    cache.touch(touched);
    hub.touch(touched.location_ids);
    channels.touch(touched.location_ids);
    watch.touch(touched);
    alerts.touch(touched);
  });
  const questions = createQuestionGate({
    at_once_max: settings.questions_at_once_max,
    waiting_max: settings.questions_waiting_max,
    timeout_ms: settings.query_timeout_ms,
  });
  const version = versionOf();
  const tasks = createTasks({ now, log });
  const watch = createWatch({ store, control, now, log, series_max: settings.insight_series_max });
  watch.onAnomaly(({ location_id }) => {
    const location_ids = [location_id];
    // Answers tell what was noticed, too.
    cache.touch({ location_ids, types: [], time_min: 0, time_max: 0 });
    channels.touch(location_ids);
  });
  const delivery = createDelivery({ control, settings, now, log });
  const alerts: Alerts = createAlerts({
    store,
    control,
    now,
    delivery,
    health: async () => (await healthOf(parts, false)).checks,
    onNews: (location_ids) => {
      channels.touch(location_ids);
      hub.touch(location_ids);
    },
  });
  const views = createViewsInUse(paths.views);
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
    watch,
    delivery,
    alerts,
    observe,
    now,
    log,
    version,
  };
  const app = buildApp(parts);
  const stops: (() => Promise<void>)[] = [];

  return {
    parts,
    app,
    async listen() {
      const { hostname, port } = address(settings.http);
      app.listen({
        hostname,
        port,
        idleTimeout: 30,
        // Limits are ours, and answered as problems: a body that nobody reads is dropped as it comes.
        maxRequestBodySize: Number.MAX_SAFE_INTEGER,
        websocket: {
          idleTimeout: 60,
          backpressureLimit: SOCKET_BACKLOG_BYTES_MAX,
          closeOnBackpressureLimit: true,
          perMessageDeflate: false,
          maxPayloadLength: 16 * 1024,
        },
      });
      const url = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${app.server?.port ?? port}`;
      stops.push(runJobs(JOBS, parts), tasks.stop, views.save, watch.stop, delivery.stop);
      warmAfterStart(parts, biRoutes(parts));
      if (settings.demo) stops.push(startDemo(parts, url).stop);
      return { url };
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
      await ingest.drain();
      await hub.close();
      await channels.close();
      const server = app.server;
      if (server) {
        await Promise.race([server.stop(), Bun.sleep(DRAIN_MS)]);
        await server.stop(true);
      }
      await store.close();
      await journal.close();
      control.close();
    },
  };
}

/** Wall clock in microseconds, never going back within the process: a step of the machine's clock must not shuffle receipts. */
function clock(): () => number {
  let last = 0;
  return () => {
    last = Math.max(last, Math.floor((performance.timeOrigin + performance.now()) * 1_000), Date.now() * 1_000);
    return last;
  };
}

function sessionLimits(settings: Settings) {
  const { session_idle_min, session_absolute_h, session_remember_days } = settings;
  return { idle_min: session_idle_min, absolute_h: session_absolute_h, remember_days: session_remember_days };
}

/** "127.0.0.1:8000", "[::1]:8000", ":8000" (every address). */
function address(http: string): { hostname: string; port: number } {
  const colon = http.lastIndexOf(":");
  const hostname = http.slice(0, colon).replace(/^\[|\]$/g, "") || "0.0.0.0";
  return { hostname, port: Number(http.slice(colon + 1)) };
}
