/**
 * The record on disk: an append-only run of checksummed frames in segments. It knows bytes, not events.
 * It must never acknowledge before a sync, and never retry a failed one.
 */
import { dirname } from "node:path";
import { diskFiles, type Files } from "./files.ts";
import { readFrames } from "./read.ts";
import { type Change, type Rewritten, rewriteSegments } from "./rewrite.ts";
import { Sealer } from "./sealer.ts";
import { listSegments } from "./segment.ts";
import { openTail } from "./tail.ts";
import { Writer } from "./writer.ts";

export interface Frame {
  /** 1, 2, 3 …, without gaps. */
  seq: number;
  /** CRC-32 of the payload, unsigned. */
  checksum: number;
  /** Running checksum over this frame and all before it: CRC-32 of (chain of the frame before, checksum or link). */
  chain: number;
  payload: Uint8Array;
  /** Of a frame that was rewritten: the checksum of its first payload, which is what the chain folds. */
  link?: number;
}

export interface Appended {
  seq: number;
  checksum: number;
  chain: number;
  /**
   * Resolves when the frame is on disk (one fdatasync serves all that wait). Rejects with a JournalError: "full" when
   * the disk had no room (the frame is gone and its number is given again), "broken" when a write or sync failed: the
   * journal is then broken for good and the process must stop.
   */
  durable: Promise<void>;
}

export interface Damage {
  segment: string;
  offset: number;
  /** First and last sequence number known to be missing, when known. */
  seq_from: number | null;
  seq_to: number | null;
  what: string;
}

export interface Journal {
  /** Last appended sequence number; 0 when empty. */
  readonly seq: number;
  /** Running checksum after the last appended frame; 0 when empty. */
  readonly chain: number;
  /** On disk, all segments together. */
  readonly bytes: number;
  /** Why nothing can be appended any more; null while all is well. */
  readonly broken: JournalError | null;
  append(payload: Uint8Array): Appended;
  /** Frames with seq > after, up to the last durable one at the time of the call, in order; damaged ones are reported and skipped. */
  read(after: number, onDamage: (damage: Damage) => void): AsyncIterable<Frame>;
  /**
   * Rewrites frames up to `to` on disk, each file in one step: `change` sees every one of them once, in order, and
   * returns its new payload, or null to leave it. Appends and readings go on. Rejects when a file could not be
   * rewritten; it and those behind it are then as they were.
   */
  rewrite(to: number, change: Change): Promise<Rewritten>;
  /** Numbers on from a later frame, when the end of the record was lost but what it held is known elsewhere. */
  resumeAt(seq: number, chain: number): void;
  /** Syncs what is pending and closes. */
  close(): Promise<void>;
}

export interface JournalOptions {
  dir: string;
  /** Size at which a segment is full: a new one begins, the old one is compressed in the background. */
  segment_bytes: number;
  /** What was found wrong at opening: a torn tail that was cut off. */
  onDamage: (damage: Damage) => void;
  log: (level: "info" | "warn" | "error", message: string) => void;
  /** The real file system unless a test says otherwise. */
  files?: Files;
}

export class JournalError extends Error {
  constructor(
    readonly kind: "full" | "broken" | "closed",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Opens the journal in `dir`, made when it is not there, and cuts off a torn tail. Throws when the directory cannot be read or written. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const files = options.files ?? diskFiles;
  const { dir } = options;
  await files.makeDirectory(dir);
  await files.syncDirectory(dirname(dir));
  const { segments, unfinished } = await listSegments(dir, files);
  for (const name of unfinished) await files.remove(`${dir}/${name}`);
  const tail = await openTail(dir, segments, files, options.onDamage);
  const sealer = new Sealer(dir, files, options.log);
  for (const segment of segments) if (!segment.sealed && segment.first !== tail.first) sealer.add(segment);
  const writer = new Writer({ dir, files, segment_bytes: options.segment_bytes, tail, segments, sealer });
  return {
    get seq() {
      return writer.appended.seq;
    },
    get chain() {
      return writer.appended.chain;
    },
    get bytes() {
      return segments.reduce((sum, segment) => sum + segment.bytes, 0);
    },
    get broken() {
      return writer.broken;
    },
    append: (payload) => writer.append(payload),
    read: (after, onDamage) =>
      readFrames({
        dir,
        files,
        segments: segments.map((segment) => ({ ...segment })),
        after,
        to: writer.durable.seq,
        onDamage,
      }),
    rewrite: async (to, change) => {
      // Only files that nobody appends to are rewritten.
      if ((segments.at(-1)?.first ?? 0) <= to) await writer.rotate();
      const closed = () => segments.slice(0, -1).filter(({ first }) => first <= to);
      return await sealer.exclusively(() => rewriteSegments({ dir, files, segments: closed(), to, change }));
    },
    resumeAt: (seq, chain) => writer.resumeAt(seq, chain),
    close: async () => {
      await writer.close();
      await sealer.close();
    },
  };
}
