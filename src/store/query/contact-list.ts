/** Contacts by when they were last heard of: a page of them, and what is known of each. */
import type { Condition } from "../../catalogue/types.ts";
import type { Param } from "../values.ts";
import { bound } from "./binds.ts";
import { type ContactFacts, factsSql } from "./contact-facts.ts";
import { type Listing, listScope } from "./list.ts";
import { type Scope, visibleSql, whereSql, withinSql } from "./scope.ts";
import { instantSql } from "./time.ts";

export interface ContactPlace {
  last_seen: number;
  /** 53 bits of the contact's hash: decides between contacts of one moment without naming them. */
  mark: number;
}

export interface ContactRow extends ContactPlace {
  contact_id: string;
}

export interface ContactListing {
  scope: Listing["scope"];
  /** Part of the contact's id, whatever its case; null: all of them. */
  search: string | null;
  /** False: ids that look like an address or a phone number are not found by a search, which would spell them out. */
  personal: boolean;
  /** Events received later do not count, so that nobody changes places between two pages. */
  as_of: number;
  after: ContactPlace | null;
  limit: number;
}

/** What is known of a contact from its events in the range. */
export interface KnownContact extends ContactFacts {
  contact_id: string;
  location_ids: readonly string[];
  events: number;
  conversations: number;
  first_seen: number;
  last_seen: number;
}

export const MARK = "(hash(contact_id) >> 11)::BIGINT";

interface Bound {
  sql: string;
  params: readonly Param[];
}

type Rows = <Row>(sql: string, params: readonly Param[]) => Promise<Row[]>;

const FIRST_US = 900_000_000;
const FURTHER = 8;
/** Broader than what is masked: it decides only what a search may find. */
const LOOKS_PERSONAL = "@|[+]|[0-9]{3}[ ).-]+[0-9]{3}[ .-]+[0-9]{4}";

/** The page after a place, last heard of first. Throws QuestionFault. */
export async function newestContacts(rows: Rows, listing: ContactListing): Promise<ContactRow[]> {
  const { scope, after, limit } = listing;
  const found = new Map<string, ContactRow>();
  let high = Math.min(scope.to, after ? after.last_seen + 1 : scope.to);
  // Whoever was seen in a later stretch was found there: all of them were, or the page would be full.
  for (let width = FIRST_US; high > scope.from && found.size < limit; width *= FURTHER) {
    const low = Math.max(scope.from, high - width);
    for (const row of await seenIn(rows, listing, low, high, limit + found.size))
      if (found.size < limit && !found.has(row.contact_id)) found.set(row.contact_id, row);
    high = low;
  }
  return [...found.values()];
}

function seenIn(rows: Rows, listing: ContactListing, low: number, high: number, limit: number): Promise<ContactRow[]> {
  const { after, search, as_of, personal } = listing;
  const scope = listScope(listing.scope);
  const counts = [
    "contact_id IS NOT NULL",
    `received_at <= ${instantSql(as_of)}`,
    visibleSql(scope),
    ...(search === null ? [] : [searchSql(scope, search, personal)]),
  ].join(" AND ");
  const later = after ? `ANTI JOIN (${shownSql(scope, after, counts)}) AS shown USING (contact_id)` : "";
  return rows<ContactRow>(
    `SELECT contact_id, max(time) AS last_seen, ${MARK} AS mark FROM events ${later} ` +
      `WHERE ${withinSql("time", low, high)} AND ${counts} GROUP BY contact_id ` +
      `ORDER BY last_seen DESC, mark DESC LIMIT ${limit}`,
    scope.params,
  );
}

/** Those of the pages before: heard of later than the place, or at that moment and before it in their order. */
function shownSql(scope: Scope, { last_seen, mark }: ContactPlace, counts: string): string {
  const since = withinSql("time", last_seen, scope.question.to);
  const first = `time > ${instantSql(last_seen)} OR ${MARK} >= ${bound(scope.params, mark)}`;
  return `SELECT contact_id FROM events WHERE ${since} AND (${first}) AND ${counts}`;
}

/** `named`: where there is a column for the name, it is searched as well; never for those who may not see names. */
export function searchSql({ params }: Scope, search: string, personal: boolean, named = false): string {
  const wanted = bound(params, search.toLowerCase());
  const found = `contains(lower(contact_id), ${wanted})`;
  if (named) return `(${found} OR coalesce(contains(lower(name), ${wanted}), false))`;
  return personal ? found : `(${found} AND NOT regexp_matches(contact_id, '${LOOKS_PERSONAL}'))`;
}

/** What is known of these contacts; the filters of the scope count. */
export function knownSql(scope: Listing["scope"], contact_ids: readonly string[]): Bound {
  const within = listScope(scope);
  const { params } = within;
  const where = `${withinSql("time", scope.from, scope.to)} AND ${visibleSql(within)} AND ${amongSql(within, contact_ids)}`;
  const sql =
    "SELECT * FROM (SELECT contact_id, list(DISTINCT location_id) AS location_ids, count(*) AS events, " +
    "count(DISTINCT conversation_id) AS conversations, min(time) AS first_seen, max(time) AS last_seen " +
    `FROM events WHERE ${where} GROUP BY contact_id) LEFT JOIN (${factsSql(where)}) USING (contact_id)`;
  return { sql, params };
}

/** The value of the events that match, by contact and currency; the filters of the scope count. */
export function worthSql(scope: Listing["scope"], contact_ids: readonly string[], where: Condition | null): Bound {
  const within = listScope(scope);
  const { params } = within;
  const sql =
    `SELECT contact_id, currency, sum(value) AS value FROM events WHERE ${withinSql("time", scope.from, scope.to)} ` +
    `AND ${visibleSql(within)} AND ${whereSql(within, where)} AND value IS NOT NULL AND ${amongSql(within, contact_ids)} ` +
    "GROUP BY contact_id, currency ORDER BY contact_id, currency";
  return { sql, params };
}

/** As one list: a comparison with each of them costs several times as much. */
function amongSql({ params }: Scope, contact_ids: readonly string[]): string {
  return `contact_id IN (SELECT unnest(CAST(${bound(params, contact_ids)} AS VARCHAR[])))`;
}

/** What a contact did, where and with whom, at any time. */
export interface ContactPart {
  type: string;
  location_id: string;
  bot_id: string | null;
  events: number;
  first_seen: number;
  last_seen: number;
}

export function contactPartsSql(contact_id: string, locations: readonly string[] | null): Bound {
  const visible = locations === null ? "" : " AND list_contains($2, location_id)";
  const sql =
    "SELECT type, location_id, bot_id, count(*) AS events, min(time) AS first_seen, max(time) AS last_seen " +
    `FROM events WHERE contact_id = $1${visible} GROUP BY type, location_id, bot_id ORDER BY type, location_id, bot_id`;
  return { sql, params: locations === null ? [contact_id] : [contact_id, locations] };
}
