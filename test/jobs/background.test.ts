import { expect, test } from "bun:test";
import { type BackgroundWork, createTasks } from "../../src/jobs/background.ts";

const BY = { kind: "user", id: "u1" } as const;

function tasks() {
  let now = 0;
  return createTasks({ now: () => ++now, log: () => undefined });
}

const work = (run: BackgroundWork["run"], kind = "aggregation"): BackgroundWork => ({
  kind,
  location_id: null,
  by: BY,
  run,
});

async function ended(of: ReturnType<typeof tasks>, job_id: string) {
  for (;;) {
    const job = of.job(job_id);
    if (job?.status === "done" || job?.status === "failed") return job;
    await Bun.sleep(1);
  }
}

test("a job is queued, runs, tells how far it is, and is done", async () => {
  const background = tasks();
  const half = Promise.withResolvers<void>();
  const job = background.start(
    work(async (progress) => {
      progress(0.5);
      await half.promise;
      return { days: 3 };
    }),
  );
  expect(job).toMatchObject({ status: "queued", progress: 0, started_at: null });
  const id = job?.job_id ?? "";
  await Bun.sleep(1);
  expect(background.job(id)).toMatchObject({ status: "running", progress: 0.5, finished_at: null });
  expect(background.state()).toMatchObject({ running: 1, queued: 0 });
  half.resolve();
  expect(await ended(background, id)).toMatchObject({ status: "done", progress: 1, result: { days: 3 }, error: null });
  expect(background.state()).toEqual({ running: 0, queued: 0, done: 1, failed: 0, last_failure: null });
});

test("one runs at a time, in the order they came", async () => {
  const background = tasks();
  const order: string[] = [];
  let running = 0;
  const jobs = ["a", "b", "c"].map((kind) =>
    background.start(
      work(async () => {
        expect(++running).toBe(1);
        await Bun.sleep(1);
        running--;
        order.push(kind);
        return {};
      }, kind),
    ),
  );
  for (const job of jobs) await ended(background, job?.job_id ?? "");
  expect(order).toEqual(["a", "b", "c"]);
  expect(background.jobs().map(({ kind }) => kind)).toEqual(["c", "b", "a"]);
});

test("what it throws is its failure, and the next one runs", async () => {
  const background = tasks();
  const bad = background.start(work(() => Promise.reject(new Error("no room"))));
  const good = background.start(work(async () => ({})));
  expect(await ended(background, bad?.job_id ?? "")).toMatchObject({
    status: "failed",
    error: "no room",
    result: null,
  });
  expect(await ended(background, good?.job_id ?? "")).toMatchObject({ status: "done" });
  expect(background.state()).toMatchObject({ failed: 1, last_failure: { kind: "aggregation", error: "no room" } });
});

test("the queue has an end, and the memory of jobs too", async () => {
  const background = tasks();
  const hold = Promise.withResolvers<void>();
  const started = Array.from({ length: 40 }, () => background.start(work(() => hold.promise.then(() => ({})))));
  const taken = started.filter((job) => job !== null);
  expect(taken.length).toBeLessThan(40);
  hold.resolve();
  for (const { job_id } of taken) await ended(background, job_id);
  for (let round = 0; round < 120; round++) {
    const job = background.start(work(async () => ({})));
    await ended(background, job?.job_id ?? "");
  }
  expect(background.jobs().length).toBeLessThanOrEqual(101);
});

test("stopping aborts what runs and forgets what waits", async () => {
  const background = tasks();
  const running = background.start(
    work((_, signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))),
  );
  const waiting = background.start(work(async () => ({})));
  await Bun.sleep(1);
  await background.stop();
  expect(background.job(running?.job_id ?? "")).toMatchObject({ status: "failed" });
  expect(background.job(waiting?.job_id ?? "")).toMatchObject({ status: "failed", started_at: null });
  expect(background.start(work(async () => ({})))).toBeNull();
});
