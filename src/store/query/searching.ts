/** Contacts and bots by a part of what they are called: a few, the latest heard of first. */
import type { Param } from "../values.ts";
import { bound } from "./binds.ts";
import { instantSql } from "./time.ts";

export interface SearchScope {
  /** null: every location. */
  locations: readonly string[] | null;
  /** What is looked through begins here; microseconds. */
  from: number;
  /** Part of the name, in small letters. */
  part: string;
  limit: number;
}

export interface FoundContact {
  contact_id: string;
  name: string | null;
  last_seen: number;
}

export interface FoundBot {
  bot_id: string;
  last_seen: number;
}

type Rows = <Row>(sql: string, params: readonly Param[]) => Promise<Row[]>;

/** Where senders write what somebody is called. */
const NAME_KEYS = ["contact_name", "name", "full_name", "customer", "customer_name", "email"];
const NAME = `coalesce(${NAME_KEYS.map((key) => `data->>'$.${key}'`).join(", ")})`;

/** By id or name. The JSON is opened only where its text has the part in it. */
export function foundContacts(rows: Rows, { locations, from, part, limit }: SearchScope): Promise<FoundContact[]> {
  const params: Param[] = [];
  const [seen, wanted] = [seenSql(locations, params), bound(params, part)];
  const has = (text: string): string => `contains(lower(${text}), ${wanted})`;
  return rows(
    `SELECT contact_id, arg_max(name, time) FILTER (name IS NOT NULL) AS name, max(time) AS last_seen FROM (` +
      `SELECT contact_id, time, CASE WHEN ${has("data")} THEN ${NAME} END AS name FROM events ` +
      `WHERE time >= ${instantSql(from)} AND contact_id IS NOT NULL AND ${seen} AND (${has("contact_id")} OR ${has("data")})) ` +
      `WHERE ${has("contact_id")} OR ${has("name")} GROUP BY contact_id ORDER BY last_seen DESC, contact_id LIMIT ${limit}`,
    params,
  );
}

/** By id, as it is written or with blanks; from days, so that no event is read. */
export function foundBots(rows: Rows, { locations, from, part, limit }: SearchScope): Promise<FoundBot[]> {
  const params: Param[] = [];
  const [seen, wanted] = [seenSql(locations, params), bound(params, part)];
  return rows(
    `SELECT bot_id, max(bucket) AS last_seen FROM rollup_day WHERE bot_id IS NOT NULL AND bucket >= ${instantSql(from)} AND ${seen} ` +
      `AND (contains(lower(bot_id), ${wanted}) OR contains(translate(lower(bot_id), '-_', '  '), ${wanted})) ` +
      `GROUP BY bot_id ORDER BY last_seen DESC, bot_id LIMIT ${limit}`,
    params,
  );
}

function seenSql(locations: readonly string[] | null, params: Param[]): string {
  return locations === null ? "true" : `list_contains(${bound(params, locations)}, location_id)`;
}
