/** The database and the questions put to it. */
import { totalmem } from "node:os";
import { number, type Setting } from "../setting.ts";
import { GIB, MIB } from "./bytes.ts";

export const STORE_SETTINGS: readonly Setting[] = [
  {
    ...number(
      "duckdb_memory_mb",
      64,
      1024 * 1024,
      memoryDefault(),
      "DuckDB's memory limit. The process uses up to 1.6 times of it, plus about 150 MB.",
    ),
    default_text: "a quarter of the machine's, 256 to 2048",
  },
  {
    ...number(
      "duckdb_threads",
      1,
      256,
      Math.max(1, navigator.hardwareConcurrency - 1),
      "Threads of DuckDB. One core is left to the server.",
    ),
    default_text: "one a core, less one",
  },
  number("duckdb_temp_max_mb", 64, 1024 * 1024 * 1024, 4096, "How much DuckDB may spill to disk."),
  number("query_timeout_ms", 100, 3_600_000, 10_000, "A query that takes longer is interrupted."),
  number(
    "questions_at_once_max",
    1,
    1000,
    8,
    "Uncached questions that one key or user may have answered at once; the rest wait. What the cache holds never waits.",
  ),
  number(
    "questions_waiting_max",
    0,
    100_000,
    128,
    "Questions of one key or user that may wait for their turn; more are answered 429. Who waits longer than query_timeout_ms is answered 503.",
  ),
  number(
    "exports_at_once_max",
    1,
    3,
    2,
    "Exports that may be written at once; more are answered 503. Each may hold one of the four connections for questions.",
  ),
  number("cache_bytes_max", MIB, 16 * GIB, 32 * MIB, "Bytes of answers kept in memory until an event touches them."),
];

/** A machine of 1 GB must do; DuckDB alone must not take a big one for itself. */
function memoryDefault(): number {
  const limit = process.constrainedMemory();
  const machine = totalmem();
  const bytes = limit > 0 && limit < machine ? limit : machine;
  return Math.min(2048, Math.max(256, Math.floor(bytes / MIB / 4)));
}
