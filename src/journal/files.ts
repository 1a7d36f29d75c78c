import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, statfs, unlink } from "node:fs/promises";

/** An open file, addressed by offset. */
export interface OpenFile {
  size(): Promise<number>;
  /** Bytes read, 0 at the end. */
  read(into: Uint8Array, offset: number): Promise<number>;
  /** Bytes written, which may be fewer than given. */
  write(bytes: Uint8Array, offset: number): Promise<number>;
  truncate(size: number): Promise<void>;
  /** Everything written is on the disk, and so is the size that is needed to find it. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file system as the journal sees it; tests put one here that fails and forgets. */
export interface Files {
  makeDirectory(dir: string): Promise<void>;
  list(dir: string): Promise<readonly string[]>;
  /** Makes the file; it must not exist. */
  create(path: string): Promise<OpenFile>;
  /** Opens an existing file for reading and writing. */
  open(path: string): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Names made, renamed and removed in the directory are on the disk. */
  syncDirectory(dir: string): Promise<void>;
}

/** The real file system. */
export const diskFiles: Files = {
  makeDirectory: async (dir) => {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  },
  list: (dir) => readdir(dir),
  create: async (path) => diskFile(await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)),
  open: async (path) => diskFile(await open(path, constants.O_RDWR)),
  rename: (from, to) => rename(from, to),
  remove: (path) => unlink(path),
  syncDirectory: async (dir) => {
    const handle = await open(dir, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** Bytes that this process may still write on the file system of `path`. */
export async function freeBytes(path: string): Promise<number> {
  const found = await statfs(path);
  return found.bavail * found.bsize;
}

function diskFile(handle: FileHandle): OpenFile {
  return {
    size: async () => (await handle.stat()).size,
    read: async (into, offset) => (await handle.read(into, 0, into.length, offset)).bytesRead,
    write: async (bytes, offset) => (await handle.write(bytes, 0, bytes.length, offset)).bytesWritten,
    truncate: (size) => handle.truncate(size),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** Reads exactly `length` bytes, or fewer at the end of the file. */
export async function readFully(file: OpenFile, offset: number, length: number): Promise<Uint8Array> {
  const into = new Uint8Array(length);
  let got = 0;
  while (got < length) {
    const read = await file.read(into.subarray(got), offset + got);
    if (read <= 0) break;
    got += read;
  }
  return into.subarray(0, got);
}

/** Writes all bytes, however short the single writes are. */
export async function writeFully(file: OpenFile, bytes: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const written = await file.write(bytes.subarray(done), offset + done);
    if (written <= 0) throw new Error("the file takes no more bytes");
    done += written;
  }
}
