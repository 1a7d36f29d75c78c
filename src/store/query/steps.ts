/**
 * How far contacts or conversations came through steps. One pass over the events of any step, then one ASOF join a step.
 * It must never tell who: only how many, and how long it took.
 */
import { all } from "../../catalogue/measures.ts";
import type { Condition } from "../../catalogue/types.ts";
import { type Listing, listScope } from "./list.ts";
import { type Scope, visibleSql, whereSql, withinSql } from "./scope.ts";

export interface StepsAsked {
  scope: Listing["scope"];
  /** Who walks: events without it are nobody's. */
  by: "contact_id" | "conversation_id";
  /** In their order. */
  steps: readonly Condition[];
  /** From the first step to the last, both included; microseconds. */
  window: number;
  /** False: the steps may come in any order. */
  ordered: boolean;
}

/** Of a step: who came that far, and half of them needed no longer for it since the step before. */
export interface StepRow {
  /** 0 for the first. */
  step: number;
  count: number;
  median_us: number | null;
}

/**
 * A row for each step that anybody reached.
 *
 * An attempt begins at an event. In order, it begins at each event of the first step, and goes on to the earliest event of the
 * next step that is later than the one before and not later than the window allows. In any order, it begins at each event of
 * any step, and holds the earliest event of each step from there on within the window; it reaches step k when it has steps 1
 * to k. What counts is the attempt of each that came furthest; of several, the earliest.
 */
export function stepsSql(asked: StepsAsked): { sql: string; params: Scope["params"] } {
  const { steps, ordered } = asked;
  const scope = listScope(asked.scope);
  const flags = steps.map((step, index) => `coalesce(${whereSql(scope, step)}, false) AS s${index}`);
  const any = whereSql(scope, { or: steps });
  const within = withinSql("time", asked.scope.from, asked.scope.to);
  const parts = [
    `seen AS MATERIALIZED (SELECT who, t, ${steps.map((_, index) => `s${index}`).join(", ")} FROM (SELECT ${asked.by} AS who, epoch_us(time) AS t, ` +
      `${flags.join(", ")} FROM events WHERE ${within} AND ${asked.by} IS NOT NULL AND ${visibleSql(scope)} AND ${any}))`,
    ...steps.map((_, index) => `p${index} AS (SELECT DISTINCT who, t FROM seen WHERE s${index})`),
    ...(ordered ? orderedAttempts(asked) : anyAttempts(asked)),
    // The furthest attempt of each, with what it took: of equals, the one that began first.
    `best AS (SELECT arg_max(took, [depth, -began]) AS took, max(depth) AS depth FROM attempts GROUP BY who)`,
  ];
  const sql =
    `WITH ${parts.join(", ")} SELECT step, count(*) AS count, median(took[step + 1])::DOUBLE AS median_us ` +
    `FROM best, unnest(range(depth)) AS reached(step) GROUP BY step ORDER BY step`;
  return { sql, params: scope.params };
}

/** Chained: each step starts from where the step before was. */
function orderedAttempts({ steps, window }: StepsAsked): string[] {
  const chain = steps.slice(1).map((_, place) => {
    const index = place + 1;
    // An ASOF join of many rows finds a partner for NULL, too (seen in 1.5.6; one of few rows does not).
    const reached = `CASE WHEN c${place}.t${place} IS NOT NULL AND p${index}.t - t0 <= ${window} THEN p${index}.t END AS t${index}`;
    return `c${index} AS (SELECT c${place}.*, ${reached} FROM c${place} ASOF LEFT JOIN p${index} ON c${place}.who = p${index}.who AND c${place}.t${place} < p${index}.t)`;
  });
  const last = steps.length - 1;
  const took = steps.map((_, index) => (index === 0 ? "NULL::BIGINT" : `t${index} - t${index - 1}`));
  const depth = steps.map((_, index) => `(t${index} IS NOT NULL)::INTEGER`).join(" + ");
  return [
    "c0 AS (SELECT who, t AS t0 FROM p0)",
    ...chain,
    `attempts AS (SELECT who, t0 AS began, ${depth} AS depth, [${took.join(", ")}] AS took FROM c${last})`,
  ];
}

/** Each step is looked for from the attempt's own beginning. */
function anyAttempts({ steps, window }: StepsAsked): string[] {
  const chain = steps.map((_, index) => {
    const reached = `CASE WHEN p${index}.t - c${index}.began <= ${window} THEN p${index}.t END AS t${index}`;
    return `c${index + 1} AS (SELECT c${index}.*, ${reached} FROM c${index} ASOF LEFT JOIN p${index} ON c${index}.who = p${index}.who AND c${index}.began <= p${index}.t)`;
  });
  // Done with the first k steps when the latest of them has come; NULL as soon as one of them is missing.
  const done = steps.map((_, index) => {
    const times = steps.slice(0, index + 1).map((_, place) => `t${place}`);
    return `CASE WHEN ${times.map((time) => `${time} IS NOT NULL`).join(" AND ")} THEN greatest(${times.join(", ")}) END AS d${index}`;
  });
  const took = steps.map((_, index) => (index === 0 ? "NULL::BIGINT" : `d${index} - d${index - 1}`));
  const depth = steps.map((_, index) => `(d${index} IS NOT NULL)::INTEGER`).join(" + ");
  return [
    "c0 AS (SELECT DISTINCT who, t AS began FROM seen)",
    ...chain,
    `done AS (SELECT *, ${done.join(", ")} FROM c${steps.length})`,
    `attempts AS (SELECT who, began, ${depth} AS depth, [${took.join(", ")}] AS took FROM done)`,
  ];
}

/** An event of a type, narrowed by filters. */
export function stepCondition(type: string, filters: readonly Condition[]): Condition {
  return all([{ field: "type", op: "eq", value: type }, ...filters]) ?? { and: [] };
}
