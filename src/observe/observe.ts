/**
 * The appliance's view of itself: counts, health history, what jobs did, and lines for the log file.
 * It must never hold what was sent: no body, value, token, key or name of a contact.
 */
import { totalmem } from "node:os";
import type { QueryDone } from "../store/store.ts";
import { createHealthHistory, type HealthHistory } from "./health-history.ts";
import type { LogFile } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createRates, type Rates } from "./rates.ts";

export interface JobState {
  name: string;
  runs: number;
  failures: number;
  /** Of the last run. */
  ran_at: number;
  took_ms: number;
  failed: boolean;
}

export interface Observe {
  metrics: Metrics;
  history: HealthHistory;
  /** `accepted` events and `pushes` right now. */
  rates: Rates;
  /** Lines of the log file that were lost. */
  lost(): number;
  /** A line for the log file alone. */
  note(level: "info" | "warn" | "error", message: string, fields: Readonly<Record<string, unknown>>): void;
  /** A run of a recurring job ended. */
  jobRan(name: string, took_ms: number, failed: boolean): void;
  jobs(): readonly JobState[];
  /** Says for whom the work of this signal is done, so that its slow queries can be told. */
  tag(signal: AbortSignal, request_id: string): void;
  queried(query: QueryDone): void;
  applied(took_ms: number): void;
}

export interface ObserveOptions {
  slow_query_ms: number;
  /** Microseconds since the epoch. */
  now: () => number;
  /** Null where nothing is written: in tests, and for verbs. */
  file: LogFile | null;
}

const SQL_CHARS_MAX = 4_000;

export function createObserve({ slow_query_ms, now, file }: ObserveOptions): Observe {
  const metrics = createMetrics();
  const jobs = new Map<string, JobState>();
  const askers = new WeakMap<AbortSignal, string>();
  const history = createHealthHistory({
    now,
    cpu_us: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    cores: navigator.hardwareConcurrency,
    memory_bytes: () => process.memoryUsage.rss(),
    memory_bytes_max: memoryMax(),
  });
  const rates = createRates(
    () => ({
      accepted: metrics.total("ingest_events_total", ["accepted"]),
      pushes: metrics.total("live_pushes_total"),
    }),
    now,
  );
  const note: Observe["note"] = (level, message, fields) => file?.write({ level, message, ...fields });
  return {
    metrics,
    history,
    rates,
    lost: () => file?.dropped ?? 0,
    note,
    jobRan(name, took_ms, failed) {
      const before = jobs.get(name) ?? { runs: 0, failures: 0 };
      jobs.set(name, {
        name,
        runs: before.runs + 1,
        failures: before.failures + (failed ? 1 : 0),
        ran_at: now(),
        took_ms,
        failed,
      });
      metrics.count("job_runs_total", [name, failed ? "failed" : "done"]);
    },
    jobs: () => [...jobs.values()],
    tag: (signal, request_id) => askers.set(signal, request_id),
    queried({ kind, sql, took_ms, outcome, signal }) {
      metrics.observe("query_duration_seconds", [kind, outcome], took_ms / 1_000);
      if (took_ms < slow_query_ms) return;
      metrics.count("query_slow_total", [kind]);
      const request_id = signal && askers.get(signal);
      const asked = request_id === undefined ? {} : { request_id };
      note("warn", "slow query", { ...asked, kind, outcome, duration_ms: Math.round(took_ms), sql: shortened(sql) });
    },
    applied: (took_ms) => metrics.observe("store_apply_duration_seconds", [], took_ms / 1_000),
  };
}

function shortened(sql: string): string {
  return sql.length <= SQL_CHARS_MAX ? sql : `${sql.slice(0, SQL_CHARS_MAX)}…`;
}

function memoryMax(): number {
  const limit = process.constrainedMemory();
  const machine = totalmem();
  return limit > 0 && limit < machine ? limit : machine;
}
