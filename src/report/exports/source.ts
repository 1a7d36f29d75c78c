/** What a report hands to the export engine: its rows, what they are called, and what its figures mean. */
import type { AboutExport, ExportCell, ExportColumn, ExportRow, ExportTable } from "../../export/table.ts";
import type { Framed } from "../common.ts";

export type { ExportCell, ExportColumn, ExportRow, ExportTable };

export interface ExportSource {
  table: ExportTable;
  /** "Events", "Revenue by bot, by day". */
  title: string;
  framed: Framed;
  /** Of its figures: label and definition. */
  definitions?: AboutExport["lines"];
}

/** More rows than may be had at once is no reason to leave some out. `detail` says what to ask for instead. */
export class TooManyRows extends Error {}

/** Rows that are all there already. */
export function tableOf(columns: readonly ExportColumn[], rows: readonly ExportRow[]): ExportTable {
  return {
    columns,
    rows: rows.length,
    async *packets() {
      for (let at = 0; at < rows.length; at += PACKET_ROWS) yield rows.slice(at, at + PACKET_ROWS);
    },
  };
}

const PACKET_ROWS = 2_000;

export function column(name: string, label: string, kind: ExportColumn["kind"], currency?: string): ExportColumn {
  return { name, label, kind, ...(currency === undefined ? {} : { currency }) };
}
