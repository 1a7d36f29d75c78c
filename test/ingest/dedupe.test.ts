import { expect, test } from "bun:test";
import fc from "fast-check";
import { createDedupe } from "../../src/ingest/dedupe.ts";
import { fingerprint } from "../../src/ingest/fingerprint.ts";

const HOUR_US = 3_600_000_000;
const idOf = (i: number): number => fingerprint("here", `id-${i}`);

test("every id that was added is found, and among those that were not, none in 200,000", () => {
  const dedupe = createDedupe(1_000_000);
  for (let i = 0; i < 100_000; i++) dedupe.add(idOf(i), i);
  for (let i = 0; i < 100_000; i++) expect(dedupe.has(idOf(i))).toBe(true);
  let suspected = 0;
  for (let i = 100_000; i < 300_000; i++) if (dedupe.has(idOf(i))) suspected++;
  expect(suspected).toBe(0);
  expect(dedupe.ids).toBe(100_000);
});

test("any fingerprints of 53 bits are found again, in any order", () => {
  const fingerprints = fc.uniqueArray(fc.maxSafeNat(), { minLength: 1, maxLength: 3000 });
  fc.assert(
    fc.property(fingerprints, fc.boolean(), (all, older) => {
      const dedupe = createDedupe(10_000);
      if (older) dedupe.addOlder(Float64Array.from(all), 0);
      else for (const one of all) dedupe.add(one, 0);
      return all.every((one) => dedupe.has(one));
    }),
    { numRuns: 100 },
  );
});

test("the newest ids_max are held, whatever was added before them", () => {
  const ids_max = 20_000;
  const dedupe = createDedupe(ids_max);
  for (let i = 0; i < 150_000; i++) {
    dedupe.add(idOf(i), i);
    if (i % 9973 !== 0) continue;
    for (let k = Math.max(0, i - ids_max + 1); k <= i; k += 97) expect(dedupe.has(idOf(k))).toBe(true);
  }
  expect(dedupe.ids).toBeLessThan(ids_max * 2);
});

test("once ids are gone, events as old as those are under suspicion by their time", () => {
  const dedupe = createDedupe(5_000);
  expect(dedupe.forgets).toBe(false);
  expect(dedupe.mayBeEvicted(0)).toBe(false);
  for (let i = 0; i < 20_000; i++) dedupe.add(idOf(i), i * HOUR_US);
  expect(dedupe.forgets).toBe(true);
  for (let i = 0; i < 20_000; i += 13) {
    if (!dedupe.has(idOf(i))) expect(dedupe.mayBeEvicted(i * HOUR_US)).toBe(true);
  }
  expect(dedupe.mayBeEvicted(19_999 * HOUR_US)).toBe(false);
});

test("an event dated ahead of its receipt is still under suspicion when its id is gone", () => {
  const dedupe = createDedupe(5_000);
  dedupe.forgotUpTo(100 * HOUR_US);
  expect(dedupe.mayBeEvicted(101 * HOUR_US)).toBe(true);
  expect(dedupe.mayBeEvicted(101 * HOUR_US + 1)).toBe(false);
});

test("ids from before the start are the first to go", () => {
  const dedupe = createDedupe(4_000);
  dedupe.addOlder(
    Float64Array.from({ length: 4_000 }, (_, i) => idOf(i)),
    7,
  );
  for (let i = 10_000; i < 14_000; i++) dedupe.add(idOf(i), 8);
  for (let i = 10_000; i < 14_000; i++) expect(dedupe.has(idOf(i))).toBe(true);
  for (let i = 14_000; i < 30_000; i++) dedupe.add(idOf(i), 9);
  expect(dedupe.mayBeEvicted(7)).toBe(true);
  expect(dedupe.has(idOf(0))).toBe(false);
});

test("an id takes less than 7 bytes", () => {
  const dedupe = createDedupe(1_000_000);
  for (let i = 0; i < 1_000_000; i++) dedupe.add(idOf(i), i);
  expect(dedupe.bytes / dedupe.ids).toBeLessThan(7);
});
