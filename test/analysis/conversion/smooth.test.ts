import { expect, test } from "bun:test";
import type { Sample } from "../../../src/analysis/conversion/additive.ts";
import { columnOf } from "../../../src/analysis/conversion/columns.ts";
import type { FeatureValue } from "../../../src/analysis/conversion/model.ts";
import { createRandom } from "../../../src/analysis/conversion/random.ts";
import { sigmoid } from "../../../src/analysis/conversion/sigmoid.ts";
import { smooth } from "../../../src/analysis/conversion/smooth.ts";
import { finish } from "../../../src/analysis/conversion/steps.ts";

const PRIOR = { events: 0.2, size: 0.01 };

function sampleOf(rows: readonly (readonly FeatureValue[])[], outcomes: readonly number[]): Sample {
  const columns = (rows[0] ?? []).map((value, j) => {
    const kind = typeof value === "number" ? "number" : "category";
    return finish(columnOf({ name: "", label: "", kind }, j, rows));
  });
  return { columns, outcomes: Uint8Array.from(outcomes) };
}

test("a step in the log-odds is found at its place and size, and what means nothing is smoothed away", () => {
  const random = createRandom(11);
  const rows = Array.from({ length: 8_000 }, () => [random() * 100, random() * 100]);
  const outcomes = rows.map(([speaks = 0]) => Number(random() < sigmoid(speaks < 50 ? -1 : 1)));
  const sample = sampleOf(rows, outcomes);
  const [speaks = new Float64Array(), silent = new Float64Array()] = finish(smooth(sample, PRIOR)).tables;
  const low = speaks.subarray(1, 14);
  const high = speaks.subarray(20);
  expect(mean(high) - mean(low)).toBeCloseTo(2, 0);
  expect(Math.max(...low)).toBeLessThan(Math.min(...high) - 1);
  expect(Math.sqrt(mean(silent.map((value) => value * value)))).toBeLessThan(0.1);
});

test("at its end no table wants to move: each bin's errors are what the penalty takes", () => {
  const levels = ["a", "a", "a", "a", "a", "b", "b", "b", "b", "b", "c", "c", "c", "c", "c"];
  const came = [1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1];
  const rows = Array.from({ length: 40 }, () => levels)
    .flat()
    .map((level) => [level]);
  const sample = sampleOf(rows, Array.from({ length: 40 }, () => came).flat());
  const { intercept, tables } = finish(smooth(sample, PRIOR));
  const [, a = 0, b = 0, c = 0] = tables[0] ?? [];
  // Shares of 80%, 40% and 20% over 200 rows each, drawn a little to the middle.
  const errors = [0.8, 0.4, 0.2].map((share, i) => 200 * (share - sigmoid(intercept + ([a, b, c][i] ?? 0))));
  const smoothing = (errors[0] ?? 0) / a;
  expect(smoothing).toBeGreaterThan(0);
  // Of 200 rows a table that still moves by 0.001 misses by 0.05.
  expect(Math.abs((errors[1] ?? 0) - smoothing * b)).toBeLessThan(0.1);
  expect(Math.abs((errors[2] ?? 0) - smoothing * c)).toBeLessThan(0.1);
});

test("outcomes that are told apart fully still give finite tables", () => {
  const rows = Array.from({ length: 100 }, (_, i) => [i, i < 50 ? "low" : "high"]);
  const outcomes = rows.map((_, i) => Number(i >= 50));
  const { intercept, tables } = finish(smooth(sampleOf(rows, outcomes), PRIOR));
  expect(Number.isFinite(intercept) && tables.every((table) => table.every(Number.isFinite))).toBe(true);
});

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
