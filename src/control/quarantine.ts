import { z } from "zod";
import type { Control, QuarantineRow } from "./control.ts";
import type { ControlDatabase } from "./database.ts";

type Quarantine = Pick<
  Control,
  "quarantine" | "quarantined" | "quarantinedRow" | "dropQuarantined" | "pruneQuarantine"
>;

interface Row extends Omit<QuarantineRow, "reason"> {
  reason: string;
}

const RAW_BYTES_MAX = 64 * 1024;

const reasonSchema = z.object({
  index: z.number(),
  id: z.string().nullable(),
  field: z.string().nullable(),
  code: z.enum([
    "type_invalid",
    "time_invalid",
    "time_in_future",
    "value_invalid",
    "field_invalid",
    "field_missing",
    "too_large",
    "too_deep",
    "location_forbidden",
  ]),
  detail: z.string(),
});

/** Refused events, kept until somebody mends or drops them. */
export function quarantineOf(database: ControlDatabase): Quarantine {
  const { sql } = database;
  const insert = sql.query(
    "INSERT INTO quarantine (received_at, location_id, reason, raw) VALUES ($received_at, $location_id, $reason, $raw)",
  );
  const list = sql.query<Row, { locations: string | null; before: number; limit: number }>(
    `SELECT * FROM quarantine WHERE quarantine_id < $before
     AND ($locations IS NULL OR location_id IN (SELECT value FROM json_each($locations)))
     ORDER BY quarantine_id DESC LIMIT $limit`,
  );
  const find = sql.query<Row, { quarantine_id: number }>(
    "SELECT * FROM quarantine WHERE quarantine_id = $quarantine_id",
  );
  const drop = sql.query("DELETE FROM quarantine WHERE quarantine_id = $quarantine_id");
  const insertAll = sql.transaction((rows: Parameters<Control["quarantine"]>[0]) => {
    for (const { received_at, location_id, reason, raw } of rows) {
      insert.run({ received_at, location_id, reason: JSON.stringify(reason), raw: cut(raw) });
    }
  });

  return {
    quarantine(rows) {
      if (rows.length > 0) insertAll.immediate(rows);
    },
    quarantined({ locations, before, limit }) {
      const scope = locations === null ? null : JSON.stringify(locations);
      return list.all({ locations: scope, before: before ?? Number.MAX_SAFE_INTEGER, limit }).map(rowOf);
    },
    quarantinedRow(quarantine_id) {
      const row = find.get({ quarantine_id });
      return row ? rowOf(row) : null;
    },
    dropQuarantined: (quarantine_id) => drop.run({ quarantine_id }).changes > 0,
    pruneQuarantine(before, rows_max) {
      sql.query("DELETE FROM quarantine WHERE received_at < $before").run({ before });
      sql
        .query(
          `DELETE FROM quarantine WHERE quarantine_id <=
           (SELECT quarantine_id FROM quarantine ORDER BY quarantine_id DESC LIMIT 1 OFFSET $rows_max)`,
        )
        .run({ rows_max });
    },
  };
}

function rowOf(row: Row): QuarantineRow {
  return { ...row, reason: reasonSchema.parse(JSON.parse(row.reason)) };
}

function cut(raw: string): string {
  // A character has at most 3 bytes in UTF-8 for each of its UTF-16 units: most texts need no counting.
  if (raw.length * 3 <= RAW_BYTES_MAX) return raw;
  const bytes = Buffer.from(raw);
  if (bytes.length <= RAW_BYTES_MAX) return raw;
  let end = RAW_BYTES_MAX;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}
