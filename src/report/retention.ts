/** Retention: of those who began in a period, how many came back in it and in each one after. */
import { eventType } from "../catalogue/events.ts";
import { type Bucket, bucketsAtMost, bucketsOf } from "../catalogue/period.ts";
import { formatInstant } from "../catalogue/time.ts";
import type { Grain } from "../catalogue/types.ts";
import { QuestionFault } from "../store/query/fault.ts";
import { type ReturnRow, returnsSql } from "../store/query/returns.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";

export interface RetentionAsked extends Asked {
  /** Event types. */
  birth: string;
  return: string;
  grain: Grain;
}

export interface Cohort {
  /** Of its period, in the time zone asked. */
  start: string;
  size: number;
  /** Contacts that came back in period 0 (that of their birth), 1, 2 …; periods that have not begun are not there. */
  counts: readonly number[];
  /** The same as shares of `size`; null where nobody was born. */
  rates: readonly (number | null)[];
}

const COHORTS_MAX = 200;

/**
 * Cohorts are whole: the first begins with the bucket that the timeframe begins in. The last period of each may still be
 * running. Throws QuestionFault for more than COHORTS_MAX.
 */
export async function retentionReport(
  parts: ReportParts,
  asked: RetentionAsked,
): Promise<{ framed: Framed; cohorts: readonly Cohort[] }> {
  const { grain } = asked;
  const resolved = await framed(parts, asked);
  const { scope, timezone } = resolved;
  if (bucketsAtMost(grain, scope.from, scope.to) > COHORTS_MAX + 2)
    throw new QuestionFault(
      "grain",
      "too_many",
      `More than ${COHORTS_MAX} cohorts: ask for a coarser grain or a shorter timeframe.`,
    );
  const from = bucketsOf(grain, timezone, scope.from, scope.to)[0]?.start ?? scope.from;
  const { sql, params, buckets } = returnsSql({
    scope: { ...scope, from },
    grain,
    birth: typeOf(asked.birth),
    return: typeOf(asked.return),
  });
  const rows = await parts.store.rows<ReturnRow>(sql, params, scope.signal);
  // Events may lie up to an hour ahead of the clock: a period has begun when it has events, too.
  const begun = buckets.filter(
    ({ start, label }) => start <= asked.now || rows.some(({ born, came }) => [born, came].includes(label)),
  );
  return { framed: resolved, cohorts: cohortsOf(begun, rows) };
}

function cohortsOf(buckets: readonly Bucket[], rows: readonly ReturnRow[]): readonly Cohort[] {
  const known = new Map(rows.map(({ born, came, contacts }) => [`${born} ${came}`, contacts]));
  return buckets.map(({ label, start }, index) => {
    const size = known.get(`${label} null`) ?? 0;
    const counts = buckets.slice(index).map((later) => known.get(`${label} ${later.label}`) ?? 0);
    return {
      start: formatInstant(start),
      size,
      counts,
      rates: counts.map((count) => (size === 0 ? null : count / size)),
    };
  });
}

function typeOf(name: string): string {
  return eventType(name)?.type ?? name;
}
