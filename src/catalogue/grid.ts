/**
 * The grid of a dashboard: cards on twelve columns, none over another, none hanging in the air. Pure.
 * The browser's editor runs this very file (scripts/vendor.ts makes it JavaScript): what is dragged there is what is kept here.
 */

export const COLUMNS = 12;
/** A page this long is a book; style sheets name every row. */
export const ROWS_MAX = 200;

/** Columns and rows from 0, sizes from 1. */
export interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Placed extends Place {
  id: string;
}

export type Size = Pick<Place, "w" | "h">;
export type Direction = "left" | "right" | "up" | "down";

/** True when the two share a cell. */
export function overlap(one: Place, other: Place): boolean {
  return one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
}

/** Row by row, each from the left: how cards are read, and stand on a phone. */
export function readingOrder<Card extends Place>(cards: readonly Card[]): readonly Card[] {
  return [...cards].sort((one, other) => one.y - other.y || one.x - other.x);
}

/** How many rows the cards take. */
export function rowsOf(cards: readonly Place[]): number {
  return cards.reduce((most, { y, h }) => Math.max(most, y + h), 0);
}

/** Every card as far up as those above let it; whatever lay over another goes below it. */
export function compacted<Card extends Placed>(cards: readonly Card[], first: string | null = null): readonly Card[] {
  const inOrder = [...cards]
    .map((card) => within(card))
    .sort((one, other) => one.y - other.y || Number(other.id === first) - Number(one.id === first) || one.x - other.x);
  const settled: Card[] = [];
  for (const card of inOrder) settled.push({ ...card, y: rested(card, settled) });
  // In the order in which they came: what a card is drawn over must not change.
  return cards.flatMap(({ id }) => settled.find((card) => card.id === id) ?? []);
}

/** The card goes there, the others make room. */
export function movedTo<Card extends Placed>(
  cards: readonly Card[],
  id: string,
  { x, y }: Pick<Place, "x" | "y">,
): readonly Card[] {
  return compacted(
    cards.map((card) => (card.id === id ? { ...card, x, y } : card)),
    id,
  );
}

/** The card gets that size, not below `least`, the others make room. */
export function resizedTo<Card extends Placed>(
  cards: readonly Card[],
  id: string,
  { w, h }: Size,
  least: Size,
): readonly Card[] {
  return compacted(
    cards.map((card) =>
      card.id === id ? { ...card, w: clamp(w, least.w, COLUMNS - card.x), h: clamp(h, least.h, ROWS_MAX) } : card,
    ),
    id,
  );
}

/** The smallest step in a direction that changes anything: by one column, or past the card that is in the way. */
export function stepped<Card extends Placed>(
  cards: readonly Card[],
  id: string,
  direction: Direction,
): readonly Card[] {
  const card = cards.find((one) => one.id === id);
  if (!card) return cards;
  const [dx, dy] = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction] as [number, number];
  for (let far = 1; far <= rowsOf(cards) + 1; far++) {
    const next = movedTo(cards, id, { x: card.x + dx * far, y: card.y + dy * far });
    const now = next.find((one) => one.id === id);
    if (now && (now.x !== card.x || now.y !== card.y)) return next;
  }
  return cards;
}

/** With one card more, where it is first free from the top. */
export function placed(cards: readonly Place[], { w, h }: Size): Place {
  const wide = clamp(w, 1, COLUMNS);
  const bottom = rowsOf(cards);
  for (let y = 0; y < bottom; y++) {
    for (let x = 0; x <= COLUMNS - wide; x++) {
      const place = { x, y, w: wide, h };
      if (!cards.some((card) => overlap(card, place))) return place;
    }
  }
  return { x: 0, y: bottom, w: wide, h };
}

/** Cards by screens of so many rows, each with its own rows from 0: what a television shows in turn. */
export function screensOf<Card extends Placed>(cards: readonly Card[], rows: number): readonly (readonly Card[])[] {
  const screens: Card[][] = [];
  let left = readingOrder(cards);
  while (left.length > 0) {
    const top = Math.min(...left.map(({ y }) => y));
    const inside = (card: Card): boolean => card.y + card.h <= top + rows;
    // One that is taller than a screen has it for itself.
    const [tallest] = left;
    const shown = left.some(inside) ? left.filter(inside) : tallest ? [tallest] : [];
    screens.push(shown.map((card) => ({ ...card, y: Math.max(0, card.y - top), h: Math.min(card.h, rows) })));
    left = left.filter((card) => !shown.includes(card));
  }
  return screens.map((screen) => compacted(screen));
}

/** How far up it comes: from where it is, past nothing; pushed down where it lies over another. */
function rested(card: Place, others: readonly Place[]): number {
  let { y } = card;
  const free = (row: number): boolean => !others.some((other) => overlap(other, { ...card, y: row }));
  while (!free(y)) y++;
  while (y > 0 && free(y - 1)) y--;
  return y;
}

function within<Card extends Place>(card: Card): Card {
  const w = clamp(card.w, 1, COLUMNS);
  return {
    ...card,
    w,
    x: clamp(card.x, 0, COLUMNS - w),
    y: Math.max(0, Math.round(card.y)),
    h: clamp(card.h, 1, ROWS_MAX),
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(Math.min(Math.round(value), most), Math.min(least, most));
}
