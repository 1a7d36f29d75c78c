import { expect, test } from "bun:test";
import fc from "fast-check";
import { ROLLUP_LEVELS, rangesOf, SKETCH_LEVELS } from "../../../src/store/query/ranges.ts";

const QUARTER = 900_000_000;
const UNITS: Readonly<Record<string, number>> = Object.fromEntries(
  [...ROLLUP_LEVELS, ...SKETCH_LEVELS].map(({ table, unit }) => [table, unit]),
);

const shape = fc.record({
  from: fc.integer({ min: 0, max: 40 * 96 }),
  length: fc.integer({ min: 1, max: 40 * 96 }),
  ragged: fc.integer({ min: 0, max: QUARTER - 1 }),
  cuts: fc.array(fc.integer({ min: 0, max: 80 * 96 * 4 }), { maxLength: 60 }),
  levels: fc.constantFrom(ROLLUP_LEVELS, SKETCH_LEVELS),
});

test("ranges cover every moment once, and no row of theirs spans a cut", () => {
  fc.assert(
    fc.property(shape, (given) => {
      const from = given.from * QUARTER + given.ragged;
      const to = from + given.length * QUARTER;
      const cuts = given.cuts.map((cut) => (cut * QUARTER) / 4);
      const ranges = rangesOf(from, to, cuts, given.levels).toSorted((a, b) => a.from - b.from);
      expect([ranges[0]?.from, ranges.at(-1)?.to]).toEqual([from, to]);
      for (const [index, range] of ranges.entries()) {
        const next = ranges[index + 1];
        if (next) expect(next.from).toBe(range.to);
        const unit = UNITS[range.table];
        if (unit === undefined) continue;
        expect([range.from % unit, range.to % unit]).toEqual([0, 0]);
        for (const cut of cuts) if (cut > range.from && cut < range.to) expect(cut % unit).toBe(0);
      }
    }),
    { numRuns: 300 },
  );
});
