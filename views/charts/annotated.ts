import type { PageAnnotation } from "../../src/report/annotations.ts";
import type { ChartAnnotation, ChartBucket } from "./chart.ts";

const US_PER_MS = 1_000;
const LETTERS = 26;

/** Annotations at their first bucket of this chart, lettered in their order: A to Z, then A2, B2 … */
export function annotated(
  buckets: readonly ChartBucket[],
  annotations: readonly PageAnnotation[],
  mayRemove: boolean,
): readonly ChartAnnotation[] {
  return annotations
    .flatMap((one) => {
      const at = buckets.findIndex(({ from, to }) => micros(from) < one.to && micros(to) > one.from);
      return at < 0 ? [] : [{ at, one }];
    })
    .map(({ at, one }, index) => ({
      id: one.annotation_id,
      at,
      letter: letterOf(index),
      text: one.text,
      when: buckets[at]?.name ?? "",
      by: one.by,
      removable: mayRemove && one.removable,
    }));
}

function letterOf(index: number): string {
  const round = Math.floor(index / LETTERS);
  return String.fromCharCode(65 + (index % LETTERS)) + (round === 0 ? "" : String(round + 1));
}

function micros(time: string): number {
  return Date.parse(time) * US_PER_MS;
}
