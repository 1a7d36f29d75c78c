/**
 * Which rows answer a range of time: whole days, hours and quarters of an hour from the rollups where they lie within
 * one bucket, events for what is left at the edges. So the answer is exact in every time zone.
 */
export interface Level {
  table: string;
  unit: number;
  /** Where the first bucket after the epoch begins. */
  offset?: number;
}

export interface Range {
  from: number;
  to: number;
}

export interface SourceRange extends Range {
  /** A rollup table, or "events". */
  table: string;
}

/** Stretches of one table that are read in one scan. */
export interface SourceScan {
  table: string;
  ranges: readonly Range[];
}

const QUARTER_HOUR = 900_000_000;
const HOUR = 4 * QUARTER_HOUR;
const DAY = 24 * HOUR;
/** More pieces than this cost more to plan than a finer table costs to read. */
const PIECES_MAX = 48;
/** So small that reading all of it once is cheaper than planning a scan for each stretch. */
const READ_AT_ONCE = new Set(["rollup_day", "rollup_hour", "sketch_day", "contact_day", "contact_week"]);
/** Fewer stretches than this are worth a scan each, which reads only their part of the table. */
const AT_ONCE_MIN = 4;

export const ROLLUP_LEVELS: readonly Level[] = [
  { table: "rollup_day", unit: DAY },
  { table: "rollup_hour", unit: HOUR },
  { table: "rollup_15m", unit: QUARTER_HOUR },
];
export const SKETCH_LEVELS: readonly Level[] = [
  { table: "sketch_day", unit: DAY },
  { table: "sketch_hour", unit: HOUR },
];
export const CONTACT_LEVELS: readonly Level[] = [{ table: "contact_day", unit: DAY }];
export const DEED_LEVELS: readonly Level[] = [{ table: "contact_deed", unit: QUARTER_HOUR }];
/** Weeks begin on Mondays; the epoch was a Thursday. */
export const PRESENCE_LEVELS: readonly Level[] = [
  { table: "contact_week", unit: 7 * DAY, offset: 4 * DAY },
  ...CONTACT_LEVELS,
];

/**
 * Covers [from, to) exactly once. No row of a rollup spans a cut (an edge of a bucket, a change of a commission rate).
 * `levels` go from coarse to fine.
 */
export function rangesOf(
  from: number,
  to: number,
  cuts: readonly number[],
  levels: readonly Level[],
): readonly SourceRange[] {
  const inside = [...new Set(cuts)].filter((cut) => cut > from && cut < to).sort((a, b) => a - b);
  const ends = [from, ...inside, to];
  const pieces: SourceRange[] = [];
  for (const [index, start] of ends.entries()) {
    const end = ends[index + 1];
    if (end !== undefined) cover(start, end, levels, pieces);
  }
  const merged = merge(pieces);
  const [coarsest, ...finer] = levels;
  if (coarsest && merged.filter(({ table }) => table === coarsest.table).length > PIECES_MAX)
    return rangesOf(from, to, cuts, finer);
  return merged;
}

/** Brings the stretches of a table together where that is cheaper. */
export function scansOf(ranges: readonly SourceRange[]): readonly SourceScan[] {
  return [...Map.groupBy(ranges, ({ table }) => table)].flatMap(([table, own]): SourceScan[] => {
    if (own.length >= AT_ONCE_MIN && READ_AT_ONCE.has(table)) return [{ table, ranges: own }];
    return own.map((range) => ({ table, ranges: [range] }));
  });
}

/** True when not even half of the range is answered by rollup rows: then events alone do. */
export function mostlyEvents(ranges: readonly SourceRange[]): boolean {
  let events = 0;
  let all = 0;
  for (const { table, from, to } of ranges) {
    all += to - from;
    if (table === "events") events += to - from;
  }
  return events * 2 > all;
}

function cover(from: number, to: number, levels: readonly Level[], pieces: SourceRange[]): void {
  if (from >= to) return;
  const [level, ...finer] = levels;
  if (!level) {
    pieces.push({ table: "events", from, to });
    return;
  }
  const { unit, offset = 0 } = level;
  const first = Math.ceil((from - offset) / unit) * unit + offset;
  const last = Math.floor((to - offset) / unit) * unit + offset;
  if (first >= last) {
    cover(from, to, finer, pieces);
    return;
  }
  cover(from, first, finer, pieces);
  pieces.push({ table: level.table, from: first, to: last });
  cover(last, to, finer, pieces);
}

function merge(pieces: readonly SourceRange[]): readonly SourceRange[] {
  const merged: SourceRange[] = [];
  for (const piece of pieces) {
    const before = merged.findLast(({ table }) => table === piece.table);
    if (before && before.to === piece.from) before.to = piece.to;
    else merged.push({ ...piece });
  }
  return merged;
}
