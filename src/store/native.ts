/**
 * Loads DuckDB's native library inside the compiled executable: an embedded file cannot be mapped, so it is written
 * to the data directory once. It must never load a file whose bytes are not those that were built in.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";

export interface NativeFile {
  /** As it is called on disk; the addon finds the library beside itself by this name. */
  name: string;
  /** Path inside the executable. */
  embedded: string;
  bytes: number;
  sha256: string;
  /** CRC-32, for the check at every start: 20 ms where SHA-256 takes 70. */
  crc32: number;
}

/**
 * Module state, as an exception: @duckdb/node-api asks for its binding while it is being imported,
 * so there is no call into which the directory could be passed.
 */
let directory: string | null = null;

/** Says where the native files go; to be called before anything imports the store. Without effect when run from source. */
export function useNativeDirectory(path: string): void {
  directory = path;
}

/**
 * The addon's exports. The last of `files` is the addon, the others are what it links to.
 * @public called by the module that scripts/build.ts puts in place of @duckdb/node-bindings
 */
export function loadNative(files: readonly NativeFile[]): unknown {
  const folder = join(directory ?? join(tmpdir(), `bellwether-native-${process.getuid?.() ?? 0}`), digestOf(files));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const file of files) {
    if (!isIntact(join(folder, file.name), file)) unpack(file, folder);
  }
  const addon = files.at(-1);
  if (addon === undefined) throw new Error("the executable was built without its native library");
  const module: { exports: unknown } = { exports: {} };
  process.dlopen(module, join(folder, addon.name));
  return module.exports;
}

function digestOf(files: readonly NativeFile[]): string {
  return new Bun.CryptoHasher("sha256").update(files.map((file) => file.sha256).join(" ")).digest("hex");
}

/** Temporary name, sync, check, rename: a kill at any moment leaves the old state or the whole file. */
function unpack(file: NativeFile, folder: string): void {
  const temporary = join(folder, `${file.name}.${process.pid}.tmp`);
  const fd = openSync(temporary, "w", 0o700);
  try {
    const bytes = readFileSync(file.embedded);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  if (new Bun.CryptoHasher("sha256").update(readFileSync(temporary)).digest("hex") !== file.sha256) {
    rmSync(temporary, { force: true });
    throw new Error(`${file.name} could not be written to ${folder} intact`);
  }
  renameSync(temporary, join(folder, file.name));
}

/** In pieces, so that 70 MB do not stay in memory. */
function isIntact(path: string, file: NativeFile): boolean {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return false;
  }
  try {
    const piece = Buffer.allocUnsafe(1024 * 1024);
    let sum = 0;
    let bytes = 0;
    for (let read = readSync(fd, piece); read > 0; read = readSync(fd, piece)) {
      sum = crc32(piece.subarray(0, read), sum);
      bytes += read;
    }
    return bytes === file.bytes && sum === file.crc32;
  } finally {
    closeSync(fd);
  }
}
