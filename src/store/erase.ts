/**
 * Erasing one contact from the tables, and the memory of it: an erasure is due until no file holds a trace any more.
 * It must never keep the contact's id: a salted hash finds the rows, also when the record is replayed.
 */
import { readState, writeState } from "./apply.ts";
import type { Database } from "./duckdb.ts";
import type { DueErasure, Erasure } from "./erasure.ts";
import { readMeta, writeMeta } from "./meta.ts";
import { refillDays } from "./rebuild.ts";
import type { Rollups } from "./rollups.ts";
import type { AppliedState } from "./store.ts";

/** Deletes the contact's events and adds up the rest of their days anew, in one transaction with the frame's state and the memory of it. */
export async function eraseContact(
  database: Database,
  rollups: Rollups,
  erasure: Erasure,
  frame: Pick<AppliedState, "seq" | "checksum">,
): Promise<AppliedState> {
  const before = await readState(database);
  // A commit that reported a failure may have happened all the same.
  if (before.seq === frame.seq && before.checksum === frame.checksum) return before;
  return database.transaction(async () => {
    const removed = await deleteEvents(database, rollups, erasure);
    const next = { ...frame, events: before.events - removed };
    await writeState(database, next);
    const due = await dueErasures(database);
    const known = due.find(({ seq }) => seq === frame.seq)?.events ?? 0;
    const others = due.filter(({ seq }) => seq !== frame.seq);
    await writeDue(database, [...others, { ...erasure, seq: frame.seq, events: known + removed }]);
    return next;
  });
}

/** Erasures whose traces may still be in files, in no order. */
export async function dueErasures(database: Database): Promise<readonly DueErasure[]> {
  const text = await readMeta(database, "erasures_due");
  return text === null ? [] : JSON.parse(text);
}

/** Their traces are gone. */
export function settleErasures(database: Database, seqs: readonly number[]): Promise<readonly DueErasure[]> {
  return database.transaction(async () => {
    const left = (await dueErasures(database)).filter(({ seq }) => !seqs.includes(seq));
    await writeDue(database, left);
    return left;
  });
}

function writeDue(database: Database, due: readonly DueErasure[]): Promise<void> {
  return writeMeta(database, "erasures_due", JSON.stringify(due));
}

async function deleteEvents(database: Database, rollups: Rollups, erasure: Erasure): Promise<number> {
  const { location_id, salt, digest } = erasure;
  const [found] = await database.select<{ contact_id: string }>(
    "SELECT contact_id FROM (SELECT DISTINCT contact_id FROM stored_events WHERE location_id = $1 AND contact_id IS NOT NULL) " +
      "WHERE sha256($2 || chr(10) || $1 || chr(10) || contact_id) = $3",
    [location_id, salt, digest],
  );
  if (found === undefined) return 0;
  const whose = [location_id, found.contact_id];
  const stretches = await stretchesOf(database, whose);
  const removed = await database.executeOnce(
    "DELETE FROM stored_events WHERE location_id = $1 AND contact_id = $2",
    whose,
  );
  for (const { from, to } of stretches) await refillDays(database, rollups, { from, to, location_id });
  return removed;
}

interface Stretch {
  from: number;
  to: number;
  events: number;
}

/** Days of the location to be added up anew, near ones together: those that the contact has events on, and some between. */
async function stretchesOf(database: Database, whose: readonly string[]): Promise<readonly Stretch[]> {
  const days = await database.select<{ day: number; events: number; theirs: boolean }>(
    "SELECT date_trunc('day', time) AS day, count(*) AS events, coalesce(bool_or(contact_id = $2), false) AS theirs " +
      "FROM stored_events WHERE location_id = $1 GROUP BY 1 ORDER BY 1",
    whose,
  );
  const stretches: Stretch[] = [];
  let between = 0;
  for (const { day, events, theirs } of days) {
    const last = stretches.at(-1);
    if (!theirs) between += events;
    else if (last && between <= BETWEEN_ROWS && last.events + between + events <= STRETCH_ROWS) {
      last.to = day + DAY_US;
      last.events += between + events;
      between = 0;
    } else {
      stretches.push({ from: day, to: day + DAY_US, events });
      between = 0;
    }
  }
  return stretches;
}

const DAY_US = 86_400_000_000;
/** Events added up at once; bounds the memory. */
const STRETCH_ROWS = 1_000_000;
/** Reading so many more costs less than beginning anew. */
const BETWEEN_ROWS = 100_000;
