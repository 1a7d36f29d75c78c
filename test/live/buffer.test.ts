import { expect, test } from "bun:test";
import fc from "fast-check";
import { createBuffer } from "../../src/live/buffer.ts";

const LIMITS = { frames_max: 5, age_ms_max: 60_000, bytes_max: 1_000 };

function filled(count: number, given: Partial<typeof LIMITS> = {}, clock = { now: 0 }) {
  const buffer = createBuffer(100, { ...LIMITS, ...given }, () => clock.now);
  for (let seq = 101; seq <= 100 + count; seq++) buffer.add({ seq, text: `frame ${seq}` });
  return buffer;
}

const seqs = (frames: readonly { seq: number }[] | null) => frames?.map(({ seq }) => seq) ?? null;

test("who has the newest frame missed nothing", () => {
  expect(seqs(filled(3).after(103))).toEqual([]);
});

test("what was missed comes oldest first", () => {
  expect(seqs(filled(3).after(101))).toEqual([102, 103]);
});

test("what was missed cannot be told once one of them is gone, for any of the limits", () => {
  expect(filled(7).after(101)).toBeNull();
  expect(seqs(filled(7).after(102))).toEqual([103, 104, 105, 106, 107]);
  expect(filled(3, { bytes_max: 20 }).after(100)).toBeNull();
  const clock = { now: 0 };
  const buffer = filled(3, {}, clock);
  clock.now = 60_001;
  expect(buffer.after(102)).toBeNull();
  expect(buffer.after(103)).toEqual([]);
});

test("a number of another life is no number of ours", () => {
  expect(filled(3).after(99)).toBeNull();
  expect(filled(3).after(104)).toBeNull();
});

test("nobody goes on from before a cut", () => {
  const buffer = filled(3);
  buffer.cut();
  expect(buffer.after(103)).toBeNull();
  expect(buffer.after(buffer.seq)).toEqual([]);
});

test("what is told is always without a gap up to the newest", () => {
  fc.assert(
    fc.property(
      fc.nat(20),
      fc.integer({ min: 95, max: 125 }),
      fc.integer({ min: 1, max: 200 }),
      (count, from, bytes_max) => {
        const told = filled(count, { bytes_max }).after(from);
        if (told === null) return;
        expect(seqs(told)).toEqual(Array.from({ length: 100 + count - from }, (_, index) => from + 1 + index));
      },
    ),
  );
});
