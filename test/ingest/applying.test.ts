import { afterEach, describe, expect, test } from "bun:test";
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  applying,
  cleanUp,
  counts,
  event,
  folder,
  ids,
  post,
  start,
  stop,
  until,
  withApply,
} from "../support/ingest_events.ts";

afterEach(cleanUp);

describe("the store", () => {
  test("gets at start what the journal has and it lacks", async () => {
    const dir = folder();
    await stop(await start({ dir }));
    const ahead = await start({ dir, store: (store) => withApply(store, () => Promise.reject(new Error("not now"))) });
    for (let i = 0; i < 30; i++) await post(ahead, [event(`id-${i}`), event("again")]);
    await stop(ahead).catch(() => undefined);
    const world = await start({ dir });
    await until(async () => world.ingest.stats().applied_seq === world.ingest.stats().journal_seq);
    expect((await ids(world)).length).toBe(31);
    expect(world.said.filter((line) => line.startsWith("error"))).toEqual([]);
  });

  test("events that come while it catches up are behind the others, once", async () => {
    const dir = folder();
    const ahead = await start({ dir, store: (store) => withApply(store, () => Promise.reject(new Error("not now"))) });
    for (let i = 0; i < 200; i++) await post(ahead, [event(`old-${i}`)]);
    await stop(ahead).catch(() => undefined);
    const world = await start({ dir, settings: { apply_rows_max: 20 } });
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, i) => post(world, [event(`new-${i}`), event(`old-${i}`)], true)),
    );
    expect(outcomes.every((outcome) => outcome.kind === "taken" && outcome.visible)).toBe(true);
    expect((await ids(world)).length).toBe(300);
  });

  test("refuses for a while: nothing is lost or doubled, new events are refused meanwhile", async () => {
    let failing = true;
    const world = await start({
      store: (store) => withApply(store, () => (failing ? Promise.reject(new Error("no room")) : undefined)),
    });
    await post(world, [event("a"), event("b")]);
    await until(async () => (await post(world, [event("c")])).kind === "shed");
    failing = false;
    await until(async () => (await post(world, [event("d")])).kind === "taken");
    await until(async () => world.ingest.stats().queue_rows === 0);
    const stored = await ids(world);
    expect(stored.filter((id) => id !== "c")).toEqual(["a", "b", "d"]);
    expect(world.said.join()).toContain("takes no events");
  }, 15_000);

  test("fails after it has committed: the group is not counted twice", async () => {
    let fails = 1;
    const world = await start({
      store: (store) =>
        applying(store, async (group) => {
          const applied = await store.apply(group);
          if (group.rows > 0 && fails-- > 0) throw new Error("the answer was lost");
          return applied;
        }),
    });
    await post(world, [event("a"), event("b"), event("c")], true);
    expect(await ids(world)).toEqual(["a", "b", "c"]);
  });

  test("refuses one event for ever: it goes to the quarantine, the others are stored", async () => {
    const world = await start({
      store: (store) =>
        applying(store, (group) => {
          const text = group.lines.map((line) => new TextDecoder().decode(line)).join("");
          return text.includes('"poison"') ? Promise.reject(new Error("cannot convert")) : store.apply(group);
        }),
    });
    const batch = [...Array.from({ length: 20 }, (_, i) => event(`id-${i}`)), event("poison"), event("last")];
    await post(world, batch);
    await until(async () => world.ingest.stats().queue_rows === 0);
    expect((await ids(world)).length).toBe(21);
    await until(async () => world.control.quarantined({ locations: null, limit: 10 }).length === 1);
    expect(world.control.quarantined({ locations: null, limit: 10 })[0]?.raw).toContain('"poison"');
    expect(counts(await post(world, [event("next")], true))).toEqual([1, 0]);
  }, 15_000);

  test("holds more than the journal: it is kept, said, and numbering goes on", async () => {
    const dir = folder();
    const world = await start({ dir });
    await post(world, [event("a"), event("b")], true);
    await stop(world);
    rmSync(join(dir, "journal"), { recursive: true });
    const again = await start({ dir });
    expect(again.said.join()).toContain("the end of the record was lost");
    expect(counts(await post(again, [event("b"), event("c")], true))).toEqual([1, 1]);
    await stop(again);
    const third = await start({ dir });
    expect(third.said).toEqual([]);
    expect(await ids(third)).toEqual(["a", "b", "c"]);
  });

  test("belongs to another journal: it is rebuilt when the record is complete", async () => {
    const [mine, other] = await twoHistories();
    cpSync(join(other, "journal"), join(mine, "journal"), { recursive: true });
    const world = await start({ dir: mine });
    await until(async () => world.ingest.stats().applied_seq === world.ingest.stats().journal_seq);
    expect(world.said.join()).toContain("rebuilt");
    expect(await ids(world)).toEqual(["x0", "x1", "x2", "x3"]);
  });

  test("belongs to another journal that is damaged: both are kept", async () => {
    const [mine, other] = await twoHistories();
    cpSync(join(other, "journal"), join(mine, "journal"), { recursive: true });
    const segment = join(mine, "journal", readdirSync(join(mine, "journal"))[0] ?? "");
    const content = readFileSync(segment);
    const at = content.indexOf('"x1"');
    content[at + 1] = 0x79;
    writeFileSync(segment, content);
    const world = await start({ dir: mine });
    await until(async () => world.ingest.stats().applied_seq === world.ingest.stats().journal_seq);
    expect(await ids(world)).toEqual(["m0", "m1", "x0", "x2", "x3"]);
    expect(world.said.join()).toContain("frames 2 to 2 are lost");
  });

  test("a torn end of the journal is no trouble", async () => {
    const dir = folder();
    const world = await start({ dir });
    await post(world, [event("a")], true);
    await stop(world);
    appendFileSync(join(dir, "journal", readdirSync(join(dir, "journal"))[0] ?? ""), "BWJ1 half a frame");
    const again = await start({ dir });
    expect(again.damaged.length).toBe(1);
    expect(counts(await post(again, [event("a"), event("b")], true))).toEqual([1, 1]);
  });
});

/** Two data folders whose journals and stores tell different stories; the first one's journal is already gone. */
async function twoHistories(): Promise<[mine: string, other: string]> {
  const mine = folder();
  const other = folder();
  const first = await start({ dir: mine });
  for (const id of ["m0", "m1"]) await post(first, [event(id)], true);
  await stop(first);
  const second = await start({ dir: other });
  for (const id of ["x0", "x1", "x2", "x3"]) await post(second, [event(id)], true);
  await stop(second);
  rmSync(join(mine, "journal"), { recursive: true });
  return [mine, other];
}
