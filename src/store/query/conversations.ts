/** Conversations that are open at the end of a range, or of each bucket: something was said lately and nothing ended them. */
import type { Condition } from "../../catalogue/types.ts";
import { quoted } from "../duckdb.ts";
import { eventsSql, locationSql, type Part, typesSql, whereSql, withinSql } from "./scope.ts";
import { instantSql } from "./time.ts";

const MINUTE = 60_000_000;

/** What is said in a conversation: while it lasts, it is open. */
export const SAID: Condition = {
  field: "type",
  op: "in",
  value: ["conversation_started", "conversation_message", "conversation_event"],
};
/** What ends a conversation: each by its type, and what else must hold. */
const ENDED: readonly { type: string; where: Condition | null }[] = [
  { type: "conversation_ended", where: null },
  { type: "conversation_event", where: { field: "data.event", op: "eq", value: "ended" } },
];

/** A range or bucket that reaches beyond the present ends with it: nothing can have been said after that. */
export function openConversations(part: Part, index: number, minutes: number): string {
  const { question, keys, buckets } = part.scope;
  const end = Math.min(question.to, question.now ?? question.to);
  const counts = [atEnd(part, index, minutes, end, [], 1)];
  if (buckets.length > 0) counts.push(byBucket(part, index, minutes, end));
  else if (keys.length > 0) counts.push(atEnd(part, index, minutes, end, keys, 0));
  return `SELECT * FROM (WITH ends AS (${endsSql(part)}) ${counts.join(" UNION ALL BY NAME ")})`;
}

/** When each conversation ended. Filters do not apply: who ended it is not asked. */
function endsSql({ scope }: Part): string {
  const { from, to } = scope.question;
  // Each type in a scan of its own: an event of another one is left out before its JSON is read.
  const scans = ENDED.map(
    ({ type, where }) =>
      `SELECT conversation_id, time FROM events WHERE ${withinSql("time", from, to)} AND ${locationSql(scope)} ` +
      `AND type = ${quoted(type)} AND ${whereSql(scope, where)} AND conversation_id IS NOT NULL`,
  );
  return `SELECT conversation_id, min(time) AS ended FROM (${scans.join(" UNION ALL ")}) GROUP BY conversation_id`;
}

function atEnd(
  part: Part,
  index: number,
  minutes: number,
  end: number,
  keys: readonly string[],
  level: number,
): string {
  const from = Math.max(part.scope.question.from, end - minutes * MINUTE);
  const items = [...keys, ...(part.currencies ? ["cur"] : [])];
  const columns = [`${level} AS lvl`, ...keys, currencyItem(part), countItem(index)];
  const grouped = items.length > 0 ? ` GROUP BY ${items.join(", ")}` : "";
  const none = part.scope.keys.filter((key) => !keys.includes(key)).map((key) => `NULL AS ${key}`);
  return `SELECT ${[...columns, ...none].join(", ")} FROM ${saidSql(part, "true", from, end)} AS said WHERE ${openSql(instantSql(end))}${grouped}`;
}

function byBucket(part: Part, index: number, minutes: number, end: number): string {
  const { question, keys, buckets } = part.scope;
  const ends = buckets.map(({ label, end: edge }) => ({ label, edge: Math.min(edge, end) }));
  const edges = ends.map(({ label, edge }) => `(${label}::BIGINT, ${instantSql(edge)})`).join(", ");
  // Of long buckets only the last minutes are read, each in a scan that leaves the rest of the table alone.
  const late = ends.map(({ edge }) => ({ from: Math.max(question.from, edge - minutes * MINUTE), to: edge }));
  const said =
    ends.length <= SCANS_MAX
      ? `(${late.map(({ from, to }) => `FROM ${saidSql(part, "true", from, to)}`).join(" UNION ALL ")})`
      : saidSql(part, ends.length <= LATE_MAX ? anyOf(late) : "true", question.from, end);
  const items = [...keys, ...(part.currencies ? ["cur"] : [])].map((key) => `said.${key}`);
  return (
    `SELECT ${["0 AS lvl", ...keys, currencyItem(part), countItem(index)].join(", ")} FROM ${said} AS said ` +
    `JOIN (VALUES ${edges}) AS edges(label, edge) ON edges.label = said.t ` +
    `WHERE said.time >= edges.edge - to_minutes(${minutes}) AND ${openSql("edges.edge")} GROUP BY ${items.join(", ")}`
  );
}

/** Each scan keeps blocks of its columns in memory. */
const SCANS_MAX = 13;
/** More stretches than this cost more to compare with than they save. */
const LATE_MAX = 64;

function anyOf(ranges: readonly { from: number; to: number }[]): string {
  return `(${ranges.map(({ from, to }) => `(${withinSql("time", from, to)})`).join(" OR ")})`;
}

function saidSql(part: Part, where: string, from: number, to: number): string {
  return eventsSql(part, `conversation_id IS NOT NULL AND ${typesSql(part.scope, SAID)} AND ${where}`, from, to);
}

function openSql(until: string): string {
  return `NOT EXISTS (FROM ends WHERE ends.conversation_id = said.conversation_id AND ends.ended < ${until})`;
}

function countItem(index: number): string {
  return `count(DISTINCT said.conversation_id) AS a${index}`;
}

function currencyItem({ currencies }: Part): string {
  return currencies ? "cur" : "NULL::VARCHAR AS cur";
}
