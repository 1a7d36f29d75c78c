import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkJournal } from "../../src/journal/check.ts";
import { openJournal } from "../../src/journal/journal.ts";

const FRAMES = 30;
let dir: string;
let chain: number;

beforeEach(async () => {
  dir = join(mkdtempSync(join(tmpdir(), "bellwether-check-")), "journal");
  const journal = await openJournal({ dir, segment_bytes: 1_000, onDamage: () => {}, log: () => {} });
  for (let i = 0; i < FRAMES; i++)
    await journal.append(new TextEncoder().encode(`frame ${i} ${"x".repeat(100)}\n`)).durable;
  chain = journal.chain;
  await journal.close();
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

const check = (to: number | null = null, at: number | null = null) => checkJournal({ dir, to, at });
const last = (): string => join(dir, readdirSync(dir).sort().at(-1) ?? "");

test("a sound record is read whole", async () => {
  expect(await check()).toMatchObject({ frames: FRAMES, last_seq: FRAMES, chain, damages: [], unfinished: null });
  expect((await check(null, FRAMES)).chain).toBe(chain);
  expect((await check(10, 10)).frames).toBe(10);
  expect((await check(null, FRAMES + 1)).chain).toBeNull();
});

test("an unfinished end is no damage, and stays as it is", async () => {
  appendFileSync(last(), new Uint8Array(17).fill(7));
  const before = readFileSync(last());
  expect(await check()).toMatchObject({ frames: FRAMES, damages: [], unfinished: expect.stringContaining("17 bytes") });
  // Of a running server it is what is being written.
  expect(await check(FRAMES)).toMatchObject({ damages: [], unfinished: null });
  expect(readFileSync(last())).toEqual(before);
});

test("a missing segment and a flipped bit are damage", async () => {
  const [, second = ""] = readdirSync(dir).sort();
  rmSync(join(dir, second));
  const { damages } = await check();
  expect(damages.some(({ seq_from }) => seq_from !== null)).toBe(true);
  const bytes = readFileSync(last());
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  writeFileSync(last(), bytes);
  expect((await check(FRAMES)).damages.length + 1).toBeGreaterThan(damages.length);
});

test("an end that was lost is missed when it is known to have been there", async () => {
  rmSync(last());
  const { damages, last_seq } = await check(FRAMES);
  expect(last_seq).toBeLessThan(FRAMES);
  expect(damages).toContainEqual(expect.objectContaining({ seq_to: FRAMES }));
});
