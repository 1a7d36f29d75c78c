/**
 * Says which suspects are known already. A fingerprint is only a hint: an event is dropped when
 * its (location_id, id) is in the store or earlier in its own group, and never otherwise.
 */
import type { Database } from "./duckdb.ts";

export const CREATE_SUSPECTS =
  "CREATE TEMP TABLE suspects (ordinal BIGINT, time TIMESTAMP, location_id VARCHAR, id_uuid UUID, id_text VARCHAR, fingerprint BIGINT)";

/** Senders repeat an event with its time, so a stretch of time finds most; only a short one is worth the extra look. */
const TIME_SPAN_MAX_US = 2 * 86_400_000_000;

/** Confirmed ordinals, ascending. To be called inside the group's transaction, with its lines staged. */
export async function confirmDuplicates(database: Database, suspects: readonly number[]): Promise<number[]> {
  if (suspects.length === 0) return [];
  const base = await firstRow(database);
  await database.executeOnce(
    `INSERT INTO suspects SELECT rowid - ${base}, time, location_id, id_uuid, id_text, fingerprint FROM staged ` +
      `WHERE rowid - ${base} IN (SELECT unnest($1)::BIGINT)`,
    [suspects.map(String)],
  );
  const confirmed = new Set(await ordinals(database, earlierInGroupSql(base)));
  await forget(database, confirmed);
  for (const ordinal of await knownAtSameTime(database)) confirmed.add(ordinal);
  await forget(database, confirmed);
  for (const ordinal of await knownAnywhere(database)) confirmed.add(ordinal);
  const dropped = [...confirmed].sort((a, b) => a - b);
  if (dropped.length > 0) {
    await database.executeOnce(`DELETE FROM staged WHERE rowid - ${base} IN (SELECT unnest($1)::BIGINT)`, [
      dropped.map(String),
    ]);
  }
  return dropped;
}

/** Rows of the staging table are numbered without gaps, but not from 0. */
async function firstRow(database: Database): Promise<string> {
  const [row] = await database.select<{ first: string }>("SELECT min(rowid)::VARCHAR AS first FROM staged");
  return row?.first ?? "0";
}

function earlierInGroupSql(base: string): string {
  return (
    "SELECT DISTINCT suspects.ordinal FROM suspects JOIN staged ON staged.fingerprint = suspects.fingerprint " +
    `AND ${sameIdSql("staged")} ` +
    `AND staged.rowid - ${base} < suspects.ordinal`
  );
}

async function knownAtSameTime(database: Database): Promise<number[]> {
  const [span] = await database.select<{ first: number | null; last: number | null }>(
    "SELECT min(time) AS first, max(time) AS last FROM suspects",
  );
  if (span === undefined || span.first === null || span.last === null) return [];
  if (span.last - span.first > TIME_SPAN_MAX_US) return [];
  return ordinals(
    database,
    "SELECT DISTINCT suspects.ordinal FROM suspects JOIN stored_events AS known " +
      `ON known.fingerprint = suspects.fingerprint AND known.time = suspects.time AND ${sameIdSql("known")} ` +
      `WHERE known.time >= make_timestamp(${span.first}) AND known.time <= make_timestamp(${span.last})`,
  );
}

/** Two looks: fingerprints of the whole store first (8 bytes a row), ids only of the rows that this finds. */
async function knownAnywhere(database: Database): Promise<number[]> {
  const candidates = await database.select<{ row: string }>(
    "SELECT rowid::VARCHAR AS row FROM stored_events WHERE fingerprint IN (SELECT fingerprint FROM suspects)",
  );
  if (candidates.length === 0) return [];
  return ordinals(
    database,
    "SELECT DISTINCT suspects.ordinal FROM suspects JOIN " +
      `(SELECT * FROM stored_events WHERE rowid IN (${candidates.map(({ row }) => row).join(", ")})) AS known ` +
      `ON known.fingerprint = suspects.fingerprint AND ${sameIdSql("known")}`,
  );
}

/** The same (location_id, id) as the suspect; of the two id columns one is null. */
function sameIdSql(table: string): string {
  return ["location_id", "id_uuid", "id_text"]
    .map((column) => `${table}.${column} IS NOT DISTINCT FROM suspects.${column}`)
    .join(" AND ");
}

async function forget(database: Database, confirmed: ReadonlySet<number>): Promise<void> {
  if (confirmed.size === 0) return;
  await database.executeOnce("DELETE FROM suspects WHERE ordinal IN (SELECT unnest($1)::BIGINT)", [
    [...confirmed].map(String),
  ]);
}

async function ordinals(database: Database, sql: string): Promise<number[]> {
  return (await database.select<{ ordinal: number }>(sql)).map(({ ordinal }) => ordinal);
}
