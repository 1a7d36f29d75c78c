/**
 * What the writer does between groups: fold deltas, move the file to a new checkpoint. One short step a call.
 * Until a checkpoint a commit lives in memory only; the journal replays what a crash takes.
 */
import type { Commit } from "./apply.ts";
import type { Database } from "./duckdb.ts";
import { type DueDay, type FoldQueue, type FoldStretch, foldQueue, foldTable } from "./fold.ts";
import type { RollupTable } from "./rollups.ts";

export interface Maintenance {
  /** A group was committed; `took_ms` tells how busy the writer is. */
  note(commit: Commit, took_ms: number): void;
  /** One step if one is due; with `force` everything. */
  step(force: boolean): Promise<void>;
  /** Nothing is left to fold: the rollups were rebuilt or emptied. */
  settled(): void;
  /** Saves what is still to fold with the data, so that a restart knows it. */
  checkpoint(): Promise<void>;
}

/**
 * Events between two checkpoints: what decides how long a commit may wait for one, and what a crash makes the journal
 * replay. Fewer cost more, because each checkpoint writes the last row group of every table again.
 */
const CHECKPOINT_ROWS = 100_000;
const CHECKPOINT_EVERY_MS = 30_000;
/** Rows that one fold may read: what decides how long ingest waits for it. */
const FOLD_STEP_ROWS = 300_000;
/** Delta rows of a table that are worth a fold: fewer the less there is to do. Deltas only cost space and reading time. */
const FOLD_ROWS = { busy: 1_000_000, calm: 50_000, idle: 2_000 } as const;
/** Idle: nothing was applied for so long. Busy: more than half of the time went into applying. */
const IDLE_MS = 5_000;
const BUSY_SHARE = 0.5;
const LOAD_WINDOW_MS = 2_000;

export async function openMaintenance(
  database: Database,
  tables: readonly RollupTable[],
  now: () => number = () => performance.now(),
): Promise<Maintenance> {
  const queues = tables.map((table) => ({ table, queue: foldQueue() }));
  await loadDue(database, queues);
  let unsaved_rows = 0;
  let unsaved = false;
  let checkpoint_at = now();
  let applied_at = now();
  let window = { since: now(), busy_ms: 0, busy: false };

  function loadOf(): keyof typeof FOLD_ROWS {
    if (now() - applied_at >= IDLE_MS) return "idle";
    const passed_ms = now() - window.since;
    if (passed_ms >= LOAD_WINDOW_MS) {
      window = { since: now(), busy_ms: 0, busy: window.busy_ms > passed_ms * BUSY_SHARE };
    }
    return window.busy ? "busy" : "calm";
  }

  async function foldOne(rows_min: number, take: (queue: FoldQueue) => FoldStretch | null): Promise<boolean> {
    for (const { table, queue } of queues.toSorted((a, b) => b.queue.rows - a.queue.rows)) {
      if (queue.rows < rows_min) return false;
      const stretch = take(queue);
      if (stretch === null) continue;
      try {
        queue.folded(stretch, await foldTable(database, table, stretch));
      } catch (error) {
        queue.add(stretch.days);
        throw error;
      }
      unsaved = true;
      return true;
    }
    return false;
  }

  async function checkpoint(): Promise<void> {
    await saveDue(database, queues);
    await database.checkpoint();
    unsaved = false;
    unsaved_rows = 0;
    checkpoint_at = now();
  }

  return {
    note({ applied, days, appended }, took_ms) {
      for (const { table, queue } of queues) {
        const rows = (appended.get(table.name) ?? 0) / Math.max(1, applied.inserted);
        queue.add(
          days.map(({ day, time_min, time_max, events }) => ({ day, time_min, time_max, rows: rows * events })),
        );
      }
      unsaved_rows += applied.inserted;
      unsaved = true;
      applied_at = now();
      window.busy_ms += took_ms;
    },
    async step(force) {
      if (force) {
        while (await foldOne(Number.MIN_VALUE, (queue) => queue.take(FOLD_STEP_ROWS)));
        return checkpoint();
      }
      const load = loadOf();
      const folded = await foldOne(FOLD_ROWS[load], (queue) =>
        load === "idle" ? queue.take(FOLD_STEP_ROWS) : queue.takeWorthwhile(FOLD_STEP_ROWS),
      );
      if (folded || !unsaved) return;
      if (unsaved_rows >= CHECKPOINT_ROWS || now() - checkpoint_at >= CHECKPOINT_EVERY_MS) await checkpoint();
    },
    settled() {
      for (const { queue } of queues) queue.clear();
    },
    checkpoint,
  };
}

interface TableQueue {
  table: RollupTable;
  queue: FoldQueue;
}

async function loadDue(database: Database, queues: readonly TableQueue[]): Promise<void> {
  const due = await database.select<DueDay & { name: string }>(
    "SELECT name, day, time_min, time_max, rows FROM fold_due",
  );
  for (const { table, queue } of queues) queue.add(due.filter(({ name }) => name === table.name));
}

async function saveDue(database: Database, queues: readonly TableQueue[]): Promise<void> {
  const values = queues.flatMap(({ table, queue }) => queue.all().map((day) => dueSql(table.name, day)));
  await database.transaction(async () => {
    await database.executeOnce("DELETE FROM fold_due");
    if (values.length > 0) await database.executeOnce(`INSERT INTO fold_due VALUES ${values.join(", ")}`);
  });
}

function dueSql(name: string, { day, time_min, time_max, rows }: DueDay): string {
  const times = [day, time_min, time_max].map((time) => `make_timestamp(${time})`);
  return `('${name}', ${times.join(", ")}, ${rows})`;
}
