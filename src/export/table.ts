/**
 * What an export is made of: typed columns, and rows that come in packets as they are asked for.
 * A format writes it; it must never ask for more than it has written, nor hold rows it is done with.
 */
import type { Param } from "../store/values.ts";

/** null: not known, or nothing to divide by. Times are microseconds, money decimal strings, JSON its text. */
export type ExportCell = string | number | boolean | null;
export type ExportRow = readonly ExportCell[];

export interface ExportColumn {
  /** As the API spells it. */
  name: string;
  /** As people read it. */
  label: string;
  kind: "text" | "time" | "day" | "money" | "count" | "number" | "percent" | "duration" | "boolean" | "json";
  /** Of money, where all of the column is in one. */
  currency?: string;
}

export interface ExportTable {
  columns: readonly ExportColumn[];
  /** How many there are, known before the first. */
  rows: number;
  /** Once only; throws when what is there is no longer what was counted. */
  packets: () => AsyncIterable<readonly ExportRow[]>;
  /** The same rows as text, where the database can write them itself: whole lines, each with its end, heads apart. */
  lines?: (kind: "csv" | "ndjson") => AsyncIterable<string>;
  /** The same rows by one SQL statement, where there is one: Parquet is written by the database itself. */
  select?: { sql: string; params: readonly Param[] };
}

/** What a file says about itself, where its format has room for that. */
export interface AboutExport {
  /** "Events". */
  title: string;
  /** Label and text, in order: filters, timeframe, zone, by whom, definitions. */
  lines: readonly (readonly [string, string])[];
  /** IANA: what dates are shown in. */
  timezone: string;
}
