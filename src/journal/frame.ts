/**
 * A frame on disk, little-endian: magic u32, length u32, seq u64, CRC-32 of the payload u32, chain u32,
 * CRC-32 of the 24 bytes before u32, payload. Every bit is under a checksum, so that no flip passes.
 * A frame that was rewritten has another magic and, before its header's checksum, the CRC-32 of its first payload (u32):
 * that is what the chain folds, so that what follows it stands as it is.
 */
import type { Frame } from "./journal.ts";

export const HEADER_BYTES = 28;
/**
 * Above any request's events; a length beyond it is damage, not a frame. One of its four bytes is always below 0x20,
 * which JSON never holds as it is: no text that was sent can pass for a header when a damaged place is searched.
 */
export const PAYLOAD_BYTES_MAX = 0x1fffffff;

const REWRITTEN_HEADER_BYTES = 32;
/** What both magics begin with; their last byte is the version. */
const MAGIC = new Uint8Array([0x42, 0x57, 0x4a]);
const MAGIC_U32 = 0x314a5742;
const REWRITTEN_U32 = 0x324a5742;
const HIGH = 2 ** 32;

/** The running checksum after a frame: CRC-32 of the one before and the payload's. The first frame's forerunner is 0. */
export function chainOf(before: number, checksum: number): number {
  links.setUint32(0, before, true);
  links.setUint32(4, checksum, true);
  return crc32(linkBytes);
}

/** CRC-32 (IEEE), unsigned. */
export function crc32(bytes: Uint8Array): number {
  return Bun.hash.crc32(bytes) >>> 0;
}

/** What the chain folds of a frame. */
export function linkOf({ link, checksum }: Frame): number {
  return link ?? checksum;
}

/** Of a frame on disk, its header included. */
export function frameBytes({ link, payload }: Frame): number {
  return (link === undefined ? HEADER_BYTES : REWRITTEN_HEADER_BYTES) + payload.length;
}

/** The frame with another payload, in the same place of the record. */
export function rewritten(frame: Frame, payload: Uint8Array): Frame {
  const { seq, chain } = frame;
  return { seq, chain, checksum: crc32(payload), link: linkOf(frame), payload };
}

/** Writes header and payload at `offset`; there must be room. */
export function writeFrame(into: Uint8Array, offset: number, frame: Frame): void {
  const header_bytes = frameBytes(frame) - frame.payload.length;
  const view = new DataView(into.buffer, into.byteOffset + offset, header_bytes);
  view.setUint32(0, frame.link === undefined ? MAGIC_U32 : REWRITTEN_U32, true);
  view.setUint32(4, frame.payload.length, true);
  view.setUint32(8, frame.seq % HIGH, true);
  view.setUint32(12, Math.floor(frame.seq / HIGH), true);
  view.setUint32(16, frame.checksum, true);
  view.setUint32(20, frame.chain, true);
  if (frame.link !== undefined) view.setUint32(24, frame.link, true);
  const summed = header_bytes - 4;
  view.setUint32(summed, crc32(into.subarray(offset, offset + summed)), true);
  into.set(frame.payload, offset + header_bytes);
}

/** A run of bytes that holds no valid frame. `seq` is known when the header is sound and only the payload is not. */
export interface Spoiled {
  offset: number;
  bytes: number;
  seq: number | null;
}

export type Scanned = { frame: Frame; end: number } | { spoiled: Spoiled };

/**
 * Finds frames in bytes that come in pieces, and says which bytes belong to none: after a damaged place it goes on
 * at the next header that checks out.
 */
export class FrameScanner {
  #carry = new Uint8Array(0);
  #offset: number;
  #spoiledFrom: number | null = null;

  constructor(offset = 0) {
    this.#offset = offset;
  }

  /** Offset of the first byte not yet understood. */
  get offset(): number {
    return this.#spoiledFrom ?? this.#offset;
  }

  /** The next piece; `last` when nothing follows, so that a frame cut short is spoiled instead of waited for. */
  push(piece: Uint8Array, last: boolean): Scanned[] {
    const bytes = joined(this.#carry, piece);
    const found: Scanned[] = [];
    let at = 0;
    while (at < bytes.length) {
      const header = readHeader(bytes, at);
      if (header === null) {
        if (bytes.length - at < REWRITTEN_HEADER_BYTES && !last && startsLikeHeader(bytes, at)) break;
        this.#spoiledFrom ??= this.#offset + at;
        at = nextMagic(bytes, at + 1, last);
        continue;
      }
      const end = at + header.bytes + header.length;
      if (end > bytes.length && !last) break;
      if (end > bytes.length) {
        this.#spoiledFrom ??= this.#offset + at;
        at = nextMagic(bytes, at + 1, last);
        continue;
      }
      this.#closeSpoiled(found, at);
      const payload = bytes.subarray(at + header.bytes, end);
      if (crc32(payload) === header.checksum) {
        const { seq, checksum, chain, link } = header;
        const frame = { seq, checksum, chain, payload, ...(link === null ? {} : { link }) };
        found.push({ frame, end: this.#offset + end });
      } else {
        found.push({ spoiled: { offset: this.#offset + at, bytes: end - at, seq: header.seq } });
      }
      at = end;
    }
    if (last) this.#closeSpoiled(found, bytes.length);
    this.#offset += at;
    this.#carry = last ? new Uint8Array(0) : bytes.slice(at);
    return found;
  }

  #closeSpoiled(found: Scanned[], at: number): void {
    if (this.#spoiledFrom === null) return;
    const offset = this.#spoiledFrom;
    found.push({ spoiled: { offset, bytes: this.#offset + at - offset, seq: null } });
    this.#spoiledFrom = null;
  }
}

interface Header {
  /** Of the header itself. */
  bytes: number;
  length: number;
  seq: number;
  checksum: number;
  chain: number;
  link: number | null;
}

function readHeader(bytes: Uint8Array, at: number): Header | null {
  if (bytes.length - at < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const magic = view.getUint32(0, true);
  if (magic !== MAGIC_U32 && magic !== REWRITTEN_U32) return null;
  const header_bytes = magic === MAGIC_U32 ? HEADER_BYTES : REWRITTEN_HEADER_BYTES;
  if (bytes.length - at < header_bytes) return null;
  const summed = header_bytes - 4;
  if (view.getUint32(summed, true) !== crc32(bytes.subarray(at, at + summed))) return null;
  const length = view.getUint32(4, true);
  const seq = view.getUint32(12, true) * HIGH + view.getUint32(8, true);
  if (length > PAYLOAD_BYTES_MAX || !Number.isSafeInteger(seq)) return null;
  const link = magic === MAGIC_U32 ? null : view.getUint32(24, true);
  return {
    bytes: header_bytes,
    length,
    seq,
    checksum: view.getUint32(16, true),
    chain: view.getUint32(20, true),
    link,
  };
}

function startsLikeHeader(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < MAGIC.length && at + i < bytes.length; i++) if (bytes[at + i] !== MAGIC[i]) return false;
  return true;
}

/** Where the next header may begin; the last bytes are kept when they could be the start of one that is still coming. */
function nextMagic(bytes: Uint8Array, from: number, last: boolean): number {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(MAGIC, from);
  if (found >= 0) return found;
  if (last) return bytes.length;
  for (let at = Math.max(from, bytes.length - MAGIC.length + 1); at < bytes.length; at++) {
    if (startsLikeHeader(bytes, at)) return at;
  }
  return bytes.length;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

const linkBytes = new Uint8Array(8);
const links = new DataView(linkBytes.buffer);
