import { afterEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LogFileOptions, openLogFile } from "../../src/observe/log.ts";

const DAY_US = 24 * 60 * 60 * 1_000_000;
const folders: string[] = [];
afterEach(() => {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function opened(options: Partial<LogFileOptions> = {}) {
  const dir = mkdtempSync(join(tmpdir(), "bellwether-log-"));
  folders.push(dir);
  const clock = { now: Date.UTC(2026, 10, 21, 23, 59) * 1_000 };
  const log = openLogFile({ dir: join(dir, "logs"), days: 30, day_bytes_max: 1e9, now: () => clock.now, ...options });
  return { log, clock, dir: join(dir, "logs") };
}

function lines(dir: string, day: string): readonly Record<string, unknown>[] {
  return readFileSync(join(dir, `bellwether-${day}.ndjson`), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("the log file", () => {
  test("holds one JSON object a line, readable by its owner alone", async () => {
    const { log, dir } = opened();
    log.write({ level: "info", message: "one\ntwo" });
    log.write({ level: "warn", message: "three", took_ms: 4 });
    await log.close();
    expect(lines(dir, "2026-11-21")).toEqual([
      { time: "2026-11-21T23:59:00.000Z", level: "info", message: "one\ntwo" },
      { time: "2026-11-21T23:59:00.000Z", level: "warn", message: "three", took_ms: 4 },
    ]);
    expect(statSync(join(dir, "bellwether-2026-11-21.ndjson")).mode & 0o777).toBe(0o600);
  });

  test("begins anew each day, also within one flush", async () => {
    const { log, clock, dir } = opened();
    log.write({ message: "before" });
    clock.now += 2 * 60_000_000;
    log.write({ message: "after" });
    await log.close();
    expect([lines(dir, "2026-11-21").length, lines(dir, "2026-11-22").length]).toEqual([1, 1]);
  });

  test("keeps the days it is told to, and nothing that is not its own is removed", async () => {
    const { log, clock, dir } = opened({ days: 3 });
    log.write({ message: "makes the folder" });
    await log.close();
    for (const day of ["2025-01-01", "2026-11-19", "2026-11-20"])
      writeFileSync(join(dir, `bellwether-${day}.ndjson`), "{}\n");
    writeFileSync(join(dir, "notes.txt"), "mine");
    clock.now += DAY_US;
    log.write({ message: "next day" });
    await log.close();
    expect(readdirSync(dir).sort()).toEqual([
      "bellwether-2026-11-20.ndjson",
      "bellwether-2026-11-21.ndjson",
      "bellwether-2026-11-22.ndjson",
      "notes.txt",
    ]);
  });

  test("adds to what an earlier life wrote, and counts that against the day's limit", async () => {
    const { log, dir } = opened({ day_bytes_max: 200 });
    log.write({ message: "first" });
    await log.close();
    appendFileSync(join(dir, "bellwether-2026-11-21.ndjson"), `${"x".repeat(100)}\n`);
    const next = openLogFile({ dir, days: 30, day_bytes_max: 200, now: () => Date.UTC(2026, 10, 21) * 1_000 });
    next.write({ message: "does not fit any more" });
    await next.close();
    expect(next.dropped).toBe(1);
  });

  test("a full disk loses lines, counts them, and does no more harm; with room it goes on", async () => {
    let full = true;
    const written: string[] = [];
    const append = async (_: string, text: string) => {
      if (full) throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      written.push(text);
    };
    const { log } = opened({ append });
    log.write({ message: "lost" });
    await log.close();
    expect(log.dropped).toBe(1);
    full = false;
    log.write({ message: "kept" });
    await log.close();
    expect([written.length, log.dropped]).toEqual([1, 1]);
  });

  test("a disk that hangs does not fill the memory", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { log } = opened({ append: () => promise });
    for (let i = 0; i < 40; i++) log.write({ message: "x".repeat(64 * 1024) });
    expect(log.dropped).toBeGreaterThan(20);
    resolve();
    await log.close();
  });
});
