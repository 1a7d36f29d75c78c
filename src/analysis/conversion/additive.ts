/** A sum of one table a feature over its bins: what every learner here makes, and what can be averaged and stays one. */
import type { Column } from "./columns.ts";
import type { Shape } from "./shape.ts";

export interface Additive {
  intercept: number;
  /** A value for each bin of each column. */
  tables: readonly Float64Array[];
}

/** What the learners look at: encoded features, and outcomes as 0 and 1. */
export interface Sample {
  columns: readonly Column[];
  outcomes: Uint8Array;
}

/** The same of these rows only. */
export function* pick({ columns, outcomes }: Sample, rows: Uint32Array): Generator<void, Sample> {
  const picked: Column[] = [];
  for (const column of columns) {
    picked.push({ ...column, bin: gather(column.bin, rows) });
    yield;
  }
  return { columns: picked, outcomes: gather(outcomes, rows) };
}

function gather(from: Uint8Array, rows: Uint32Array): Uint8Array {
  const picked = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = from[rows[i] ?? 0] ?? 0;
  return picked;
}

/** Log-odds of each row. */
export function* logitsOf(model: Additive, { columns, outcomes }: Sample): Generator<void, Float64Array> {
  const logits = new Float64Array(outcomes.length).fill(model.intercept);
  for (const [j, { bin }] of columns.entries()) {
    const table = model.tables[j] ?? new Float64Array();
    for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] ?? 0) + (table[bin[i] ?? 0] ?? 0);
    yield;
  }
  return logits;
}

/**
 * Each table's mean over the sample becomes 0 and the intercept takes it up. What the sample does not know says nothing:
 * a missing value where none was missing, a level that is too rare, which therefore is left out of the mean.
 */
export function centred(model: Additive, { columns }: Sample): Additive {
  let intercept = model.intercept;
  const tables = model.tables.map((table, j) => {
    const column = columns[j];
    if (!column) return table;
    const counts = countsOf(column);
    if (column.kind === "category") counts[column.bins - 1] = 0;
    let [sum, known] = [0, 0];
    counts.forEach((count, bin) => {
      sum += count * (table[bin] ?? 0);
      known += count;
    });
    const mean = known === 0 ? 0 : sum / known;
    intercept += mean;
    return table.map((value, bin) => {
      const silent = counts[bin] === 0 && (bin === 0 || column.kind === "category");
      return silent ? 0 : value - mean;
    });
  });
  return { intercept, tables };
}

export function average(models: readonly Additive[]): Additive {
  const [first] = models;
  if (!first) throw new RangeError("no models to average");
  const share = 1 / models.length;
  return {
    intercept: models.reduce((sum, model) => sum + model.intercept * share, 0),
    tables: first.tables.map((table, j) =>
      table.map((_, bin) => models.reduce((sum, model) => sum + (model.tables[j]?.[bin] ?? 0) * share, 0)),
    ),
  };
}

/** Rows in each bin. */
export function countsOf({ bins, bin }: Column): Float64Array {
  const counts = new Float64Array(bins);
  for (let i = 0; i < bin.length; i++) counts[bin[i] ?? 0] = (counts[bin[i] ?? 0] ?? 0) + 1;
  return counts;
}

/** Log-odds of the share of positives, half a row added to both sides: finite for any sample. */
export function baseOf(outcomes: Uint8Array): number {
  let positives = 0;
  for (let i = 0; i < outcomes.length; i++) positives += outcomes[i] ?? 0;
  return Math.log((positives + 0.5) / (outcomes.length - positives + 0.5));
}

export function shapeOf(column: Column, table: Float64Array): Shape {
  const missing = table[0] ?? 0;
  if (column.kind === "category") {
    const values = [...table.subarray(1, column.levels.length + 1)];
    return { kind: "levels", levels: column.levels, values, missing };
  }
  const { cuts, from, to } = column;
  return { kind: "steps", cuts, values: [...table.subarray(1, cuts.length + 2)], missing, from, to };
}
