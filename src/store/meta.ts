/** Facts about the data file itself, by name. */
import type { Database } from "./duckdb.ts";

export type MetaName = "schema_version" | "rollup_definition" | "erasures_due";

export async function readMeta(database: Database, name: MetaName): Promise<string | null> {
  const [row] = await database.select<{ value: string }>("SELECT value FROM meta WHERE name = $1", [name]);
  return row?.value ?? null;
}

/** Belongs into a transaction: the old value is removed, the new one added. */
export async function writeMeta(database: Database, name: MetaName, value: string): Promise<void> {
  await database.executeOnce("DELETE FROM meta WHERE name = $1", [name]);
  await database.executeOnce("INSERT INTO meta VALUES ($1, $2)", [name, value]);
}
