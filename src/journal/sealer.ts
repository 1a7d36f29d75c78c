import type { Files } from "./files.ts";
import { sealSegment } from "./seal.ts";
import type { Segment } from "./segment.ts";

/** Compresses full segments in the background, one at a time. A failure leaves the segment plain until the next start. */
export class Sealer {
  readonly #dir: string;
  readonly #files: Files;
  readonly #log: (level: "info" | "warn" | "error", message: string) => void;
  readonly #waiting: Segment[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(dir: string, files: Files, log: (level: "info" | "warn" | "error", message: string) => void) {
    this.#dir = dir;
    this.#files = files;
    this.#log = log;
  }

  add(segment: Segment): void {
    this.#waiting.push(segment);
    this.#running ??= this.#run();
  }

  /** Waits for the segment in work; those behind it are sealed at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let segment = this.#waiting.shift(); segment !== undefined && !this.#closed; segment = this.#waiting.shift()) {
      await this.#seal(segment);
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
