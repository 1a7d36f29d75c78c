import { blocksOf, unpackBlock } from "./block.ts";
import { type Files, type OpenFile, readFully } from "./files.ts";
import { FrameScanner, type Scanned } from "./frame.ts";

/** One file of the journal: the frames from `first` up to the next segment's first. */
export interface Segment {
  first: number;
  sealed: boolean;
  bytes: number;
}

const PIECE_BYTES = 4 * 1024 * 1024;
const NAME = /^(\d{16})\.log(\.zst)?$/;

/** The file of a segment, within the journal's directory. */
export function segmentName(first: number, sealed: boolean): string {
  return `${String(first).padStart(16, "0")}.log${sealed ? ".zst" : ""}`;
}

/** What lies in the directory. Of a segment that is there both plain and sealed, the plain one is the original. */
export async function listSegments(dir: string, files: Files): Promise<{ segments: Segment[]; unfinished: string[] }> {
  const byFirst = new Map<number, Segment>();
  const unfinished: string[] = [];
  for (const name of [...(await files.list(dir))].sort()) {
    const match = NAME.exec(name);
    if (match === null) {
      if (name.endsWith(".tmp")) unfinished.push(name);
      continue;
    }
    const first = Number(match[1]);
    const sealed = match[2] !== undefined;
    if (sealed && byFirst.get(first)?.sealed === false) {
      unfinished.push(name);
      continue;
    }
    byFirst.set(first, { first, sealed, bytes: await sizeOf(`${dir}/${name}`, files) });
  }
  return { segments: [...byFirst.values()].sort((a, b) => a.first - b.first), unfinished };
}

/** Opens a segment by whichever name it has now: it may be sealed between two looks. */
export async function openSegment(
  dir: string,
  first: number,
  files: Files,
): Promise<{ file: OpenFile; sealed: boolean }> {
  for (const sealed of [false, true]) {
    const file = await files.open(`${dir}/${segmentName(first, sealed)}`).catch(missing);
    if (file !== null) return { file, sealed };
  }
  return { file: await files.open(`${dir}/${segmentName(first, false)}`), sealed: false };
}

/** Frames and spoiled runs of an open segment, in order. Blocks that end before `after` are not unpacked. */
export async function* scanSegment(
  file: OpenFile,
  sealed: boolean,
  after: number,
  size?: number,
): AsyncGenerator<Scanned> {
  if (sealed) yield* scanSealed(file, after);
  else yield* scanPlain(file, size ?? (await file.size()));
}

async function* scanPlain(file: OpenFile, size: number): AsyncGenerator<Scanned> {
  const scanner = new FrameScanner();
  for (let at = 0; at < size; ) {
    const piece = await readFully(file, at, Math.min(PIECE_BYTES, size - at));
    at += piece.length;
    yield* scanner.push(piece, at >= size || piece.length === 0);
    if (piece.length === 0) return;
  }
}

async function* scanSealed(file: OpenFile, after: number): AsyncGenerator<Scanned> {
  const spoiled: Scanned[] = [];
  const note = (offset: number, bytes: number): void => {
    spoiled.push({ spoiled: { offset, bytes, seq: null } });
  };
  for await (const block of blocksOf(file, note)) {
    yield* spoiled.splice(0);
    if (block.seq_to <= after) continue;
    const raw = await unpackBlock(file, block);
    if (raw === null) yield { spoiled: { offset: block.offset, bytes: block.packed_bytes, seq: null } };
    else yield* new FrameScanner().push(raw, true);
  }
  yield* spoiled.splice(0);
}

async function sizeOf(path: string, files: Files): Promise<number> {
  const file = await files.open(path);
  try {
    return await file.size();
  } finally {
    await file.close();
  }
}

/** null for "no such file"; anything else is an error. */
function missing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}
