/** The rollups from nothing but the events, and other changes to the whole store. */
import { writeState } from "./apply.ts";
import type { Database } from "./duckdb.ts";
import { storedAsStagedSql } from "./events.ts";
import { writeMeta } from "./meta.ts";
import { type Rollups, STAGED_TABLES } from "./rollups.ts";
import type { AppliedState } from "./store.ts";

const DAY_US = 86_400_000_000;
/** Events added up at once; bounds the memory of a rebuild. */
const REBUILD_ROWS = 1_000_000;

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
      await rebuildStretch(database, rollups, stretch);
      done += stretch.events;
      progress?.(done, total);
    }
    await writeMeta(database, "rollup_definition", definition);
  });
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

async function rebuildStretch(database: Database, rollups: Rollups, { from, to }: Stretch): Promise<void> {
  const where = `time >= make_timestamp(${from}) AND time < make_timestamp(${to})`;
  const source = storedAsStagedSql(rollups.extracted, where);
  for (const sql of rollups.stage(source)) await database.executeOnce(sql);
  // In order of time, so that a query over a part of it can leave the rest unread.
  for (const { sql } of rollups.insert(false)) await database.executeOnce(`${sql} ORDER BY ALL`);
  for (const name of STAGED_TABLES) await database.executeOnce(`DELETE FROM ${name}`);
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
