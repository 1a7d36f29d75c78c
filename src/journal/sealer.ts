import type { Files } from "./files.ts";
import { JournalError } from "./journal.ts";
import { sealSegment } from "./seal.ts";
import type { Segment } from "./segment.ts";

interface Work {
  run: () => Promise<void>;
  /** The journal closes before its turn. */
  refuse: () => void;
}

/**
 * Work on segments that are no longer written to, in the background, one at a time: full ones are compressed. A failure
 * leaves the segment plain until the next start.
 */
export class Sealer {
  readonly #dir: string;
  readonly #files: Files;
  readonly #log: (level: "info" | "warn" | "error", message: string) => void;
  readonly #waiting: Work[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(dir: string, files: Files, log: (level: "info" | "warn" | "error", message: string) => void) {
    this.#dir = dir;
    this.#files = files;
    this.#log = log;
  }

  add(segment: Segment): void {
    this.#add({ run: () => this.#seal(segment), refuse: () => undefined });
  }

  /** A task that rewrites segments, after those that wait to be compressed. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    const result = Promise.withResolvers<T>();
    const refuse = (): void => result.reject(new JournalError("closed", "the journal is closed"));
    if (this.#closed) refuse();
    else this.#add({ run: () => task().then(result.resolve, result.reject), refuse });
    return result.promise;
  }

  /** Waits for the segment in work; those behind it are sealed at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    for (const { refuse } of this.#waiting.splice(0)) refuse();
  }

  #add(work: Work): void {
    this.#waiting.push(work);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    for (let work = this.#waiting.shift(); work !== undefined; work = this.#waiting.shift()) {
      if (this.#closed) work.refuse();
      else await work.run();
    }
    this.#running = null;
  }

  async #seal(segment: Segment): Promise<void> {
    try {
      const bytes = await sealSegment(this.#dir, segment.first, this.#files);
      if (bytes === null) {
        this.#log("error", `journal: segment ${segment.first} is damaged; it stays uncompressed, nothing is removed`);
        return;
      }
      segment.sealed = true;
      segment.bytes = bytes;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#log("warn", `journal: segment ${segment.first} could not be compressed, it stays as it is: ${why}`);
    }
  }
}
