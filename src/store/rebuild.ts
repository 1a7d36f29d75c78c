/** The rollups from nothing but the events, and other changes to the whole store. */
import { writeState } from "./apply.ts";
import type { Database } from "./duckdb.ts";
import { storedAsStagedSql } from "./events.ts";
import { writeMeta } from "./meta.ts";
import { type Rollups, STAGED_TABLES, weeksSql } from "./rollups.ts";
import type { AppliedState } from "./store.ts";

const DAY_US = 86_400_000_000;
const WEEK_US = 7 * DAY_US;
/** Weeks begin on Mondays; the epoch was a Thursday. */
const MONDAY_US = 4 * DAY_US;
/** Events added up at once; bounds the memory of a rebuild. */
const REBUILD_ROWS = 1_000_000;
const WEEKLY = "contact_week";

/** Whole UTC days, of one location or (null) of all. */
export interface RebuildRange {
  from: number;
  to: number;
  location_id: string | null;
}

/** Makes the rollup tables anew and fills them, in one transaction: readers see the old rows until all new ones are there. */
export async function rebuildRollups(
  database: Database,
  rollups: Rollups,
  definition: string,
  progress?: (done: number, total: number) => void,
): Promise<void> {
  await database.transaction(async () => {
    for (const { name, create } of rollups.tables) {
      await database.executeOnce(`DROP TABLE IF EXISTS ${name}`);
      await database.executeOnce(create);
    }
    const stretches = await stretchesOf(database);
    const total = stretches.reduce((sum, { events }) => sum + events, 0);
    let done = 0;
    for (const stretch of stretches) {
      await fill(database, rollups, { ...stretch, location_id: null });
      done += stretch.events;
      progress?.(done, total);
    }
    const [first, last] = [stretches[0], stretches.at(-1)];
    if (first && last) await fillWeeks(database, { from: first.from, to: last.to, location_id: null });
    await writeMeta(database, "rollup_definition", definition);
  });
}

/**
 * The rollup rows of the days that touch the range, anew from the events, in one transaction.
 * Removes what no event is behind any more, too. Returns the number of events read.
 */
export function rebuildDays(database: Database, rollups: Rollups, range: RebuildRange): Promise<number> {
  return database.transaction(() => refillDays(database, rollups, range));
}

/** The same within a transaction that is open already. */
export async function refillDays(database: Database, rollups: Rollups, range: RebuildRange): Promise<number> {
  const whole = {
    ...range,
    from: Math.floor(range.from / DAY_US) * DAY_US,
    to: Math.ceil(range.to / DAY_US) * DAY_US,
  };
  for (const { name } of daily(rollups)) await remove(database, name, whole);
  const events = await fill(database, rollups, whole);
  const weeks = {
    ...range,
    from: Math.floor((whole.from - MONDAY_US) / WEEK_US) * WEEK_US + MONDAY_US,
    to: Math.ceil((whole.to - MONDAY_US) / WEEK_US) * WEEK_US + MONDAY_US,
  };
  await remove(database, WEEKLY, weeks);
  await fillWeeks(database, weeks);
  return events;
}

/** Those whose rows are of a day at most: filled from the events. A week is filled whole. */
function daily(rollups: Rollups): Rollups["tables"] {
  return rollups.tables.filter(({ name }) => name !== WEEKLY);
}

interface Stretch {
  from: number;
  to: number;
  events: number;
}

/** Whole UTC days, so that every key gets exactly one row. */
async function stretchesOf(database: Database): Promise<Stretch[]> {
  const days = await database.select<{ day: number; events: number }>(
    "SELECT date_trunc('day', time) AS day, count(*) AS events FROM stored_events GROUP BY 1 ORDER BY 1",
  );
  const stretches: Stretch[] = [];
  for (const { day, events } of days) {
    const last = stretches.at(-1);
    if (last && last.events + events <= REBUILD_ROWS) {
      last.to = day + DAY_US;
      last.events += events;
    } else stretches.push({ from: day, to: day + DAY_US, events });
  }
  return stretches;
}

/** Returns the number of events read. */
async function fill(database: Database, rollups: Rollups, range: RebuildRange): Promise<number> {
  const source = storedAsStagedSql(rollups.extracted, withinSql("time", range));
  for (const sql of rollups.stage(source)) await database.executeOnce(sql, boundOf(range));
  // In order of time, so that a query over a part of it can leave the rest unread.
  for (const { table, sql } of rollups.insert(false, source)) {
    if (table === WEEKLY) continue;
    await database.executeOnce(`${sql} ORDER BY ALL`, sql.includes(source) ? boundOf(range) : []);
  }
  const [staged] = await database.select<{ events: number | null }>(
    "SELECT sum(delta_rows) AS events FROM staged_rollup",
  );
  for (const name of STAGED_TABLES) await database.executeOnce(`DELETE FROM ${name}`);
  return staged?.events ?? 0;
}

/** Week by week, which bounds the memory. */
async function fillWeeks(database: Database, { from, to, location_id }: RebuildRange): Promise<void> {
  const first = Math.floor((from - MONDAY_US) / WEEK_US) * WEEK_US + MONDAY_US;
  for (let week = first; week < to; week += WEEK_US) {
    const range = { from: week, to: week + WEEK_US, location_id };
    const weeks = weeksSql("stored_events", withinSql("time", range));
    await database.executeOnce(`INSERT INTO ${WEEKLY} ${weeks} ORDER BY ALL`, boundOf(range));
  }
}

async function remove(database: Database, table: string, range: RebuildRange): Promise<void> {
  await database.executeOnce(`DELETE FROM ${table} WHERE ${withinSql("bucket", range)}`, boundOf(range));
}

/** To be run with what boundOf says. */
function withinSql(column: string, { from, to, location_id }: RebuildRange): string {
  const where = `${column} >= make_timestamp(${from}) AND ${column} < make_timestamp(${to})`;
  return location_id === null ? where : `${where} AND location_id = $1`;
}

function boundOf({ location_id }: RebuildRange): readonly string[] {
  return location_id === null ? [] : [location_id];
}

/** Empties everything, as before the first frame of the journal. */
export async function emptyStore(database: Database, rollups: Rollups): Promise<AppliedState> {
  const state = { seq: 0, events: 0, checksum: 0 };
  await database.transaction(async () => {
    for (const name of ["stored_events", "fold_due", ...rollups.tables.map((table) => table.name)]) {
      await database.executeOnce(`DELETE FROM ${name}`);
    }
    await writeState(database, state);
  });
  return state;
}

/** Deletes one location's rows from every table; `state` is the one to hold then, but for the events. */
export async function removeLocation(
  database: Database,
  rollups: Rollups,
  state: AppliedState,
  location_id: string,
): Promise<AppliedState> {
  return database.transaction(async () => {
    const removed = await database.executeOnce("DELETE FROM stored_events WHERE location_id = $1", [location_id]);
    for (const { name } of rollups.tables) {
      await database.executeOnce(`DELETE FROM ${name} WHERE location_id = $1`, [location_id]);
    }
    const next = { ...state, events: state.events - removed };
    await writeState(database, next);
    return next;
  });
}
