/** What the rows of contacts' deeds hold beside their keys, derived from the formulas of the built-in KPIs that look at contacts. */
import { aggregatesOf, expressionOf } from "./formula.ts";
import { KPIS } from "./kpis.ts";
import { SKETCH_KEYS, splitCondition, typesIn } from "./measures.ts";
import type { Aggregate, Condition } from "./types.ts";

/** A row is of one contact in a quarter of an hour, for one type, bot and location; only of the types that are looked at. */
export interface ContactMeasures {
  types: readonly string[];
  /** What the keys cannot tell of an event: bit i of `marks` says that one of the row's events met condition i. */
  marks: readonly Condition[];
  /** Of which conditions the first moment is kept. */
  timed: readonly Condition[];
  /** Of which conditions the first and the last conversation (by hash) are kept. */
  threaded: readonly Condition[];
  /** Of which conditions the latest event is kept, and whether it `is` so. */
  latest: readonly { where: Condition; is: Condition }[];
}

/** A row has one whole number for its marks. */
const MARKS_MAX = 31;

/** What contact rows hold. */
export function contactMeasures(): ContactMeasures {
  return MEASURES;
}

/** True when the keys of a contact row answer the condition. */
export function isOfKeys(where: Condition | null): boolean {
  return splitCondition(where, SKETCH_KEYS, null).residual === null;
}

/** True when the condition is about types that deeds are kept of. */
export function isOfDeeds(where: Condition | null): boolean {
  const types = where === null ? null : typesIn(where);
  return types?.every((type) => MEASURES.types.includes(type)) ?? false;
}

function derive(): ContactMeasures {
  const marks: Condition[] = [];
  const timed: Condition[] = [];
  const threaded: Condition[] = [];
  const latest: { where: Condition; is: Condition }[] = [];
  const keep = <T>(known: T[], one: T): void => {
    if (!known.some((other) => Bun.deepEquals(other, one))) known.push(one);
  };
  for (const aggregate of KPIS.flatMap((kpi): readonly Aggregate[] => aggregatesOf(expressionOf(kpi.formula)))) {
    switch (aggregate.agg) {
      case "contacts": {
        const { residual } = splitCondition(aggregate.where, SKETCH_KEYS, null);
        if (residual !== null) keep(marks, residual);
        break;
      }
      case "time_between":
        for (const where of [aggregate.from, aggregate.to]) if (isOfKeys(where)) keep(timed, where);
        break;
      case "contacts_repeating":
        if (isOfKeys(aggregate.where)) keep(threaded, aggregate.where);
        break;
      case "contacts_latest":
        keep(latest, { where: aggregate.where, is: aggregate.is });
        break;
      default:
        break;
    }
  }
  if (marks.length > MARKS_MAX) throw new Error(`contact rows can hold ${MARKS_MAX} conditions, not ${marks.length}`);
  const types = [...marks, ...timed, ...threaded, ...latest.map(({ where }) => where)].map(typesIn);
  if (types.includes(null)) throw new Error("a KPI looks at contacts by a condition that names no event type");
  return { types: [...new Set(types.flatMap((some) => some ?? []))], marks, timed, threaded, latest };
}

const MEASURES = derive();
