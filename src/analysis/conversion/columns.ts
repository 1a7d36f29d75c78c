/** Features as small whole numbers: what the learners see. Bin 0 is a missing value, the last one what is too rare to learn from. */
import type { FeatureSpec, FeatureValue } from "./model.ts";
import { intervalOf } from "./shape.ts";

export interface Column {
  kind: "number" | "category";
  /** Of a number: bins 1 to cuts.length + 1 are the intervals between them. */
  cuts: readonly number[];
  /** Of a category: bins 1 to levels.length. */
  levels: readonly string[];
  /** Least and most of a number. */
  from: number | null;
  to: number | null;
  /** Bins with 0 and, of a category, the one of rare levels, which is the last. */
  bins: number;
  /** For each row. */
  bin: Uint8Array;
}

type Rows = readonly (readonly FeatureValue[])[];

/** Intervals of a number hold about the same number of rows. */
const INTERVALS_MAX = 32;
const LEVELS_MAX = 48;
/** A level with fewer rows tells nothing that would hold. */
const LEVEL_ROWS_MIN = 5;
/** Cuts are quantiles: so many values, evenly taken, place them well enough. */
const SAMPLE_MAX = 20_000;

export function columnOf(spec: FeatureSpec, index: number, rows: Rows): Generator<void, Column> {
  return spec.kind === "number" ? numberColumn(index, rows) : categoryColumn(index, rows);
}

function* numberColumn(index: number, rows: Rows): Generator<void, Column> {
  const step = Math.max(1, Math.ceil(rows.length / SAMPLE_MAX));
  const sample: number[] = [];
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  rows.forEach((row, i) => {
    const value = row[index];
    if (typeof value !== "number" || !Number.isFinite(value)) return;
    from = Math.min(from, value);
    to = Math.max(to, value);
    if (i % step === 0 || sample.length === 0) sample.push(value);
  });
  yield;
  const cuts = cutsOf(Float64Array.from(sample).sort());
  const bin = new Uint8Array(rows.length);
  rows.forEach((row, i) => {
    const value = row[index];
    if (typeof value === "number" && Number.isFinite(value)) bin[i] = 1 + intervalOf(cuts, value);
  });
  const seen = sample.length > 0;
  return {
    kind: "number",
    cuts,
    levels: [],
    from: seen ? from : null,
    to: seen ? to : null,
    bins: cuts.length + 2,
    bin,
  };
}

/**
 * Only the order of the values decides which rows share an interval. A cut is a value that was seen and opens the
 * interval above it, so that no transformation that keeps the order can move a row across. A value that many rows have
 * (no purchase, no answer) has its interval to itself.
 */
function cutsOf(sorted: Float64Array): readonly number[] {
  const size = sorted.length / INTERVALS_MAX;
  const cuts: number[] = [];
  let filled = 0;
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    const value = sorted[from] ?? 0;
    for (to = from; to < sorted.length && sorted[to] === value; to++);
    const count = to - from;
    if (filled > 0 && (filled >= size || count >= size)) {
      cuts.push(value);
      filled = 0;
    }
    filled += count;
  }
  return cuts;
}

function* categoryColumn(index: number, rows: Rows): Generator<void, Column> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = row[index];
    if (typeof value === "string") counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  yield;
  const levels = [...counts]
    .filter(([, count]) => count >= LEVEL_ROWS_MIN)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, LEVELS_MAX)
    .map(([level]) => level);
  const numbers = new Map(levels.map((level, i) => [level, i + 1]));
  const rare = levels.length + 1;
  const bin = Uint8Array.from(rows, (row) => {
    const value = row[index];
    return typeof value === "string" ? (numbers.get(value) ?? rare) : 0;
  });
  return { kind: "category", cuts: [], levels, from: null, to: null, bins: levels.length + 2, bin };
}
