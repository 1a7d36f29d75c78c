import { expect, test } from "bun:test";
import { createPace } from "../../src/ingest/pace.ts";

/** A pace on a clock of its own, and what it slept. */
function paced(watched = false) {
  const time = { now: 0 };
  const slept: number[] = [];
  const pace = createPace(
    () => watched,
    () => time.now,
    async (ms) => void slept.push(ms),
  );
  const group = (ms: number) =>
    pace.measure(async () => {
      time.now += ms;
    });
  return { time, slept, pace, group };
}

test("the first of a group waits a moment for company", async () => {
  const { slept, pace } = paced();
  await pace.pause(false);
  expect(slept).toEqual([3]);
});

test("behind a group that just ended the next one waits three times as long as that took, at most 60 ms", async () => {
  const { time, slept, pace, group } = paced();
  await group(10);
  time.now += 5;
  await pace.pause(false);
  await group(1_000);
  await pace.pause(false);
  expect(slept).toEqual([25, 60]);
});

test("while somebody looks it waits 20 ms at most", async () => {
  const { slept, pace, group } = paced(true);
  await group(1_000);
  await pace.pause(false);
  expect(slept).toEqual([20]);
});

test("a group that is long ago, or that somebody waits for, is not waited behind", async () => {
  const { time, slept, pace, group } = paced();
  await group(10);
  await pace.pause(true);
  time.now += 500;
  await pace.pause(false);
  expect(slept).toEqual([3, 3]);
});
