/** A ZIP archive, written as it is read: sizes and checksums follow each file (APPNOTE 6.3.9, data descriptors). */
import { once } from "node:events";
import { crc32, createDeflateRaw } from "node:zlib";

export interface ZipFile {
  name: string;
  pieces: AsyncIterable<string> | Iterable<string>;
}

/** Sizes are 32 bit: what would need more is refused, not wrapped around. */
const BYTES_MAX = 0xffff_ffff;
/** Twice as fast as the usual 6 and a tenth larger, for text like this. */
const LEVEL = 3;
/** MS-DOS date of 1980-01-01: the file says itself when it was made. */
const DATE = 0x0021;
/** A descriptor follows, names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATED = 8;
const VERSION = 20;

interface Entry {
  name: Uint8Array;
  offset: number;
  crc: number;
  packed: number;
  size: number;
}

/** Throws when a file or the archive would be larger than 4 GiB. */
export async function* zipped(files: Iterable<ZipFile>): AsyncGenerator<Uint8Array> {
  const entries: Entry[] = [];
  let offset = 0;
  for (const { name, pieces } of files) {
    const entry: Entry = { name: new TextEncoder().encode(name), offset, crc: 0, packed: 0, size: 0 };
    const head = localHead(entry);
    yield head;
    for await (const piece of deflated(pieces, entry)) yield piece;
    yield descriptor(entry);
    entries.push(entry);
    offset += head.length + entry.packed + 16;
    needSmall(offset);
  }
  const directory = entries.map(directoryEntry);
  yield* directory;
  const bytes = directory.reduce((sum, { length }) => sum + length, 0);
  yield endOf(entries.length, bytes, offset);
}

/** Compression runs beside the event loop; what is written waits for it. */
async function* deflated(pieces: ZipFile["pieces"], entry: Entry): AsyncGenerator<Uint8Array> {
  const deflate = createDeflateRaw({ level: LEVEL });
  const ready: Uint8Array[] = [];
  deflate.on("data", (chunk: Uint8Array) => ready.push(chunk));
  const ended = once(deflate, "end");
  // Whoever does not wait for it any more must not be killed by it.
  ended.catch(() => {});
  function* taken(): Generator<Uint8Array> {
    for (const chunk of ready.splice(0)) {
      entry.packed += chunk.length;
      yield chunk;
    }
  }
  try {
    for await (const piece of pieces) {
      const bytes = Buffer.from(piece);
      entry.crc = crc32(bytes, entry.crc);
      entry.size += bytes.length;
      needSmall(entry.size);
      await new Promise<void>((resolve, reject) => {
        deflate.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
      yield* taken();
    }
    deflate.end();
    await ended;
    yield* taken();
  } finally {
    deflate.destroy();
  }
}

function needSmall(bytes: number): void {
  if (bytes > BYTES_MAX)
    throw new Error("the file would be larger than 4 GiB, which this format cannot say: export less, or as CSV");
}

function localHead({ name }: Entry): Uint8Array {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(FLAGS, 6);
  head.writeUInt16LE(DEFLATED, 8);
  head.writeUInt16LE(DATE, 12);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, name]);
}

function descriptor({ crc, packed, size }: Entry): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(crc, 4);
  bytes.writeUInt32LE(packed, 8);
  bytes.writeUInt32LE(size, 12);
  return bytes;
}

function directoryEntry({ name, offset, crc, packed, size }: Entry): Uint8Array {
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(VERSION, 6);
  head.writeUInt16LE(FLAGS, 8);
  head.writeUInt16LE(DEFLATED, 10);
  head.writeUInt16LE(DATE, 14);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(packed, 20);
  head.writeUInt32LE(size, 24);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt32LE(offset, 42);
  return Buffer.concat([head, name]);
}

function endOf(entries: number, bytes: number, offset: number): Uint8Array {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
