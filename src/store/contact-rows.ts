/**
 * Contact rows: what one contact did in a quarter of an hour, as columns that add up over any rows.
 * Distinct counts, first and latest moments of contacts are answered from them without opening an event.
 */
import type { ContactMeasures } from "../catalogue/contact-measures.ts";
import type { Condition } from "../catalogue/types.ts";
import { conditionLiteralSql, guardedSql } from "./condition.ts";

export interface ContactColumn {
  name: string;
  type: string;
  /** SQL of what one event puts in, null when nothing. */
  event: string;
  /** SQL that adds up rows. */
  add: (column: string) => string;
}

export const MARKS = "marks";
export const FIRST_AT = "first_at";
export const THREAD_FIRST = "thread_first";
export const THREAD_LAST = "thread_last";

/** The column of the latest event that met the condition of this number. */
export function latestColumn(index: number): string {
  return `latest_${index}`;
}

/** SQL: whether the latest event was so, from the value of such a column. */
export function isSoSql(latest: string): string {
  return `(${latest} & 1) = 1`;
}

/** Microseconds since the epoch stay below it for some hundreds of years. */
const MOMENTS = 2 ** 54;

export function contactColumns({ marks, timed, threaded, latest }: ContactMeasures): readonly ContactColumn[] {
  const thread = `CASE WHEN ${anySql(threaded)} AND conversation_id IS NOT NULL THEN hash(conversation_id) END`;
  return [
    {
      name: MARKS,
      type: "UINTEGER",
      event: `(${marksSql(marks)})::UINTEGER`,
      add: (column) => `bit_or(${column})::UINTEGER`,
    },
    {
      name: FIRST_AT,
      type: "TIMESTAMP",
      event: `CASE WHEN ${anySql(timed)} THEN time END`,
      add: (column) => `min(${column})`,
    },
    { name: THREAD_FIRST, type: "UBIGINT", event: thread, add: (column) => `min(${column})` },
    { name: THREAD_LAST, type: "UBIGINT", event: thread, add: (column) => `max(${column})` },
    ...latest.map(({ where, is }, index) => ({
      name: latestColumn(index),
      type: "HUGEINT",
      event: guardedSql(where, latestSql(is)),
      add: (column: string) => `max(${column})`,
    })),
  ];
}

/** The marks that an event sets, added up; those that begin with the same condition (the type) look at it once. */
function marksSql(marks: readonly Condition[]): string {
  const bits = marks.map((where, bit) => {
    const [first, ...rest] = "and" in where ? where.and : [where];
    return { first: conditionLiteralSql(first ?? where), rest: { and: rest }, value: 2 ** bit };
  });
  const groups = [...Map.groupBy(bits, ({ first }) => first)].map(([first, own]) => {
    const sum = own.map(({ rest, value }) => `CASE WHEN ${conditionLiteralSql(rest)} THEN ${value} ELSE 0 END`);
    return `CASE WHEN ${first} THEN ${sum.join(" + ")} ELSE 0 END`;
  });
  return groups.join(" + ") || "0";
}

/** One number that is larger the later the event: by time, then by receipt; the last bit says whether it is so. */
function latestSql(is: Condition): string {
  const moment = `epoch_us(time)::HUGEINT * ${MOMENTS} + epoch_us(received_at)`;
  return `((${moment}) * 2 + CASE WHEN ${conditionLiteralSql(is)} THEN 1 ELSE 0 END)`;
}

function anySql(conditions: readonly Condition[]): string {
  return conditionLiteralSql({ or: conditions });
}
