/** How the appliance is: everything it can say of itself that is not secret. */
import { stat, statfs } from "node:fs/promises";
import { formatInstant } from "../../catalogue/time.ts";
import { dataPaths } from "../../config.ts";
import { JOBS } from "../../jobs/jobs.ts";
import { ingestFacts, storeFacts } from "../../report/system.ts";
import { questionOfKey } from "../bi/answer.ts";
import { healthOf } from "../health.ts";
import { createKept, type Kept } from "../kept.ts";
import type { Parts } from "../parts.ts";
import type { SystemState } from "./shapes.ts";

type Figures = NonNullable<SystemState["figures"]>;

const SLOWEST_MAX = 8;
const TASKS_MAX = 10;
/** What costs questions. */
const PROBE_MS_MAX = 5_000;

/** `figures` false: statuses alone, as the figures are those of the whole appliance. */
export async function systemState(parts: Parts, figures: boolean): Promise<SystemState> {
  const { version, now } = parts;
  const [{ status, checks }, shown] = await Promise.all([healthOf(parts, figures), figures ? figuresOf(parts) : null]);
  return {
    generated_at: formatInstant(now()),
    version: version.version,
    commit: version.commit,
    runtime: `Bun ${version.bun}`,
    database: `DuckDB ${version.duckdb}`,
    uptime_s: Math.floor(process.uptime()),
    status,
    checks,
    figures: shown,
  };
}

async function figuresOf(parts: Parts): Promise<Figures> {
  const { observe } = parts;
  const [ingest, store] = await Promise.all([ingestOf(parts), storeOf(parts)]);
  return {
    ingest,
    store,
    sockets: socketsOf(parts),
    cache: cacheOf(parts),
    jobs: jobsOf(parts),
    tasks: tasksOf(parts),
    history: observe.history
      .samples()
      .map(({ at, status, reasons }) => ({ at: formatInstant(at), status, reasons: [...reasons] })),
    memory_bytes: process.memoryUsage.rss(),
    cpu: observe.history.samples().at(-1)?.cpu ?? null,
    log_lines_dropped: observe.lost(),
  };
}

async function ingestOf(parts: Parts): Promise<Figures["ingest"]> {
  const { ingest, observe, control, now } = parts;
  const { accepted, duplicates, rejected, queue_rows, queue_bytes, oldest_pending } = ingest.stats();
  ingest.flushQuarantine();
  const facts = await keptOf(parts)
    .ingest.take(
      "ingest",
      () => ingestFacts(parts, now(), AbortSignal.timeout(PROBE_MS_MAX)),
      () => {},
    )
    .catch(() => null);
  return {
    accepted,
    duplicates,
    rejected,
    quarantined: control.quarantinedCount({ locations: null }),
    per_s: observe.rates.per_s("accepted"),
    quarters: [...(facts?.quarters ?? [])],
    queue_rows,
    queue_bytes,
    oldest_pending: oldest_pending === null ? null : formatInstant(oldest_pending),
    lag_p50_ms: facts?.lag_p50_ms ?? null,
    lag_p95_ms: facts?.lag_p95_ms ?? null,
  };
}

async function storeOf(parts: Parts): Promise<Figures["store"]> {
  const { settings, store, ingest, observe } = parts;
  const [facts, disk, file_bytes] = await Promise.all([
    keptOf(parts)
      .store.take(
        "store",
        () => storeFacts(parts, AbortSignal.timeout(PROBE_MS_MAX)),
        () => {},
      )
      // What the disk and the journal say is known without it.
      .catch(() => null),
    diskOf(settings.data),
    stat(dataPaths(settings.data).store).then(
      ({ size }) => size,
      () => null,
    ),
  ]);
  const { journal_seq, applied_seq } = ingest.stats();
  const at = (time: number | null): string | null => (time === null ? null : formatInstant(time));
  return {
    events: store.state.events,
    file_bytes,
    journal_bytes: observe.metrics.total("journal_bytes"),
    journal_seq,
    applied_seq,
    disk_free_bytes: disk?.free ?? null,
    disk_bytes: disk?.whole ?? null,
    disk_free_bytes_min: settings.disk_free_bytes_min,
    oldest: at(facts?.oldest ?? null),
    newest: at(facts?.newest ?? null),
    rollups: facts && [...facts.rollups],
    memory_bytes: facts?.memory_bytes ?? null,
    memory_bytes_max: settings.duckdb_memory_mb * 1024 * 1024,
  };
}

async function diskOf(path: string): Promise<{ free: number; whole: number } | null> {
  return statfs(path).then(
    ({ bavail, blocks, bsize }) => ({ free: bavail * bsize, whole: blocks * bsize }),
    () => null,
  );
}

/** By the name of the page, behind its locale: what else stands in a view's key is somebody's query. */
function socketsOf({ hub, channels, observe }: Parts): Figures["sockets"] {
  const pages = new Map<string, number>();
  for (const { key, watchers } of hub.watched()) {
    const [, view = "page"] = key.split(" ", 2);
    pages.set(view, (pages.get(view) ?? 0) + watchers);
  }
  const { channels: open, dropped } = channels.state();
  return {
    pages: [...pages].map(([view, clients]) => ({ view, clients })).sort((one, other) => other.clients - one.clients),
    channels: open
      .map(({ channel, places, lagging }) => ({ channel, clients: places, lagging }))
      .sort((one, other) => other.clients - one.clients),
    pushes: observe.metrics.total("live_pushes_total"),
    pushes_per_s: observe.rates.per_s("pushes"),
    lag_p95_ms: hub.lag_p95_ms(),
    dropped,
  };
}

function cacheOf({ cache }: Parts): Figures["cache"] {
  const { hits, shared, misses, entries, bytes, bytes_max, slowest } = cache.analytics();
  const asked = hits + shared + misses;
  return {
    hit_rate: asked === 0 ? null : (hits + shared) / asked,
    hits: hits + shared,
    misses,
    entries,
    bytes,
    bytes_max,
    slowest: slowest.slice(0, SLOWEST_MAX).flatMap(({ key, hits, took_ms }) => {
      const question = questionOfKey(key);
      return question
        ? [{ route: question.route, timeframe: question.timeframe, hits, took_ms: Math.round(took_ms) }]
        : [];
    }),
  };
}

function jobsOf({ observe }: Parts): Figures["jobs"] {
  const known = new Map(observe.jobs().map((state) => [state.name, state]));
  return JOBS.map(({ name, every_s }) => {
    const state = known.get(name);
    return {
      name,
      every_s,
      ran_at: state ? formatInstant(state.ran_at) : null,
      next_at: state ? formatInstant(state.ran_at + every_s * 1_000_000) : null,
      took_ms: state?.took_ms ?? null,
      runs: state?.runs ?? 0,
      failures: state?.failures ?? 0,
      failed: state?.failed ?? false,
    };
  });
}

function tasksOf({ tasks }: Parts): Figures["tasks"] {
  return tasks
    .jobs()
    .slice(0, TASKS_MAX)
    .map(({ job_id, kind, status, progress, queued_at, finished_at }) => ({
      job_id,
      kind,
      status,
      progress,
      queued_at: formatInstant(queued_at),
      finished_at: finished_at === null ? null : formatInstant(finished_at),
    }));
}

interface KeptFacts {
  store: Kept<Awaited<ReturnType<typeof storeFacts>>>;
  ingest: Kept<Awaited<ReturnType<typeof ingestFacts>>>;
}

const kept = new WeakMap<Parts, KeptFacts>();

/** Of one appliance: asked for a twentieth of the time at most, however many watch. */
function keptOf(parts: Parts): KeptFacts {
  const known = kept.get(parts) ?? { store: createKept(), ingest: createKept() };
  kept.set(parts, known);
  return known;
}
