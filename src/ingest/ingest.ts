/**
 * Ingest: from a request's bytes to journaled, applied, exactly-once events.
 * It must never answer "accepted" before the journal is synced, and never drop an event without a confirmed duplicate.
 */
import type { Rejection } from "../catalogue/event.ts";
import type { Caller } from "../control/types.ts";
import type { Applied } from "../store/store.ts";
import type { ErasedContact, ErasureOrder } from "./erasing.ts";

export interface IngestRequest {
  body: Uint8Array;
  /** Lower-case header names; content-type, content-encoding and ce-* are looked at. */
  headers: Readonly<Record<string, string>>;
  caller: Caller;
  /** Answer only once the events are visible (status 200, exact duplicates). */
  wait: boolean;
  /** Ids that the server makes are derived from it: the same request again is the same events, even after a crash. */
  id_seed?: string;
  /** false: refused events are answered but not kept, as they are in the quarantine already. */
  quarantine?: false;
}

export type IngestOutcome =
  | { kind: "taken"; accepted: number; duplicates: number; rejected: readonly Rejection[]; visible: boolean }
  /** Nothing could be read from the body: 400, 413 or 415. */
  | { kind: "unreadable"; status: 400 | 413 | 415; title: string; detail: string }
  /** The queue is full, the disk is low or the appliance is stopping: 503 with Retry-After. */
  | { kind: "shed"; retry_after_s: number; detail: string };

/** What would become of a request, were it accepted. */
export type IngestChecked =
  | { kind: "checked"; events: number; rejected: readonly Rejection[] }
  | Extract<IngestOutcome, { kind: "unreadable" }>;

export interface IngestStats {
  accepted: number;
  duplicates: number;
  rejected: number;
  journal_seq: number;
  applied_seq: number;
  queue_rows: number;
  queue_bytes: number;
  /** Receipt (µs since the epoch) of the oldest event that is accepted but not visible yet; null when all are visible. */
  oldest_pending: number | null;
  last_event_at: number | null;
}

export interface Ingest {
  accept(request: IngestRequest): Promise<IngestOutcome>;
  /** What `accept` would refuse of it. Nothing is journaled, kept or counted. */
  check(request: Pick<IngestRequest, "body" | "headers" | "caller">): Promise<IngestChecked>;
  /**
   * Rows of an import for one location (`time` in microseconds): waits while the queue is full instead of shedding,
   * and answers once they are visible. What is refused is reported, not quarantined: the file still has it.
   */
  acceptRows(rows: unknown[], location_id: string): Promise<IngestOutcome>;
  /**
   * Removes a location: its events, rollups, keys and settings. Journaled, so that a rebuild from the journal does not
   * bring it back; events of it that come later make it anew. Resolves once it is gone from every answer.
   */
  removeLocation(location_id: string): Promise<void>;
  /**
   * Erases a contact: resolves once it is gone from every answer. From files it goes in the background (tracesGone),
   * after a crash too. Events of it that come later are new data. Throws JournalError when the disk is full.
   */
  eraseContact(order: ErasureOrder): Promise<ErasedContact>;
  /** Resolves once no file of the data directory holds a trace of the contact that this frame erased; `hurry`: begins at once. */
  tracesGone(journal_seq: number, hurry: boolean): Promise<void>;
  /** Writes down what was refused and still waits to be: whoever looks into the quarantine must find all of it. */
  flushQuarantine(): void;
  /** Called after each commit. */
  onApplied(listener: (applied: Applied) => void): void;
  stats(): IngestStats;
  /** Runs a task of the store's single writer between groups (rollup rebuild, removal of a location). */
  exclusively<T>(task: () => Promise<T>): Promise<T>;
  /** Refuses new events, syncs and applies what was accepted. */
  drain(): Promise<void>;
}
