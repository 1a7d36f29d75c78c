import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  COLUMNS,
  compacted,
  movedTo,
  overlap,
  type Placed,
  placed,
  readingOrder,
  resizedTo,
  rowsOf,
  screensOf,
  stepped,
} from "../../src/catalogue/grid.ts";

const place = fc.record({
  x: fc.integer({ min: -3, max: 15 }),
  y: fc.integer({ min: 0, max: 30 }),
  w: fc.integer({ min: 1, max: 14 }),
  h: fc.integer({ min: 1, max: 8 }),
});
/** Cards as they may lie about: over one another, in the air, beyond the edge. */
const scattered = fc
  .array(place, { minLength: 1, maxLength: 20 })
  .map((places) => places.map((one, index): Placed => ({ id: `c${index}`, ...one })));
const layout = scattered.map((cards) => compacted(cards));
const layoutAndOne = layout.chain((cards) => fc.tuple(fc.constant(cards), fc.constantFrom(...cards)));

function expectSound(cards: readonly Placed[]): void {
  for (const [index, card] of cards.entries()) {
    expect(card.x).toBeGreaterThanOrEqual(0);
    expect(card.y).toBeGreaterThanOrEqual(0);
    expect(card.x + card.w).toBeLessThanOrEqual(COLUMNS);
    for (const other of cards.slice(index + 1)) expect(overlap(card, other)).toBe(false);
    // Nothing hangs in the air: one row up there is another, or the edge.
    const above = { ...card, y: card.y - 1 };
    expect(card.y === 0 || cards.some((other) => other.id !== card.id && overlap(other, above))).toBe(true);
  }
}

const ids = (cards: readonly Placed[]): readonly string[] => cards.map(({ id }) => id);

describe("the grid of a dashboard", () => {
  test("cards that lie about come to rest within the columns, none over another, none in the air", () => {
    fc.assert(
      fc.property(scattered, (cards) => {
        const rested = compacted(cards);
        expectSound(rested);
        expect(ids(rested)).toEqual(ids(cards));
        expect(compacted(rested)).toEqual(rested);
      }),
    );
  });

  test("a move keeps every size, every card, and all of this true", () => {
    fc.assert(
      fc.property(layoutAndOne, place, ([cards, { id }], to) => {
        const moved = movedTo(cards, id, to);
        expectSound(moved);
        expect(moved.map(({ w, h }) => [w, h])).toEqual(cards.map(({ w, h }) => [w, h]));
        expect(ids(moved)).toEqual(ids(cards));
      }),
    );
  });

  test("a card that is dragged to the top of a column stands there, whatever stood there before", () => {
    fc.assert(
      fc.property(layoutAndOne, fc.integer({ min: 0, max: 11 }), ([cards, { id, w }], x) => {
        const moved = movedTo(cards, id, { x, y: 0 }).find((card) => card.id === id);
        expect(moved).toMatchObject({ x: Math.min(x, COLUMNS - w), y: 0 });
      }),
    );
  });

  test("a size stays between the least and the columns that are left", () => {
    fc.assert(
      fc.property(layoutAndOne, place, ([cards, card], size) => {
        const least = { w: Math.min(2, COLUMNS - card.x), h: 2 };
        const resized = resizedTo(cards, card.id, size, least);
        expectSound(resized);
        const now = resized.find(({ id }) => id === card.id);
        expect(now?.w).toBeGreaterThanOrEqual(least.w);
        expect(now?.h).toBeGreaterThanOrEqual(least.h);
        expect(now?.x).toBe(card.x);
      }),
    );
  });

  test("a step by keyboard moves the card, or nothing at all", () => {
    fc.assert(
      fc.property(layoutAndOne, fc.constantFrom("left", "right", "up", "down" as const), ([cards, card], direction) => {
        const next = stepped(cards, card.id, direction);
        expectSound(next);
        const now = next.find(({ id }) => id === card.id);
        if (next !== cards) expect([now?.x, now?.y]).not.toEqual([card.x, card.y]);
        if (direction === "left" && card.x > 0) expect(now?.x).toBe(card.x - 1);
        if (direction === "right" && card.x + card.w < COLUMNS) expect(now?.x).toBe(card.x + 1);
        if (direction === "up") expect(now?.y).toBeLessThanOrEqual(card.y);
      }),
    );
  });

  test("a new card takes the first free place, and moves nothing", () => {
    fc.assert(
      fc.property(layout, place, (cards, { w, h }) => {
        const made = { id: "new", ...placed(cards, { w, h }) };
        expectSound([...cards, made]);
        expect(compacted([...cards, made])).toEqual([...cards, made]);
      }),
    );
  });

  test("a television shows every card once, on a screen that it fits", () => {
    fc.assert(
      fc.property(layout, (cards) => {
        const screens = screensOf(cards, 8);
        expect(ids(screens.flat()).toSorted()).toEqual(ids(cards).toSorted());
        for (const screen of screens) {
          expectSound(screen);
          expect(rowsOf(screen)).toBeLessThanOrEqual(8);
        }
      }),
    );
  });

  test("cards are read row by row", () => {
    const at = (id: string, x: number, y: number): Placed => ({ id, x, y, w: 4, h: 2 });
    const cards = [at("c", 0, 2), at("b", 4, 0), at("a", 0, 0)];
    expect(ids(readingOrder(cards))).toEqual(["a", "b", "c"]);
  });

  test("a card steps past the one that is in its way", () => {
    const cards: readonly Placed[] = [
      { id: "above", x: 0, y: 0, w: 6, h: 3 },
      { id: "below", x: 0, y: 3, w: 6, h: 2 },
    ];
    expect(stepped(cards, "above", "down").map(({ y }) => y)).toEqual([2, 0]);
    expect(stepped(cards, "below", "up").map(({ y }) => y)).toEqual([2, 0]);
    expect(stepped(cards, "above", "up")).toBe(cards);
  });
});
