import { packBlock, unpackBlock } from "./block.ts";
import { type Files, type OpenFile, writeFully } from "./files.ts";
import { crc32, frameBytes, writeFrame } from "./frame.ts";
import type { Frame } from "./journal.ts";
import { scanSegment, segmentName } from "./segment.ts";

const BLOCK_BYTES = 2 * 1024 * 1024;

/**
 * Compresses a full segment beside the plain one, reads it back, and only then removes the plain one.
 * Null when the segment holds damage: then it stays as it is, since bytes that cannot be read must not be thrown away.
 * @returns bytes of the sealed file.
 */
export async function sealSegment(dir: string, first: number, files: Files): Promise<number | null> {
  const plainPath = `${dir}/${segmentName(first, false)}`;
  const sealedPath = `${dir}/${segmentName(first, true)}`;
  const temporary = `${sealedPath}.tmp`;
  const plain = await files.open(plainPath);
  let bytes: number | null = null;
  try {
    await files.remove(temporary).catch(() => undefined);
    const sealed = await files.create(temporary);
    try {
      bytes = await pack(plain, sealed);
      if (bytes !== null) await sealed.sync();
    } finally {
      await sealed.close();
    }
  } finally {
    await plain.close();
  }
  if (bytes === null) {
    await files.remove(temporary);
    return null;
  }
  await files.rename(temporary, sealedPath);
  await files.syncDirectory(dir);
  await files.remove(plainPath);
  return bytes;
}

async function pack(plain: OpenFile, sealed: OpenFile): Promise<number | null> {
  let frames: Frame[] = [];
  let raw = 0;
  let at = 0;
  const flush = async (): Promise<void> => {
    if (frames.length === 0) return;
    at += await writeBlock(sealed, at, frames);
    frames = [];
    raw = 0;
  };
  for await (const scanned of scanSegment(plain, false, 0)) {
    if ("spoiled" in scanned) return null;
    frames.push(scanned.frame);
    raw += frameBytes(scanned.frame);
    if (raw >= BLOCK_BYTES) await flush();
  }
  await flush();
  return at;
}

/**
 * Writes frames as one block at `at`; returns its bytes. It is read back before the only other copy may go: the
 * compressor is not to be trusted with it.
 */
export async function writeBlock(sealed: OpenFile, at: number, frames: readonly Frame[]): Promise<number> {
  const raw_bytes = frames.reduce((sum, frame) => sum + frameBytes(frame), 0);
  const raw = new Uint8Array(raw_bytes);
  let offset = 0;
  for (const frame of frames) {
    writeFrame(raw, offset, frame);
    offset += frameBytes(frame);
  }
  const seq_from = frames[0]?.seq ?? 0;
  const seq_to = frames.at(-1)?.seq ?? 0;
  const [header, packed] = await packBlock(raw, seq_from, seq_to);
  await writeFully(sealed, header, at);
  await writeFully(sealed, packed, at + header.length);
  const block = {
    offset: at + header.length,
    packed_bytes: packed.length,
    raw_bytes,
    seq_from,
    seq_to,
    checksum: crc32(packed),
  };
  const back = await unpackBlock(sealed, block);
  if (back === null || crc32(back) !== crc32(raw)) throw new Error("a sealed block does not read back as it was");
  return header.length + packed.length;
}
