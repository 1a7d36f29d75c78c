import { Database } from "bun:sqlite";
import { chmodSync, closeSync, openSync } from "node:fs";
import { migrate } from "./migrations/migrations.ts";

const BUSY_TIMEOUT_MS = 3_000;
/** How long a change by another process (the command line) may go unseen by the memory of this one. */
const UNSEEN_MS_MAX = 100;

/** What the tables of this folder share: the connection, and when to forget what they remember. */
export interface ControlDatabase {
  sql: Database;
  /** Microseconds since the epoch. */
  now: () => number;
  /** Grows whenever configuration may have changed, here or in another process. */
  generation(): number;
  /** Looks at once whether another process changed something: for what is refused because it is not known. */
  freshen(): void;
  /** A transaction that changes configuration: what is remembered is read anew. */
  change<T>(work: () => T): T;
  /** The same, on disk before it returns: for what must survive a power loss (people, keys). */
  changeDurably<T>(work: () => T): T;
  /** The same for what is no configuration: nothing that is remembered is read anew. */
  noteDurably<T>(work: () => T): T;
  /** A write that may be given up: a full disk must not refuse a reader over a "last seen". */
  note(work: () => void): void;
}

/** Opens (and makes or migrates) the database. Only its owner can read the file: it holds password hashes. */
export function openDatabase(path: string, now: () => number): ControlDatabase {
  if (path !== ":memory:") makePrivate(path);
  const sql = new Database(path, { create: true, strict: true });
  sql.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  sql.exec("PRAGMA journal_mode = WAL");
  sql.exec("PRAGMA synchronous = NORMAL");
  sql.exec("PRAGMA foreign_keys = ON");
  migrate(sql);
  return withGenerations(sql, now);
}

/** A value derived from the database that is computed again only after a change. */
export function remembered<T>(database: ControlDatabase, load: () => T): () => T {
  let generation = -1;
  let value: T;
  return () => {
    const current = database.generation();
    if (current !== generation) {
      value = load();
      generation = current;
    }
    return value;
  };
}

function withGenerations(sql: Database, now: () => number): ControlDatabase {
  const dataVersion = sql.query<{ data_version: number }, []>("PRAGMA data_version");
  let generation = 0;
  let seenVersion = dataVersion.get()?.data_version;
  let checkedAt = performance.now();
  const change = <T>(work: () => T): T => {
    try {
      return sql.transaction(work).immediate();
    } finally {
      generation++;
    }
  };
  const freshen = (): void => {
    checkedAt = performance.now();
    const version = dataVersion.get()?.data_version;
    if (version === seenVersion) return;
    seenVersion = version;
    generation++;
  };
  return {
    sql,
    now,
    change,
    generation() {
      if (performance.now() - checkedAt >= UNSEEN_MS_MAX) freshen();
      return generation;
    },
    freshen,
    changeDurably(work) {
      // SQLite takes this pragma only between transactions.
      sql.exec("PRAGMA synchronous = FULL");
      try {
        return change(work);
      } finally {
        sql.exec("PRAGMA synchronous = NORMAL");
      }
    },
    noteDurably(work) {
      sql.exec("PRAGMA synchronous = FULL");
      try {
        return sql.transaction(work).immediate();
      } finally {
        sql.exec("PRAGMA synchronous = NORMAL");
      }
    },
    note(work) {
      try {
        work();
      } catch (error) {
        if (!isTroubleOfTheDisk(error)) throw error;
      }
    },
  };
}

/** Pages, indexes and foreign keys; the first hundred faults. */
export function integrityOf({ sql }: ControlDatabase): readonly string[] {
  const found = sql.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
  return found.map((row) => row.integrity_check).filter((line) => line !== "ok");
}

function isTroubleOfTheDisk(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^SQLITE_(FULL|BUSY|IOERR|READONLY|LOCKED|CANTOPEN)/.test(code);
}

function makePrivate(path: string): void {
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}
