/** Between DuckDB's values and plain ones: parameters in, rows out. */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  type DuckDBMaterializedResult,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  listValue,
  SQLNULL,
  VARCHAR,
} from "@duckdb/node-api";

export type Param = string | number | boolean | null | readonly string[];

const DAY_US = 86_400_000_000;

/** Runs SQL with bound values: whole numbers bind as BIGINT, others as DOUBLE, lists of text as VARCHAR[]. */
export function runBound(
  connection: DuckDBConnection,
  sql: string,
  params: readonly Param[],
): Promise<DuckDBMaterializedResult> {
  return params.length === 0 ? connection.run(sql) : connection.run(sql, params.map(bound), params.map(typeOf));
}

function bound(param: Param): DuckDBValue {
  if (param === null || typeof param === "boolean" || typeof param === "string") return param;
  if (typeof param === "number") return Number.isSafeInteger(param) ? BigInt(param) : param;
  return listValue([...param]);
}

function typeOf(param: Param): DuckDBType {
  if (param === null) return SQLNULL;
  if (typeof param === "boolean") return BOOLEAN;
  if (typeof param === "string") return VARCHAR;
  if (typeof param === "number") return Number.isSafeInteger(param) ? BIGINT : DOUBLE;
  return LIST(VARCHAR);
}

/**
 * Rows as plain objects: whole numbers of every width as number, DECIMAL as string, TIMESTAMP and DATE as microseconds
 * since the epoch, LIST as array, STRUCT as object, everything else as text.
 */
export function plainRows<Row>(result: DuckDBMaterializedResult): Row[] {
  const names = result.deduplicatedColumnNames();
  const rows: Record<string, unknown>[] = [];
  for (let index = 0; index < result.chunkCount; index++) {
    const chunk = result.getChunk(index);
    const first = rows.length;
    for (let row = 0; row < chunk.rowCount; row++) rows.push({});
    for (const [column, name] of names.entries()) {
      const vector = chunk.getColumnVector(column);
      for (let row = 0; row < chunk.rowCount; row++) {
        const target = rows[first + row];
        if (target !== undefined) target[name] = plain(vector.getItem(row));
      }
    }
  }
  // The caller names the shape of its own SQL; the database is where it is checked.
  return rows as Row[];
}

function plain(value: DuckDBValue): unknown {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (typeof value === "bigint") return Number(value);
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return Number(value.micros);
  if (value instanceof DuckDBDateValue) return value.days * DAY_US;
  if (value instanceof DuckDBDecimalValue) return value.toString();
  if (value instanceof DuckDBListValue) return value.items.map(plain);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, entry]) => [name, plain(entry)]));
  }
  return value.toString();
}
