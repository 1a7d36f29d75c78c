/** The schema's history: numbered, each in one transaction, never edited once released. */
import type { Database } from "../duckdb.ts";
import { StoreTooNew } from "../errors.ts";
import { readMeta, writeMeta } from "../meta.ts";
import { events } from "./0001_events.ts";

export interface Migration {
  version: number;
  name: string;
  statements: readonly string[];
}

const MIGRATIONS: readonly Migration[] = [events];

/** Brings the schema up to date; throws StoreTooNew, changing nothing, when a newer bellwether wrote it. */
export async function migrate(database: Database, log: (message: string) => void): Promise<void> {
  await database.executeOnce("CREATE TABLE IF NOT EXISTS meta (name VARCHAR, value VARCHAR)");
  const found = Number((await readMeta(database, "schema_version")) ?? 0);
  const known = MIGRATIONS.at(-1)?.version ?? 0;
  if (found > known) throw new StoreTooNew(database.path, `schema ${found}`, `schema ${known}`);
  for (const { version, name, statements } of MIGRATIONS) {
    if (version <= found) continue;
    await database.transaction(async () => {
      for (const statement of statements) await database.executeOnce(statement);
      await writeMeta(database, "schema_version", String(version));
    });
    log(`schema ${version} (${name}) is in place`);
  }
}
