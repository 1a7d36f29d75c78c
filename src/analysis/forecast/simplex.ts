/**
 * The downhill simplex of Nelder and Mead (1965, "A Simplex Method for Function Minimization"), kept inside a box by
 * clamping, with a fixed number of tries so that the same series always takes the same time.
 */
import { clamp } from "./numbers.ts";

export interface Box {
  start: readonly number[];
  low: readonly number[];
  high: readonly number[];
  tries: number;
}

/** Where the cost is lowest that was tried; a cost that is not finite is never taken. */
export function minimum(cost: (point: readonly number[]) => number, box: Box): readonly number[] {
  const size = box.start.length;
  const inside = (point: readonly number[]): number[] =>
    point.map((value, i) => clamp(value, box.low[i] ?? 0, box.high[i] ?? 0));
  let tries = 0;
  const tried = (point: readonly number[]): { point: number[]; cost: number } => {
    tries++;
    const kept = inside(point);
    const value = cost(kept);
    return { point: kept, cost: Number.isFinite(value) ? value : Number.POSITIVE_INFINITY };
  };
  const corners = [tried(box.start)];
  for (let i = 0; i < size; i++) {
    const width = (box.high[i] ?? 0) - (box.low[i] ?? 0);
    const start = box.start[i] ?? 0;
    const step = start + 0.25 * width <= (box.high[i] ?? 0) ? 0.25 * width : -0.25 * width;
    corners.push(tried(box.start.map((value, j) => (j === i ? value + step : value))));
  }
  while (tries < box.tries) {
    corners.sort((one, other) => one.cost - other.cost);
    const worst = corners[size];
    const best = corners[0];
    const second = corners[size - 1];
    if (!worst || !best || !second) break;
    const centre = box.start.map(
      (_, i) => corners.slice(0, size).reduce((all, each) => all + (each.point[i] ?? 0), 0) / size,
    );
    const towards = (share: number): number[] =>
      centre.map((value, i) => value + share * ((worst.point[i] ?? 0) - value));
    const reflected = tried(towards(-1));
    if (reflected.cost < best.cost) {
      const expanded = tried(towards(-2));
      corners[size] = expanded.cost < reflected.cost ? expanded : reflected;
    } else if (reflected.cost < second.cost) corners[size] = reflected;
    else {
      const contracted = tried(towards(reflected.cost < worst.cost ? -0.5 : 0.5));
      if (contracted.cost < Math.min(reflected.cost, worst.cost)) corners[size] = contracted;
      else {
        for (let c = 1; c <= size; c++) {
          const corner = corners[c];
          if (corner) corners[c] = tried(corner.point.map((value, i) => (value + (best.point[i] ?? 0)) / 2));
        }
      }
    }
  }
  return corners.reduce((one, other) => (other.cost < one.cost ? other : one)).point;
}
