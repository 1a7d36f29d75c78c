/** Columns of the table and its order. */
import type { SplitSegment } from "../../src/report/explore/split.ts";
import type { ExploreOwn } from "./own.ts";

export interface Column {
  /** As the address names it; null: it cannot be ordered by. */
  key: string | null;
  label: string;
  num?: boolean;
  /** Dropped first where there is little room. */
  pri?: 2 | 3;
  value?: (segment: SplitSegment) => string | number | null;
  /** How a first click orders. */
  first?: "asc" | "desc";
}

/** As asked; else as they are, the largest first. What has no value comes last in either direction. */
export function ordered(
  segments: readonly SplitSegment[],
  columns: readonly Column[],
  order: ExploreOwn["order"],
): readonly SplitSegment[] {
  const value = order && columns.find(({ key }) => key === order.by)?.value;
  if (!order || !value) return segments;
  const sign = order.dir === "asc" ? 1 : -1;
  return [...segments].sort((one, other) => {
    const [left, right] = [value(one), value(other)];
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    if (typeof left === "string" && typeof right === "string") return sign * left.localeCompare(right, "en");
    return sign * (Number(left) - Number(right));
  });
}
