import { z } from "zod";
import { REJECTION_CODES } from "../catalogue/event.ts";
import type { Control, QuarantineFilter, QuarantineRow } from "./control.ts";
import type { ControlDatabase } from "./database.ts";

type Quarantine = Pick<
  Control,
  | "quarantine"
  | "quarantined"
  | "quarantinedCount"
  | "quarantinedRow"
  | "mendQuarantined"
  | "dropQuarantined"
  | "dropAllQuarantined"
  | "pruneQuarantine"
>;

interface Row extends Omit<QuarantineRow, "reason"> {
  reason: string;
}

const RAW_BYTES_MAX = 64 * 1024;

const reasonSchema = z.object({
  index: z.number(),
  id: z.string().nullable(),
  field: z.string().nullable(),
  code: z.enum(REJECTION_CODES),
  detail: z.string(),
});

/** Refused events, kept until somebody mends or drops them. */
export function quarantineOf(database: ControlDatabase): Quarantine {
  const { sql } = database;
  const insert = sql.query(
    "INSERT INTO quarantine (received_at, location_id, reason, raw) VALUES ($received_at, $location_id, $reason, $raw)",
  );
  const list = sql.query<Row, Filters & { before: number; limit: number }>(
    `SELECT * FROM quarantine WHERE quarantine_id < $before AND ${FILTER} ORDER BY quarantine_id DESC LIMIT $limit`,
  );
  const count = sql.query<{ rows: number }, Filters>(`SELECT count(*) AS rows FROM quarantine WHERE ${FILTER}`);
  const mend = sql.query(
    "UPDATE quarantine SET raw = $raw, mended_at = $mended_at WHERE quarantine_id = $quarantine_id",
  );
  const dropAll = sql.query<never, Filters>(`DELETE FROM quarantine WHERE ${FILTER}`);
  const find = sql.query<Row, { quarantine_id: number }>(
    "SELECT * FROM quarantine WHERE quarantine_id = $quarantine_id",
  );
  const drop = sql.query("DELETE FROM quarantine WHERE quarantine_id = $quarantine_id");
  const insertAll = sql.transaction((rows: Parameters<Control["quarantine"]>[0]) => {
    for (const { received_at, location_id, reason, raw } of rows) {
      insert.run({ received_at, location_id, reason: JSON.stringify(reason), raw: cut(raw) });
    }
  });

  const found = (quarantine_id: number): QuarantineRow | null => {
    const row = find.get({ quarantine_id });
    return row ? rowOf(row) : null;
  };

  return {
    quarantine(rows) {
      if (rows.length > 0) insertAll.immediate(rows);
    },
    quarantined({ before, limit, ...filter }) {
      return list.all({ ...filtersOf(filter), before: before ?? Number.MAX_SAFE_INTEGER, limit }).map(rowOf);
    },
    quarantinedCount: (filter) => count.get(filtersOf(filter))?.rows ?? 0,
    quarantinedRow: found,
    mendQuarantined(quarantine_id, raw) {
      mend.run({ quarantine_id, raw: cut(raw), mended_at: database.now() });
      return found(quarantine_id);
    },
    dropAllQuarantined: (filter) => dropAll.run(filtersOf(filter)).changes,
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

type Filters = Record<"locations" | "code" | "received_before", string | number | null>;

const FILTER = `($locations IS NULL OR location_id IN (SELECT value FROM json_each($locations)))
  AND ($code IS NULL OR json_extract(reason, '$.code') = $code)
  AND ($received_before IS NULL OR received_at < $received_before)`;

function filtersOf({ locations, code, received_before }: QuarantineFilter): Filters {
  return {
    locations: locations === null ? null : JSON.stringify(locations),
    code: code ?? null,
    received_before: received_before ?? null,
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
