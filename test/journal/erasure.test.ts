import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Journal } from "../../src/journal/journal.ts";
import type { Change } from "../../src/journal/rewrite.ts";
import { ForgetfulFiles } from "../support/forgetful_files.ts";
import { bytes, readAll, testJournal, text } from "../support/journals.ts";
import { seeded } from "../support/random.ts";
import { tracesIn } from "../support/traces.ts";

const SECRET = "Xanthippe-Quillfeather";
let dir = "";
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), "bellwether-journal-")), "journal");
});
afterEach(() => rm(join(dir, ".."), { recursive: true, force: true }));

/** Frames of several lines, the secret in every seventh line. */
async function fill(journal: Journal, frames: number, seed = 1): Promise<void> {
  const random = seeded(seed);
  let line = 0;
  for (let n = 0; n < frames; n++) {
    const lines = Array.from(
      { length: 1 + Math.floor(random() * 20) },
      () => `${line++ % 7 === 0 ? SECRET : "somebody"} ${random()}\n`,
    );
    await journal.append(bytes(lines.join(""))).durable;
  }
}

const withoutSecret: Change = async ({ payload }) => {
  const lines = text(payload).split("\n").slice(0, -1);
  const kept = lines.filter((line) => !line.includes(SECRET));
  return kept.length === lines.length ? null : bytes(kept.map((line) => `${line}\n`).join(""));
};

test("frames are rewritten in sealed and open segments, and every other byte of the record stands", async () => {
  const { journal } = await testJournal({ dir, segment_bytes: 8 * 1024 });
  await fill(journal, 200);
  const before = (await readAll(journal)).frames;
  const [seq, chain] = [journal.seq, journal.chain];
  const done = await journal.rewrite(journal.seq, withoutSecret);
  expect(done).toMatchObject({ frames_seen: 200, unread_bytes: 0 });
  expect(done.frames).toBeGreaterThan(100);
  const { frames, damaged } = await readAll(journal);
  expect(damaged).toEqual([]);
  expect([journal.seq, journal.chain]).toEqual([seq, chain]);
  expect(frames.map((frame) => [frame.seq, frame.chain])).toEqual(before.map((frame) => [frame.seq, frame.chain]));
  const expected = before.map(({ payload }) =>
    text(payload)
      .split("\n")
      .filter((line) => !line.includes(SECRET))
      .join("\n"),
  );
  expect(frames.map(({ payload }) => text(payload))).toEqual(expected);
  await journal.append(bytes("after")).durable;
  await journal.close();
  expect((await readdir(dir)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  expect(await tracesIn(dir, [SECRET])).toEqual(new Map());

  const again = await testJournal({ dir });
  expect(again.damaged).toEqual([]);
  const reread = await readAll(again.journal);
  expect(reread.damaged).toEqual([]);
  expect(reread.frames.map(({ payload }) => text(payload))).toEqual([...expected, "after"]);
  await again.journal.close();
});

test("a frame may be rewritten again, and become empty", async () => {
  const { journal } = await testJournal({ dir });
  for (const content of ["one", "two", "three"]) await journal.append(bytes(content)).durable;
  await journal.rewrite(3, async ({ seq }) => (seq === 2 ? bytes("zwei") : null));
  await journal.rewrite(3, async ({ seq }) => (seq === 2 ? bytes("") : null));
  const { frames, damaged } = await readAll(journal);
  expect(damaged).toEqual([]);
  expect(frames.map(({ payload }) => text(payload))).toEqual(["one", "", "three"]);
  await journal.close();
});

test("frames behind the given one are not looked at", async () => {
  const { journal } = await testJournal({ dir });
  for (const content of ["a", "a", "a"]) await journal.append(bytes(content)).durable;
  const done = await journal.rewrite(2, async () => bytes("b"));
  expect(done).toMatchObject({ frames_seen: 2, frames: 2 });
  expect((await readAll(journal)).frames.map(({ payload }) => text(payload))).toEqual(["b", "b", "a"]);
  await journal.close();
});

test("appends go on while segments are rewritten", async () => {
  const { journal } = await testJournal({ dir, segment_bytes: 8 * 1024 });
  await fill(journal, 100);
  let busy = true;
  const appending = (async () => {
    let appended = 0;
    for (; busy; appended++) await journal.append(bytes(`more ${appended}\n`)).durable;
    return appended;
  })();
  await journal.rewrite(100, async (frame) => {
    await Bun.sleep(1);
    return withoutSecret(frame);
  });
  busy = false;
  const appended = await appending;
  expect(appended).toBeGreaterThan(20);
  const { frames, damaged } = await readAll(journal);
  expect(damaged).toEqual([]);
  expect(frames).toHaveLength(100 + appended);
  await journal.close();
});

test("damage stays where it is, is counted, and is still reported", async () => {
  const { journal } = await testJournal({ dir, segment_bytes: 64 * 1024 * 1024 });
  await fill(journal, 20);
  await journal.close();
  const [name = ""] = await readdir(dir);
  const content = await Bun.file(join(dir, name)).bytes();
  content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 0xff;
  await Bun.write(join(dir, name), content);
  const { journal: again } = await testJournal({ dir });
  const done = await again.rewrite(20, withoutSecret);
  expect(done.unread_bytes).toBeGreaterThan(0);
  const { frames, damaged } = await readAll(again);
  expect(frames).toHaveLength(19);
  expect(damaged).toHaveLength(1);
  await again.close();
});

test("whatever call fails, the record is whole: each segment as it was or rewritten", async () => {
  for (let n = 1; n < 400; n += 3) {
    const files = new ForgetfulFiles();
    const options = { dir: "data/journal", files, segment_bytes: 2 * 1024 };
    const { journal } = await testJournal(options);
    await fill(journal, 30, n);
    const before = (await readAll(journal)).frames;
    const calls = files.calls;
    files.fault = (call) => (call.n === calls + n ? { error: "EIO" } : null);
    const failed = await journal.rewrite(journal.seq, withoutSecret).then(
      () => false,
      () => true,
    );
    files.fault = () => null;
    await journal.close().catch(() => undefined);
    const { journal: again, damaged } = await testJournal({ ...options, files: files.afterPowerLoss(seeded(n)) });
    const found = await readAll(again);
    expect([...damaged, ...found.damaged]).toEqual([]);
    expect(found.frames.map((frame) => [frame.seq, frame.chain])).toEqual(
      before.map((frame) => [frame.seq, frame.chain]),
    );
    // And it can be done then.
    await again.rewrite(again.seq, withoutSecret);
    const cleared = await readAll(again);
    expect(cleared.frames.some(({ payload }) => text(payload).includes(SECRET))).toBe(false);
    await again.close();
    if (!failed && n > 200) break;
  }
}, 60_000);
