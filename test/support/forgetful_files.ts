import type { Files, OpenFile } from "../../src/journal/files.ts";

/** One call to the file layer; a fault decides what becomes of it. */
export interface Call {
  op: "create" | "open" | "read" | "write" | "truncate" | "sync" | "rename" | "remove" | "syncDirectory";
  /** Counted over all operations, from 1. */
  n: number;
}
export type Fault = { error: string } | { short: number } | null;

interface Node {
  bytes: Uint8Array;
  synced: Uint8Array;
}

/**
 * A file system in memory that knows what is on the disk and what is only in its cache, fails when told to, and
 * forgets at a power loss: unsynced bytes stay in part, as zeros or not at all, unsynced names by chance.
 */
export class ForgetfulFiles implements Files {
  readonly names = new Map<string, Node>();
  readonly #syncedNames = new Map<string, Node>();
  /** Decides the fate of each call. */
  fault: (call: Call) => Fault = () => null;
  /** false takes the syncs out: what then still holds proves nothing. */
  syncs = true;
  calls = 0;

  async makeDirectory(): Promise<void> {}

  async list(dir: string): Promise<readonly string[]> {
    return [...this.names.keys()]
      .filter((path) => path.startsWith(`${dir}/`))
      .map((path) => path.slice(dir.length + 1));
  }

  async create(path: string): Promise<OpenFile> {
    this.#call("create");
    if (this.names.has(path)) throw failure("EEXIST");
    const node = { bytes: new Uint8Array(0), synced: new Uint8Array(0) };
    this.names.set(path, node);
    return this.#file(node);
  }

  async open(path: string): Promise<OpenFile> {
    this.#call("open");
    const node = this.names.get(path);
    if (node === undefined) throw failure("ENOENT");
    return this.#file(node);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#call("rename");
    const node = this.names.get(from);
    if (node === undefined) throw failure("ENOENT");
    this.names.delete(from);
    this.names.set(to, node);
  }

  async remove(path: string): Promise<void> {
    this.#call("remove");
    if (!this.names.delete(path)) throw failure("ENOENT");
  }

  async syncDirectory(dir: string): Promise<void> {
    this.#call("syncDirectory");
    if (!this.syncs) return;
    for (const path of this.#syncedNames.keys()) {
      if (path.startsWith(`${dir}/`) && !this.names.has(path)) this.#syncedNames.delete(path);
    }
    for (const [path, node] of this.names) if (path.startsWith(`${dir}/`)) this.#syncedNames.set(path, node);
  }

  /** What a machine finds that comes up again after the power went. */
  afterPowerLoss(random: () => number): ForgetfulFiles {
    const found = new ForgetfulFiles();
    const kept = new Map(this.#syncedNames);
    for (const [path, node] of this.names) if (!kept.has(path) && random() < 0.5) kept.set(path, node);
    for (const path of kept.keys()) if (!this.names.has(path) && random() < 0.5) kept.delete(path);
    for (const [path, node] of kept) {
      const bytes = remembered(node, random);
      const copy = { bytes, synced: bytes.slice() };
      found.names.set(path, copy);
      found.#syncedNames.set(path, copy);
    }
    return found;
  }

  #file(node: Node): OpenFile {
    return {
      size: async () => node.bytes.length,
      read: async (into, offset) => {
        this.#call("read");
        const piece = node.bytes.subarray(offset, offset + into.length);
        into.set(piece);
        return piece.length;
      },
      write: async (bytes, offset) => {
        const fault = this.#call("write");
        const taken = fault !== null && "short" in fault ? bytes.subarray(0, fault.short) : bytes;
        put(node, taken, offset);
        return taken.length;
      },
      truncate: async (size) => {
        this.#call("truncate");
        node.bytes = node.bytes.slice(0, size);
      },
      sync: async () => {
        // A real sync takes longer than a turn of the event loop: others append meanwhile.
        await new Promise((resolve) => setImmediate(resolve));
        this.#call("sync");
        if (this.syncs) node.synced = node.bytes.slice();
      },
      close: async () => {},
    };
  }

  #call(op: Call["op"]): Fault {
    this.calls++;
    const fault = this.fault({ op, n: this.calls });
    if (fault !== null && "error" in fault) throw failure(fault.error);
    return fault;
  }
}

function put(node: Node, bytes: Uint8Array, offset: number): void {
  if (offset + bytes.length > node.bytes.length) {
    const grown = new Uint8Array(offset + bytes.length);
    grown.set(node.bytes);
    node.bytes = grown;
  }
  node.bytes.set(bytes, offset);
}

/** The synced bytes, and of the rest any prefix, with a page of zeros here and there. */
function remembered(node: Node, random: () => number): Uint8Array {
  const { bytes, synced } = node;
  const common = Math.min(bytes.length, synced.length);
  if (bytes.length <= synced.length)
    return random() < 0.5 ? synced.slice() : bytes.slice(0, Math.max(common, synced.length));
  const kept = bytes.slice(0, common + Math.floor(random() * (bytes.length - common + 1)));
  kept.set(synced.subarray(0, common));
  if (random() < 0.3 && kept.length > common) kept.fill(0, common + Math.floor(random() * (kept.length - common)));
  return kept;
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
