import type { Database } from "bun:sqlite";
import { ControlError } from "../error.ts";
import { spine } from "./0001_spine.ts";
import { audit } from "./0002_audit.ts";
import { access } from "./0003_access.ts";
import { kpis } from "./0004_kpis.ts";
import { quarantine } from "./0005_quarantine.ts";
import { heartbeats } from "./0006_heartbeats.ts";
import { acknowledged } from "./0007_acknowledged.ts";
import { alerts } from "./0008_alerts.ts";
import { deliveries } from "./0009_deliveries.ts";
import { watch } from "./0010_watch.ts";
import { insight } from "./0011_insight.ts";
import { presets } from "./0012_presets.ts";
import { dashboards } from "./0013_dashboards.ts";
import { locale } from "./0014_locale.ts";
import { savedViews } from "./0015_saved_views.ts";

/** In order, for ever: a migration that was released is never edited, only followed. */
const MIGRATIONS: readonly string[] = [
  spine,
  audit,
  access,
  kpis,
  quarantine,
  heartbeats,
  acknowledged,
  alerts,
  deliveries,
  watch,
  insight,
  presets,
  dashboards,
  locale,
  savedViews,
];

/**
 * Brings the database to this version, each step in its own transaction.
 * Throws ControlError("newer_database") rather than touch what a later version wrote.
 */
export function migrate(database: Database, steps: readonly string[] = MIGRATIONS): void {
  for (;;) {
    // Immediate: two processes that start together must not both take the same step.
    const done = database.transaction(() => step(database, steps)).immediate();
    if (done) return;
  }
}

function step(database: Database, steps: readonly string[]): boolean {
  const version = userVersion(database);
  if (version > steps.length) {
    throw new ControlError(
      "newer_database",
      `control.sqlite has version ${version}, this program knows ${steps.length}: it was written by a newer Bellwether. Run that version, or restore a backup made before the upgrade.`,
    );
  }
  const next = steps[version];
  if (next === undefined) return true;
  database.exec(next);
  database.exec(`PRAGMA user_version = ${version + 1}`);
  return false;
}

function userVersion(database: Database): number {
  return database.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
}
