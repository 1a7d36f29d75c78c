/** Who was there at all, and who for the first time: from the weekly rows, which know nothing else. */
import type { Aggregate } from "../../catalogue/types.ts";
import { type Answering, countedSql, NOTHING, together } from "./answering.ts";
import { PRESENCE_LEVELS, rangesOf, scansOf } from "./ranges.ts";
import { edgesOf, keyedSql, sourceSql, useful } from "./rollup.ts";
import type { Wanted } from "./rows.ts";
import { groupSql, keyItems, type Part, visibleSql } from "./scope.ts";
import { instantSql } from "./time.ts";

/** Fields that weekly rows are kept apart by. */
const PRESENCE_KEYS: ReadonlySet<string> = new Set(["location_id"]);
/** Weekly rows tell since when to the quarter of an hour. */
const QUARTER_HOUR = 900_000_000;

export function presenceBlocks(part: Part, wanted: readonly Wanted[], name: string): Answering {
  if (!part.scope.named.isSubsetOf(PRESENCE_KEYS)) return NOTHING;
  const parts = [presentBlocks(part, wanted.filter(isPresence), name)];
  const fresh = wanted.filter(({ aggregate }) => aggregate.agg === "new_contacts");
  // A contact is of the splits of its first event, which the weekly rows do not tell where there are several.
  if (part.scope.question.by.length === 0 && isOnQuarters(part))
    parts.push({ shared: [], blocks: fresh.map(({ index }) => freshSql(part, index)), answered: fresh });
  return together(parts);
}

function isPresence({ aggregate }: { aggregate: Aggregate }): boolean {
  return aggregate.agg === "contacts" && aggregate.where === null;
}

function presentBlocks(part: Part, wanted: readonly Wanted[], name: string): Answering {
  const { from, to } = part.scope.question;
  const ranges = useful(part, rangesOf(from, to, edgesOf(part), PRESENCE_LEVELS));
  if (ranges === null || wanted.length === 0) return NOTHING;
  const branches = scansOf(ranges).map((scan) =>
    scan.table === "events"
      ? sourceSql(part, scan, null, "location_id, hash(contact_id) AS contact", "contact_id IS NOT NULL")
      : sourceSql(part, scan, null, "location_id, contact"),
  );
  const keyed = [...part.scope.keys, "contact"].join(", ");
  const shared = [`${name} AS MATERIALIZED (SELECT DISTINCT ${keyed} FROM ${keyedSql(part, branches)})`];
  const counts = wanted.map(({ index }) => `count(*) AS a${index}`);
  const whole = part.scope.keys.length > 0 ? `(SELECT DISTINCT contact FROM ${name})` : name;
  return { shared, blocks: [countedSql(part, counts, name, whole)], answered: wanted };
}

function isOnQuarters({ scope }: Part): boolean {
  const { from, to } = scope.question;
  return [from, to, ...scope.buckets.map(({ start }) => start)].every((time) => time % QUARTER_HOUR === 0);
}

/** A contact belongs to the bucket of its first event ever. */
function freshSql(part: Part, index: number): string {
  const { scope } = part;
  const { from, to } = scope.question;
  const t = scope.keys.length > 0 ? `, ${scope.time.label("since")} AS t` : "";
  return (
    `SELECT ${keyItems(part)}, count(*) AS a${index} FROM (SELECT contact${t} FROM (` +
    `SELECT contact, min(since) AS since FROM contact_week WHERE bucket < ${instantSql(to)} AND ${visibleSql(scope)} GROUP BY contact) ` +
    `WHERE since >= ${instantSql(from)} AND since < ${instantSql(to)}) ${groupSql(part)}`
  );
}
