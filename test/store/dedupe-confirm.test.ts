import { afterEach, expect, test } from "bun:test";
import fc from "fast-check";
import { cleanUp, countOf, DAY_US, eventOf, groupOf, NOON, openTestStore } from "./fixture.ts";

afterEach(cleanUp);

test("a suspect that is known already is dropped, wherever its time", async () => {
  const store = await openTestStore();
  const first = eventOf({ id: "a" });
  const far = eventOf({ id: "b", time: NOON - 300 * DAY_US });
  await store.apply(groupOf(store, [first, far]));
  const repeats = [eventOf(), first, { ...far, time: NOON }, eventOf(), { ...first, time: NOON + 5 * DAY_US }];
  const applied = await store.apply(groupOf(store, repeats, [1, 2, 4]));
  expect(applied.duplicates).toEqual([1, 2, 4]);
  expect(applied.inserted).toBe(2);
  expect(await countOf(store, "events")).toBe(4);
});

test("a suspect that is new is kept, even with a fingerprint of another", async () => {
  const store = await openTestStore();
  await store.apply(groupOf(store, [eventOf({ id: "a", fingerprint: 77 })]));
  const others = [
    eventOf({ id: "b", fingerprint: 77 }),
    eventOf({ id: "a", location_id: "elsewhere", fingerprint: 77 }),
    eventOf({ id: "a", fingerprint: 77 }),
  ];
  const applied = await store.apply(groupOf(store, others, [0, 1, 2]));
  expect(applied.duplicates).toEqual([2]);
});

test("the first of a group stays, the later ones go", async () => {
  const store = await openTestStore();
  const twice = eventOf({ id: "twice", bot_id: "first" });
  const applied = await store.apply(
    groupOf(store, [eventOf(), twice, eventOf(), { ...twice, bot_id: "second" }, { ...twice, time: NOON + 1 }], [3, 4]),
  );
  expect(applied.duplicates).toEqual([3, 4]);
  const rows = await store.rows("SELECT bot_id FROM events WHERE id = 'twice'", []);
  expect(rows).toEqual([{ bot_id: "first" }]);
});

test("a group of nothing new inserts nothing and still moves the state", async () => {
  const store = await openTestStore();
  const events = [eventOf(), eventOf()];
  await store.apply(groupOf(store, events));
  const again = await store.apply(groupOf(store, events, [0, 1]));
  expect(again).toMatchObject({ inserted: 0, duplicates: [0, 1], state: { seq: 2, events: 2 } });
  expect(again.touched.types).toEqual([]);
});

test("ids sent again and again, in any order and group, are stored once", async () => {
  const sent = fc.array(
    fc.array(fc.record({ id: fc.integer({ min: 0, max: 12 }), shift: fc.integer({ min: 0, max: 2 }) }), {
      maxLength: 12,
    }),
    { minLength: 1, maxLength: 4 },
  );
  const store = await openTestStore();
  await fc.assert(
    fc.asyncProperty(sent, async (groups) => {
      await store.reset();
      const known = new Set<number>();
      for (const group of groups) {
        const expected: number[] = [];
        group.forEach(({ id }, ordinal) => {
          if (known.has(id)) expected.push(ordinal);
          known.add(id);
        });
        const events = group.map(({ id, shift }) => eventOf({ id: `id-${id}`, time: NOON + shift * 3 * DAY_US }));
        // All are suspects: what is no duplicate must be kept all the same.
        const applied = await store.apply(
          groupOf(
            store,
            events,
            group.map((_, ordinal) => ordinal),
          ),
        );
        expect(applied.duplicates).toEqual(expected);
      }
      expect(await countOf(store, "events")).toBe(known.size);
      const [sum] = await store.rows<{ n: number | null }>("SELECT sum(n) AS n FROM rollup_hour", []);
      expect(sum?.n ?? 0).toBe(known.size);
    }),
    { numRuns: 25 },
  );
});
