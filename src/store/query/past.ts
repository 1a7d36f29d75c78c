/** Who was there before, and who stayed away since: this period beside the one before it, bucket by bucket and in all. */
import { isOfDeeds, isOfKeys } from "../../catalogue/contact-measures.ts";
import { printCondition } from "../../catalogue/formula.ts";
import type { Aggregate, Condition } from "../../catalogue/types.ts";
import { type Answering, contactsSql, NOTHING, together } from "./answering.ts";
import { DEED_LEVELS, rangesOf } from "./ranges.ts";
import { useful } from "./rollup.ts";
import { typesOf, type Wanted } from "./rows.ts";
import { type Part, type Scope, whereSql } from "./scope.ts";
import { instantSql } from "./time.ts";

type Backward = Extract<Aggregate, { agg: "churned" | "contacts_before" }>;

interface WantedBackward {
  index: number;
  aggregate: Backward;
}

export function pastBlocks(part: Part, wanted: readonly Wanted[], name: string): Answering {
  const backward = wanted
    .filter(isBackward)
    .filter(({ aggregate }) => isOfKeys(aggregate.where) && isOfDeeds(aggregate.where));
  const groups = [...Map.groupBy(backward, ({ aggregate }) => printCondition(aggregate.where)).values()];
  const parts = groups.map((group, place) => backwardBlocks(part, group, `${name}${place}`));
  return together(parts);
}

function isBackward(wanted: Wanted): wanted is WantedBackward {
  return wanted.aggregate.agg === "churned" || wanted.aggregate.agg === "contacts_before";
}

/** All of one condition: they look at the same contacts. */
function backwardBlocks(part: Part, group: readonly WantedBackward[], name: string): Answering {
  const { scope } = part;
  const { from, to } = scope.question;
  const where = group[0]?.aggregate.where;
  const first = scope.buckets[0];
  const previous = first ? scope.bucketBefore(first) : null;
  if (where === undefined || (first && !previous)) return NOTHING;
  const start = from - (to - from);
  const cuts = [start, from, ...(previous ? [previous.start, previous.end] : [])];
  const buckets = previous ? [previous, ...scope.buckets] : [];
  const least = Math.min(start, previous?.start ?? start);
  const edges = [...cuts, ...buckets.map((bucket) => bucket.start)];
  const ranges = useful(part, rangesOf(least, to, edges, DEED_LEVELS));
  if (ranges === null) return NOTHING;
  const { keys } = scope;
  const source = contactsSql({ ...part, scope: { ...scope, buckets } }, ranges, whole(where), [], (time) => [
    `${time} >= ${instantSql(from)} AS is_now`,
    `${time} >= ${instantSql(start)} AND ${time} < ${instantSql(from)} AS is_then`,
    ...(previous
      ? [
          `${time} >= ${instantSql(from)} OR (${time} >= ${instantSql(previous.start)} AND ${time} < ${instantSql(previous.end)}) AS is_listed`,
        ]
      : []),
  ]);
  const apart = [...keys, "contact"].join(", ");
  const listed = previous ? ", bool_or(is_listed) AS listed" : "";
  const shared = [
    `${name} AS MATERIALIZED (SELECT ${apart}, bool_or(is_now) AS stays, bool_or(is_then) AS was${listed} FROM ${source} ` +
      `WHERE ${whereSql(scope, where)} GROUP BY ${apart})`,
  ];
  const counts = group.map(
    ({ index, aggregate }) =>
      `count(*) FILTER (WHERE was${aggregate.agg === "churned" ? " AND NOT stays" : ""}) AS a${index}`,
  );
  const none = keys.map((key) => `NULL AS ${key}, `).join("");
  const added = `(SELECT contact, bool_or(stays) AS stays, bool_or(was) AS was FROM ${name} GROUP BY contact)`;
  const total = `SELECT 1 AS lvl, ${none}NULL::VARCHAR AS cur, ${counts.join(", ")} FROM ${keys.length > 0 ? added : name}`;
  const answered = { shared, answered: [...group] };
  if (keys.length === 0) return { ...answered, blocks: [total] };
  const rows = previous
    ? seriesSql(
        scope,
        group,
        name,
        buckets.map(({ label }) => label),
      )
    : `SELECT 0 AS lvl, ${keys.join(", ")}, NULL::VARCHAR AS cur, ${counts.join(", ")} FROM ${name} GROUP BY ${keys.join(", ")}`;
  return { ...answered, blocks: [`SELECT * FROM (${rows} UNION ALL BY NAME ${total})`] };
}

/** The types of the condition are enough for the scan; the rest of it is held to the rows. */
function whole(where: Condition): Condition | null {
  return typesOf([where]);
}

/** In a series the previous period of a bucket is the bucket before it. `labels` begin with the one before the first. */
function seriesSql(scope: Scope, group: readonly WantedBackward[], name: string, labels: readonly number[]): string {
  const numbers = labels.map((label, place) => `(${label}::BIGINT, ${place})`).join(", ");
  const dimensions = scope.keys.filter((key) => key !== "t");
  const same = dimensions.map((key) => ` AND later.${key} IS NOT DISTINCT FROM earlier.${key}`).join("");
  const counts = group.map(
    ({ index, aggregate }) =>
      `count(*)${aggregate.agg === "churned" ? " FILTER (WHERE earlier.stayed IS NULL)" : ""} AS a${index}`,
  );
  const items = dimensions.map((key) => `earlier.${key}, `).join("");
  return (
    `SELECT 0 AS lvl, next.label AS t, ${items}NULL::VARCHAR AS cur, ${counts.join(", ")} FROM (` +
    `WITH numbers(label, place) AS (VALUES ${numbers}), seen AS (SELECT place, ${[...dimensions, "contact"].join(", ")} FROM ${name} JOIN numbers ON numbers.label = ${name}.t WHERE listed) ` +
    `SELECT earlier.*, later.contact AS stayed FROM seen AS earlier LEFT JOIN seen AS later ON later.place = earlier.place + 1 AND later.contact = earlier.contact${same} ` +
    `WHERE earlier.place < ${labels.length - 1}) AS earlier JOIN (VALUES ${numbers}) AS next(label, place) ON next.place = earlier.place + 1 GROUP BY ${["next.label", ...dimensions.map((key) => `earlier.${key}`)].join(", ")}`
  );
}
