/** Whether a rule's condition holds, from the values that were seen. Pure. */
import type { Observation } from "./state.ts";

type Direction = "above" | "below" | "either";

const NO_DATA: Observation = { kind: "no_data" };

/** A value against a bound; `resolve`: beyond it, it is over. */
export function judgeBound(
  value: number | null,
  { direction, bound, resolve }: { direction: "above" | "below"; bound: number; resolve: number | null },
): Observation {
  if (value === null) return NO_DATA;
  const breach = direction === "above" ? value > bound : value < bound;
  if (resolve === null || breach) return { kind: "value", value, breach, clear: !breach };
  const clear = direction === "above" ? value <= resolve : value >= resolve;
  return { kind: "value", value, breach, clear };
}

/** (value − previous) ÷ |previous| against a share. Without anything before there is no change to speak of. */
export function judgeChange(
  value: number | null,
  previous: number | null,
  rule: { direction: Direction; value: number; resolve: number | null; at_least: number },
): Observation {
  if (value === null || previous === null || previous === 0) return NO_DATA;
  const change = (value - previous) / Math.abs(previous);
  if (Math.max(Math.abs(value), Math.abs(previous)) < rule.at_least)
    return { kind: "value", value: change, breach: false, clear: true };
  const grown = judgeBound(change, { direction: "above", bound: rule.value, resolve: rule.resolve });
  const fallen = judgeBound(change, { direction: "below", bound: -rule.value, resolve: negative(rule.resolve) });
  if (rule.direction === "above") return reached(grown, change, rule.value);
  if (rule.direction === "below") return reached(fallen, change, -rule.value);
  const size = Math.abs(change);
  const breach = size >= rule.value;
  return { kind: "value", value: change, breach, clear: !breach && size <= (rule.resolve ?? Number.POSITIVE_INFINITY) };
}

/** At least so many. */
export function judgeCount(value: number | null, least: number): Observation {
  if (value === null) return NO_DATA;
  return { kind: "value", value, breach: value >= least, clear: value < least };
}

/** None at all. */
export function judgeNone(value: number | null): Observation {
  if (value === null) return NO_DATA;
  return { kind: "value", value, breach: value === 0, clear: value > 0 };
}

/** "At least 30%" holds at 30%. */
function reached(seen: Observation, change: number, bound: number): Observation {
  if (seen.kind !== "value" || seen.breach || change !== bound) return seen;
  return { ...seen, breach: true, clear: false };
}

function negative(value: number | null): number | null {
  return value === null ? null : -value;
}
