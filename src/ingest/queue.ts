import type { Instruction } from "./instructions.ts";

/** Accepted frames on their way to the store, in journal order. */
export interface Entry {
  seq: number;
  chain: number;
  lines: Uint8Array;
  rows: number;
  fingerprints: Float64Array;
  received_at: number;
  /** Ordinals within the frame that may be known already; null until they were looked up. */
  suspects: readonly number[] | null;
  /** The frame is no events but says what becomes of those before it. */
  instruction?: Instruction;
}

/** First in, first out, with the sums that limits and health look at. */
export class Queue {
  rows = 0;
  bytes = 0;
  #entries: Entry[] = [];
  #head = 0;

  get first(): Entry | null {
    return this.#entries[this.#head] ?? null;
  }

  all(): readonly Entry[] {
    return this.#entries.slice(this.#head);
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.rows += entry.rows;
    this.bytes += entry.lines.length;
  }

  /** Takes frames up to this one out. */
  dropTo(seq: number): void {
    for (let entry = this.first; entry !== null && entry.seq <= seq; entry = this.first) {
      this.#head++;
      this.rows -= entry.rows;
      this.bytes -= entry.lines.length;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  /** The next whole frames with `rows_max` events together at most, one frame at least; an instruction stands alone. They stay until dropped. */
  group(rows_max: number): Entry[] {
    const group: Entry[] = [];
    let rows = 0;
    for (let at = this.#head; at < this.#entries.length; at++) {
      const next = this.#entries[at];
      if (next === undefined) break;
      if (group.length > 0 && (rows + next.rows > rows_max || next.instruction !== undefined)) break;
      rows += next.rows;
      group.push(next);
      if (next.instruction !== undefined) break;
    }
    return group;
  }

  clear(): void {
    this.#entries = [];
    this.#head = 0;
    this.rows = 0;
    this.bytes = 0;
  }
}
