import { type Files, type OpenFile, readFully } from "./files.ts";
import type { Damage } from "./journal.ts";
import { openSegment, type Segment, scanSegment, segmentName } from "./segment.ts";

/** The segment that is written to, and where the record ends. */
export interface Tail {
  file: OpenFile;
  first: number;
  /** Offset after the last sound frame. */
  size: number;
  seq: number;
  chain: number;
}

/** Opens the last segment for writing, cutting off what is no sound frame at its very end; makes one where none can be written. */
export async function openTail(
  dir: string,
  segments: Segment[],
  files: Files,
  onDamage: (damage: Damage) => void,
): Promise<Tail> {
  const last = segments.at(-1);
  const end = await lastFrame(dir, segments, files);
  if (last === undefined || last.sealed) {
    const seq = end.seq;
    const file = await createSegment(dir, seq + 1, files);
    segments.push({ first: seq + 1, sealed: false, bytes: 0 });
    return { file, first: seq + 1, size: 0, seq, chain: end.chain };
  }
  const { file } = await openSegment(dir, last.first, files);
  const size = end.first === last.first ? end.offset : 0;
  const bytes = await file.size();
  if (bytes > size) {
    const what = await describeCut(file, size, bytes);
    await file.truncate(size);
    onDamage({ segment: segmentName(last.first, false), offset: size, seq_from: null, seq_to: null, what });
  }
  // What a killed process left is only in the page cache: it must be on disk before anyone builds on it.
  await file.sync();
  last.bytes = size;
  return { file, first: last.first, size, seq: Math.max(end.seq, last.first - 1), chain: end.chain };
}

/** A new, empty segment whose name is on the disk. */
export async function createSegment(dir: string, first: number, files: Files): Promise<OpenFile> {
  const file = await files.create(`${dir}/${segmentName(first, false)}`);
  try {
    await files.syncDirectory(dir);
  } catch (error) {
    // Not as the disk's own error: a full disk may be waited out, a failed sync may not.
    throw new Error("syncing the journal's directory failed", { cause: error });
  }
  return file;
}

interface End {
  first: number;
  offset: number;
  seq: number;
  chain: number;
}

/** The last sound frame of the record; only the last segments are looked at until one has a frame. */
async function lastFrame(dir: string, segments: readonly Segment[], files: Files): Promise<End> {
  for (const segment of segments.toReversed()) {
    const { file, sealed } = await openSegment(dir, segment.first, files);
    let end: End | null = null;
    try {
      for await (const scanned of scanSegment(file, sealed, 0)) {
        if ("spoiled" in scanned) continue;
        end = { first: segment.first, offset: scanned.end, seq: scanned.frame.seq, chain: scanned.frame.chain };
      }
    } finally {
      await file.close();
    }
    if (end !== null) return end;
  }
  return { first: 0, offset: 0, seq: Math.max(0, (segments.at(-1)?.first ?? 1) - 1), chain: 0 };
}

async function describeCut(file: OpenFile, size: number, bytes: number): Promise<string> {
  const start = await readFully(file, size, Math.min(bytes - size, 65536));
  const kind = start.every((byte) => byte === 0) ? "zero bytes" : "bytes of an unfinished or damaged frame";
  return `${bytes - size} ${kind} at the end of the record were cut off`;
}
