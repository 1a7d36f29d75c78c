import { describe, expect, test } from "bun:test";
import type { JournalError } from "../../src/journal/journal.ts";
import { type Call, ForgetfulFiles } from "../support/forgetful_files.ts";
import { bytes, readAll, testJournal, text } from "../support/journals.ts";

const DIR = "data/journal";
const N_MAX = 200;

describe.each(["EIO", "ENOSPC", "EINTR"])("when the Nth call fails with %s", (code) => {
  test(`for N up to ${N_MAX} nothing is acknowledged after a failed sync, and nothing acknowledged is lost`, async () => {
    for (let n = 1; n <= N_MAX; n++) {
      const files = new ForgetfulFiles();
      let sync_failed = false;
      files.fault = (call) => {
        if (call.n !== n) return null;
        if (call.op === "sync" || call.op === "syncDirectory") sync_failed = true;
        return { error: code };
      };
      const acknowledged = await writeUntilBroken(files, () => sync_failed);
      files.fault = () => null;
      const found = await everything(files.afterPowerLoss(() => 0));
      for (const [seq, content] of acknowledged)
        expect({ n, seq, content: found.get(seq) }).toEqual({ n, seq, content });
    }
  });
});

test("short writes are continued", async () => {
  const files = new ForgetfulFiles();
  files.fault = ({ op }) => (op === "write" ? { short: 7 } : null);
  const { journal } = await testJournal({ dir: DIR, files });
  await journal.append(bytes("longer than seven bytes")).durable;
  await journal.close();
  expect([...(await everything(files)).values()]).toEqual(["longer than seven bytes"]);
});

test("a full disk refuses, cuts back what was half written, and takes again when there is room", async () => {
  const files = new ForgetfulFiles();
  const { journal } = await testJournal({ dir: DIR, files });
  await journal.append(bytes("before")).durable;
  let room = 20;
  files.fault = ({ op }) => {
    if (op !== "write") return null;
    if (room === 0) return { error: "ENOSPC" };
    const short = Math.min(room, 8);
    room -= short;
    return { short };
  };
  const refused = [journal.append(bytes("one")), journal.append(bytes("two"))];
  for (const { durable } of refused) expect(await durable.catch(kindOf)).toBe("full");
  expect(journal.broken).toBeNull();
  files.fault = () => null;
  const after = journal.append(bytes("after"));
  await after.durable;
  expect(after.seq).toBe(2);
  await journal.close();
  expect([...(await everything(files)).values()]).toEqual(["before", "after"]);
});

test("those who append while a full disk refuses are refused with it", async () => {
  const files = new ForgetfulFiles();
  const { journal } = await testJournal({ dir: DIR, files });
  const later: Promise<unknown>[] = [];
  files.fault = ({ op }) => {
    if (op !== "write") return null;
    if (later.length === 0) later.push(journal.append(bytes("meanwhile")).durable.catch(kindOf));
    return { error: "ENOSPC" };
  };
  const first = journal.append(bytes("first")).durable.catch(kindOf);
  expect(await first).toBe("full");
  expect(await later[0]).toBe("full");
  files.fault = () => null;
  const next = journal.append(bytes("next"));
  await next.durable;
  expect(next.seq).toBe(1);
  await journal.close();
  expect((await readAll((await testJournal({ dir: DIR, files })).journal)).damaged).toEqual([]);
});

test("after a failed sync the journal is broken for good, and the sync is not tried again", async () => {
  const files = new ForgetfulFiles();
  const { journal } = await testJournal({ dir: DIR, files });
  let syncs = 0;
  files.fault = ({ op }: Call) => {
    if (op !== "sync") return null;
    syncs++;
    return { error: "EIO" };
  };
  const waiting = [journal.append(bytes("a")), journal.append(bytes("b"))];
  for (const { durable } of waiting) expect(await durable.catch(kindOf)).toBe("broken");
  files.fault = () => null;
  expect(await journal.append(bytes("c")).durable.catch(kindOf)).toBe("broken");
  expect(journal.broken?.message).toContain("sync failed");
  expect(syncs).toBe(1);
  await journal.close();
});

const kindOf = (error: JournalError): string => error.kind;

async function writeUntilBroken(files: ForgetfulFiles, syncFailed: () => boolean): Promise<Map<number, string>> {
  const acknowledged = new Map<number, string>();
  try {
    const { journal } = await testJournal({ dir: DIR, files, segment_bytes: 1000 });
    for (let i = 0; i < 40 && journal.broken === null; i++) {
      const content = `frame ${i} ${"x".repeat(i * 5)}`;
      const { seq, durable } = journal.append(bytes(content));
      const done = await durable.then(
        () => true,
        () => false,
      );
      // A failed sync of a background sealing touches no frame that was acknowledged.
      if (done) acknowledged.set(seq, content);
      if (done && syncFailed() && journal.broken !== null) throw new Error("acknowledged after a failed sync");
    }
    await journal.close();
  } catch (error) {
    if (error instanceof Error && "code" in error) return acknowledged;
    if (error instanceof Error && error.message.includes("directory failed")) return acknowledged;
    throw error;
  }
  return acknowledged;
}

async function everything(files: ForgetfulFiles): Promise<Map<number, string>> {
  const { journal } = await testJournal({ dir: DIR, files });
  const { frames } = await readAll(journal);
  await journal.close();
  return new Map(frames.map((frame) => [frame.seq, text(frame.payload)]));
}
