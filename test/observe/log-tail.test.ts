import { afterAll, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logTail } from "../../src/observe/log-tail.ts";

const folder = mkdtempSync(join(tmpdir(), "bellwether-tail-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const line = (level: string, message: string, more: object = {}): string =>
  `${JSON.stringify({ time: "2026-01-01T00:00:00.000Z", level, message, ...more })}\n`;
const asked = { level: "info", search: "", limit: 100 } as const;

test("there is none where no log is written", async () => {
  expect(await logTail(join(folder, "nowhere"), asked)).toBeNull();
});

test("the newest lines come first, over midnight too, and what is no line is left out", async () => {
  writeFileSync(join(folder, "bellwether-2026-01-01.ndjson"), line("info", "old"));
  writeFileSync(
    join(folder, "bellwether-2026-01-02.ndjson"),
    `${line("warn", "one", { code: 7 })}broken\n{"level":"loud"}\n${line("error", "two")}`,
  );
  writeFileSync(join(folder, "other.txt"), line("error", "not a log"));
  const tail = await logTail(folder, asked);
  expect(tail?.lines.map(({ message }) => message)).toEqual(["two", "one", "old"]);
  expect(tail).toMatchObject({ partial: false, lines: [{}, { level: "warn", fields: { code: 7 } }, {}] });
});

test("it is narrowed by level and by what stands in the line, and says when there is more", async () => {
  const messages = async (change: object) =>
    (await logTail(folder, { ...asked, ...change }))?.lines.map(({ message }) => message);
  expect(await messages({ level: "warn" })).toEqual(["two", "one"]);
  expect(await messages({ search: "CODE" })).toEqual(["one"]);
  expect(await logTail(folder, { ...asked, limit: 1 })).toMatchObject({ partial: true, lines: [{ message: "two" }] });
});

test("of a large file only its end is read, and no half line of it", async () => {
  const path = join(folder, "bellwether-2026-01-03.ndjson");
  writeFileSync(path, line("info", "x".repeat(1024 * 1024)));
  appendFileSync(path, line("info", "end"));
  const tail = await logTail(folder, asked);
  expect(tail?.lines[0]?.message).toBe("end");
  expect(tail?.lines.some(({ message }) => message.startsWith("xx"))).toBe(false);
  expect(tail?.partial).toBe(true);
});
