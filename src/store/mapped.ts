/**
 * Files through a map: an in-memory DuckDB of its own reads them and runs the map, a SQL query over `input`.
 * It must never see the appliance's data, nor any file but those that were named.
 */
import { basename, resolve } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { EVENT_FIELDS } from "../catalogue/event.ts";
import { messageOf } from "./errors.ts";

export interface MapOptions {
  files: readonly string[];
  /** One SELECT over `input` (all files, united by column name) or `input_1`, `input_2` … (one a file). */
  map: string;
  /** IANA zone of times that carry none. */
  timezone: string;
  /** Separator of CSV files; found out when null. */
  csv_delim: string | null;
  temp_dir: string;
  memory_mb: number;
  threads: number;
}

export interface Mapped {
  /** How many rows the map gives. */
  count(): Promise<number>;
  /** Rows named like the event, in the map's order, in pieces of at most `size`: `time` in microseconds or RFC 3339 text, `value` as decimal text. */
  pieces(size: number): AsyncIterable<unknown[]>;
  close(): void;
}

/** What is wrong with the files or the map, and what to do about it. */
export class MapError extends Error {}

const FIELDS: readonly string[] = EVENT_FIELDS;
const NEEDED = ["id", "type", "time"];

/** Opens the files and checks the map. Throws MapError. */
export async function openMapped(options: MapOptions): Promise<Mapped> {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${options.memory_mb}MB`,
    threads: String(options.threads),
    temp_directory: options.temp_dir,
    autoload_known_extensions: "false",
    autoinstall_known_extensions: "false",
  });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const united = await makeInputs(connection, options);
    const projection = await project(connection, options, united);
    return {
      count: () => countRows(connection, projection),
      pieces: (size) => pieces(connection, projection, size),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Why the files could not be united as `input`; null when they are. */
async function makeInputs(
  connection: DuckDBConnection,
  { files, csv_delim, timezone }: MapOptions,
): Promise<string | null> {
  await run(connection, `SET allowed_paths = [${files.map((file) => quote(resolve(file))).join(", ")}]`);
  await run(connection, "SET enable_external_access = false");
  const readers = files.map((file) => reader([file], csv_delim));
  for (const [index, from] of readers.entries()) {
    await run(connection, `CREATE VIEW input_${index + 1} AS SELECT * FROM ${from}`, `reading ${files[index]}`);
  }
  await run(connection, `SET TimeZone = ${quote(timezone)}`, `the time zone ${timezone}`);
  const kinds = new Set(files.map(kindOf));
  if (kinds.size > 1) return "the files are of different kinds";
  await run(connection, `CREATE VIEW input AS SELECT * FROM ${reader(files, csv_delim)}`, "reading the files");
  return null;
}

type Kind = "csv" | "json" | "ndjson" | "parquet";

const KINDS: Readonly<Record<string, Kind>> = {
  csv: "csv",
  tsv: "csv",
  txt: "csv",
  json: "json",
  ndjson: "ndjson",
  jsonl: "ndjson",
  parquet: "parquet",
};

function kindOf(file: string): Kind {
  const name = basename(file)
    .toLowerCase()
    .replace(/\.(gz|zst)$/, "");
  const kind = KINDS[name.slice(name.lastIndexOf(".") + 1)];
  if (kind === undefined) {
    throw new MapError(
      `${file}: what kind of file is it? Name it .csv, .tsv, .json, .ndjson or .parquet, with .gz behind it if it is compressed`,
    );
  }
  return kind;
}

/** The whole file decides on the types of a CSV file's columns, not its first rows: the last one counts as much. */
function reader(files: readonly string[], csv_delim: string | null): string {
  const [first = ""] = files;
  const list = `[${files.map((file) => quote(resolve(file))).join(", ")}]`;
  const kind = kindOf(first);
  if (kind === "parquet") return `read_parquet(${list}, union_by_name = true)`;
  if (kind === "csv") {
    const delim = csv_delim === null ? "" : `, delim = ${quote(csv_delim)}`;
    return `read_csv(${list}, union_by_name = true, sample_size = -1${delim})`;
  }
  return `read_json(${list}, format = '${kind === "ndjson" ? "newline_delimited" : "auto"}', union_by_name = true, sample_size = -1, maximum_object_size = 67108864)`;
}

/** The map's columns as one JSON text a row: DuckDB writes it off the JS thread, and cells need no conversion one by one. */
async function project(connection: DuckDBConnection, options: MapOptions, united: string | null): Promise<string> {
  const { map, timezone } = options;
  const statements = await connection.extractStatements(map).catch((error) => {
    throw new MapError(`the map is no SQL that DuckDB understands: ${messageOf(error)}`);
  });
  if (statements.count !== 1) throw new MapError(`the map must be one SELECT; it has ${statements.count} statements`);
  // What stands behind the last semicolon is blank or a comment, else there were two statements.
  const query = map.replace(/;(?:\s|--[^\n]*(?:\n|$))*$/, "");
  const described = await connection.runAndReadAll(`DESCRIBE ${query}\n`).catch(async (error) => {
    throw new MapError(
      `the map does not fit the files: ${messageOf(error)}\n${united ?? ""}${await columnsOf(connection, options.files.length)}`,
    );
  });
  const columns = described.getRows().map((row) => ({ name: String(row[0]), type: String(row[1]) }));
  checkColumns(columns.map((column) => column.name));
  const pairs = columns.map(({ name, type }) => `${quote(name)}, ${cell(name, type, timezone)}`);
  return `SELECT json_object(${pairs.join(", ")})::VARCHAR AS line FROM (\n${query}\n) AS mapped`;
}

function checkColumns(names: readonly string[]): void {
  const strange = names.filter((name) => !FIELDS.includes(name));
  if (strange.length > 0) {
    throw new MapError(
      `the map has columns that no event has: ${strange.join(", ")}. Rename them to one of ${FIELDS.join(", ")}, or put them into data: {'${strange[0]}': …} AS data`,
    );
  }
  const lacking = NEEDED.filter((name) => !names.includes(name));
  if (lacking.includes("id")) {
    throw new MapError(
      "the map has no column id: without one the same file imported twice would count twice. Take a key of the file, or 'row-' || row_number() OVER () AS id",
    );
  }
  if (lacking.length > 0) throw new MapError(`the map has no column ${lacking.join(" and no column ")}`);
}

function cell(name: string, type: string, timezone: string): string {
  const column = `mapped."${name}"`;
  if (name === "time") return timeCell(column, type, timezone);
  if (name === "data") return /^(STRUCT|MAP|JSON)/.test(type) ? `to_json(${column})` : `try_cast(${column} AS JSON)`;
  if (name === "success") return `CAST(${column} AS BOOLEAN)`;
  if (name === "duration_ms") return `CAST(${column} AS DOUBLE)`;
  return `CAST(${column} AS VARCHAR)`;
}

function timeCell(column: string, type: string, timezone: string): string {
  if (type === "TIMESTAMP WITH TIME ZONE") return `epoch_us(${column})`;
  if (type === "DATE" || type.startsWith("TIMESTAMP"))
    return `epoch_us(timezone(${quote(timezone)}, CAST(${column} AS TIMESTAMP)))`;
  if (type === "VARCHAR") return column;
  throw new MapError(
    `the map's time is ${type}; make it a TIMESTAMP, a DATE or RFC 3339 text, such as to_timestamp(seconds) AS time`,
  );
}

async function columnsOf(connection: DuckDBConnection, files: number): Promise<string> {
  const lines: string[] = [];
  for (let file = 1; file <= files; file++) {
    const described = await connection.runAndReadAll(`DESCRIBE input_${file}`);
    lines.push(
      `input_${file} has ${described
        .getRows()
        .map((row) => `${row[0]} ${row[1]}`)
        .join(", ")}`,
    );
  }
  return lines.join("\n");
}

async function countRows(connection: DuckDBConnection, projection: string): Promise<number> {
  const counted = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM (${projection})`).catch(failed);
  return Number(counted.getRows()[0]?.[0] ?? 0);
}

async function* pieces(connection: DuckDBConnection, projection: string, size: number): AsyncGenerator<unknown[]> {
  const result = await connection.stream(projection).catch(failed);
  let lines: string[] = [];
  for (;;) {
    const chunk = await result.fetchChunk().catch(failed);
    if (chunk === null || chunk.rowCount === 0) break;
    for (const line of chunk.getColumnValues(0)) lines.push(String(line));
    if (lines.length < size) continue;
    yield JSON.parse(`[${lines.join(",")}]`);
    lines = [];
  }
  if (lines.length > 0) yield JSON.parse(`[${lines.join(",")}]`);
}

/** A cell that cannot be cast, a broken line of the file: DuckDB says where. */
function failed(error: unknown): never {
  throw new MapError(`the map stopped: ${messageOf(error)}`);
}

async function run(connection: DuckDBConnection, sql: string, what = "opening the files"): Promise<void> {
  try {
    await connection.run(sql);
  } catch (error) {
    throw new MapError(`${what}: ${messageOf(error)}`);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
