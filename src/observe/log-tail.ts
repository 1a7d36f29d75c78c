/** The last lines of the log file, for those who administer everything. It reads the file's end, however large it is. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

export interface LogLine {
  /** RFC 3339. */
  time: string;
  level: "info" | "warn" | "error";
  message: string;
  /** Everything else that stands in the line. */
  fields: Readonly<Record<string, unknown>>;
}

export const LOG_LEVELS = ["info", "warn", "error"] as const satisfies readonly LogLine["level"][];

export interface LogAsked {
  /** This level and worse. */
  level: LogLine["level"];
  /** In the message or the fields, whatever its case; empty: any. */
  search: string;
  limit: number;
}

export interface LogTail {
  /** Newest first. */
  lines: readonly LogLine[];
  /** What was looked through has an end before the file's beginning. */
  partial: boolean;
}

const BYTES_MAX = 1024 * 1024;
const FILE_NAME = /^bellwether-\d{4}-\d\d-\d\d\.ndjson$/;

/** Null where no log file is written. Looks through the newest two days' ends. */
export async function logTail(dir: string, asked: LogAsked): Promise<LogTail | null> {
  const names = (await readdir(dir).catch(() => [])).filter((name) => FILE_NAME.test(name)).sort();
  const newest = names.slice(-2).reverse();
  if (newest.length === 0) return null;
  const lines: LogLine[] = [];
  let partial = names.length > newest.length;
  for (const name of newest) {
    const end = await endOf(join(dir, name));
    partial ||= end.partial;
    for (const text of end.lines.reverse()) {
      const line = lineOf(text);
      if (line && fits(line, text, asked)) lines.push(line);
      if (lines.length >= asked.limit) return { lines, partial: true };
    }
  }
  return { lines, partial };
}

async function endOf(path: string): Promise<{ lines: string[]; partial: boolean }> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - BYTES_MAX);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.subarray(0, bytesRead).toString("utf8").split("\n");
    // The first one was begun before.
    return { lines: from > 0 ? lines.slice(1) : lines, partial: from > 0 };
  } finally {
    await file.close();
  }
}

function lineOf(text: string): LogLine | null {
  if (text === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const { time, level, message, ...fields } = Object.fromEntries(Object.entries(value));
    const known = LOG_LEVELS.find((one) => one === level);
    return known ? { time: String(time), level: known, message: String(message), fields } : null;
  } catch {
    return null;
  }
}

function fits(line: LogLine, text: string, { level, search }: LogAsked): boolean {
  if (LOG_LEVELS.indexOf(line.level) < LOG_LEVELS.indexOf(level)) return false;
  return search === "" || text.toLowerCase().includes(search.toLowerCase());
}
