import { z } from "zod";
import type { Control } from "./control.ts";
import { type ControlDatabase, remembered } from "./database.ts";
import type { CustomKpi } from "./types.ts";

type Kpis = Pick<Control, "customKpis" | "customKpiVersions" | "putCustomKpi">;

interface Row extends Omit<CustomKpi, "definition"> {
  definition: string | null;
}

const definitionSchema = z.object({
  label: z.string(),
  unit: z.enum(["money", "count", "percent", "ratio", "duration", "score"]),
  better: z.enum(["up", "down"]).nullable(),
  description: z.string(),
  formula: z.string(),
});

/** KPIs that teams define: a change adds a version, and taking one away is a version without a definition. */
export function kpisOf(database: ControlDatabase): Kpis {
  const { sql } = database;
  const inForce = remembered(database, () =>
    Object.freeze(
      sql
        .query<Row, []>(
          `SELECT * FROM custom_kpis AS kpi WHERE definition IS NOT NULL AND version =
             (SELECT max(version) FROM custom_kpis WHERE key = kpi.key AND location_id IS kpi.location_id)
           ORDER BY key, location_id`,
        )
        .all()
        .map(kpiOf),
    ),
  );
  const versions = sql.query<Row, { key: string; location_id: string | null }>(
    "SELECT * FROM custom_kpis WHERE key = $key AND location_id IS $location_id ORDER BY version DESC",
  );
  const insert = sql.query(
    "INSERT INTO custom_kpis VALUES ($key, $location_id, $version, $definition, $changed_by, $changed_at)",
  );

  return {
    customKpis: inForce,
    customKpiVersions: (key, location_id) => versions.all({ key, location_id }).map(kpiOf),
    putCustomKpi({ key, location_id, definition, changed_by }, only) {
      return database.change(() => {
        const [latest] = versions.all({ key, location_id });
        const there = latest !== undefined && latest.definition !== null;
        if (there !== (only === "there")) return null;
        const row: Row = {
          key,
          location_id,
          version: (latest?.version ?? 0) + 1,
          definition: definition === null ? null : JSON.stringify(definition),
          changed_by,
          changed_at: database.now(),
        };
        insert.run({ ...row });
        return kpiOf(row);
      });
    },
  };
}

function kpiOf(row: Row): CustomKpi {
  const definition = row.definition === null ? null : definitionSchema.parse(JSON.parse(row.definition));
  return Object.freeze({ ...row, definition });
}
