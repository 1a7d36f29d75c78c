/** A few connections for questions: one question a connection, the rest wait in line, each with a deadline. */
import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import { isOutOfMemory, QueryAborted, QueryRefused, QueryTimeout, QueryTooLarge } from "./errors.ts";
import type { QueryDone } from "./store.ts";
import { type Param, plainRows, runBound } from "./values.ts";

export interface Readers {
  /** Throws QueryTimeout, QueryAborted or QueryRefused. `longer`: how many times as long as usual it may take. */
  select<Row>(
    sql: string,
    params: readonly Param[],
    signal?: AbortSignal,
    kind?: QueryDone["kind"],
    longer?: number,
  ): Promise<Row[]>;
  /** Chunks as DuckDB makes them, on a connection of its own and without a deadline. */
  stream(sql: string): AsyncIterable<DuckDBDataChunk>;
  /**
   * No question begins until the function it returns is called, while the database is exchanged for another with the
   * same content. Those that run go on; what was just beginning and failed over it is asked again.
   */
  hold(): () => void;
  /** Refuses what waits, stops what runs, and resolves when all connections are closed. */
  close(): Promise<void>;
}

interface Waiter {
  take(connection: DuckDBConnection): void;
  refuse(error: Error): void;
}

const WAITING_MAX = 256;
/** An interrupt that arrives between two steps of a query is lost, so it is repeated. */
const INTERRUPT_EVERY_MS = 20;

export async function openReaders(
  connect: () => Promise<DuckDBConnection>,
  count: number,
  timeout_ms: number,
  onQuery: (query: QueryDone) => void = () => {},
): Promise<Readers> {
  const streaming = await connect();
  const idle: DuckDBConnection[] = [];
  for (let made = 0; made < count; made++) idle.push(await connect());
  const waiting: Waiter[] = [];
  const running = new Map<DuckDBConnection, Promise<unknown>>();
  let closed = false;
  let held: Promise<void> | null = null;
  let holds = 0;

  function release(connection: DuckDBConnection): void {
    running.delete(connection);
    const next = waiting.shift();
    if (next) next.take(connection);
    else idle.push(connection);
  }

  function acquire(deadline: number, signal: AbortSignal | undefined): Promise<DuckDBConnection> {
    const free = idle.pop();
    if (free) return Promise.resolve(free);
    if (waiting.length >= WAITING_MAX) return Promise.reject(new QueryRefused(waiting.length));
    return new Promise((resolve, reject) => {
      const leave = (error: Error): void => {
        const place = waiting.indexOf(waiter);
        if (place >= 0) waiting.splice(place, 1);
        waiter.refuse(error);
      };
      const abort = (): void => leave(new QueryAborted());
      const timer = setTimeout(() => leave(new QueryTimeout(timeout_ms)), deadline - performance.now());
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      };
      const waiter: Waiter = {
        take: (connection) => {
          done();
          resolve(connection);
        },
        refuse: (error) => {
          done();
          reject(error);
        },
      };
      signal?.addEventListener("abort", abort, { once: true });
      waiting.push(waiter);
    });
  }

  async function run<Row>(
    sql: string,
    params: readonly Param[],
    deadline: number,
    signal: AbortSignal | undefined,
  ): Promise<Row[]> {
    if (closed || signal?.aborted) throw new QueryAborted();
    const connection = await acquire(deadline, signal);
    while (held !== null) await held;
    const seen = holds;
    const guard = guarded(connection, deadline, timeout_ms, signal);
    const work = runBound(connection, sql, params);
    running.set(connection, work);
    try {
      return plainRows<Row>(await work);
    } catch (error) {
      const reason = guard.reason ?? (closed ? new QueryAborted() : null);
      if (reason !== null || holds === seen) throw reason ?? (isOutOfMemory(error) ? new QueryTooLarge() : error);
    } finally {
      guard.stop();
      release(connection);
    }
    return run(sql, params, deadline, signal);
  }

  return {
    async select<Row>(
      sql: string,
      params: readonly Param[],
      signal?: AbortSignal,
      kind: QueryDone["kind"] = "report",
      longer = 1,
    ): Promise<Row[]> {
      const began = performance.now();
      const ended = (outcome: QueryDone["outcome"]) =>
        onQuery({ kind, sql, took_ms: performance.now() - began, outcome, signal });
      try {
        const rows = await run<Row>(sql, params, began + timeout_ms * longer, signal);
        ended("done");
        return rows;
      } catch (error) {
        ended(outcomeOf(error));
        throw error;
      }
    },
    async *stream(sql: string) {
      const result = await streaming.stream(sql);
      for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; ) {
        yield chunk;
        if (closed) throw new QueryAborted();
        chunk = await result.fetchChunk();
      }
    },
    hold() {
      const over = Promise.withResolvers<void>();
      held = over.promise;
      holds++;
      return () => {
        held = null;
        over.resolve();
      };
    },
    async close() {
      closed = true;
      for (const waiter of waiting.splice(0)) waiter.refuse(new QueryAborted());
      while (running.size > 0) {
        for (const connection of running.keys()) connection.interrupt();
        await Bun.sleep(INTERRUPT_EVERY_MS);
      }
      for (const connection of idle) connection.closeSync();
      streaming.closeSync();
    },
  };
}

function outcomeOf(error: unknown): QueryDone["outcome"] {
  if (error instanceof QueryTimeout) return "timeout";
  if (error instanceof QueryAborted) return "aborted";
  return error instanceof QueryRefused ? "refused" : "failed";
}

/** Interrupts the connection at its deadline or when the signal fires, until stopped; tells which it was. */
function guarded(
  connection: DuckDBConnection,
  deadline: number,
  timeout_ms: number,
  signal: AbortSignal | undefined,
): { readonly reason: Error | null; stop(): void } {
  let reason: Error | null = null;
  let again: ReturnType<typeof setInterval> | undefined;
  const end = (why: Error): void => {
    if (reason) return;
    reason = why;
    connection.interrupt();
    again = setInterval(() => connection.interrupt(), INTERRUPT_EVERY_MS);
  };
  const abort = (): void => end(new QueryAborted());
  const timer = setTimeout(() => end(new QueryTimeout(timeout_ms)), Math.max(0, deadline - performance.now()));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  return {
    get reason() {
      return reason;
    },
    stop() {
      clearTimeout(timer);
      clearInterval(again);
      signal?.removeEventListener("abort", abort);
    },
  };
}
