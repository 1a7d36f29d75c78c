/**
 * The rollups: what is kept beside the events so that a long timeframe costs its buckets, not its events.
 * All of it derives from the catalogue's measures and sketches; rows are deltas, so the sum over them is always right.
 */
import type { ContactMeasures } from "../catalogue/contact-measures.ts";
import type { Measure, Sketch } from "../catalogue/measures.ts";
import { conditionLiteralSql, measureSql, numberSql } from "./condition.ts";
import { contactColumns } from "./contact-rows.ts";
import { quoted } from "./duckdb.ts";
import { sketchBinSql } from "./sketch.ts";

/** One rollup table: how it is made, how deltas get in, and how its rows are folded into one a key. */
export interface RollupTable {
  name: string;
  /** Buckets are this long; folding works on whole ones. */
  bucket: "15m" | "hour" | "day" | "week";
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
  /** SQL that tells how many of the staged events are deeds. */
  deeds: string;
  /** Text expressions that are read out of `data` once a row, into the list `extracted`. */
  extracted: readonly string[];
  /** From the staged deltas, and from the source itself, into the tables. `narrow`: all in one bucket or nearly, so adding up first would not pay. */
  insert: (narrow: boolean, source: string) => readonly RollupInsert[];
}

export interface RollupInsert {
  table: string;
  /** What the rows come from: no more are inserted than that has. */
  from: StagedSource;
  sql: string;
}

/** Staged tables, and the staged events that are deeds. */
export type StagedSource = StagedTable | "staged_deeds";

/** What a group is staged in, in this order: the events, and what is added up from them. */
export const STAGED_TABLES = ["staged", "staged_rollup", "staged_sketch", "staged_contact"] as const;
type StagedTable = (typeof STAGED_TABLES)[number];

const KEYS = ["bucket", "location_id", "type", "bot_id", "currency"] as const;
const SKETCH_KEYS = ["bucket", "location_id", "type", "bot_id", "sketch", "bin"] as const;
const CONTACT_KEYS = ["bucket", "location_id", "type", "bot_id", "contact"] as const;
const WEEK_KEYS = ["bucket", "location_id", "contact"] as const;
const MEASURE_TYPES = { count: "BIGINT", sum: "DOUBLE", decimal_sum: "DECIMAL(38,4)" } as const;

export function rollupsOf(
  measures: readonly Measure[],
  sketches: readonly Sketch[],
  contacts: ContactMeasures,
): Rollups {
  const reader = dataReader();
  const aggregates = measures.map((measure) => ({ ...measure, sql: reader.rewrite(measureSql(measure)) }));
  const bins = sketches.map((sketch) => ({ ...sketch, sql: reader.rewrite(binSql(sketch)) }));
  const people = contactColumns(contacts).map((column) => ({ ...column, event: reader.rewrite(column.event) }));
  const peopleColumns = people.map(({ name, type }) => `${name} ${type}`).join(", ");
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
    {
      // What contacts did that KPIs look at contact by contact.
      name: "contact_deed",
      bucket: "15m" as const,
      create: `CREATE TABLE contact_deed (${keyColumns}, contact UBIGINT, ${peopleColumns})`,
      keys: CONTACT_KEYS,
      folded: [...CONTACT_KEYS, ...people.map(({ name, add }) => `${add(name)} AS ${name}`)].join(", "),
    },
    {
      // Who was there at all, and since when: of a long timeframe only that is asked.
      name: "contact_week",
      bucket: "week" as const,
      create: "CREATE TABLE contact_week (bucket TIMESTAMP, location_id VARCHAR, contact UBIGINT, since TIMESTAMP)",
      keys: WEEK_KEYS,
      folded: `${WEEK_KEYS.join(", ")}, min(since) AS since`,
    },
  ];
  const stage = (source: string): readonly string[] => [
    `INSERT INTO staged_rollup SELECT time_bucket(INTERVAL 15 minutes, time), location_id, type, bot_id, currency, ` +
      `${aggregates.map(({ sql }) => sql).join(", ")}, count(*), min(time), max(time) FROM ${source} GROUP BY 1, 2, 3, 4, 5`,
    ...stagedSketchSql(bins, source),
    "INSERT INTO staged_contact SELECT DISTINCT date_trunc('day', time), location_id, type, bot_id, hash(contact_id) " +
      `FROM ${source} WHERE contact_id IS NOT NULL`,
  ];
  const types = contacts.types.map(quoted).join(", ");
  const deedsOf = (source: string, narrow: boolean): string => {
    const values = people.map(({ event, add }) => (narrow ? event : add(event))).join(", ");
    return (
      `SELECT time_bucket(INTERVAL 15 minutes, time), location_id, type, bot_id, hash(contact_id), ${values} ` +
      `FROM ${source} WHERE contact_id IS NOT NULL AND type IN (${types})${narrow ? "" : " GROUP BY 1, 2, 3, 4, 5"}`
    );
  };
  const insert = insertsOf(names, sums, deedsOf);
  return {
    tables,
    createStaged: [
      `CREATE TEMP TABLE staged_rollup (${keyColumns}, currency VARCHAR, ${columns}, delta_rows BIGINT, time_min TIMESTAMP, time_max TIMESTAMP)`,
      `CREATE TEMP TABLE staged_sketch (${keyColumns}, sketch VARCHAR, bin INTEGER, n BIGINT)`,
      `CREATE TEMP TABLE staged_contact (${keyColumns}, contact UBIGINT)`,
    ],
    stage,
    definition: [
      ...tables.map(({ create }) => create),
      ...stage("stored_events"),
      ...reader.extracted,
      ...insert(false, "stored_events").map(({ sql }) => sql),
    ].join("\n"),
    deeds: `SELECT count(*) FROM staged WHERE type IN (${types})`,
    extracted: reader.extracted,
    insert,
  };
}

/** `names` and `sums`: the measures' columns, as they are and added up. */
function insertsOf(
  names: string,
  sums: string,
  deedsOf: (source: string, narrow: boolean) => string,
): Rollups["insert"] {
  return (narrow, source) => [
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
    { table: "contact_day", from: "staged_contact", sql: "INSERT INTO contact_day FROM staged_contact" },
    {
      table: "contact_deed",
      from: "staged_deeds",
      // Of what comes in live most contacts have one event of a type in a group: adding up is left to the fold.
      sql: `INSERT INTO contact_deed ${deedsOf(source, narrow)}`,
    },
    { table: "contact_week", from: "staged_contact", sql: `INSERT INTO contact_week ${weeksSql(source, "true")}` },
  ];
}

/** Rows of contact_week from the events of a source. */
export function weeksSql(source: string, where: string): string {
  return (
    "SELECT week, location_id, contact, time_bucket(INTERVAL 15 minutes, since) FROM (" +
    "SELECT date_trunc('week', time) AS week, location_id, hash(contact_id) AS contact, min(time) AS since " +
    `FROM ${source} WHERE contact_id IS NOT NULL AND ${where} GROUP BY ALL)`
  );
}

const keyColumns = "bucket TIMESTAMP, location_id VARCHAR, type VARCHAR, bot_id VARCHAR";

function binSql({ field, where }: Sketch): string {
  const bin = sketchBinSql(`(${numberSql(field)})::DOUBLE`);
  return where === null ? bin : `CASE WHEN ${conditionLiteralSql(where)} THEN ${bin} END`;
}

/**
 * All sketches in one pass: a list of bins a row, unnested, nulls left out. Those that are kept whole in a pass of
 * their own, without type and bot.
 */
function stagedSketchSql(bins: readonly (Sketch & { sql: string })[], source: string): readonly string[] {
  const insert = "INSERT INTO staged_sketch SELECT date_trunc('hour', time), location_id,";
  const list = bins.filter(({ whole }) => !whole).map(({ name, sql }) => `{'sketch': ${quoted(name)}, 'bin': ${sql}}`);
  const apart =
    `${insert} type, bot_id, s.sketch, s.bin, count(*) FROM (SELECT time, location_id, type, bot_id, ` +
    `unnest([${list.join(", ")}]) AS s FROM ${source}) WHERE s.bin IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6`;
  const whole = bins
    .filter((bin) => bin.whole)
    .map(
      ({ name, field }) =>
        // The value by itself first: the bin looks at it three times.
        `INSERT INTO staged_sketch SELECT hour, location_id, '', NULL, ${quoted(name)}, bin, n FROM (` +
        `SELECT hour, location_id, ${sketchBinSql("v")} AS bin, count(*) AS n FROM (` +
        `SELECT date_trunc('hour', time) AS hour, location_id, (${numberSql(field)})::DOUBLE AS v FROM ${source}) GROUP BY ALL) WHERE bin IS NOT NULL`,
    );
  return [...(list.length === 0 ? [] : [apart]), ...whole];
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
