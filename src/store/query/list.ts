/** Events one by one, newest first, in pages that neither repeat nor skip while others arrive. */
import type { Condition } from "../../catalogue/types.ts";
import type { Question } from "../store.ts";
import type { Param } from "../values.ts";
import { bound } from "./binds.ts";
import { checkFields, type Scope, scopeOf, visibleSql, whereSql, withinSql } from "./scope.ts";
import { instantSql } from "./time.ts";

/** Where an event stands among all: by time, then receipt, then the 53 bits that stand for (location_id, id). Microseconds. */
export interface Place {
  time: number;
  received_at: number;
  fingerprint: number;
}

/** An event as it is stored; times in microseconds, money as the database writes decimals. */
export interface EventRow extends Place {
  location_id: string;
  type: string;
  id: string;
  bot_id: string | null;
  contact_id: string | null;
  conversation_id: string | null;
  value: string | null;
  currency: string | null;
  duration_ms: number | null;
  success: boolean | null;
  /** JSON. */
  data: string | null;
}

export interface Listing {
  scope: Pick<Question, "from" | "to" | "timezone" | "locations" | "filters" | "rules">;
  /** Beside the filters. */
  where: Condition | null;
  /** The last event of the page before. */
  after: Place | null;
  limit: number;
}

type Rows = <Row>(sql: string, params: readonly Param[]) => Promise<Row[]>;

const COLUMNS =
  "time, received_at, location_id, type, id, bot_id, contact_id, conversation_id, value, currency, duration_ms, success, data, fingerprint";
const ORDER = "ORDER BY time DESC, received_at DESC, fingerprint DESC";
/** Where the newest are looked for first. */
const FIRST_US = 900_000_000;
/** Each further look goes back this many times as far, so that all of them together cost little more than the last. */
const FURTHER = 8;

/**
 * The page after a place. Only the keys of events are sorted, in stretches that grow as they go back: the wide rows are read
 * once it is known which. Throws QuestionFault for fields that do not exist.
 */
export async function newestRows(rows: Rows, listing: Listing): Promise<EventRow[]> {
  const { from, to } = listing.scope;
  const places: Place[] = [];
  let high = Math.min(to, listing.after ? listing.after.time + 1 : to);
  for (let width = FIRST_US; high > from && places.length < listing.limit; width *= FURTHER) {
    const low = Math.max(from, high - width);
    const left = listing.limit - places.length;
    places.push(...(await select<Place>(rows, listing, "time, received_at, fingerprint", low, high, left)));
    high = low;
  }
  const [first, last] = [places[0], places.at(-1)];
  if (!first || !last) return [];
  return select<EventRow>(rows, listing, COLUMNS, last.time, first.time + 1, listing.limit);
}

/** Those of the largest values in one currency, the newest of equals first. Throws QuestionFault for fields that do not exist. */
export function largestRows(
  rows: Rows,
  { scope: asked, where: condition, limit }: Omit<Listing, "after">,
  currency: string,
): Promise<EventRow[]> {
  const scope = listScope(asked);
  const own = { field: "currency", op: "eq", value: currency } as const;
  const where = [
    withinSql("time", asked.from, asked.to),
    visibleSql(scope),
    whereSql(scope, condition),
    whereSql(scope, own),
    "value IS NOT NULL",
  ];
  return rows<EventRow>(
    `SELECT ${COLUMNS} FROM events WHERE ${where.join(" AND ")} ORDER BY value DESC, time DESC, fingerprint DESC LIMIT ${limit}`,
    scope.params,
  );
}

function select<Row>(
  rows: Rows,
  listing: Listing,
  columns: string,
  from: number,
  to: number,
  limit: number,
): Promise<Row[]> {
  const scope = listScope(listing.scope);
  const where = [
    withinSql("time", from, to),
    visibleSql(scope),
    whereSql(scope, listing.where),
    listing.after === null ? "true" : afterSql(scope, listing.after),
  ];
  return rows<Row>(`SELECT ${columns} FROM events WHERE ${where.join(" AND ")} ${ORDER} LIMIT ${limit}`, scope.params);
}

/** A scope for SQL that is no KPI: what is visible, in which zone. Throws QuestionFault for fields that do not exist. */
export function listScope(scope: Listing["scope"], more: Partial<Pick<Question, "by" | "grain">> = {}): Scope {
  const question: Question = { ...scope, kpis: [], by: [], grain: null, ...more };
  checkFields(question);
  return scopeOf(question);
}

function afterSql({ params }: Scope, { time, received_at, fingerprint }: Place): string {
  const [t, r, f] = [instantSql(time), instantSql(received_at), bound(params, fingerprint)];
  return `(time < ${t} OR (time = ${t} AND (received_at < ${r} OR (received_at = ${r} AND fingerprint < ${f}))))`;
}
