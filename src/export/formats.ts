/** The formats there are: one line each. A new one is a file that turns rows into bytes as they are asked for. */
import { csvText } from "./csv.ts";
import { jsonText, ndjsonText } from "./json.ts";
import { type ParquetGiven, parquetBytes } from "./parquet.ts";
import type { AboutExport, ExportTable } from "./table.ts";
import { XLSX_ROWS_MAX, xlsxBytes } from "./xlsx.ts";

export const FORMAT_NAMES = ["csv", "xlsx", "json", "ndjson", "parquet"] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

export interface WriteGiven extends ParquetGiven {
  about: AboutExport;
  /** CSV begins with a byte order mark. */
  bom: boolean;
}

export interface ExportFormat {
  media_type: string;
  /** What one file can hold; more is refused before the first byte. */
  rows_max: number | null;
  bytes: (table: ExportTable, given: WriteGiven) => AsyncGenerator<Uint8Array>;
}

export const FORMATS: Readonly<Record<FormatName, ExportFormat>> = {
  csv: {
    media_type: "text/csv; charset=utf-8; header=present",
    rows_max: null,
    bytes: (table, { bom }) => encoded(csvText(table, { bom })),
  },
  xlsx: {
    media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    rows_max: XLSX_ROWS_MAX,
    bytes: (table, { about }) => xlsxBytes(table, about),
  },
  json: { media_type: "application/json", rows_max: null, bytes: (table) => encoded(jsonText(table)) },
  ndjson: { media_type: "application/x-ndjson", rows_max: null, bytes: (table) => encoded(ndjsonText(table)) },
  parquet: { media_type: "application/vnd.apache.parquet", rows_max: null, bytes: parquetBytes },
};

async function* encoded(pieces: AsyncGenerator<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) if (piece !== "") yield Buffer.from(piece);
}
