/** What is taken in, and what is kept of what is not. */
import { number, type Setting } from "../setting.ts";
import { GIB, MIB } from "./bytes.ts";

export const INGEST_SETTINGS: readonly Setting[] = [
  number("ingest_events_max", 1, 1_000_000, 10_000, "Events in one request."),
  number(
    "ingest_body_bytes_max",
    1024,
    GIB,
    10 * MIB,
    "Bytes of one request, decompressed; decompression stops there.",
  ),
  number("event_bytes_max", 256, MIB, 64 * 1024, "Bytes of one event."),
  number("event_depth_max", 2, 64, 16, "Nesting depth of an event's data."),
  number(
    "ingest_queue_bytes_max",
    MIB,
    4 * GIB,
    64 * MIB,
    "Accepted but not yet visible bytes at which ingest answers 503.",
  ),
  number("apply_rows_max", 100, 200_000, 40_000, "Events in one DuckDB transaction."),
  number(
    "dedupe_ids_max",
    1000,
    1_000_000_000,
    12_000_000,
    "Newest event ids held in memory for exactly-once (about 8 bytes each); older ones are looked up on disk.",
  ),
  number(
    "journal_segment_bytes",
    64 * 1024,
    4 * GIB,
    64 * MIB,
    "Size at which a journal segment is sealed and compressed.",
  ),
  number("disk_free_bytes_min", 0, 1024 * GIB, 512 * MIB, "Ingest answers 503 below this much free disk."),
  number("quarantine_days", 1, 3650, 30, "How long rejected events are kept."),
  number("quarantine_rows_max", 100, 10_000_000, 100_000, "How many rejected events are kept."),
];
