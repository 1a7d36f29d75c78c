/**
 * Import: history from files, through the same acceptance, journal and exactly-once as posted events.
 * It must never write anything in a dry run, and never count a row twice.
 */
import type { Rejection } from "../catalogue/event.ts";
import type { Settings } from "../config.ts";
import type { Control } from "../control/control.ts";
import { MapError, type MapOptions, type Mapped, openMapped } from "../store/mapped.ts";
import { acceptRows } from "./accept.ts";
import type { Ingest } from "./ingest.ts";

export { MapError };

export interface ImportJob {
  files: readonly string[];
  map: string;
  location_id: string;
  timezone: string;
  csv_delim: string | null;
  dry_run: boolean;
}

export interface ImportReport {
  accepted: number;
  duplicates: number;
  rejected: number;
  /** The first ones. `row` counts from 1 in the map's order. */
  errors: readonly ({ row: number } & Pick<Rejection, "id" | "field" | "code" | "detail">)[];
  /** Of a dry run: the first events as they would be stored. */
  events?: readonly unknown[];
}

export interface ImportParts {
  settings: Settings;
  control: Control;
  ingest: Ingest;
  now: () => number;
}

/** While one piece is checked, about 30 ms, the server answers nothing else; the apply loop joins what is waiting into one group. */
const PIECE_ROWS = 10_000;
/** While these are stored the next one is read and checked: enough of them to fill a group. */
const PIECES_AT_ONCE = 8;
const ERRORS_SHOWN = 20;
const EVENTS_SHOWN = 5;

/** Runs the import; `progress` is told rows done and rows in all. Throws MapError for what is wrong with the files or the map. */
export async function importFiles(
  parts: ImportParts,
  job: ImportJob,
  temp_dir: string,
  progress: (done: number, total: number) => void,
): Promise<ImportReport> {
  const mapped = await openMapped(mapOptions(parts.settings, job, temp_dir));
  try {
    const total = await mapped.count();
    const tally = new Tally();
    progress(0, total);
    if (job.dry_run) await check(parts, job, mapped, tally, total, progress);
    else await store(parts, job, mapped, tally, total, progress);
    return tally.report(job.dry_run);
  } finally {
    mapped.close();
  }
}

/** What has been counted so far, over pieces that may end in any order. */
class Tally {
  accepted = 0;
  duplicates = 0;
  rejected = 0;
  readonly errors: ImportReport["errors"][number][] = [];
  readonly events: unknown[] = [];

  refuse(first_row: number, rejections: readonly Rejection[]): void {
    this.rejected += rejections.length;
    for (const { index, id, field, code, detail } of rejections.slice(0, ERRORS_SHOWN)) {
      this.errors.push({ row: first_row + index, id, field, code, detail });
    }
  }

  report(dry_run: boolean): ImportReport {
    const errors = this.errors.toSorted((a, b) => a.row - b.row).slice(0, ERRORS_SHOWN);
    const { accepted, duplicates, rejected, events } = this;
    return { accepted, duplicates, rejected, errors, ...(dry_run ? { events } : {}) };
  }
}

async function store(
  { ingest, control }: ImportParts,
  { location_id }: ImportJob,
  mapped: Mapped,
  tally: Tally,
  total: number,
  progress: (done: number, total: number) => void,
): Promise<void> {
  control.ensureLocation(location_id);
  const running = new Set<Promise<void>>();
  let row = 1;
  let done = 0;
  for await (const rows of mapped.pieces(PIECE_ROWS)) {
    const piece = storePiece(ingest, location_id, rows, row, tally).then(() => {
      done += rows.length;
      progress(done, total);
      running.delete(piece);
    });
    running.add(piece);
    row += rows.length;
    if (running.size >= PIECES_AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
}

async function storePiece(
  ingest: Ingest,
  location_id: string,
  rows: unknown[],
  first_row: number,
  tally: Tally,
): Promise<void> {
  const outcome = await ingest.acceptRows(rows, location_id);
  if (outcome.kind !== "taken") {
    throw new MapError(
      `the import stopped at row ${first_row}: ${outcome.detail} Run it again to go on: what is stored already is not stored twice`,
    );
  }
  tally.accepted += outcome.accepted;
  tally.duplicates += outcome.duplicates;
  tally.refuse(first_row, outcome.rejected);
}

/** The acceptance alone, and nothing written. */
async function check(
  { control, settings, now }: ImportParts,
  { location_id }: ImportJob,
  mapped: Mapped,
  tally: Tally,
  total: number,
  progress: (done: number, total: number) => void,
): Promise<void> {
  let row = 1;
  for await (const rows of mapped.pieces(PIECE_ROWS)) {
    const accepted = acceptRows(rows, {
      location_id,
      locations: [location_id],
      currencyOf: () => control.location(location_id)?.currency ?? "USD",
      received_at: now(),
      limits: { event_bytes_max: settings.event_bytes_max, depth_max: settings.event_depth_max },
      newId: Bun.randomUUIDv7,
    });
    tally.accepted += accepted.rows;
    tally.duplicates += accepted.repeated;
    tally.refuse(row, accepted.rejections);
    if (tally.events.length < EVENTS_SHOWN)
      tally.events.push(...firstEvents(accepted.lines, EVENTS_SHOWN - tally.events.length));
    row += rows.length;
    progress(row - 1, total);
  }
}

/** As they would be stored, with the time readable and without what the server adds. */
function firstEvents(lines: Uint8Array, count: number): unknown[] {
  const text = new TextDecoder().decode(lines.subarray(0, 256 * 1024));
  return text
    .split("\n", count)
    .filter((line) => line !== "")
    .map((line) => {
      const { received_at: _received, fingerprint: _fingerprint, time, ...event } = JSON.parse(line);
      return { time: new Date(time / 1_000).toISOString(), ...event };
    });
}

function mapOptions(settings: Settings, job: ImportJob, temp_dir: string): MapOptions {
  const { files, map, timezone, csv_delim } = job;
  return {
    files,
    map,
    timezone,
    csv_delim,
    temp_dir,
    memory_mb: settings.duckdb_memory_mb,
    threads: settings.duckdb_threads,
  };
}
