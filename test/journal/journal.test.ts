import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chainOf, crc32 } from "../../src/journal/frame.ts";
import { bytes, readAll, testJournal, text } from "../support/journals.ts";
import { seeded } from "../support/random.ts";

let dir = "";
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), "bellwether-journal-")), "journal");
});
afterEach(() => rm(join(dir, ".."), { recursive: true, force: true }));

test("what was appended is read back in order, also after opening again", async () => {
  const { journal } = await testJournal({ dir });
  const appended = ["one", "two", "", "four"].map((content) => journal.append(bytes(content)));
  await Promise.all(appended.map((one) => one.durable));
  const expected = appended.map(({ seq, checksum, chain }, i) => ({
    seq,
    checksum,
    chain,
    payload: bytes(["one", "two", "", "four"][i] ?? ""),
  }));
  expect(await readAll(journal)).toEqual({ frames: expected, damaged: [] });
  await journal.close();

  const again = await testJournal({ dir });
  expect(again.damaged).toEqual([]);
  expect([again.journal.seq, again.journal.chain]).toEqual([4, appended[3]?.chain ?? -1]);
  expect((await readAll(again.journal, 2)).frames).toEqual(expected.slice(2));
  await again.journal.close();
});

test("the chain folds every payload's checksum", async () => {
  const { journal } = await testJournal({ dir });
  const first = journal.append(bytes("a"));
  const second = journal.append(bytes("b"));
  expect(first.chain).toBe(chainOf(0, crc32(bytes("a"))));
  expect(second.chain).toBe(chainOf(first.chain, crc32(bytes("b"))));
  await journal.close();
});

test("full segments are sealed in the background and read the same", async () => {
  const { journal } = await testJournal({ dir });
  const lines = await fill(journal, 400);
  await journal.close();
  const { journal: again } = await testJournal({ dir });
  await again.append(bytes("last")).durable;
  await again.close();
  const names = await readdir(dir);
  expect(names.filter((name) => name.endsWith(".log.zst")).length).toBeGreaterThan(2);
  expect(names.filter((name) => name.endsWith(".log")).length).toBeLessThanOrEqual(2);

  const { journal: third, damaged } = await testJournal({ dir });
  const { frames, damaged: found } = await readAll(third);
  expect([...damaged, ...found]).toEqual([]);
  expect(frames.map((frame) => text(frame.payload))).toEqual([...lines, "last"]);
  expect((await readAll(third, 250)).frames.map((frame) => frame.seq)).toEqual(
    Array.from({ length: 151 }, (_, i) => 251 + i),
  );
  await third.close();
});

test("a sealed segment is plain zstd to other programs", async () => {
  const { journal } = await testJournal({ dir });
  await fill(journal, 400);
  await journal.close();
  await (await testJournal({ dir })).journal.close();
  const sealed = (await readdir(dir)).find((name) => name.endsWith(".zst")) ?? "";
  const raw = await Bun.zstdDecompress(await Bun.file(join(dir, sealed)).bytes());
  expect(new TextDecoder().decode(raw)).toContain("line 0 ");
});

test("reading and appending go on side by side", async () => {
  const { journal } = await testJournal({ dir });
  await fill(journal, 100);
  const writing = fill(journal, 300);
  for (let i = 0; i < 10; i++) {
    const { frames, damaged } = await readAll(journal);
    expect(damaged).toEqual([]);
    expect(frames.length).toBeGreaterThanOrEqual(100);
  }
  await writing;
  expect((await readAll(journal)).frames.length).toBe(400);
  await journal.close();
});

test("a torn last frame is cut off, reported, and its number given again", async () => {
  const { journal } = await testJournal({ dir });
  await fill(journal, 3);
  await journal.close();
  const file = join(dir, "0000000000000001.log");
  await truncate(file, (await stat(file)).size - 5);
  const { journal: again, damaged } = await testJournal({ dir });
  expect(damaged).toMatchObject([{ segment: "0000000000000001.log", seq_from: null }]);
  expect(again.seq).toBe(2);
  expect(again.append(bytes("three again")).seq).toBe(3);
  await again.close();
  const third = await testJournal({ dir });
  expect(third.damaged).toEqual([]);
  expect((await readAll(third.journal)).frames.map((frame) => frame.seq)).toEqual([1, 2, 3]);
  await third.journal.close();
});

test("a damaged frame in the middle is skipped and reported with its number", async () => {
  const { journal } = await testJournal({ dir });
  await fill(journal, 5);
  await journal.close();
  const file = join(dir, "0000000000000001.log");
  const content = await Bun.file(file).bytes();
  const at = Buffer.from(content).indexOf("line 2 ");
  content[at] = (content[at] ?? 0) ^ 4;
  await writeFile(file, content);
  const { journal: again, damaged } = await testJournal({ dir });
  expect(damaged).toEqual([]);
  const read = await readAll(again);
  expect(read.frames.map((frame) => frame.seq)).toEqual([1, 2, 4, 5]);
  expect(read.damaged).toMatchObject([{ seq_from: 3, seq_to: 3 }]);
  await again.close();
});

test("a whole segment that is gone is reported", async () => {
  const { journal } = await testJournal({ dir });
  await fill(journal, 400);
  await journal.close();
  await (await testJournal({ dir })).journal.close();
  const names = (await readdir(dir)).sort();
  await rm(join(dir, names[1] ?? ""));
  const { journal: again } = await testJournal({ dir });
  const { damaged } = await readAll(again);
  const from = Number.parseInt(names[1] ?? "", 10);
  expect(damaged).toMatchObject([{ seq_from: from, seq_to: Number.parseInt(names[2] ?? "", 10) - 1 }]);
  await again.close();
});

test("a damaged segment is not sealed, so that nothing of it is thrown away", async () => {
  const { journal } = await testJournal({ dir, segment_bytes: 1_000_000 });
  await fill(journal, 20);
  await journal.close();
  const file = join(dir, "0000000000000001.log");
  const content = await Bun.file(file).bytes();
  content[40] = (content[40] ?? 0) ^ 1;
  await writeFile(file, content);
  const messages: string[] = [];
  const log = (_level: string, message: string): void => void messages.push(message);
  const { journal: again } = await testJournal({ dir, segment_bytes: 100, log });
  await again.append(bytes("rotates")).durable;
  await again.close();
  expect(messages.join()).toContain("damaged");
  expect(await readdir(dir)).toContain("0000000000000001.log");
});

test("numbering goes on from what is known elsewhere when the end of the record was lost", async () => {
  const { journal } = await testJournal({ dir });
  await fill(journal, 3);
  journal.resumeAt(10, 77);
  const next = journal.append(bytes("eleven"));
  expect([next.seq, next.chain]).toEqual([11, chainOf(77, crc32(bytes("eleven")))]);
  await next.durable;
  expect((await readAll(journal, 10)).damaged).toEqual([]);
  expect((await readAll(journal)).damaged).toMatchObject([{ seq_from: 4, seq_to: 10 }]);
  await journal.close();
});

test("nothing is taken after closing", async () => {
  const { journal } = await testJournal({ dir });
  await journal.close();
  expect(journal.append(bytes("late")).durable).rejects.toThrow("closed");
});

async function fill(journal: { append(payload: Uint8Array): { durable: Promise<void> } }, frames: number) {
  const random = seeded(frames);
  const lines = Array.from({ length: frames }, (_, i) => `line ${i} ${noise(random)}`);
  for (const line of lines) await journal.append(bytes(line)).durable;
  return lines;
}

function noise(random: () => number): string {
  return Array.from({ length: 100 }, () => random().toString(36).slice(2, 9)).join("");
}
