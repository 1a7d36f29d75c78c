/**
 * One group of journal frames into the projection, in one transaction: duplicates out, events, rollups and state in.
 * It must never leave a part of a group behind, and never lose a line without saying so.
 */
import { ftruncateSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { CREATE_SUSPECTS, confirmDuplicates } from "./dedupe-confirm.ts";
import type { Database } from "./duckdb.ts";
import { StoreDamaged } from "./errors.ts";
import { CREATE_STAGED_EVENTS, INSERT_STAGED_EVENTS, readLinesSql } from "./events.ts";
import { type Rollups, STAGED_TABLES } from "./rollups.ts";
import type { Applied, AppliedState, ApplyGroup, Touched } from "./store.ts";

/** What a commit appended to the rollups of one UTC day: from how many events, and between which times. */
export interface DayDelta {
  day: number;
  time_min: number;
  time_max: number;
  events: number;
}

export interface Commit {
  applied: Applied;
  days: readonly DayDelta[];
  /** Rows that were appended to each rollup table, at most. */
  appended: ReadonlyMap<string, number>;
}

export interface Applier {
  apply(group: ApplyGroup, state: AppliedState): Promise<Commit>;
  /** The last group's lines are not kept in the staging file until the next one comes. */
  forget(): void;
  close(): Promise<void>;
}

interface TouchedRow {
  location_id: string;
  type: string;
  day: number;
  time_min: number;
  time_max: number;
  events: number;
  staged: number;
  staged_rollup: number;
  staged_sketch: number;
  staged_contact: number;
  staged_deeds: number;
}

interface StagedRow {
  rows: number;
  time_min: number;
  time_max: number;
}

/** Below this span a group's deltas fall into few buckets: they are copied to the coarser tables as they are. */
const NARROW_SPAN_US = 3_600_000_000;

const touchedSql = (deeds: string): string =>
  "SELECT location_id, type, date_trunc('day', bucket) AS day, min(time_min) AS time_min, max(time_max) AS time_max, " +
  "sum(delta_rows)::BIGINT AS events, " +
  STAGED_TABLES.map((name) => `(SELECT count(*) FROM ${name}) AS ${name}`).join(", ") +
  `, (${deeds}) AS staged_deeds FROM staged_rollup GROUP BY 1, 2, 3`;

const STAGED_SQL = "SELECT count(*) AS rows, min(time) AS time_min, max(time) AS time_max FROM staged";

export async function openApplier(database: Database, rollups: Rollups, temp_dir: string): Promise<Applier> {
  await database.executeOnce(CREATE_SUSPECTS);
  for (const sql of [CREATE_STAGED_EVENTS, ...rollups.createStaged]) await database.executeOnce(sql);
  const path = join(temp_dir, `staged-${process.pid}-${Bun.randomUUIDv7()}.ndjson`);
  const file = await open(path, "w");
  const readLines = readLinesSql(path, rollups.extracted);
  return {
    async apply(group, state) {
      if (group.rows > 0) await writeLines(file, group.lines);
      let done: Commit | null = null;
      try {
        return await database.transaction(async () => {
          done = await applyStaged(database, rollups, readLines, group, state);
          return done;
        });
      } catch (error) {
        // An interrupted COMMIT may report a failure and have committed all the same: the file knows.
        if (done !== null && (await readState(database)).seq === group.seq) return done;
        throw error;
      }
    },
    forget: () => ftruncateSync(file.fd, 0),
    async close() {
      await file.close();
      await Bun.file(path).delete();
    },
  };
}

async function applyStaged(
  database: Database,
  rollups: Rollups,
  readLines: string,
  group: ApplyGroup,
  state: AppliedState,
): Promise<Commit> {
  const appended = new Map<string, number>();
  const { duplicates, narrow } = await stageLines(database, readLines, group);
  const touched = group.rows > duplicates.length ? await insertStaged(database, rollups, narrow, appended) : [];
  const inserted = touched.reduce((sum, row) => sum + row.events, 0);
  if (inserted !== group.rows - duplicates.length) {
    throw new Error(`of ${group.rows - duplicates.length} events ${inserted} reached the rollups; nothing was applied`);
  }
  const next = { seq: group.seq, events: state.events + inserted, checksum: group.checksum };
  await database.script([stateSql(next), ...(group.rows > 0 ? EMPTY_STAGED : [])]);
  return {
    applied: { state: next, inserted, duplicates, touched: touchedBy(touched) },
    days: daysOf(touched),
    appended,
  };
}

/** What the committed rows amount to. */
export async function readState(database: Database): Promise<AppliedState> {
  const [row] = await database.select<AppliedState>("SELECT seq, events, checksum FROM applied");
  if (row === undefined) throw new StoreDamaged(database.path, "its state row is missing");
  return row;
}

/** The state belongs into the transaction of what it describes. */
export async function writeState(database: Database, state: AppliedState): Promise<void> {
  await database.executeOnce(stateSql(state));
}

function stateSql({ seq, events, checksum }: AppliedState): string {
  return `UPDATE applied SET seq = ${seq}, events = ${events}, checksum = ${checksum}`;
}

async function writeLines(file: FileHandle, lines: readonly Uint8Array[]): Promise<void> {
  const [first] = lines;
  const bytes = lines.length === 1 && first ? first : Buffer.concat(lines);
  ftruncateSync(file.fd, 0);
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
}

async function stageLines(
  database: Database,
  readLines: string,
  group: ApplyGroup,
): Promise<{ duplicates: readonly number[]; narrow: boolean }> {
  if (group.rows === 0) return { duplicates: [], narrow: true };
  const [staged] = await database.script<StagedRow>([readLines, STAGED_SQL]);
  if (staged?.rows !== group.rows) {
    throw new Error(`of ${group.rows} lines ${staged?.rows ?? 0} could be read; nothing was applied`);
  }
  return {
    duplicates: await confirmDuplicates(database, group.suspects),
    narrow: staged.time_max - staged.time_min < NARROW_SPAN_US,
  };
}

async function insertStaged(
  database: Database,
  rollups: Rollups,
  narrow: boolean,
  appended: Map<string, number>,
): Promise<TouchedRow[]> {
  const inserts = rollups.insert(narrow, "staged");
  const touched = await database.script<TouchedRow>([
    INSERT_STAGED_EVENTS,
    ...rollups.stage("staged"),
    ...inserts.map(({ sql }) => sql),
    touchedSql(rollups.deeds),
  ]);
  for (const { table, from } of inserts) appended.set(table, touched[0]?.[from] ?? 0);
  return touched;
}

/**
 * Before the commit: rows that come and go within one transaction are thrown away, others would be copied into the
 * temporary tables, and their memory kept after a later DELETE.
 */
const EMPTY_STAGED = [...STAGED_TABLES, "suspects"].map((name) => `DELETE FROM ${name}`);

function touchedBy(rows: readonly TouchedRow[]): Touched {
  return {
    location_ids: [...new Set(rows.map(({ location_id }) => location_id))],
    types: [...new Set(rows.map(({ type }) => type))],
    time_min:
      rows.length === 0 ? 0 : rows.reduce((least, row) => Math.min(least, row.time_min), Number.POSITIVE_INFINITY),
    time_max: rows.reduce((most, row) => Math.max(most, row.time_max), rows[0]?.time_max ?? 0),
  };
}

function daysOf(rows: readonly TouchedRow[]): DayDelta[] {
  const days = new Map<number, DayDelta>();
  for (const { day, time_min, time_max, events } of rows) {
    const known = days.get(day);
    days.set(day, {
      day,
      time_min: Math.min(time_min, known?.time_min ?? time_min),
      time_max: Math.max(time_max, known?.time_max ?? time_max),
      events: events + (known?.events ?? 0),
    });
  }
  return [...days.values()];
}
