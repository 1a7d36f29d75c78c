/** Anomalies of real sets that are known to be there, each with the cause that must be named first. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { detect, type SeriesKind } from "../../../../src/analysis/anomaly/detector.ts";
import { type Cause, causesOf, causesOfRate, type Part, type RatePart } from "../../../../src/analysis/cause.ts";
import type { InsightRow } from "../row.ts";

interface Known {
  what: string;
  found: boolean;
  /** What was named first, in words. */
  named: string;
  right: boolean;
}

const DATA = resolve(import.meta.dir, "../../../../../shared/data");
const MONEY: SeriesKind = { periods: [7], counts: false, floor: 0, ceiling: null };
const PERCENT: SeriesKind = { ...MONEY, ceiling: 100 };
const CAUSES_MAX = 3;
const DAY_MS = 86_400_000;

export async function knownAnomalies(): Promise<InsightRow[]> {
  if (!existsSync(DATA)) return [];
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const known = [
      await refund(connection, "2011-01-18", "12346"),
      await refund(connection, "2011-12-09", "16446"),
      await october(connection),
    ];
    return [
      {
        what: "known anomalies of real sets, found with the right cause",
        value: known.filter(({ found, right }) => found && right).length,
        unit: `of ${known.length}`,
        better: "up",
        gate: known.length,
        aim: null,
        published: "",
        note: known.map(({ what, found, named }) => `${what}: ${found ? named : "not found"}`).join("; "),
      },
    ];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A large order that was taken back minutes later: revenue is as usual at the end of the day, refunds are not. */
async function refund(connection: DuckDBConnection, day: string, customer: string): Promise<Known> {
  const table = `'${DATA}/online_retail/online_retail.parquet'`;
  const select = (key: string): string =>
    `select strftime(InvoiceDate, '%Y-%m-%d') as day, ${key} as key, -sum(Quantity * UnitPrice)::double as value, 1.0 as below
     from ${table} where InvoiceNo like 'C%' group by all`;
  const days = daysOf("2010-12-01", day);
  const values = column((await segments(connection, select("''"), days)).get("") ?? [], "value");
  const judgement = detect(values, MONEY).at(-1);
  if (!judgement?.anomaly) return { what: `online_retail ${day}`, found: false, named: "", right: false };
  const parts: Part[] = [];
  for (const [dimension, key] of Object.entries({ contact_id: "CustomerID", sku: "StockCode", country: "Country" })) {
    for (const [name, rows] of await segments(connection, select(`coalesce(${key}, '')`), days)) {
      parts.push({ dimension, key: name, values: column(rows, "value") });
    }
  }
  const [first] = causesOf(judgement, parts, MONEY, CAUSES_MAX);
  // That customer bought one article: either names the event.
  const right = first?.dimension === "sku" || (first?.dimension === "contact_id" && first.key?.startsWith(customer));
  return { what: `online_retail ${day}, refunds`, found: true, named: told(first), right: right === true };
}

/** After seven weeks without a call a few hand-picked ones, most of them a success: not the mass campaign of the summer. */
async function october(connection: DuckDBConnection): Promise<Known> {
  const table = `'${DATA}/bank_marketing/bank-full.parquet'`;
  const select = (key: string): string =>
    `select strftime(call_date_inferred, '%Y-%m-%d') as day, ${key} as key, sum((y = 'yes')::int)::double as value,
     count(*)::double as below from ${table} group by all`;
  const days = daysOf("2008-05-05", "2008-10-31");
  const whole = (await segments(connection, select("''"), days)).get("") ?? [];
  const rates = whole.map(({ value, below }) => (below === 0 ? null : (100 * value) / below));
  const judged = detect(rates, PERCENT);
  const at = judged.findIndex((judgement, i) => judgement?.anomaly === true && days[i]?.startsWith("2008-10") === true);
  const judgement = judged[at];
  const what = "bank_marketing 2008-10, conversion rate";
  if (!judgement) return { what, found: false, named: "", right: false };
  const parts: RatePart[] = [];
  for (const [dimension, key] of Object.entries({ channel: "contact", previous_outcome: "poutcome", job: "job" })) {
    for (const [name, rows] of await segments(connection, select(key), days.slice(0, at + 1))) {
      parts.push({
        dimension,
        key: name,
        numerators: column(rows, "value"),
        denominators: column(rows, "below"),
      });
    }
  }
  const causes = causesOfRate(judgement, parts, PERCENT, CAUSES_MAX, 100);
  const [first] = causes;
  // The campaign of the summer went to unknown and mobile numbers; these calls went to land lines.
  const right = first?.dimension === "channel" && first.key === "telephone";
  return { what: `${what} on ${days[at]}`, found: true, named: causes.map(told).join(" + "), right };
}

interface Row {
  value: number;
  below: number;
}

/** Each segment's row of each day; nothing where it had none. */
async function segments(
  connection: DuckDBConnection,
  sql: string,
  days: readonly string[],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const places = new Map(days.map((day, i) => [day, i]));
  const found = new Map<string, Row[]>();
  for (const { day, key, value, below } of (await connection.runAndReadAll(sql)).getRowObjectsJson()) {
    const place = places.get(String(day));
    if (place === undefined) continue;
    const rows = found.get(String(key)) ?? days.map(() => ({ value: 0, below: 0 }));
    rows[place] = { value: Number(value), below: Number(below) };
    found.set(String(key), rows);
  }
  return found;
}

function column(rows: readonly Row[], name: keyof Row): readonly number[] {
  return rows.map((row) => row[name]);
}

function told(cause: Cause | undefined): string {
  if (!cause) return "no cause";
  return `${cause.dimension} ${cause.key} ${Math.round(100 * (cause.share ?? 0))}%`;
}

function daysOf(first: string, last: string): readonly string[] {
  const length = Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1;
  return Array.from({ length }, (_, i) => new Date(Date.parse(first) + i * DAY_MS).toISOString().slice(0, 10));
}
