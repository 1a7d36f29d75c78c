/**
 * The data file written anew from its live rows: what was deleted lies in the old file's free blocks and half-empty row
 * groups until then. Questions go on: those that run keep the old file open until they end, new ones wait for the
 * milliseconds in which the files change places.
 * It must never leave the old file's name empty: the new one takes it in one rename.
 *
 * A crash before the rename leaves the old file and a copy that the next start removes; a crash after it the new file.
 * Both hold the same rows and state.
 */
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { messageOf, StoreDamaged } from "./errors.ts";
import { plainRows } from "./values.ts";

export interface Compaction {
  bytes_before: number;
  bytes_after: number;
  took_ms: number;
  /** How long new questions had to wait. */
  held_ms: number;
}

interface Given {
  instance: DuckDBInstance;
  path: string;
  catalog: string;
  attachSql: (path: string, name: string) => string;
  /** No new question begins until the function it returns is called. */
  hold: () => () => void;
  /** Lets go of everything that the writer holds of the old file. */
  forget: () => void;
}

const COPY = "compacted";
/** Left free beside the copy. */
const SPARE_BYTES = 64 * 1024 * 1024;

/** To be called while the writer does nothing else. Throws, with everything as it was, when there is no room for the copy. */
export async function compactFile(given: Given): Promise<Compaction> {
  const { path, catalog, instance } = given;
  const began = performance.now();
  const bytes_before = statSync(path).size;
  await needRoom(path, bytes_before);
  const fresh = `${path}${MARK}${Bun.randomUUIDv7()}`;
  // Not one of those whose default the catalogue is: that could not be detached by them.
  const connection = await instance.connect();
  try {
    await copy(connection, given, fresh);
    const holding = performance.now();
    const release = given.hold();
    try {
      given.forget();
      await connection.run(`DETACH ${catalog}`);
      await exchange(connection, given, fresh);
    } finally {
      release();
    }
    removeKept(path);
    await syncDirectory(path);
    return {
      bytes_before,
      bytes_after: statSync(path).size,
      took_ms: performance.now() - began,
      held_ms: performance.now() - holding,
    };
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  } finally {
    connection.closeSync();
  }
}

/** Copies that a killed process left. */
export function removeCopies(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${basename(path)}${MARK}`)) rmSync(join(folder, name), { force: true });
  }
}

/** The database of before a restore that failed: another copy of what may have been deleted since. */
function removeKept(path: string): void {
  for (const end of ["", ".wal"]) rmSync(`${path}.before-restore${end}`, { force: true });
}

const MARK = ".compact-";

async function copy(connection: DuckDBConnection, { catalog, attachSql }: Given, fresh: string): Promise<void> {
  await connection.run(attachSql(fresh, COPY));
  try {
    await connection.run(`COPY FROM DATABASE ${catalog} TO ${COPY}`);
    await connection.run(`CHECKPOINT ${COPY}`);
    const [before, after] = [await countsOf(connection, catalog), await countsOf(connection, COPY)];
    if (before !== after) throw new Error(`the compacted file does not hold what the old one does: ${after}`);
  } finally {
    await connection.run(`DETACH ${COPY}`);
  }
}

/** Rows of each table and what the file says it amounts to. */
async function countsOf(connection: DuckDBConnection, catalog: string): Promise<string> {
  const tables = plainRows<{ name: string }>(
    await connection.run(
      "SELECT table_name AS name FROM duckdb_tables() WHERE database_name = $1 AND NOT internal ORDER BY 1",
      [catalog],
    ),
  );
  const counts = tables.map(({ name }) => `(SELECT count(*) FROM ${catalog}.${name}) AS ${name}`);
  const [row] = plainRows<Record<string, number>>(
    await connection.run(`SELECT ${counts.join(", ")}, seq, events, checksum FROM ${catalog}.applied`),
  );
  return JSON.stringify(row);
}

/**
 * The new file becomes the database, then gets the old one's name: by its path the old one may still be in use.
 * When either fails the old one is the database again.
 */
async function exchange(connection: DuckDBConnection, given: Given, fresh: string): Promise<void> {
  const { path, catalog, attachSql } = given;
  let attached = false;
  try {
    await connection.run(attachSql(fresh, catalog));
    attached = true;
    renameSync(fresh, path);
  } catch (error) {
    if (attached) await connection.run(`DETACH ${catalog}`);
    await connection.run(attachSql(path, catalog)).catch((again: unknown) => {
      throw new StoreDamaged(path, messageOf(again));
    });
    throw error;
  }
}

async function needRoom(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize < bytes + SPARE_BYTES) throw new Error("the disk has no room for a second copy of the database");
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(dirname(path), "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
