/**
 * Content-Encoding undone, off the JavaScript thread, and stopped at the limit: a bomb costs no more memory than an honest body.
 * It must never hand on a part of a body: what is cut off or followed by other bytes is refused.
 */
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from "node:zlib";

/** Why a body could not be read. `detail` says what to do, and never repeats what was sent. */
export interface Unreadable {
  status: 400 | 413 | 415;
  title: string;
  detail: string;
}

type Options = { maxOutputLength: number; info: boolean };
type Done = (error: Error | null, result: unknown) => void;
type Decompressor = (body: Uint8Array, options: Options, done: Done) => void;

const DECOMPRESSORS: Readonly<Record<string, (body: Uint8Array) => Decompressor>> = {
  gzip: () => gunzip,
  "x-gzip": () => gunzip,
  // RFC 9110 says zlib format; old clients send the raw stream.
  deflate: (body) => (isZlib(body) ? inflate : inflateRaw),
  br: () => brotliDecompress,
  zstd: () => zstdDecompress,
};

/** The plain body; a body without encoding comes back as it is. */
export async function decompress(
  body: Uint8Array,
  encoding: string | undefined,
  bytes_max: number,
): Promise<Uint8Array | Unreadable> {
  const name = (encoding ?? "identity").trim().toLowerCase();
  if (name === "" || name === "identity") return body;
  const choose = Object.hasOwn(DECOMPRESSORS, name) ? DECOMPRESSORS[name] : undefined;
  if (choose === undefined) return name.includes(",") ? STACKED : UNKNOWN;
  if (body.length === 0) return CORRUPT;
  // The decompressor of Bun takes the start of a frame for the whole of it.
  if (name === "zstd" && !isWholeZstd(body)) return CORRUPT;

  const outcome = await inflated(choose(body), body, bytes_max);
  if (outcome === "too_large") return tooLarge(bytes_max);
  return outcome ?? CORRUPT;
}

/** The 413 of a body that is larger than the limit, compressed or not. */
export function tooLarge(bytes_max: number): Unreadable {
  const limit = `${Math.floor(bytes_max / 1024)} KiB`;
  return {
    status: 413,
    title: "Body too large",
    detail: `A request may hold ${limit} after decompression; send it in parts.`,
  };
}

const UNKNOWN: Unreadable = {
  status: 415,
  title: "Content-Encoding not supported",
  detail: "Send the body plain, or with Content-Encoding gzip, deflate, br or zstd.",
};
const STACKED: Unreadable = {
  status: 415,
  title: "Content-Encoding not supported",
  detail: "Only one Content-Encoding is undone; compress the body once.",
};
const CORRUPT: Unreadable = {
  status: 400,
  title: "Body cannot be decompressed",
  detail: "The body is not whole in the format that Content-Encoding names, or other bytes follow it.",
};

/** Null when corrupt, cut off or followed by other bytes. */
function inflated(run: Decompressor, body: Uint8Array, bytes_max: number): Promise<Uint8Array | "too_large" | null> {
  return new Promise((resolve) => {
    // `info` tells how many bytes the stream took; without it what follows the end is dropped without a word.
    run(body, { maxOutputLength: bytes_max, info: true }, (error, result) => {
      if (error !== null) resolve(codeOf(error) === "ERR_BUFFER_TOO_LARGE" ? "too_large" : null);
      else resolve(wholeOutput(result, body.length));
    });
  });
}

function codeOf(error: Error): unknown {
  return "code" in error ? error.code : null;
}

function wholeOutput(result: unknown, taken: number): Uint8Array | null {
  if (typeof result !== "object" || result === null || !("buffer" in result) || !("engine" in result)) return null;
  const { buffer, engine } = result;
  if (!(buffer instanceof Uint8Array) || typeof engine !== "object" || engine === null) return null;
  return "bytesWritten" in engine && engine.bytesWritten === taken ? buffer : null;
}

/** RFC 1950: method 8 and a header that is a multiple of 31. */
function isZlib(body: Uint8Array): boolean {
  const [method = 0, flags = 0] = body;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}

const ZSTD_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

/** Walks frames and block headers (RFC 8878, section 3.1) to the last byte, without decompressing. */
function isWholeZstd(body: Uint8Array): boolean {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let at = 0;
  while (at < body.length) {
    const next = zstdFrameEnd(view, at);
    if (next === null) return false;
    at = next;
  }
  return at === body.length;
}

function zstdFrameEnd(view: DataView, start: number): number | null {
  const size = view.byteLength;
  if (start + 8 > size) return null;
  const magic = view.getUint32(start, true);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) return start + 8 + view.getUint32(start + 4, true);
  if (magic !== ZSTD_MAGIC) return null;

  const descriptor = view.getUint8(start + 4);
  const single_segment = (descriptor & 0x20) !== 0;
  const content_size = [single_segment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = start + 5 + (single_segment ? 0 : 1) + dictionary + content_size;
  for (let last = false; !last; ) {
    if (at + 3 > size) return null;
    const header = view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16);
    last = (header & 1) === 1;
    // A block of type 1 repeats one byte; the others hold as many bytes as they say.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  return at + ((descriptor & 4) !== 0 ? 4 : 0);
}
