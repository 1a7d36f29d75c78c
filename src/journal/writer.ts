import { type Files, type OpenFile, writeFully } from "./files.ts";
import { chainOf, crc32, HEADER_BYTES, PAYLOAD_BYTES_MAX, writeFrame } from "./frame.ts";
import { type Appended, JournalError } from "./journal.ts";
import type { Sealer } from "./sealer.ts";
import type { Segment } from "./segment.ts";
import { createSegment, type Tail } from "./tail.ts";

/** Frames that are written and synced together. */
interface Batch {
  bytes: Uint8Array;
  used: number;
  first: number;
  last: End;
  waiting: PromiseWithResolvers<void>;
}

interface End {
  seq: number;
  chain: number;
}

const BUFFER_BYTES = 256 * 1024;

/** Group commit: while one batch is written and synced, the next one fills. */
export class Writer {
  durable: End;
  appended: End;
  broken: JournalError | null = null;
  readonly #dir: string;
  readonly #files: Files;
  readonly #segment_bytes: number;
  readonly #segments: Segment[];
  readonly #sealer: Sealer;
  #file: OpenFile;
  #size: number;
  #filling: Batch | null = null;
  #spare: Uint8Array = new Uint8Array(BUFFER_BYTES);
  #running: Promise<void> | null = null;
  #rotation: PromiseWithResolvers<void> | null = null;
  #closed = false;

  constructor(given: {
    dir: string;
    files: Files;
    segment_bytes: number;
    tail: Tail;
    segments: Segment[];
    sealer: Sealer;
  }) {
    this.#dir = given.dir;
    this.#files = given.files;
    this.#segment_bytes = given.segment_bytes;
    this.#segments = given.segments;
    this.#sealer = given.sealer;
    this.#file = given.tail.file;
    this.#size = given.tail.size;
    this.durable = { seq: given.tail.seq, chain: given.tail.chain };
    this.appended = this.durable;
  }

  append(payload: Uint8Array): Appended {
    const checksum = crc32(payload);
    const { seq, chain } = { seq: this.appended.seq + 1, chain: chainOf(this.appended.chain, checksum) };
    const refused = this.#refusal(payload);
    if (refused !== null) return { seq, checksum, chain, durable: rejected(refused) };
    const batch = this.#roomFor(HEADER_BYTES + payload.length, seq);
    writeFrame(batch.bytes, batch.used, { seq, checksum, chain, payload });
    batch.used += HEADER_BYTES + payload.length;
    this.appended = { seq, chain };
    batch.last = this.appended;
    this.#running ??= this.#run();
    return { seq, checksum, chain, durable: batch.waiting.promise };
  }

  /** Begins a new segment, so that nothing is appended to those before; at once when nothing is being written. */
  rotate(): Promise<void> {
    if (this.broken !== null) return Promise.reject(this.broken);
    if (this.#closed) return Promise.reject(new JournalError("closed", "the journal is closed"));
    this.#rotation ??= Promise.withResolvers();
    this.#running ??= this.#run();
    return this.#rotation.promise;
  }

  resumeAt(seq: number, chain: number): void {
    if (seq <= this.appended.seq) throw new Error("the journal already goes further");
    this.appended = { seq, chain };
    this.durable = this.appended;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#file.close();
  }

  #refusal(payload: Uint8Array): JournalError | null {
    if (this.broken !== null) return this.broken;
    if (this.#closed) return new JournalError("closed", "the journal is closed");
    if (payload.length > PAYLOAD_BYTES_MAX) throw new Error("a frame is larger than any reader would take");
    return null;
  }

  #roomFor(bytes: number, seq: number): Batch {
    if (this.#filling === null) {
      const waiting = Promise.withResolvers<void>();
      // Whoever waits sees the rejection; nobody waiting must not end the process.
      waiting.promise.catch(() => undefined);
      this.#filling = { bytes: this.#spare, used: 0, first: seq, last: { seq, chain: 0 }, waiting };
      this.#spare = new Uint8Array(0);
    }
    const batch = this.#filling;
    const needed = batch.used + bytes;
    if (needed > batch.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, batch.bytes.length * 2, BUFFER_BYTES));
      grown.set(batch.bytes.subarray(0, batch.used));
      batch.bytes = grown;
    }
    return batch;
  }

  async #run(): Promise<void> {
    // A turn of the event loop first: requests that have arrived together share the first sync.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      if (this.#rotation !== null) await this.#rotateAsAsked(this.#rotation);
      const batch = this.#take();
      if (batch === null && this.#rotation !== null) continue;
      if (batch === null) break;
      const failed = this.broken ?? (await this.#commit(batch));
      if (failed === null) {
        this.durable = batch.last;
        batch.waiting.resolve();
      } else this.#fail(batch, failed);
      if (batch.bytes.length <= 16 * BUFFER_BYTES && this.#spare.length < batch.bytes.length) this.#spare = batch.bytes;
    }
    this.#running = null;
  }

  #take(): Batch | null {
    const batch = this.#filling;
    this.#filling = null;
    return batch;
  }

  /** Writes and syncs one batch. The error says whether the journal can go on. */
  async #commit(batch: Batch): Promise<JournalError | null> {
    try {
      if (this.#size >= this.#segment_bytes) await this.#rotate(batch.first);
      await writeFully(this.#file, batch.bytes.subarray(0, batch.used), this.#size);
    } catch (error) {
      return await this.#undo(error);
    }
    try {
      await this.#file.sync();
    } catch (error) {
      return broken("sync", error);
    }
    this.#size += batch.used;
    const segment = this.#segments.at(-1);
    if (segment !== undefined) segment.bytes = this.#size;
    return null;
  }

  /** Between two batches: what fills meanwhile begins right behind the last durable frame. */
  async #rotateAsAsked(asked: PromiseWithResolvers<void>): Promise<void> {
    try {
      if (this.#size > 0) await this.#rotate(this.durable.seq + 1);
      asked.resolve();
    } catch (error) {
      const failed = isFull(error)
        ? new JournalError("full", "the disk is full", { cause: error })
        : broken("rotation", error);
      if (failed.kind === "broken") this.broken = failed;
      asked.reject(failed);
    } finally {
      this.#rotation = null;
    }
  }

  async #rotate(first: number): Promise<void> {
    const full = this.#segments.at(-1);
    const file = await createSegment(this.#dir, first, this.#files);
    const old = this.#file;
    this.#file = file;
    this.#size = 0;
    this.#segments.push({ first, sealed: false, bytes: 0 });
    await old.close();
    if (full !== undefined) this.#sealer.add(full);
  }

  /** A full disk before any sync is undone by cutting back to the last durable frame; all else breaks the journal. */
  async #undo(error: unknown): Promise<JournalError> {
    if (!isFull(error)) return broken("write", error);
    try {
      await this.#file.truncate(this.#size);
    } catch (again) {
      return broken("truncate", again);
    }
    return new JournalError("full", "the disk is full", { cause: error });
  }

  /** Frames behind a failed one cannot stand: they would leave a gap. */
  #fail(batch: Batch, error: JournalError): void {
    if (error.kind === "broken") this.broken = error;
    const behind = this.#take();
    this.appended = this.durable;
    batch.waiting.reject(error);
    behind?.waiting.reject(error);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

function broken(step: string, error: unknown): JournalError {
  const why = error instanceof Error ? error.message : String(error);
  return new JournalError("broken", `the journal cannot go on: ${step} failed: ${why}`, { cause: error });
}

function rejected(error: JournalError): Promise<void> {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}
