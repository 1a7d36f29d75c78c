import { expect, test } from "bun:test";
import fc from "fast-check";
import { driversOf, type Segment } from "../../src/report/drivers.ts";

const CURRENCIES = ["EUR", "USD"] as const;

/** At most one amount for each key and currency, in ten-thousandths. */
const segments = fc
  .uniqueArray(
    fc.record({
      key: fc.option(fc.integer({ min: 0, max: 25 }).map((n) => `bot-${n}`)),
      currency: fc.constantFrom(...CURRENCIES),
      units: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
    }),
    { selector: ({ key, currency }) => `${key} ${currency}`, maxLength: 40 },
  )
  .map((all) => all.map(({ units, ...rest }): Segment => ({ ...rest, amount: textOf(units) })));

function textOf(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(5, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

function unitsOf(text: string): bigint {
  const [whole = "0", places = ""] = text.replace("-", "").split(".");
  const units = BigInt(whole) * 10_000n + BigInt(places.padEnd(4, "0"));
  return text.startsWith("-") ? -units : units;
}

test("contributions and the rest add up to the change, to the last place", () => {
  fc.assert(
    fc.property(segments, segments, (now, before) => {
      const drivers = driversOf({ bot_id: { now, before } });
      for (const { currency, value, previous, change, by } of drivers) {
        const total = (all: readonly Segment[]): bigint =>
          all.filter((one) => one.currency === currency).reduce((sum, { amount }) => sum + unitsOf(amount), 0n);
        expect([unitsOf(value), unitsOf(previous)]).toEqual([total(now), total(before)]);
        expect(unitsOf(change)).toBe(total(now) - total(before));
        for (const { segments: listed, others } of by) {
          const added = listed.reduce((sum, { contribution }) => sum + unitsOf(contribution), unitsOf(others));
          expect(added).toBe(unitsOf(change));
          for (const one of listed) expect(unitsOf(one.contribution)).toBe(unitsOf(one.value) - unitsOf(one.previous));
        }
      }
      expect(drivers.map(({ currency }) => currency)).toEqual(
        [...new Set([...now, ...before].map(({ currency }) => currency))].sort(),
      );
    }),
  );
});

test("those that moved it most come first, with their share; what did not move is left out", () => {
  const of = (amounts: Record<string, string>): Segment[] =>
    Object.entries(amounts).map(([key, amount]) => ({ key, amount, currency: "USD" }));
  const [drivers] = driversOf({
    bot_id: { now: of({ a: "10.00", b: "5.00", same: "7.00" }), before: of({ a: "2.00", c: "4.00", same: "7.00" }) },
  });
  expect(drivers).toMatchObject({ currency: "USD", value: "22.00", previous: "13.00", change: "9.00" });
  expect(drivers?.by[0]?.segments.map(({ key, contribution }) => [key, contribution])).toEqual([
    ["a", "8.00"],
    ["b", "5.00"],
    ["c", "-4.00"],
  ]);
  expect(drivers?.by[0]?.segments[0]?.share).toBeCloseTo(8 / 9, 12);
});
