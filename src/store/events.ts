/** The events: how a line of the journal becomes a row, and how rows are read back in the order they came. */
import type { Database } from "./duckdb.ts";
import { quoted } from "./duckdb.ts";

/** Of a line of JSON: twice this is the size of the parser's buffers, so it is kept near what an event may have. */
const LINE_BYTES_MAX = 2 * 1024 * 1024;

const LINE_COLUMNS = {
  id: "VARCHAR",
  type: "VARCHAR",
  time: "BIGINT",
  location_id: "VARCHAR",
  bot_id: "VARCHAR",
  contact_id: "VARCHAR",
  conversation_id: "VARCHAR",
  value: "DECIMAL(18,4)",
  currency: "VARCHAR",
  duration_ms: "DOUBLE",
  success: "BOOLEAN",
  data: "JSON",
  received_at: "BIGINT",
  fingerprint: "BIGINT",
} as const;

/** Copied out of `data`; in the order of their columns. */
const COPIED = ["processing_time_ms", "response_ms", "wait_ms"] as const;

const STORED_COLUMNS = [
  "time",
  "received_at",
  "location_id",
  "type",
  "id_uuid",
  "id_text",
  "bot_id",
  "contact_id",
  "conversation_id",
  "value",
  "currency",
  "duration_ms",
  "success",
  "data",
  ...COPIED.map((name) => `data_${name}`),
  "fingerprint",
] as const;

/** The staging table has the columns of events and the texts that measures read out of `data`. */
export const CREATE_STAGED_EVENTS =
  "CREATE TEMP TABLE staged AS SELECT *, NULL::VARCHAR[] AS extracted FROM stored_events LIMIT 0";

/** Only a text that comes back the same is kept as a UUID: capitals and braces would not. */
const UUID_SQL = "CASE WHEN length(id) = 36 THEN TRY_CAST(id AS UUID) END";

/** Reads the staging file into the staging table, line by line: row numbers are ordinals. */
export function readLinesSql(file: string, extracted: readonly string[]): string {
  const columns = Object.entries(LINE_COLUMNS).map(([name, type]) => `${name}: '${type}'`);
  const copies = COPIED.map((_, index) => finiteSql(`copied[${index + 1}]`));
  return (
    "INSERT INTO staged SELECT make_timestamp(time), make_timestamp(received_at), location_id, type, " +
    "CASE WHEN uuid::VARCHAR = id THEN uuid END, CASE WHEN uuid::VARCHAR = id THEN NULL ELSE id END, bot_id, " +
    `contact_id, conversation_id, value, currency, duration_ms, success, data, ${copies.join(", ")}, fingerprint, ` +
    `${extracted.length === 0 ? "NULL" : `copied[${COPIED.length + 1}:]`} FROM (SELECT *, ${UUID_SQL} AS uuid, ${copiedSql(extracted)} AS copied ` +
    `FROM read_json(${quoted(file)}, format = 'newline_delimited', columns = {${columns.join(", ")}}, ` +
    `ignore_errors = false, auto_detect = false, compression = 'uncompressed', maximum_object_size = ${LINE_BYTES_MAX}))`
  );
}

/** Stored events in the shape of staged ones, for rebuilding. */
export function storedAsStagedSql(extracted: readonly string[], where: string): string {
  const list = extracted.length === 0 ? "NULL" : `json_extract_string(data, [${extracted.join(", ")}])`;
  return `(SELECT *, ${list} AS extracted FROM stored_events WHERE ${where})`;
}

export const INSERT_STAGED_EVENTS = `INSERT INTO stored_events SELECT ${STORED_COLUMNS.join(", ")} FROM staged`;

function copiedSql(extracted: readonly string[]): string {
  return `json_extract_string(data, [${[...COPIED.map((name) => quoted(`$."${name}"`)), ...extracted].join(", ")}])`;
}

/** Senders' text may say "inf": no percentile could be had of that. */
function finiteSql(text: string): string {
  return `CASE WHEN isfinite(TRY_CAST(${text} AS DOUBLE)) THEN TRY_CAST(${text} AS DOUBLE) END`;
}

/** Rows a stretch; a row group of DuckDB has 122,880. */
const STRETCH_ROWS = 122_880 * 8;

/** Fingerprints of the newest `limit` events, newest first as they were received. */
export async function* newestFingerprints(database: Database, limit: number): AsyncGenerator<Float64Array> {
  const [bounds] = await database.readers.select<{ last: number | null }>(
    "SELECT max(rowid) AS last FROM stored_events",
    [],
  );
  let before = (bounds?.last ?? -1) + 1;
  let left = limit;
  while (before > 0 && left > 0) {
    const from = Math.max(0, before - STRETCH_ROWS);
    const chunks: Float64Array[] = [];
    const sql = `SELECT fingerprint::DOUBLE AS fingerprint FROM stored_events WHERE rowid >= ${from} AND rowid < ${before}`;
    for await (const chunk of database.readers.stream(sql))
      chunks.push(doubles(chunk.getColumnVector(0), chunk.rowCount));
    for (const chunk of chunks.reverse()) {
      const newest = chunk.reverse().subarray(0, left);
      left -= newest.length;
      if (newest.length > 0) yield newest;
    }
    before = from;
  }
}

/** A copy: the vector's memory goes with its chunk. */
function doubles(vector: { getItem(row: number): unknown }, rows: number): Float64Array {
  if ("items" in vector && vector.items instanceof Float64Array) return vector.items.slice(0, rows);
  return Float64Array.from({ length: rows }, (_, row) => Number(vector.getItem(row)));
}
