/**
 * A sealed segment: whole frames in blocks, each block a zstd frame behind a zstd skippable frame that says what it is,
 * so that `zstd -dc` reads the file, and damage costs one block instead of all that follows.
 */
import type { OpenFile } from "./files.ts";
import { readFully } from "./files.ts";
import { crc32 } from "./frame.ts";

export interface Block {
  /** Where its zstd frame begins, and the length of that. */
  offset: number;
  packed_bytes: number;
  raw_bytes: number;
  seq_from: number;
  seq_to: number;
  checksum: number;
}

/** Of the skippable frame in front of each block. */
export const BLOCK_HEADER_BYTES = 40;

const SKIPPABLE = 0x184d2a5b;
const MAGIC = new Uint8Array([0x5b, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0]);
const CONTENT_BYTES = BLOCK_HEADER_BYTES - 8;
const HIGH = 2 ** 32;
const LOOK_BYTES = 1024 * 1024;

/** The header and the packed bytes of one block. */
export async function packBlock(
  raw: Uint8Array,
  seq_from: number,
  seq_to: number,
): Promise<readonly [header: Uint8Array, packed: Uint8Array]> {
  const packed = await Bun.zstdCompress(raw, { level: 3 });
  const header = new Uint8Array(BLOCK_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, SKIPPABLE, true);
  view.setUint32(4, CONTENT_BYTES, true);
  view.setUint32(8, raw.length, true);
  view.setUint32(12, packed.length, true);
  putSeq(view, 16, seq_from);
  putSeq(view, 24, seq_to);
  view.setUint32(32, crc32(packed), true);
  view.setUint32(36, crc32(header.subarray(0, 36)), true);
  return [header, packed];
}

/** The raw bytes of a block, or null when they are not what was sealed. */
export async function unpackBlock(file: OpenFile, block: Block): Promise<Uint8Array | null> {
  const packed = await readFully(file, block.offset, block.packed_bytes);
  if (packed.length < block.packed_bytes || crc32(packed) !== block.checksum) return null;
  const raw = await Bun.zstdDecompress(packed).catch(() => null);
  return raw !== null && raw.length === block.raw_bytes ? raw : null;
}

/** The blocks of a sealed segment in order; bytes that are no block are passed to `onSpoiled`. */
export async function* blocksOf(
  file: OpenFile,
  onSpoiled: (offset: number, bytes: number) => void,
): AsyncGenerator<Block> {
  const size = await file.size();
  let at = 0;
  while (at < size) {
    const block = await blockAt(file, at, size);
    if (block !== null) {
      yield block;
      at = block.offset + block.packed_bytes;
      continue;
    }
    const next = await nextBlock(file, at + 1, size);
    onSpoiled(at, next - at);
    at = next;
  }
}

async function blockAt(file: OpenFile, at: number, size: number): Promise<Block | null> {
  const header = await readFully(file, at, BLOCK_HEADER_BYTES);
  if (header.length < BLOCK_HEADER_BYTES) return null;
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  if (view.getUint32(0, true) !== SKIPPABLE || view.getUint32(4, true) !== CONTENT_BYTES) return null;
  if (view.getUint32(36, true) !== crc32(header.subarray(0, 36))) return null;
  const packed_bytes = view.getUint32(12, true);
  const offset = at + BLOCK_HEADER_BYTES;
  if (offset + packed_bytes > size) return null;
  const checksum = view.getUint32(32, true);
  return {
    offset,
    packed_bytes,
    raw_bytes: view.getUint32(8, true),
    seq_from: getSeq(view, 16),
    seq_to: getSeq(view, 24),
    checksum,
  };
}

async function nextBlock(file: OpenFile, from: number, size: number): Promise<number> {
  for (let at = from; at < size; at += LOOK_BYTES) {
    const window = Buffer.from(await readFully(file, at, LOOK_BYTES + MAGIC.length));
    for (let hit = window.indexOf(MAGIC); hit >= 0; hit = window.indexOf(MAGIC, hit + 1)) {
      if ((await blockAt(file, at + hit, size)) !== null) return at + hit;
    }
  }
  return size;
}

function putSeq(view: DataView, offset: number, seq: number): void {
  view.setUint32(offset, seq % HIGH, true);
  view.setUint32(offset + 4, Math.floor(seq / HIGH), true);
}

function getSeq(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * HIGH + view.getUint32(offset, true);
}
