import { afterEach, describe, expect, test } from "bun:test";
import { JournalError } from "../../src/journal/journal.ts";
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
  withAppend,
  withApply,
} from "../support/ingest_events.ts";

afterEach(cleanUp);

describe("exactly once", () => {
  test("within a request, between requests, and after a restart", async () => {
    const dir = folder();
    const first = await start({ dir });
    const repeated = [event("a"), event("b"), event("a")];
    expect(counts(await post(first, repeated, true))).toEqual([2, 1]);
    expect(counts(await post(first, [event("b"), event("c")], true))).toEqual([1, 1]);
    await stop(first);
    const second = await start({ dir });
    expect(counts(await post(second, [event("a"), event("b"), event("c"), event("d")], true))).toEqual([1, 3]);
    expect(await ids(second)).toEqual(["a", "b", "c", "d"]);
  });

  test("the same id of two locations is two events", async () => {
    const world = await start();
    const there = { ...event("a"), location_id: "there" };
    expect(counts(await post(world, [event("a"), there], true))).toEqual([2, 0]);
    expect(await ids(world)).toEqual(["a", "a"]);
  });

  test("twenty requests with the same ids at once leave one of each, and the exact counts add up", async () => {
    const world = await start();
    const batch = Array.from({ length: 50 }, (_, i) => event(`id-${i}`));
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => post(world, batch, true)));
    const [accepted, duplicates] = outcomes.map(counts).reduce(([a = 0, d = 0], [x = 0, y = 0]) => [a + x, d + y]);
    expect([accepted, duplicates]).toEqual([50, 950]);
    expect((await ids(world)).length).toBe(50);
  });

  test("also for ids that memory no longer holds, before and after a restart", async () => {
    const dir = folder();
    const settings = { dedupe_ids_max: 1_000 };
    const world = await start({ dir, settings });
    const batches = Array.from({ length: 8 }, (_, b) =>
      Array.from({ length: 1_000 }, (_, i) =>
        event(`${b}-${i}`, `2026-01-01T00:00:0${b}.${String(i).padStart(3, "0")}Z`),
      ),
    );
    for (const batch of batches) expect(counts(await post(world, batch, true))).toEqual([1_000, 0]);
    expect(counts(await post(world, batches[0] ?? [], true))).toEqual([0, 1_000]);
    await stop(world);
    const again = await start({ dir, settings });
    for (const batch of batches) expect(counts(await post(again, batch, true))).toEqual([0, 1_000]);
    expect((await ids(again)).length).toBe(8_000);
  });
});

describe("acknowledging", () => {
  test("waits for the journal, and for nothing else", async () => {
    const sync = Promise.withResolvers<void>();
    const world = await start({
      journal: (journal) => withAppend(journal, (appended) => sync.promise.then(() => appended)),
    });
    let answered = false;
    const outcome = post(world, [event("a")]).then((got) => {
      answered = true;
      return got;
    });
    await Bun.sleep(30);
    expect(answered).toBe(false);
    sync.resolve();
    expect((await outcome).kind).toBe("taken");
  });

  test("does not wait for the store", async () => {
    const held = Promise.withResolvers<void>();
    const world = await start({ store: (store) => withApply(store, () => held.promise) });
    expect(await post(world, [event("a")])).toMatchObject({ kind: "taken", visible: false });
    expect(world.ingest.stats()).toMatchObject({ queue_rows: 1, accepted: 1 });
    expect(world.ingest.stats().oldest_pending).not.toBeNull();
    held.resolve();
  });

  test("a broken journal takes nothing any more, and the appliance is told", async () => {
    const error = new JournalError("broken", "sync failed");
    const world = await start({ journal: (journal) => withAppend(journal, () => Promise.reject(error)) });
    expect(await post(world, [event("a")])).toMatchObject({ kind: "shed" });
    expect(world.broken).toEqual(["sync failed"]);
  });

  test("a full disk refuses, and nothing of the refused is stored", async () => {
    let full = true;
    const error = new JournalError("full", "the disk is full");
    const appended = (done: Promise<void>): Promise<void> => (full ? Promise.reject(error) : done);
    const dir = folder();
    const world = await start({ dir, journal: (journal) => withAppend(journal, appended, () => full) });
    expect(await post(world, [event("a")])).toMatchObject({ kind: "shed", retry_after_s: 2 });
    full = false;
    expect(counts(await post(world, [event("b")], true))).toEqual([1, 0]);
    expect(await ids(world)).toEqual(["b"]);
  });

  test("little disk, a full queue and a drain are refused; disk and queue recover by themselves", async () => {
    let free = 0;
    const held = Promise.withResolvers<void>();
    const world = await start({
      settings: { disk_free_bytes_min: 1000, ingest_queue_bytes_max: 2_000 },
      free: async () => free,
      store: (store) => withApply(store, () => held.promise),
    });
    await Bun.sleep(10);
    expect(await post(world, [event("a")])).toMatchObject({ kind: "shed", detail: "The disk is nearly full." });
    free = 1_000_000;
    await until(async () => (await post(world, [event("a")])).kind === "taken");
    await until(async () => (await post(world, [event("fill")])).kind === "shed");
    held.resolve();
    await until(async () => (await post(world, [event("after")])).kind === "taken");
    await world.ingest.drain();
    expect(await post(world, [event("late")])).toMatchObject({ kind: "shed", detail: "The appliance is stopping." });
  });
});

test("a new location is known before its first event is", async () => {
  const world = await start();
  await post(world, [{ ...event("a"), location_id: "brand_new" }]);
  expect(world.control.location("brand_new")).toMatchObject({ name: "brand_new", currency: "USD" });
});

test("refused events are kept with their location and reason", async () => {
  const world = await start();
  const outcome = await post(world, [event("a"), { ...event("b"), type: "Not A Type" }]);
  expect(outcome).toMatchObject({
    kind: "taken",
    accepted: 1,
    rejected: [{ index: 1, id: "b", code: "type_invalid" }],
  });
  await until(async () => world.control.quarantined({ locations: null, limit: 10 }).length === 1);
  expect(world.control.quarantined({ locations: ["here"], limit: 10 })[0]).toMatchObject({
    location_id: "here",
    reason: { field: "type", code: "type_invalid" },
  });
});

test("listeners hear of each commit, and one that fails disturbs nobody", async () => {
  const world = await start();
  const touched: string[] = [];
  world.ingest.onApplied(() => {
    throw new Error("a bug");
  });
  world.ingest.onApplied((applied) => touched.push(...applied.touched.location_ids));
  await post(world, [event("a")], true);
  expect(touched).toEqual(["here"]);
});

test("a task has the store for itself", async () => {
  let busy = false;
  const world = await start({
    store: (store) =>
      applying(store, async (group) => {
        busy = true;
        const applied = await store.apply(group);
        busy = false;
        return applied;
      }),
  });
  const posting = Promise.all(Array.from({ length: 30 }, (_, i) => post(world, [event(`id-${i}`)], true)));
  const seen: boolean[] = [];
  for (let i = 0; i < 10; i++) {
    seen.push(await world.ingest.exclusively(async () => busy));
    await Bun.sleep(2);
  }
  await posting;
  expect(seen).not.toContain(true);
  expect(world.ingest.exclusively(() => Promise.reject(new Error("its own")))).rejects.toThrow("its own");
  await world.ingest.drain();
  expect(world.ingest.exclusively(async () => 1)).rejects.toThrow("has ended");
});
