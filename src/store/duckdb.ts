/**
 * The only door to DuckDB: one instance, one writer connection, a few reader connections.
 * It must never write a log beside the data file: the journal is the log, and the file moves from checkpoint to checkpoint.
 */
import { closeSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type DuckDBConnection, DuckDBInstance, type DuckDBPreparedStatement } from "@duckdb/node-api";
import { type Compaction, compactFile, removeCopies } from "./compact.ts";
import { messageOf, StoreDamaged, StoreLocked, StoreTooNew } from "./errors.ts";
import { openReaders, type Readers } from "./readers.ts";
import type { QueryDone } from "./store.ts";
import { type Param, plainRows, runBound } from "./values.ts";

export interface DatabaseOptions {
  /** File path, or ":memory:". */
  path: string;
  temp_dir: string;
  memory_mb: number;
  threads: number;
  temp_max_mb: number;
  query_timeout_ms: number;
  onQuery?: ((query: QueryDone) => void) | undefined;
}

export interface Database {
  readonly path: string;
  /** Library version, "v1.5.6". */
  readonly version: string;
  readonly readers: Readers;
  /** Runs a statement on the writer, prepared once and kept; returns the number of rows it changed. Never overlap calls. */
  execute(sql: string): Promise<number>;
  /** Runs a statement that is not worth keeping. */
  executeOnce(sql: string, params?: readonly Param[]): Promise<number>;
  /**
   * Runs statements in one go and returns the rows of the last: each call by itself waits its turn among the requests.
   * They are planned anew each time: a plan that is kept (PREPARE) was made for the strings that were in the tables then,
   * and cuts others short (seen in 1.5.6).
   */
  script<Row>(statements: readonly string[]): Promise<Row[]>;
  /** Rows as the writer sees them, inside its open transaction. */
  select<Row>(sql: string, params?: readonly Param[]): Promise<Row[]>;
  /** BEGIN, task, COMMIT; ROLLBACK when the task throws. */
  transaction<T>(task: () => Promise<T>): Promise<T>;
  /** Stops what the writer is doing. */
  interrupt(): void;
  /** Moves the file on disk to the present state. */
  checkpoint(): Promise<void>;
  /** Writes the file anew without what was deleted; null in memory. While the writer does nothing else. */
  compact(): Promise<Compaction | null>;
  close(): Promise<void>;
}

const CATALOG = "bellwether";
/** Read by every DuckDB since 1.5.0; newer encodings come with a migration of ours, not by accident. */
const STORAGE_VERSION = "v1.5.0";
const READER_CONNECTIONS = 4;
const STATEMENTS_KEPT_MAX = 200;
const CHECKPOINT_RETRY_MS = 20;
/**
 * Paths that this process has open. A second open and close of the same file would silently drop the
 * operating system's lock (POSIX releases it with any descriptor of the file), so it is refused here.
 */
const open = new Set<string>();

/** Throws StoreLocked, StoreTooNew or StoreDamaged, each with what to do about it. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const path = options.path === ":memory:" ? options.path : resolve(options.path);
  if (open.has(path)) throw new StoreLocked(path, process.pid);
  mkdirSync(options.temp_dir, { recursive: true });
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${options.memory_mb}MB`,
    threads: String(options.threads),
    temp_directory: options.temp_dir,
    max_temp_directory_size: `${options.temp_max_mb}MB`,
    // Checkpoints are the writer's (maintain.ts), never a surprise inside a commit.
    wal_autocheckpoint: "1TB",
    autoload_known_extensions: "false",
    autoinstall_known_extensions: "false",
    // The staging file is overwritten in place: a cached copy would be applied twice.
    enable_external_file_cache: "false",
    // Ordinals of a group are row numbers of the staging table.
    preserve_insertion_order: "true",
  });
  try {
    const writer = await instance.connect();
    await attach(writer, path);
    if (path !== ":memory:") {
      open.add(path);
      removeCopies(path);
    }
    return await configure(instance, writer, path, options);
  } catch (error) {
    open.delete(path);
    instance.closeSync();
    throw error;
  }
}

async function attach(writer: DuckDBConnection, path: string): Promise<void> {
  try {
    await writer.run(attachSql(path, CATALOG));
  } catch (error) {
    throw openFailure(path, error);
  }
  await writer.run(`USE ${CATALOG}`);
}

function attachSql(path: string, name: string): string {
  const recovery = path === ":memory:" ? "" : `(RECOVERY_MODE no_wal_writes, STORAGE_VERSION '${STORAGE_VERSION}')`;
  return `ATTACH ${quoted(path)} AS ${name} ${recovery}`;
}

function openFailure(path: string, error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  if (/set lock on file/i.test(text)) {
    const pid = /PID (\d+)/.exec(text)?.[1];
    return new StoreLocked(path, pid === undefined ? null : Number(pid));
  }
  const version = /version number (\d+).*?(?:read|between|up to)\D*([\d]+(?:\D+\d+)?)/is.exec(text);
  if (version && isDuckDBFile(path)) return new StoreTooNew(path, `file format ${version[1]}`, `${version[2]}`);
  if (/Cannot open file|No such file|Permission denied|Is a directory/i.test(text)) return new Error(messageOf(error));
  return new StoreDamaged(path, messageOf(error));
}

/** A damaged header can hold any version number; only a file with the right magic bytes is believed. */
function isDuckDBFile(path: string): boolean {
  const fd = openSync(path, "r");
  try {
    const head = Buffer.alloc(12);
    readSync(fd, head);
    return head.toString("latin1", 8, 12) === "DUCK";
  } finally {
    closeSync(fd);
  }
}

async function configure(
  instance: DuckDBInstance,
  writer: DuckDBConnection,
  path: string,
  options: DatabaseOptions,
): Promise<Database> {
  await writer.run("SET GLOBAL TimeZone = 'UTC'");
  const readers = await openReaders(
    () => connectTo(instance),
    READER_CONNECTIONS,
    options.query_timeout_ms,
    options.onQuery,
  );
  const directories = [options.temp_dir, ...(path === ":memory:" ? [] : [dirname(path)])];
  await writer.run(`SET allowed_directories = [${directories.map((folder) => quoted(resolve(folder))).join(", ")}]`);
  await writer.run("SET enable_external_access = false");
  await writer.run("SET lock_configuration = true");
  const [{ version } = { version: "" }] = await selectOn<{ version: string }>(
    writer,
    "SELECT version() AS version",
    [],
  );
  return databaseOf(instance, writer, readers, path, version, options.query_timeout_ms);
}

/** Connections are made before the configuration is locked: USE is a setting. */
async function connectTo(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  await connection.run(`USE ${CATALOG}`);
  return connection;
}

function databaseOf(
  instance: DuckDBInstance,
  writer: DuckDBConnection,
  readers: Readers,
  path: string,
  version: string,
  query_timeout_ms: number,
): Database {
  const statements = new Map<string, DuckDBPreparedStatement>();
  async function execute(sql: string): Promise<number> {
    let statement = statements.get(sql);
    if (statement === undefined) {
      if (statements.size >= STATEMENTS_KEPT_MAX) forget(statements);
      statement = await writer.prepare(sql);
      statements.set(sql, statement);
    }
    return (await statement.run()).rowsChanged;
  }
  return {
    path,
    version,
    readers,
    execute,
    executeOnce: async (sql, params) => (await runBound(writer, sql, params ?? [])).rowsChanged,
    script: (statements) => selectOn(writer, statements.join(";\n"), []),
    select: (sql, params) => selectOn(writer, sql, params ?? []),
    async transaction(task) {
      await execute("BEGIN TRANSACTION");
      try {
        const result = await task();
        await execute("COMMIT");
        return result;
      } catch (error) {
        // A failed COMMIT has rolled back by itself; then there is nothing left to roll back.
        await writer.run("ROLLBACK").catch(() => undefined);
        throw error;
      }
    },
    interrupt: () => writer.interrupt(),
    checkpoint: async () => {
      if (path !== ":memory:") await checkpointOn(writer, query_timeout_ms);
    },
    compact: async () =>
      path === ":memory:"
        ? null
        : compactFile({
            instance,
            path,
            catalog: CATALOG,
            attachSql,
            hold: () => readers.hold(),
            forget: () => forget(statements),
          }),
    async close() {
      await readers.close();
      forget(statements);
      writer.closeSync();
      instance.closeSync();
      open.delete(path);
    },
  };
}

/** A table that was dropped (a rebuild of rollups) is held by the questions that read it until they are done: it waits for them. */
async function checkpointOn(writer: DuckDBConnection, questions_take_ms: number): Promise<void> {
  const give_up_at = performance.now() + questions_take_ms + CHECKPOINT_RETRY_MS;
  while (true) {
    try {
      await writer.run(`CHECKPOINT ${CATALOG}`);
      return;
    } catch (error) {
      if (!/other (write )?transactions active/i.test(messageOf(error)) || performance.now() > give_up_at) throw error;
      await Bun.sleep(CHECKPOINT_RETRY_MS);
    }
  }
}

function forget(statements: Map<string, DuckDBPreparedStatement>): void {
  for (const statement of statements.values()) statement.destroySync();
  statements.clear();
}

async function selectOn<Row>(connection: DuckDBConnection, sql: string, params: readonly Param[]): Promise<Row[]> {
  return plainRows<Row>(await runBound(connection, sql, params));
}

/** A text as an SQL literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
