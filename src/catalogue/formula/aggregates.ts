/** The aggregates of the formula form: one row each says how it is written and what it becomes. */
import type { Aggregate, Condition } from "../types.ts";

export interface Arguments {
  numbers: number[];
  fields: string[];
  conditions: Condition[];
}

export type ArgumentKind =
  | "field"
  | "condition"
  /** May be left out, with its comma. */
  | "condition?"
  | { min: number; max: number; whole: boolean; says: string };

export interface AggregateForm {
  arguments: readonly ArgumentKind[];
  make: (given: Arguments) => Aggregate;
}

const SHARE: ArgumentKind = { min: 0, max: 1, whole: false, says: "a share between 0 and 1" };
const REPEATS: ArgumentKind = { min: 1, max: 1_000, whole: true, says: "a whole number from 1 to 1000" };
const MINUTES: ArgumentKind = { min: 1, max: 44_640, whole: true, says: "whole minutes from 1 to 44640" };

/** Written as `name(arguments)`; a left-out condition means every event. */
export const AGGREGATES: Readonly<Record<string, AggregateForm>> = {
  count: { arguments: ["condition?"], make: (given) => ({ agg: "count", where: where(given) }) },
  sum: {
    arguments: ["field", "condition?"],
    make: (given) => ({ agg: "sum", field: field(given), where: where(given) }),
  },
  mean: {
    arguments: ["field", "condition?"],
    make: (given) => ({ agg: "mean", field: field(given), where: where(given) }),
  },
  percentile: {
    arguments: ["field", SHARE, "condition?"],
    make: (given) => ({ agg: "percentile", p: number(given), field: field(given), where: where(given) }),
  },
  contacts: { arguments: ["condition?"], make: (given) => ({ agg: "contacts", where: where(given) }) },
  commission: { arguments: ["condition?"], make: (given) => ({ agg: "commission", where: where(given) }) },
  contacts_latest: {
    arguments: ["condition", "condition"],
    make: (given) => ({ agg: "contacts_latest", where: condition(given, 0), is: condition(given, 1) }),
  },
  contacts_repeating: {
    arguments: [REPEATS, "condition"],
    make: (given) => ({ agg: "contacts_repeating", least: number(given), where: condition(given, 0) }),
  },
  time_between: {
    arguments: [SHARE, "condition", "condition"],
    make: (given) => ({ agg: "time_between", p: number(given), from: condition(given, 0), to: condition(given, 1) }),
  },
  new_contacts: { arguments: [], make: () => ({ agg: "new_contacts" }) },
  churned: { arguments: ["condition"], make: (given) => ({ agg: "churned", where: condition(given, 0) }) },
  contacts_before: {
    arguments: ["condition"],
    make: (given) => ({ agg: "contacts_before", where: condition(given, 0) }),
  },
  open_conversations: {
    arguments: [MINUTES],
    make: (given) => ({ agg: "open_conversations", minutes: number(given) }),
  },
};

function where(given: Arguments): Condition | null {
  return given.conditions[0] ?? null;
}

function condition(given: Arguments, index: number): Condition {
  return given.conditions[index] ?? missing();
}

function field(given: Arguments): string {
  return given.fields[0] ?? missing();
}

function number(given: Arguments): number {
  return given.numbers[0] ?? missing();
}

/** The parser reads every argument of the row before it makes the aggregate. */
function missing(): never {
  throw new Error("an aggregate was made before its arguments were read");
}
