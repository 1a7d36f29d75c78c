/**
 * Rewrites frames of segments that are no longer appended to. A frame keeps its number and its place in the chain (its
 * header holds the checksum of its first payload, frame.ts), so that no other frame and no state of the store changes
 * with it: each file may be replaced by itself, and a crash between two of them leaves a sound record.
 * It must never throw away bytes that it cannot read.
 */
import { BLOCK_HEADER_BYTES, blocksOf, unpackBlock } from "./block.ts";
import { type Files, type OpenFile, readFully, writeFully } from "./files.ts";
import { FrameScanner, frameBytes, rewritten, writeFrame } from "./frame.ts";
import type { Frame } from "./journal.ts";
import { writeBlock } from "./seal.ts";
import { openSegment, type Segment, scanSegment, segmentName } from "./segment.ts";

/** The new payload of a frame; null leaves it as it is. */
export type Change = (frame: Frame) => Promise<Uint8Array | null>;

export interface Rewritten {
  /** Frames that `change` was asked about. */
  frames_seen: number;
  frames: number;
  segments: number;
  /** Bytes that are no sound frame: kept as they are, and nobody knows what they hold. */
  unread_bytes: number;
}

interface Given {
  dir: string;
  files: Files;
  segments: readonly Segment[];
  to: number;
  change: Change;
}

const PIECE_BYTES = 4 * 1024 * 1024;

export async function rewriteSegments(given: Given): Promise<Rewritten> {
  const done: Rewritten = { frames_seen: 0, frames: 0, segments: 0, unread_bytes: 0 };
  for (const segment of given.segments) await rewriteSegment(given, segment, done);
  return done;
}

async function rewriteSegment(given: Given, segment: Segment, done: Rewritten): Promise<void> {
  const { dir, files } = given;
  const { file, sealed } = await openSegment(dir, segment.first, files);
  const path = `${dir}/${segmentName(segment.first, sealed)}`;
  const copy = new Copy(file, files, `${path}.tmp`);
  try {
    if (sealed) await rewriteSealed(given, copy, done);
    else await rewritePlain(given, copy, done);
    if (!copy.begun) return;
    segment.bytes = await copy.finish();
    // In one step: whoever opens the name from now on finds the new bytes, and so does a restart.
    await files.rename(`${path}.tmp`, path);
    await files.syncDirectory(dir);
    done.segments++;
  } catch (error) {
    await copy.abandon();
    throw error;
  } finally {
    await file.close();
  }
}

async function rewritePlain({ to, change }: Given, copy: Copy, done: Rewritten): Promise<void> {
  for await (const scanned of scanSegment(copy.source, false, 0)) {
    if ("spoiled" in scanned) {
      done.unread_bytes += scanned.spoiled.bytes;
      continue;
    }
    const { frame, end } = scanned;
    if (frame.seq > to) break;
    const payload = await changed(frame, change, done);
    if (payload === null) continue;
    const next = rewritten(frame, payload);
    const bytes = new Uint8Array(frameBytes(next));
    writeFrame(bytes, 0, next);
    await copy.upTo(end - frameBytes(frame));
    await copy.write(bytes);
    copy.skipTo(end);
  }
}

async function rewriteSealed({ to, change }: Given, copy: Copy, done: Rewritten): Promise<void> {
  const onSpoiled = (_offset: number, bytes: number): void => {
    done.unread_bytes += bytes;
  };
  for await (const block of blocksOf(copy.source, onSpoiled)) {
    if (block.seq_from > to) break;
    const raw = await unpackBlock(copy.source, block);
    const scanned = raw === null ? [] : new FrameScanner().push(raw, true);
    const frames = scanned.flatMap((one) => ("frame" in one ? [one.frame] : []));
    if (raw === null || frames.length < scanned.length) {
      done.unread_bytes += block.packed_bytes;
      continue;
    }
    const before = done.frames;
    const next: Frame[] = [];
    for (const frame of frames) {
      const payload = frame.seq > to ? null : await changed(frame, change, done);
      next.push(payload === null ? frame : rewritten(frame, payload));
    }
    if (done.frames === before) continue;
    await copy.upTo(block.offset - BLOCK_HEADER_BYTES);
    await copy.block(next);
    copy.skipTo(block.offset + block.packed_bytes);
  }
}

async function changed(frame: Frame, change: Change, done: Rewritten): Promise<Uint8Array | null> {
  done.frames_seen++;
  const payload = await change(frame);
  if (payload !== null) done.frames++;
  return payload;
}

/** A file that takes another's place: made with the first change, everything between changes copied byte by byte. */
class Copy {
  #target: OpenFile | null = null;
  #size = 0;
  #copied = 0;

  constructor(
    readonly source: OpenFile,
    private readonly files: Files,
    private readonly path: string,
  ) {}

  get begun(): boolean {
    return this.#target !== null;
  }

  async upTo(offset: number): Promise<void> {
    for (let at = this.#copied; at < offset; at = this.#copied) {
      const piece = await readFully(this.source, at, Math.min(PIECE_BYTES, offset - at));
      if (piece.length === 0) throw new Error("a segment became shorter while it was copied");
      await this.write(piece);
      this.#copied += piece.length;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    const target = await this.#open();
    await writeFully(target, bytes, this.#size);
    this.#size += bytes.length;
  }

  async block(frames: readonly Frame[]): Promise<void> {
    this.#size += await writeBlock(await this.#open(), this.#size, frames);
  }

  /** What the source has up to here is not copied. */
  skipTo(offset: number): void {
    this.#copied = offset;
  }

  /** The rest, and all of it on the disk. Returns the new size. */
  async finish(): Promise<number> {
    await this.upTo(await this.source.size());
    const target = await this.#open();
    await target.sync();
    await target.close();
    this.#target = null;
    return this.#size;
  }

  async abandon(): Promise<void> {
    await this.#target?.close();
    this.#target = null;
    await this.files.remove(this.path).catch(() => undefined);
  }

  async #open(): Promise<OpenFile> {
    if (this.#target !== null) return this.#target;
    await this.files.remove(this.path).catch(() => undefined);
    this.#target = await this.files.create(this.path);
    return this.#target;
  }
}
