import type { Rejection } from "../catalogue/event.ts";
import type { Control } from "../control/control.ts";

/** Refused events on their way into the quarantine: written in groups, so that a flood of them costs no one else. */
export interface Quarantine {
  add(rows: readonly Refused[]): void;
  flush(): void;
  stop(): void;
}

export interface Refused {
  received_at: number;
  location_id: string | null;
  reason: Rejection;
  raw: string;
}

interface Given {
  control: Pick<Control, "quarantine" | "pruneQuarantine">;
  days: number;
  rows_max: number;
  now: () => number;
  log: (level: "info" | "warn" | "error", message: string) => void;
}

const FLUSH_ROWS = 500;
const FLUSH_MS = 200;
const PRUNE_MS = 10 * 60_000;
const DAY_US = 86_400_000_000;
/** What may wait in memory; the sender was told of each refusal, so beyond this only the copy is given up, and counted. */
const WAITING_ROWS_MAX = 20_000;
const WAITING_CHARS_MAX = 32 * 1024 * 1024;

export function createQuarantine(given: Given): Quarantine {
  let waiting: Refused[] = [];
  let chars = 0;
  let dropped = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const pruner = setInterval(prune, PRUNE_MS);
  pruner.unref();

  function prune(): void {
    attempt(() => given.control.pruneQuarantine(given.now() - given.days * DAY_US, given.rows_max));
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const rows = waiting.splice(0, FLUSH_ROWS);
    for (const row of rows) chars -= row.raw.length;
    if (rows.length > 0) attempt(() => given.control.quarantine(rows));
    if (waiting.length > 0) timer = setTimeout(flush, 0);
    if (dropped > 0) given.log("warn", `quarantine: ${dropped} refused events were not kept, too many came at once`);
    dropped = 0;
  }

  /** The quarantine is a copy for people; that it cannot be written must not stop the events that are good. */
  function attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      given.log("error", `quarantine: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return {
    add(rows) {
      if (rows.length === 0) return;
      for (const row of rows) {
        if (waiting.length >= WAITING_ROWS_MAX || chars + row.raw.length > WAITING_CHARS_MAX) {
          dropped++;
          continue;
        }
        waiting.push(row);
        chars += row.raw.length;
      }
      timer ??= setTimeout(flush, FLUSH_MS);
    },
    flush() {
      while (waiting.length > 0) flush();
    },
    stop() {
      clearInterval(pruner);
      while (waiting.length > 0) flush();
      if (timer !== null) clearTimeout(timer);
      prune();
      waiting = [];
    },
  };
}
