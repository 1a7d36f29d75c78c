/**
 * One process a data directory. The kernel releases the lock whatever happens to its holder, so it is never stale:
 * SQLite's own file lock, as Bun offers no flock.
 */
import { Database } from "bun:sqlite";

export class DataLocked extends Error {}

/** Kept from the garbage collector: collecting an open database would let go of its lock. */
const held = new Set<Database>();

/** Takes the lock or throws DataLocked at once. */
export function lockData(path: string): { release(): void } {
  const file = new Database(path, { create: true });
  try {
    file.run("PRAGMA busy_timeout = 0");
    file.run("PRAGMA journal_mode = MEMORY");
    file.run("BEGIN EXCLUSIVE");
  } catch (error) {
    file.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) throw new DataLocked();
    throw error;
  }
  held.add(file);
  return {
    release: () => {
      held.delete(file);
      file.run("ROLLBACK");
      file.close();
    },
  };
}
