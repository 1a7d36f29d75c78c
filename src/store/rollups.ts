/**
 * The rollups: what is kept beside the events so that a long timeframe costs its buckets, not its events.
 * All of it derives from the catalogue's measures and sketches; rows are deltas, so the sum over them is always right.
 */
import type { Measure, Sketch } from "../catalogue/measures.ts";
import { conditionLiteralSql, measureSql, numberSql } from "./condition.ts";
import { quoted } from "./duckdb.ts";
import { sketchBinSql } from "./sketch.ts";

/** One rollup table: how it is made, how deltas get in, and how its rows are folded into one a key. */
export interface RollupTable {
  name: string;
  /** Buckets are this long; folding works on whole ones. */
  bucket: "15m" | "hour" | "day";
  create: string;
  /** Columns that identify a row. */
  keys: readonly string[];
  /** `SELECT` list over the keys that adds rows up. */
  folded: string;
}

export interface Rollups {
  tables: readonly RollupTable[];
  /** Temporary tables that one group's deltas pass through. */
  createStaged: readonly string[];
  /** Fills the staged tables from the given source of events. */
  stage: (source: string) => readonly string[];
  /** Everything that the rows depend on; a change means they must be rebuilt. */
  definition: string;
  /** Text expressions that are read out of `data` once a row, into the list `extracted`. */
  extracted: readonly string[];
  /** From the staged deltas into the tables. `narrow`: all in one bucket or nearly, so adding up first would not pay. */
  insert: (narrow: boolean) => readonly RollupInsert[];
}

export interface RollupInsert {
  table: string;
  /** The staged table that the rows come from: no more are inserted than it has. */
  from: StagedTable;
  sql: string;
}

export const STAGED_TABLES = ["staged_rollup", "staged_sketch", "staged_contact"] as const;
type StagedTable = (typeof STAGED_TABLES)[number];

const KEYS = ["bucket", "location_id", "type", "bot_id", "currency"] as const;
const SKETCH_KEYS = ["bucket", "location_id", "type", "bot_id", "sketch", "bin"] as const;
const CONTACT_KEYS = ["bucket", "location_id", "type", "bot_id", "contact"] as const;
const MEASURE_TYPES = { count: "BIGINT", sum: "DOUBLE", decimal_sum: "DECIMAL(38,4)" } as const;

export function rollupsOf(measures: readonly Measure[], sketches: readonly Sketch[]): Rollups {
  const reader = dataReader();
  const aggregates = measures.map((measure) => ({ ...measure, sql: reader.rewrite(measureSql(measure)) }));
  const bins = sketches.map((sketch) => ({ ...sketch, sql: reader.rewrite(binSql(sketch)) }));
  const columns = aggregates.map(({ column, kind }) => `${column} ${MEASURE_TYPES[kind]}`).join(", ");
  const sums = aggregates.map(({ column, kind }) => `sum(${column})::${MEASURE_TYPES[kind]} AS ${column}`).join(", ");
  const names = aggregates.map(({ column }) => column).join(", ");
  const tables = [
    ...(["15m", "hour", "day"] as const).map((bucket) => ({
      name: `rollup_${bucket}`,
      bucket,
      create: `CREATE TABLE rollup_${bucket} (${keyColumns}, currency VARCHAR, ${columns})`,
      keys: KEYS,
      folded: `${KEYS.join(", ")}, ${sums}`,
    })),
    ...(["hour", "day"] as const).map((bucket) => ({
      name: `sketch_${bucket}`,
      bucket,
      create: `CREATE TABLE sketch_${bucket} (${keyColumns}, sketch VARCHAR, bin INTEGER, n BIGINT)`,
      keys: SKETCH_KEYS,
      folded: `${SKETCH_KEYS.join(", ")}, sum(n)::BIGINT AS n`,
    })),
    {
      name: "contact_day",
      bucket: "day" as const,
      create: `CREATE TABLE contact_day (${keyColumns}, contact UBIGINT)`,
      keys: CONTACT_KEYS,
      folded: CONTACT_KEYS.join(", "),
    },
  ];
  const stage = (source: string): readonly string[] => [
    `INSERT INTO staged_rollup SELECT time_bucket(INTERVAL 15 minutes, time), location_id, type, bot_id, currency, ` +
      `${aggregates.map(({ sql }) => sql).join(", ")}, count(*), min(time), max(time) FROM ${source} GROUP BY 1, 2, 3, 4, 5`,
    ...(bins.length === 0 ? [] : [stagedSketchSql(bins, source)]),
    "INSERT INTO staged_contact SELECT DISTINCT date_trunc('day', time), location_id, type, bot_id, hash(contact_id) " +
      `FROM ${source} WHERE contact_id IS NOT NULL`,
  ];
  return {
    tables,
    createStaged: [
      `CREATE TEMP TABLE staged_rollup (${keyColumns}, currency VARCHAR, ${columns}, delta_rows BIGINT, time_min TIMESTAMP, time_max TIMESTAMP)`,
      `CREATE TEMP TABLE staged_sketch (${keyColumns}, sketch VARCHAR, bin INTEGER, n BIGINT)`,
      `CREATE TEMP TABLE staged_contact (${keyColumns}, contact UBIGINT)`,
    ],
    stage,
    definition: [...tables.map(({ create }) => create), ...stage("stored_events"), ...reader.extracted].join("\n"),
    extracted: reader.extracted,
    insert: (narrow) => [
      {
        table: "rollup_15m",
        from: "staged_rollup",
        sql: `INSERT INTO rollup_15m SELECT ${KEYS.join(", ")}, ${names} FROM staged_rollup`,
      },
      ...(["hour", "day"] as const).map((bucket) => ({
        table: `rollup_${bucket}`,
        from: "staged_rollup" as const,
        sql: narrow
          ? `INSERT INTO rollup_${bucket} SELECT date_trunc('${bucket}', bucket), location_id, type, bot_id, currency, ${names} FROM staged_rollup`
          : `INSERT INTO rollup_${bucket} SELECT date_trunc('${bucket}', bucket), location_id, type, bot_id, currency, ${sums} FROM staged_rollup GROUP BY 1, 2, 3, 4, 5`,
      })),
      {
        table: "sketch_hour",
        from: "staged_sketch",
        sql: `INSERT INTO sketch_hour SELECT ${SKETCH_KEYS.join(", ")}, n FROM staged_sketch`,
      },
      {
        table: "sketch_day",
        from: "staged_sketch",
        sql: narrow
          ? "INSERT INTO sketch_day SELECT date_trunc('day', bucket), location_id, type, bot_id, sketch, bin, n FROM staged_sketch"
          : "INSERT INTO sketch_day SELECT date_trunc('day', bucket), location_id, type, bot_id, sketch, bin, sum(n)::BIGINT FROM staged_sketch GROUP BY 1, 2, 3, 4, 5, 6",
      },
      { table: "contact_day", from: "staged_contact", sql: "INSERT INTO contact_day SELECT * FROM staged_contact" },
    ],
  };
}

const keyColumns = "bucket TIMESTAMP, location_id VARCHAR, type VARCHAR, bot_id VARCHAR";

function binSql({ field, where }: Sketch): string {
  const bin = sketchBinSql(`(${numberSql(field)})::DOUBLE`);
  return where === null ? bin : `CASE WHEN ${conditionLiteralSql(where)} THEN ${bin} END`;
}

/** All sketches in one pass: a list of bins a row, unnested, nulls left out. */
function stagedSketchSql(bins: readonly { name: string; sql: string }[], source: string): string {
  const list = bins.map(({ name, sql }) => `{'sketch': ${quoted(name)}, 'bin': ${sql}}`).join(", ");
  return (
    "INSERT INTO staged_sketch SELECT date_trunc('hour', time), location_id, type, bot_id, s.sketch, s.bin, count(*) FROM " +
    `(SELECT time, location_id, type, bot_id, unnest([${list}]) AS s FROM ${source}) WHERE s.bin IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6`
  );
}

/**
 * Reading one path out of JSON text parses the whole of it, so all paths of all measures are read together:
 * expressions of the form data->>'…' become places in the list `extracted`.
 */
function dataReader(): { extracted: string[]; rewrite: (sql: string) => string } {
  const extracted: string[] = [];
  const rewrite = (sql: string): string =>
    sql.replaceAll(/data->>('(?:[^']|'')*')/g, (_, path: string) => {
      if (!extracted.includes(path)) extracted.push(path);
      return `extracted[${extracted.indexOf(path) + 1}]`;
    });
  return { extracted, rewrite };
}
