/** Events as rows: all of them, newest first, with `data` as JSON or a column for each of its fields. */
import { expressionOf } from "../../catalogue/formula.ts";
import type { Kpi } from "../../catalogue/types.ts";
import {
  type CountedEvents,
  countedEvents,
  eventPackets,
  eventTexts,
  type Rows,
} from "../../store/query/event-packets.ts";
import { csvLineSql, jsonLineSql, type LineCell } from "../../store/query/line-sql.ts";
import { exactOf, moneyText } from "../../store/query/quantity.ts";
import type { Param } from "../../store/values.ts";
import { type Asked, framed, type ReportParts } from "../common.ts";
import { eventsBehind } from "../drill-down.ts";
import { maskedEvent } from "../personal.ts";
import { type DataColumns, dataColumns } from "./event-data.ts";
import { column, type ExportCell, type ExportRow, type ExportSource, type ExportTable, TooManyRows } from "./source.ts";

export interface EventsWanted {
  data: "json" | "columns";
  /** Only the events behind this figure. */
  kpi: Kpi | null;
}

/** A field of an event: what it is called, and SQL of it. */
export interface EventCell {
  column: ExportTable["columns"][number];
  sql: string;
}

const ENVELOPE: readonly EventCell[] = [
  cell("id", "Id", "text"),
  cell("type", "Type", "text"),
  cell("time", "Time", "time"),
  cell("location_id", "Location", "text"),
  cell("bot_id", "Bot", "text"),
  cell("contact_id", "Contact", "text"),
  cell("conversation_id", "Conversation", "text"),
  cell("value", "Value", "money"),
  cell("currency", "Currency", "text"),
  cell("duration_ms", "Duration (ms)", "duration"),
  cell("success", "Success", "boolean"),
];
const DATA = cell("data", "Data", "json", "coalesce(data::VARCHAR, '{}')");
const RECEIVED = cell("received_at", "Received", "time");

/** Throws QuestionFault for fields that do not exist, TooManyRows where `data` has too many fields for columns. */
export async function exportEvents(
  parts: ReportParts,
  asked: Asked,
  { data, kpi }: EventsWanted,
): Promise<ExportSource> {
  const resolved = await framed(parts, asked);
  const { scope } = resolved;
  const rows: Rows = (sql, params) => parts.store.rows(sql, params, scope.signal);
  const behind = kpi ? eventsBehind(expressionOf(kpi.formula), scope, asked.now) : { where: null, range: scope };
  const { from, to } = behind.range;
  const counted = await countedEvents(rows, { scope: { ...scope, from, to }, where: behind.where });
  // What is masked field by field has no columns to be told apart by.
  const fields = data === "columns" && asked.personal ? await fieldsOf(rows, counted) : null;
  const cells = [...ENVELOPE, ...(fields?.cells ?? [DATA]), RECEIVED];
  const given = { counted, cells, params: fields?.params ?? counted.params };
  const table = tableOf(rows, given, asked.personal === true);
  return { framed: resolved, title: kpi ? `Events behind ${kpi.label}` : "Events", table };
}

async function fieldsOf(rows: Rows, counted: CountedEvents): Promise<DataColumns> {
  const fields = await dataColumns(rows, counted);
  if (fields === null)
    throw new TooManyRows("These events have too many different fields for columns: ask with data=json.");
  return fields;
}

interface Given {
  counted: CountedEvents;
  cells: readonly EventCell[];
  /** Of the events and of the cells. */
  params: readonly Param[];
}

function tableOf(rows: Rows, given: Given, personal: boolean): ExportTable {
  const { counted, cells, params } = given;
  const columns = cells.map((one) => one.column);
  const money = columns.findIndex(({ kind }) => kind === "money");
  return {
    columns,
    rows: counted.count,
    async *packets() {
      for await (const packet of eventPackets<ExportCell[]>(rows, counted, cells.map(plainSql), params)) {
        for (const row of packet) {
          const value = row[money];
          if (typeof value === "string") row[money] = moneyText({ exact: exactOf(value) }, false);
        }
        yield personal ? packet : packet.map((row) => maskedRow(columns, row));
      }
    },
    // The database does not mask.
    ...(personal ? { select: selectOf(given), lines: (kind) => linesOf(rows, given, kind) } : {}),
  };
}

async function* linesOf(
  rows: Rows,
  { counted, cells, params }: Given,
  format: "csv" | "ndjson",
): AsyncGenerator<string> {
  const lines = cells.map(
    ({ column: { name, kind }, sql }): LineCell => ({ name, sql, kind: LINE_KINDS[kind] ?? "text" }),
  );
  const end = format === "csv" ? "\r\n" : "\n";
  const line = format === "csv" ? csvLineSql(lines) : jsonLineSql(lines);
  for await (const text of eventTexts(rows, counted, line, end, params)) if (text !== "") yield text + end;
}

const LINE_KINDS: Partial<Record<ExportTable["columns"][number]["kind"], LineCell["kind"]>> = {
  time: "time",
  money: "money",
  number: "number",
  duration: "number",
  boolean: "boolean",
  json: "json",
};

/** As JSON can say it. */
function plainSql({ column: { kind }, sql }: EventCell): string {
  if (kind === "time") return `epoch_us(${sql})`;
  return kind === "money" ? `${sql}::VARCHAR` : sql;
}

/** As Parquet types it. */
function selectOf({ counted, cells, params }: Given): { sql: string; params: readonly Param[] } {
  const items = cells.map(({ column: { name, kind }, sql }) => {
    const typed = kind === "time" ? `${sql}::TIMESTAMPTZ` : kind === "json" ? `${sql}::JSON` : sql;
    return `${typed} AS "${name.replaceAll('"', '""')}"`;
  });
  return { sql: `SELECT ${items.join(", ")} FROM ${counted.from}`, params };
}

function maskedRow(columns: ExportTable["columns"], row: ExportRow): ExportRow {
  const event = columns.map(({ name, kind }, at) => [name, kind === "json" ? JSON.parse(String(row[at])) : row[at]]);
  const masked: Record<string, unknown> = maskedEvent(Object.fromEntries(event));
  return columns.map(({ name, kind }) => {
    const value = masked[name] ?? null;
    if (kind === "json") return JSON.stringify(value);
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
  });
}

function cell(name: string, label: string, kind: EventCell["column"]["kind"], sql = name): EventCell {
  return { column: column(name, label, kind), sql };
}
