/**
 * The store's interface: events and rollups in DuckDB, and every analytic question asked of them.
 * It must never acknowledge (the journal does) and never write a rollup outside the transaction of its events.
 */
import type { CommissionRule, Filter, Grain, Kpi } from "../catalogue/types.ts";
import type { Compaction } from "./compact.ts";
import type { DueErasure, Erasure } from "./erasure.ts";

export interface StoreOptions {
  /** File path, or ":memory:". */
  path: string;
  /** Where DuckDB spills, and where staging files are written. */
  temp_dir: string;
  memory_mb: number;
  threads: number;
  temp_max_mb: number;
  query_timeout_ms: number;
  /** Called when a query of the readers ended. */
  onQuery?: (query: QueryDone) => void;
  /** Called when a group was applied. */
  onApply?: (took_ms: number) => void;
  log: (level: "info" | "warn" | "error", message: string) => void;
}

/** How a query of the readers ended. */
export interface QueryDone {
  /** Compiled from a Question, or SQL of a report. */
  kind: "question" | "report";
  /** With placeholders instead of values. */
  sql: string;
  /** Waiting for a connection included. */
  took_ms: number;
  outcome: "done" | "timeout" | "aborted" | "refused" | "failed";
  signal: AbortSignal | undefined;
}

/** What the projection holds; compared with the journal at start. */
export interface AppliedState {
  /** Sequence number of the last journal frame applied; 0 when none. */
  seq: number;
  /** Rows in events. */
  events: number;
  /** Running checksum over the applied frames' checksums (unsigned 32 bit). */
  checksum: number;
}

/** A run of consecutive journal frames, applied in one transaction. */
export interface ApplyGroup {
  /** Of the last frame in the group. */
  seq: number;
  /** Running checksum after the group. */
  checksum: number;
  /** NDJSON of BotEvents, one line each ("\n" after every line), in journal order. */
  lines: readonly Uint8Array[];
  /** Lines in all. */
  rows: number;
  /** Ordinals (0-based, over the whole group) that may be known already: confirmed by (location_id, id) before they are dropped. */
  suspects: readonly number[];
}

/** What a commit changed: enough for caches and live views to know whether they are touched. */
export interface Touched {
  location_ids: readonly string[];
  types: readonly string[];
  /** Microseconds; 0 and 0 when nothing was inserted. */
  time_min: number;
  time_max: number;
}

export interface Applied {
  state: AppliedState;
  inserted: number;
  /** Ordinals that were dropped as already known, ascending. */
  duplicates: readonly number[];
  touched: Touched;
}

/** A question: any KPIs × dimensions × grain × filters × time zone. Half-open [from, to), microseconds. */
export interface Question {
  kpis: readonly Kpi[];
  by: readonly string[];
  grain: Grain | null;
  from: number;
  to: number;
  /** IANA. */
  timezone: string;
  /** null: every location (only for callers who may see all). */
  locations: readonly string[] | null;
  filters: readonly Filter[];
  order?: readonly { by: string; dir: "asc" | "desc" }[];
  limit?: number;
  rules: readonly CommissionRule[];
  /** "raw" and "rollup" force a source (tests compare the two); "auto" chooses. */
  source?: "auto" | "raw" | "rollup";
  /** Events in the store, where known: while they are few, percentiles are exact over any length. The store says it itself. */
  stored_events?: number;
  signal?: AbortSignal;
  /** The present, where the range may reach beyond it; active conversations are counted then. */
  now?: number;
}

export interface Column {
  name: string;
  kind: "time" | "dimension" | "kpi";
  unit: string | null;
  label: string;
  /** Of a money column when the whole answer has one currency; when it has several, a `currency` dimension column is added instead. */
  currency?: string;
  /** Set when a sketch stood in for an exact percentile or distinct count. */
  approximate?: true;
}

/** Money cells are exact decimal strings (at least 2 places), others numbers; null where there is nothing to divide by. Times are RFC 3339 UTC strings. */
export type Cell = string | number | boolean | null;

export interface Answer {
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  /** Per KPI key over the whole timeframe; money over several currencies is an object by currency. */
  totals: Readonly<Record<string, Cell | Readonly<Record<string, string>>>>;
  source: "raw" | "rollup";
  sql: string;
}

export interface Store {
  readonly state: AppliedState;
  /** Applies one group in one transaction: dedupe, events, rollups, applied state. Throws and changes nothing on failure. Calls must not overlap. */
  apply(group: ApplyGroup): Promise<Applied>;
  /** Fingerprints of the newest `limit` events, newest first, in chunks: to fill the in-memory set at start. */
  fingerprints(limit: number): AsyncIterable<Float64Array>;
  ask(question: Question): Promise<Answer>;
  /** Bound SQL for reports (event lists, feeds, bot status). Rows are plain objects; BIGINT and HUGEINT come as number, DECIMAL as string, TIMESTAMP as microseconds. */
  rows<Row>(
    sql: string,
    params: readonly (string | number | boolean | null | readonly string[])[],
    signal?: AbortSignal,
  ): Promise<Row[]>;
  /** Writes what a SELECT answers to a Parquet file in `temp_dir`; may take longer than other questions. */
  copyToParquet(
    sql: string,
    params: readonly (string | number | boolean | null | readonly string[])[],
    path: string,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Where temporary files may lie. */
  readonly temp_dir: string;
  /** Rebuilds all rollups from raw events, in one transaction. */
  rebuildRollups(progress?: (done: number, total: number) => void): Promise<void>;
  /**
   * Rebuilds the rollups of the UTC days that touch [from, to) from raw events, in one transaction; of one location or
   * (null) of all. Not while a group is applied. Returns the number of events read.
   */
  rebuildDays(range: { from: number; to: number; location_id: string | null }): Promise<number>;
  /** Empties everything, state included, as before the first frame; for a rebuild from the journal. Not while a group is applied. */
  reset(): Promise<void>;
  /** Deletes the events and rollups of one location, in one transaction with the state of the frame that says so. Not while a group is applied. */
  removeLocation(location_id: string, frame: Pick<AppliedState, "seq" | "checksum">): Promise<Applied>;
  /** Erasures that are applied while files may still hold traces; saved with the data, so that a restart knows them. */
  readonly erasuresDue: readonly DueErasure[];
  /** Deletes the events of one contact and what the rollups have of them, in one transaction with the state of the frame that says so. Not while a group is applied. */
  eraseContact(erasure: Erasure, frame: Pick<AppliedState, "seq" | "checksum">): Promise<Applied>;
  /** Writes the data file anew without what was deleted; questions go on. Null in memory. Not while a group is applied. */
  compact(): Promise<Compaction | null>;
  /** No file holds traces of these erasures (by their frames) any more; on disk before it resolves. Not while a group is applied. */
  settleErasures(seqs: readonly number[]): Promise<void>;
  /** Folds appended rollup rows and checkpoints when due; called by the one writer between groups. */
  maintain(force?: boolean): Promise<void>;
  close(): Promise<void>;
}
