/** Aggregates that look at each contact's (or conversation's) own events before they count. */

import { SKETCH_KEYS } from "../../catalogue/measures.ts";
import type { Aggregate } from "../../catalogue/types.ts";
import { openConversations } from "./conversations.ts";
import type { Wanted } from "./rows.ts";
import { eventsSql, groupSql, keyItems, type Part, passedItems, visibleSql, whereSql, withinSql } from "./scope.ts";
import { instantSql } from "./time.ts";

type Of<Name extends Aggregate["agg"]> = Extract<Aggregate, { agg: Name }>;

const DAY = 86_400_000_000;

/** One SELECT for one aggregate; null for those that one scan of rows can answer. */
export function contactLevelBlock(part: Part, { index, aggregate }: Wanted): string | null {
  switch (aggregate.agg) {
    case "contacts_latest":
      return latest(part, index, aggregate);
    case "contacts_repeating":
      return repeating(part, index, aggregate);
    case "time_between":
      return timeBetween(part, index, aggregate);
    case "new_contacts":
      return newContacts(part, index);
    case "churned":
    case "contacts_before":
      return part.scope.buckets.length > 0 ? beforeByBucket(part, index, aggregate) : before(part, index, aggregate);
    case "open_conversations":
      return openConversations(part, index, aggregate.minutes);
    default:
      return null;
  }
}

/** Of two events at the same moment the one received later is the latest; of those, one that holds. */
function latest(part: Part, index: number, { where, is }: Of<"contacts_latest">): string {
  const { from, to } = part.scope.question;
  const events = eventsSql(part, `contact_id IS NOT NULL AND ${whereSql(part.scope, where)}`, from, to);
  const state = `coalesce(${whereSql(part.scope, is)}, false)`;
  const order = `{'time': time, 'received_at': received_at, 'holds': ${state}}`;
  return (
    `SELECT ${passed(part)}, count(*) FILTER (WHERE holds) AS a${index} FROM (` +
    `SELECT ${keyItems(part)}, arg_max(${state}, ${order}) AS holds FROM ${events} ${groupSql(part, ["contact_id"])}) GROUP BY ${passedItems(part)}`
  );
}

function repeating(part: Part, index: number, { least, where }: Of<"contacts_repeating">): string {
  const { from, to } = part.scope.question;
  const condition = `contact_id IS NOT NULL AND conversation_id IS NOT NULL AND ${whereSql(part.scope, where)}`;
  const events = eventsSql(part, condition, from, to);
  return (
    `SELECT ${passed(part)}, count(*) FILTER (WHERE ${atLeastSql(least)}) AS a${index} FROM (` +
    `SELECT ${keyItems(part)}, ${seenSql(least)} FROM ${events} ${groupSql(part, ["contact_id"])}) GROUP BY ${passedItems(part)}`
  );
}

/** Whether there are two is told by the first and the last of them; to count them all costs a set for each contact. */
function seenSql(least: number): string {
  if (least <= 2) return "min(conversation_id) AS first_one, max(conversation_id) AS last_one";
  return "count(DISTINCT conversation_id) AS conversations";
}

function atLeastSql(least: number): string {
  if (least <= 1) return "true";
  return least === 2 ? "first_one <> last_one" : `conversations >= ${least}`;
}

/** A pair belongs to the bucket and the splits of its second event. */
function timeBetween(part: Part, index: number, { p, from: first, to: second }: Of<"time_between">): string {
  const { scope } = part;
  const { from, to } = scope.question;
  const begins = whereSql(scope, first);
  const ends = whereSql(scope, second);
  const events = eventsSql(part, `contact_id IS NOT NULL AND (${begins} OR ${ends})`, from, to);
  return (
    `SELECT ${keyItems(part)}, quantile_cont(ms, ${p}) AS a${index} FROM (SELECT unnest(keys), * EXCLUDE (keys) FROM (` +
    `SELECT ${keysStruct(part, ends)} AS keys${currencyItem(part)}, ` +
    `(epoch_us(min(time) FILTER (WHERE ${ends})) - epoch_us(min(time) FILTER (WHERE ${begins}))) / 1000.0::DOUBLE AS ms ` +
    `FROM ${events} GROUP BY contact_id${currencyItem(part)}) WHERE ms IS NOT NULL) ${groupSql(part)}`
  );
}

/** A contact belongs to the bucket and the splits of its first event ever. */
function newContacts(part: Part, index: number): string {
  const { scope } = part;
  const { from, to, source } = scope.question;
  const byRows =
    source !== "raw" &&
    !part.currencies &&
    [...scope.named].every((field) => field === "location_id" || isFiltered(part, field));
  const seen = byRows ? knownBefore(part) : null;
  const start = seen ? from : Number.NEGATIVE_INFINITY;
  const events = eventsSql(part, "contact_id IS NOT NULL", Math.max(start, EARLIEST), to);
  const fresh = seen
    ? `NOT EXISTS (FROM (${seen}) AS seen WHERE seen.contact = hash(contact_id))`
    : `first >= ${instantSql(from)}`;
  return (
    `SELECT ${keyItems(part)}, count(*) AS a${index} FROM (SELECT unnest(keys), * EXCLUDE (keys) FROM (` +
    `SELECT ${keysStruct(part, "true")} AS keys${currencyItem(part)}, contact_id, min(time) AS first ` +
    `FROM ${events} GROUP BY contact_id${currencyItem(part)}) WHERE ${fresh}) ${groupSql(part)}`
  );
}

/** No event is older than the earliest TIMESTAMP that the journal's microseconds can name exactly. */
const EARLIEST = Number.MIN_SAFE_INTEGER;

/** Splits do not narrow what was known before; filters do, and contact rows can hold only their own keys to them. */
function isFiltered({ scope }: Part, field: string): boolean {
  const filtered = scope.question.filters.some((filter) => filter.field === field);
  return !filtered || SKETCH_KEYS.has(field);
}

/** Hashes of the contacts that had an event before the range: whole days, and events of the day it begins in. */
function knownBefore({ scope }: Part): string {
  const { from } = scope.question;
  const day = Math.floor(from / DAY) * DAY;
  const rows = `SELECT contact FROM contact_day WHERE bucket < ${instantSql(day)} AND ${visibleSql(scope)}`;
  const rest = `SELECT hash(contact_id) AS contact FROM events WHERE ${withinSql("time", day, from)} AND contact_id IS NOT NULL AND ${visibleSql(scope)}`;
  return day === from ? rows : `${rows} UNION ALL ${rest}`;
}

function before(part: Part, index: number, { agg, where }: Of<"churned" | "contacts_before">): string {
  const { scope } = part;
  const { from, to } = scope.question;
  const events = eventsSql(part, `contact_id IS NOT NULL AND ${whereSql(scope, where)}`, from - (to - from), to);
  const now = `bool_or(time >= ${instantSql(from)})`;
  const then = `bool_or(time < ${instantSql(from)})`;
  const counted = agg === "churned" ? "was AND NOT stays" : "was";
  return (
    `SELECT ${passed(part)}, count(*) FILTER (WHERE ${counted}) AS a${index} FROM (` +
    `SELECT ${keyItems(part)}, ${now} AS stays, ${then} AS was FROM ${events} ${groupSql(part, ["contact_id"])}) GROUP BY ${passedItems(part)}`
  );
}

/**
 * In a series the previous period of a bucket is the bucket before it; the total's is the range of the same length before.
 * Rows come from the first query, the total from the second.
 */
function beforeByBucket(part: Part, index: number, aggregate: Of<"churned" | "contacts_before">): string {
  const { scope, currencies } = part;
  const { question, buckets } = scope;
  const first = buckets[0];
  const previous = first ? scope.bucketBefore(first) : null;
  if (!first || !previous) throw new Error("a series has buckets");
  const numbers = [previous, ...buckets].map(({ label }, place) => `(${label}::BIGINT, ${place})`).join(", ");
  const dimensions = [...scope.keys.filter((key) => key !== "t"), ...(currencies ? ["cur"] : [])];
  const apart = [...dimensions, "contact_id"].join(", ");
  const same = dimensions.map((key) => ` AND later.${key} IS NOT DISTINCT FROM earlier.${key}`).join("");
  const inside = `(time >= ${instantSql(question.from)} OR time < ${instantSql(previous.end)})`;
  const events = eventsSql(
    part,
    `contact_id IS NOT NULL AND ${whereSql(scope, aggregate.where)} AND ${inside}`,
    previous.start,
    question.to,
  );
  const stayed = `EXISTS (FROM seen AS later WHERE later.place = earlier.place + 1 AND later.contact_id = earlier.contact_id${same})`;
  const gone = aggregate.agg === "churned" ? `AND NOT ${stayed}` : "";
  const items = dimensions.map((key) => `earlier.${key}`);
  const total = before({ ...part, scope: { ...scope, keys: [], buckets: [] } }, index, aggregate);
  const none = scope.keys.map((key) => `NULL AS ${key}`).join(", ");
  return (
    `SELECT 0 AS lvl, next.label AS t${items.map((item) => `, ${item}`).join("")}${currencies ? "" : ", NULL::VARCHAR AS cur"}, count(*) AS a${index} ` +
    `FROM (WITH numbers(label, place) AS (VALUES ${numbers}), seen AS (SELECT DISTINCT place, ${apart} FROM ${events} AS event JOIN numbers ON numbers.label = event.t) ` +
    `SELECT earlier.* FROM seen AS earlier WHERE earlier.place < ${buckets.length} ${gone}) AS earlier ` +
    `JOIN (VALUES ${numbers}) AS next(label, place) ON next.place = earlier.place + 1 GROUP BY ALL ` +
    `UNION ALL BY NAME SELECT *, ${none} FROM (${total})`
  );
}

/** Keys of the earliest event that matches, in one value so that they stay together; NULL keys are kept. */
function keysStruct({ scope }: Part, matching: string): string {
  const fields = ["t", ...scope.keys.filter((key) => key !== "t")].map((key) => `'${key}': ${key}`).join(", ");
  return `arg_min({${fields}}, {'time': time, 'received_at': received_at, 'id': id}) FILTER (WHERE ${matching})`;
}

function currencyItem({ currencies }: Part): string {
  return currencies ? ", cur" : "";
}

function passed(part: Part): string {
  return part.currencies ? passedItems(part) : `${passedItems(part)}, NULL::VARCHAR AS cur`;
}
