/** What can go wrong with the store, each as its own type, so that callers need not read messages. */

/** Another process holds the data file. */
export class StoreLocked extends Error {
  override readonly name = "StoreLocked";
  readonly pid: number | null;
  constructor(path: string, pid: number | null) {
    const who = pid === null ? "another process" : `another bellwether (pid ${pid})`;
    super(`${who} is using ${path}. Stop it first, or choose another data directory with --data.`);
    this.pid = pid;
  }
}

/** A newer bellwether wrote the data file. */
export class StoreTooNew extends Error {
  override readonly name = "StoreTooNew";
  constructor(path: string, found: string, known: string) {
    super(
      `${path} was written by a newer bellwether (${found}; this one knows ${known}). ` +
        "Use that version or a later one; nothing was changed.",
    );
  }
}

/** The data file cannot be read or can no longer be trusted; the journal can rebuild it. */
export class StoreDamaged extends Error {
  override readonly name = "StoreDamaged";
  constructor(path: string, cause: string) {
    super(
      `${path} is damaged: ${cause}. The journal is the record: stop bellwether and run ` +
        "`bellwether restore --from-journal`, which rebuilds the file without loss.",
    );
  }
}

/** A question took longer than query_timeout_ms, waiting for its turn included. */
export class QueryTimeout extends Error {
  override readonly name = "QueryTimeout";
  constructor(readonly timeout_ms: number) {
    super(`the query was stopped after ${timeout_ms} ms; ask for a shorter timeframe or a coarser grain`);
  }
}

/** The asker went away. */
export class QueryAborted extends Error {
  override readonly name = "QueryAborted";
  constructor() {
    super("the query was stopped because nobody waits for it any more");
  }
}

/** Too many questions are waiting already. */
export class QueryRefused extends Error {
  override readonly name = "QueryRefused";
  constructor(waiting: number) {
    super(`${waiting} queries are waiting already`);
  }
}

/** A question needed more memory than duckdb_memory_mb, spilling to disk included. */
export class QueryTooLarge extends Error {
  override readonly name = "QueryTooLarge";
  constructor() {
    super("the query needed more memory than there is; ask for a shorter timeframe, or raise duckdb_memory_mb");
  }
}

/** What DuckDB says when it is out of memory, or out of room to spill to. */
export function isOutOfMemory(error: unknown): boolean {
  return /^(Out of Memory|OutOfMemory) Error/i.test(messageOf(error));
}

/** True for errors after which DuckDB itself gives the file up. */
export function isFatal(error: unknown): boolean {
  const text = messageOf(error);
  return /invalidated|INTERNAL Error|FATAL Error|Corrupt|checksum.+does not match/i.test(text);
}

/** First line of an error's message. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? "";
}
