/**
 * Parquet, written by the database: typed, compressed, in row groups. It is made as a file among the temporary ones and
 * then read; the file is gone when that ends, however it ends.
 */
import { createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Store } from "../store/store.ts";
import { ndjsonText } from "./json.ts";
import type { ExportColumn, ExportTable } from "./table.ts";

export interface ParquetGiven {
  store: Pick<Store, "copyToParquet" | "temp_dir">;
  signal: AbortSignal;
}

const PIECE_BYTES = 256 * 1024;
/** Digits of an amount: sums are longer than the amounts of events, quotients have 4 places, commissions up to 8. */
const MONEY = "DECIMAL(38,12)";

export async function* parquetBytes(table: ExportTable, { store, signal }: ParquetGiven): AsyncGenerator<Uint8Array> {
  const file = join(store.temp_dir, `export-${Bun.randomUUIDv7()}`);
  const [lines, parquet] = [`${file}.ndjson`, `${file}.parquet`];
  try {
    if (table.select) await store.copyToParquet(table.select.sql, table.select.params, parquet, signal);
    else {
      await writeLines(table, lines, signal);
      await store.copyToParquet(readSql(table.columns, lines), [], parquet, signal);
    }
    await rm(lines, { force: true });
    yield* piecesOf(parquet);
  } finally {
    await Promise.all([lines, parquet].map((path) => rm(path, { force: true })));
  }
}

async function writeLines(table: ExportTable, path: string, signal: AbortSignal): Promise<void> {
  const file = createWriteStream(path, { mode: 0o600 });
  try {
    for await (const text of ndjsonText(named(table))) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => file.write(text, (error) => (error ? reject(error) : resolve())));
    }
  } finally {
    await new Promise<void>((resolve) => file.end(() => resolve()));
  }
}

/** Columns by their place: any name may stand in a heading, not in what reads JSON. JSON goes in as text. */
function named(table: ExportTable): ExportTable {
  const columns = table.columns.map(
    (one, at) => ({ ...one, name: `c${at}`, kind: one.kind === "json" ? "text" : one.kind }) as const,
  );
  return { ...table, columns };
}

function readSql(columns: readonly ExportColumn[], path: string): string {
  const read = columns.map(({ kind }, at) => `c${at}: '${READ[kind] ?? "VARCHAR"}'`);
  const items = columns.map(({ kind, name }, at) => `c${at}${CASTS[kind] ?? ""} AS "${name.replaceAll('"', '""')}"`);
  return (
    `SELECT ${items.join(", ")} FROM read_json('${path.replaceAll("'", "''")}', format = 'newline_delimited', auto_detect = false, ` +
    `columns = {${read.join(", ")}}, maximum_object_size = 67108864)`
  );
}

const READ: Partial<Record<ExportColumn["kind"], string>> = {
  count: "BIGINT",
  number: "DOUBLE",
  percent: "DOUBLE",
  duration: "DOUBLE",
  boolean: "BOOLEAN",
};
const CASTS: Partial<Record<ExportColumn["kind"], string>> = {
  time: "::TIMESTAMPTZ",
  day: "::TIMESTAMPTZ",
  money: `::${MONEY}`,
  json: "::JSON",
};

async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r");
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
