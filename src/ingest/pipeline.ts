/**
 * From a request to journaled events on their way to the store.
 * It must never answer "taken" before the journal is synced.
 */
import type { Rejection } from "../catalogue/event.ts";
import type { Settings } from "../config.ts";
import type { Control } from "../control/control.ts";
import type { Caller } from "../control/types.ts";
import { type Journal, JournalError } from "../journal/journal.ts";
import type { Applied, Store } from "../store/store.ts";
import { type AcceptContext, type Accepted, acceptEvents, acceptRows } from "./accept.ts";
import { startApplying } from "./applying.ts";
import { decodeBody } from "./decode.ts";
import { createDedupe } from "./dedupe.ts";
import { type DiskWatch, watchDisk } from "./disk.ts";
import { createErasing } from "./erasing.ts";
import type { Ingest, IngestOutcome, IngestRequest, IngestStats } from "./ingest.ts";
import { type Instruction, instructionLine } from "./instructions.ts";
import { createQuarantine } from "./quarantine.ts";
import { resumeNumbering } from "./reconcile.ts";

export interface IngestParts {
  settings: Settings;
  journal: Journal;
  store: Store;
  control: Control;
  /** Microseconds since the epoch. */
  now: () => number;
  log: (level: "info" | "warn" | "error", message: string) => void;
  /** Whether anybody sees the events come: then they come sooner, and cost more. */
  watched?: () => boolean;
  /** The journal or the store is broken for good: the process must stop, and replays what it acknowledged at its next start. */
  onBroken?: (why: string) => void;
  /** Free bytes of the data directory; the real ones unless a test says otherwise. */
  free?: (path: string) => Promise<number>;
}

/**
 * Starts ingest: events are taken at once; what the store lacks of the journal is applied in the background first.
 * To be called before anything is appended to the journal.
 */
export function createIngest(parts: IngestParts): Ingest {
  const { settings, journal, store, control, now, log } = parts;
  resumeNumbering(journal, store.state, log);
  const listeners: ((applied: Applied) => void)[] = [];
  const counts: Pick<IngestStats, "accepted" | "duplicates" | "rejected" | "last_event_at"> = {
    accepted: 0,
    duplicates: 0,
    rejected: 0,
    last_event_at: null,
  };
  let in_flight = 0;
  let in_flight_bytes = 0;
  let draining = false;
  let idle = Promise.withResolvers<void>();

  const quarantine = createQuarantine({
    control,
    days: settings.quarantine_days,
    rows_max: settings.quarantine_rows_max,
    now,
    log,
  });
  const disk = watchDisk({ path: settings.data, free_bytes_min: settings.disk_free_bytes_min, log, ...freeOf(parts) });
  const applying = startApplying({
    journal,
    store,
    dedupe: createDedupe(settings.dedupe_ids_max),
    apply_rows_max: settings.apply_rows_max,
    dedupe_ids_max: settings.dedupe_ids_max,
    now,
    log,
    onApplied: (applied) => tell(listeners, applied, log),
    watched: parts.watched ?? (() => false),
    onPoison: (line) => quarantine.add([refusedByStore(line, now())]),
    onLive: () => erasing.resume(),
    onBroken: (why) => parts.onBroken?.(why),
  });

  /** Pure but for the clock and new ids. */
  async function read(
    request: Pick<IngestRequest, "body" | "headers" | "caller" | "id_seed">,
  ): Promise<{ received_at: number; accepted: Accepted } | Extract<IngestOutcome, { kind: "unreadable" }>> {
    const decoded = await decodeBody(request.body, request.headers, limitsOf(settings));
    if ("status" in decoded) return { kind: "unreadable", ...decoded };
    const received_at = now();
    const newId = request.id_seed === undefined ? Bun.randomUUIDv7 : seededIds(request.id_seed);
    const { caller } = request;
    const accepted = acceptEvents(decoded, {
      ...contextAt(received_at),
      location_id: boundLocation(caller),
      locations: caller.locations,
      newId,
    });
    return { received_at, accepted };
  }

  const erasing = createErasing({
    journal,
    store,
    control,
    instruct,
    flushQuarantine: () => quarantine.flush(),
    exclusively: (task) => applying.exclusively(task),
    log,
    onBroken: (why) => parts.onBroken?.(why),
  });

  async function take(request: IngestRequest): Promise<IngestOutcome> {
    const outcome = await read(request);
    if ("kind" in outcome) return outcome;
    const { received_at, accepted } = outcome;
    if (request.quarantine !== false) {
      quarantine.add(accepted.rejected_raw.map((refused) => ({ received_at, ...refused })));
    }
    return await settle(accepted, received_at, request.wait);
  }

  async function takeRows(rows: unknown[], location_id: string): Promise<IngestOutcome> {
    const received_at = now();
    const accepted = acceptRows(rows, { ...contextAt(received_at), location_id, locations: [location_id] });
    return await settle(accepted, received_at, true);
  }

  function contextAt(received_at: number): Omit<AcceptContext, "location_id" | "locations"> {
    return {
      currencyOf: (location_id) => control.location(location_id)?.currency ?? "USD",
      received_at,
      limits: { event_bytes_max: settings.event_bytes_max, depth_max: settings.event_depth_max },
      newId: Bun.randomUUIDv7,
    };
  }

  async function settle(accepted: Accepted, received_at: number, wait: boolean): Promise<IngestOutcome> {
    counts.rejected += accepted.rejections.length;
    const outcome = accepted.rows === 0 ? nothingNew(accepted, wait) : await record(accepted, received_at, wait);
    if (outcome.kind === "taken") {
      counts.accepted += outcome.accepted;
      counts.duplicates += outcome.duplicates;
    }
    return outcome;
  }

  /** Onto the disk, then on its way to the store; with `wait`, until it is there. */
  async function record(accepted: Accepted, received_at: number, wait: boolean): Promise<IngestOutcome> {
    // Before the journal: an event is never of a location that nobody knows.
    for (const location_id of accepted.location_ids) control.ensureLocation(location_id);
    const { lines, rows, fingerprints, repeated, rejections } = accepted;
    const { seq, chain, durable } = journal.append(lines);
    const visible = wait ? applying.visible(seq) : null;
    try {
      await durable;
    } catch (error) {
      if (error instanceof JournalError) return await notTaken(error);
      throw error;
    }
    const known = applying.push({ seq, chain, lines, rows, fingerprints, received_at, suspects: null });
    counts.last_event_at = received_at;
    const exact = visible === null ? null : await inTime(visible);
    const duplicates = exact ?? known;
    return {
      kind: "taken",
      accepted: rows - duplicates,
      duplicates: duplicates + repeated,
      rejected: rejections,
      visible: exact !== null,
    };
  }

  /** Onto the disk and through the store; resolves with the frame's number. */
  async function instruct(instruction: Instruction): Promise<number> {
    const lines = instructionLine(instruction);
    const { seq, chain, durable } = journal.append(lines);
    const visible = applying.visible(seq);
    await durable;
    const fingerprints = new Float64Array();
    applying.push({ seq, chain, lines, rows: 0, fingerprints, received_at: now(), suspects: null, instruction });
    await visible;
    return seq;
  }

  async function notTaken(error: JournalError): Promise<IngestOutcome> {
    if (error.kind === "broken") parts.onBroken?.(error.message);
    if (error.kind === "full") await disk.look();
    return shed(error.kind === "full" ? "The disk is full." : "The appliance is stopping.");
  }

  return {
    async accept(request) {
      const bytes = request.body.length;
      const refusal = refusalOf(bytes);
      if (refusal !== null) return shed(refusal);
      in_flight++;
      in_flight_bytes += bytes;
      try {
        return await take(request);
      } finally {
        in_flight_bytes -= bytes;
        if (--in_flight === 0) idle.resolve();
      }
    },
    async check(request) {
      const outcome = await read(request);
      if ("kind" in outcome) return outcome;
      const { rows, repeated, rejections } = outcome.accepted;
      return { kind: "checked", events: rows + repeated + rejections.length, rejected: rejections };
    },
    async acceptRows(rows, location_id) {
      while (!draining && queueFull(0) !== null) await Bun.sleep(QUEUE_LOOK_MS);
      const refusal = refusalOf(0);
      return refusal === null ? await takeRows(rows, location_id) : shed(refusal);
    },
    async removeLocation(location_id) {
      await instruct({ removes: location_id });
      control.removeLocation(location_id);
    },
    eraseContact: (order) => erasing.erase(order),
    tracesGone: (journal_seq, hurry) => erasing.tracesGone(journal_seq, hurry),
    flushQuarantine: () => quarantine.flush(),
    onApplied: (listener) => void listeners.push(listener),
    stats: () => ({
      ...counts,
      journal_seq: journal.seq,
      applied_seq: store.state.seq,
      queue_rows: applying.queue.rows,
      queue_bytes: applying.queue.bytes,
      oldest_pending: applying.queue.first?.received_at ?? null,
    }),
    exclusively: (task) => applying.exclusively(task),
    async drain() {
      draining = true;
      idle = Promise.withResolvers();
      if (in_flight > 0) await idle.promise;
      await erasing.stop();
      await applying.stop();
      quarantine.stop();
      disk.stop();
    },
  };

  function refusalOf(bytes: number): string | null {
    return (
      whyNot({ draining, disk, broken: journal.broken !== null, refused: applying.refused !== null }) ??
      queueFull(bytes)
    );
  }

  /** One request is always let in, however large, so that no limit can shut the door for good. */
  function queueFull(bytes: number): string | null {
    const queued = applying.live ? applying.queue.bytes : 0;
    if (queued + in_flight_bytes === 0 || queued + in_flight_bytes + bytes <= settings.ingest_queue_bytes_max)
      return null;
    return "More events are waiting to be stored than the queue may hold.";
  }
}

const RETRY_AFTER_S = 2;
const QUEUE_LOOK_MS = 10;
/** Whoever waits for visibility is answered 202 after this long: the events are safe, the database is not keeping up. */
const VISIBLE_MS_MAX = 20_000;

function whyNot(state: { draining: boolean; disk: DiskWatch; broken: boolean; refused: boolean }): string | null {
  if (state.draining || state.broken) return "The appliance is stopping.";
  if (state.disk.low) return "The disk is nearly full.";
  if (state.refused) return "The database takes no events at the moment.";
  return null;
}

function shed(detail: string): IngestOutcome {
  return { kind: "shed", retry_after_s: RETRY_AFTER_S, detail };
}

function nothingNew(accepted: Accepted, wait: boolean): IngestOutcome {
  const { repeated, rejections } = accepted;
  return { kind: "taken", accepted: 0, duplicates: repeated, rejected: rejections, visible: wait };
}

async function inTime(visible: Promise<number>): Promise<number | null> {
  const timeout = Promise.withResolvers<null>();
  const timer = setTimeout(timeout.resolve, VISIBLE_MS_MAX, null);
  try {
    return await Promise.race([visible.catch(() => null), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** UUIDs of version 8 (RFC 9562, section 5.8): the first 128 bits of SHA-256 of the seed and a count. */
function seededIds(seed: string): () => string {
  let count = 0;
  return () => {
    const hash = Bun.SHA256.hash(`${seed}\u0000${count++}`, "hex");
    const variant = "89ab"[Number.parseInt(hash[16] ?? "0", 16) & 3];
    const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `${variant}${hash.slice(17, 20)}`];
    return [...parts, hash.slice(20, 32)].join("-");
  };
}

/** A key bound to one location speaks for it; a person who sees one only does not. */
function boundLocation(caller: Caller): string | null {
  const [only, ...others] = caller.kind === "key" ? (caller.locations ?? []) : [];
  return only !== undefined && others.length === 0 ? only : null;
}

function limitsOf(settings: Settings) {
  return {
    events_max: settings.ingest_events_max,
    body_bytes_max: settings.ingest_body_bytes_max,
    event_bytes_max: settings.event_bytes_max,
    depth_max: settings.event_depth_max,
  };
}

function refusedByStore(line: Uint8Array, received_at: number) {
  const reason: Rejection = {
    index: 0,
    id: null,
    field: null,
    code: "field_invalid",
    detail: "The database refused this event; it was acknowledged and is in the journal.",
  };
  return { received_at, location_id: null, reason, raw: new TextDecoder().decode(line) };
}

/** A listener's bug must not stop the events behind it. */
function tell(listeners: readonly ((applied: Applied) => void)[], applied: Applied, log: IngestParts["log"]): void {
  for (const listener of listeners) {
    try {
      listener(applied);
    } catch (error) {
      log("error", `after a commit: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function freeOf({ free }: IngestParts): Pick<IngestParts, "free"> {
  return free === undefined ? {} : { free };
}
