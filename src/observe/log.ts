/**
 * The log file: one JSON object a line, a file a day, old ones removed.
 * It must never make anyone wait, and never fail anything: a full disk loses lines, which are counted.
 */
import { appendFile, mkdir, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

export interface LogFile {
  /** Adds a line with its time; written within a second. */
  write(entry: Readonly<Record<string, unknown>>): void;
  /** Lines lost since the start: the disk refused them, they came too fast, or the day's file is full. */
  readonly dropped: number;
  /** Writes what waits, as far as the disk takes it. */
  close(): Promise<void>;
}

export interface LogFileOptions {
  dir: string;
  /** How many days' files are kept, today's included. */
  days: number;
  day_bytes_max: number;
  /** Microseconds since the epoch. */
  now: () => number;
  /** Stands for the disk in tests. */
  append?: (path: string, text: string) => Promise<void>;
}

const FLUSH_EVERY_MS = 1_000;
/** A disk that hangs must not fill the memory. */
const WAITING_BYTES_MAX = 1024 * 1024;
const FILE_NAME = /^bellwether-(\d{4}-\d\d-\d\d)\.ndjson$/;
const DAY_US = 24 * 60 * 60 * 1_000_000;

export function openLogFile(options: LogFileOptions): LogFile {
  const { dir, days, day_bytes_max, now, append = appendPrivately } = options;
  let waiting: { day: string; line: string }[] = [];
  let waiting_bytes = 0;
  let dropped = 0;
  /** The day that is written to, and how large its file is. */
  let today = { day: "", bytes: 0 };
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writing: Promise<void> = Promise.resolve();

  async function begin(day: string): Promise<void> {
    if (today.day === day) return;
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const bytes = await stat(join(dir, nameOf(day))).then(
      ({ size }) => size,
      () => 0,
    );
    today = { day, bytes };
    await removeOld(dir, dayOf(now() - (days - 1) * DAY_US));
  }

  async function writeDay(day: string, lines: readonly string[]): Promise<void> {
    try {
      await begin(day);
      const room = day_bytes_max - today.bytes;
      const { text, taken } = fitting(lines, room);
      dropped += lines.length - taken;
      if (taken === 0) return;
      await append(join(dir, nameOf(day)), text);
      today.bytes += text.length;
    } catch {
      dropped += lines.length;
      // Looked at anew: the folder may be gone, or the disk have room again.
      today = { day: "", bytes: 0 };
    }
  }

  async function flush(): Promise<void> {
    const taken = waiting;
    waiting = [];
    waiting_bytes = 0;
    for (const [day, group] of Map.groupBy(taken, (entry) => entry.day))
      await writeDay(
        day,
        group.map(({ line }) => line),
      );
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = null;
      writing = writing.then(flush);
    }, FLUSH_EVERY_MS);
    timer.unref();
  }

  return {
    get dropped() {
      return dropped;
    },
    write(entry) {
      const at = now();
      const line = `${JSON.stringify({ time: new Date(at / 1_000).toISOString(), ...entry })}\n`;
      if (waiting_bytes + line.length > WAITING_BYTES_MAX) {
        dropped++;
        return;
      }
      waiting.push({ day: dayOf(at), line });
      waiting_bytes += line.length;
      schedule();
    },
    async close() {
      if (timer) clearTimeout(timer);
      timer = null;
      await writing;
      await flush();
    },
  };
}

/** As many lines from the first as there is room for. */
function fitting(lines: readonly string[], room: number): { text: string; taken: number } {
  let bytes = 0;
  let taken = 0;
  for (const line of lines) {
    if (bytes + line.length > room) break;
    bytes += line.length;
    taken++;
  }
  return { text: lines.slice(0, taken).join(""), taken };
}

async function removeOld(dir: string, oldest_kept: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const day = FILE_NAME.exec(name)?.[1];
    if (day !== undefined && day < oldest_kept) await unlink(join(dir, name));
  }
}

function appendPrivately(path: string, text: string): Promise<void> {
  return appendFile(path, text, { mode: 0o600 });
}

function dayOf(at: number): string {
  return new Date(at / 1_000).toISOString().slice(0, 10);
}

function nameOf(day: string): string {
  return `bellwether-${day}.ndjson`;
}
