/** What the store tells about itself: how much of what it holds, since when, how late events come. */
import { kpiOf } from "../catalogue/kpis.ts";
import type { Kpi } from "../catalogue/types.ts";
import type { ReportParts } from "./common.ts";

export interface StoreFacts {
  /** Microseconds; null without events. */
  oldest: number | null;
  newest: number | null;
  rollups: readonly { name: string; rows: number }[];
  /** What the database holds of its memory limit, bytes. */
  memory_bytes: number | null;
}

export interface IngestFacts {
  /** By their own time, in each of the last 96 quarters of an hour, oldest first. */
  quarters: readonly number[];
  /** Received in the last day after they had happened, ms; null without events. */
  lag_p50_ms: number | null;
  lag_p95_ms: number | null;
}

const QUARTER = 900_000_000;
const QUARTERS = 96;
const DAY = 86_400_000_000;

export async function storeFacts({ store }: Pick<ReportParts, "store">, signal?: AbortSignal): Promise<StoreFacts> {
  const tables = await store.rows<{ name: string; rows: number }>(
    "SELECT table_name AS name, estimated_size AS rows FROM duckdb_tables() WHERE table_name LIKE 'rollup%' ORDER BY 1",
    [],
    signal,
  );
  const [days] = await store.rows<{ oldest: number | null; newest: number | null }>(
    "SELECT min(bucket) AS oldest, max(bucket) AS newest FROM rollup_day",
    [],
    signal,
  );
  const [memory] = await store.rows<{ bytes: number | null }>(
    "SELECT sum(memory_usage_bytes)::BIGINT AS bytes FROM duckdb_memory()",
    [],
    signal,
  );
  const extent = days && days.oldest !== null && days.newest !== null ? { ...days } : null;
  const [times] = extent
    ? await store.rows<{ oldest: number | null; newest: number | null }>(
        `SELECT (SELECT min(time) FROM events WHERE ${within(extent.oldest ?? 0)}) AS oldest, (SELECT max(time) FROM events WHERE ${within(extent.newest ?? 0)}) AS newest`,
        [],
        signal,
      )
    : [];
  return {
    oldest: times?.oldest ?? null,
    newest: times?.newest ?? null,
    rollups: tables,
    memory_bytes: memory?.bytes ?? null,
  };
}

export async function ingestFacts(
  { store, control }: ReportParts,
  now: number,
  signal?: AbortSignal,
): Promise<IngestFacts> {
  const from = (Math.floor(now / QUARTER) - QUARTERS + 1) * QUARTER;
  const [rows, { totals }] = await Promise.all([
    store.rows<{ bucket: number; events: number }>(
      `SELECT bucket, sum(n)::BIGINT AS events FROM rollup_15m WHERE bucket >= make_timestamp(${from}) AND bucket <= make_timestamp(${Math.floor(now)}) GROUP BY bucket`,
      [],
      signal,
    ),
    store.ask({
      kpis: LAGS,
      by: [],
      grain: null,
      from: now - DAY,
      to: now,
      timezone: "UTC",
      locations: null,
      filters: [],
      rules: control.commissionRules(),
      now,
      ...(signal ? { signal } : {}),
    }),
  ]);
  const quarters = Array.from({ length: QUARTERS }, () => 0);
  for (const { bucket, events } of rows) {
    const at = Math.round((bucket - from) / QUARTER);
    if (at >= 0 && at < QUARTERS) quarters[at] = events;
  }
  const lag = (key: string): number | null => (typeof totals[key] === "number" ? totals[key] : null);
  return { quarters, lag_p50_ms: lag("ingest_lag_p50"), lag_p95_ms: lag("ingest_lag_p95") };
}

/** The catalogue's, and its median beside it. */
const LAGS: readonly Kpi[] = ["ingest_lag_p95"].flatMap((key) => {
  const kpi = kpiOf(key);
  if (!kpi) throw new Error(`the catalogue lacks ${key}`);
  return [kpi, { ...kpi, key: "ingest_lag_p50", formula: kpi.formula.replace("0.95", "0.5") }];
});

function within(day: number): string {
  return `time >= make_timestamp(${day}) AND time < make_timestamp(${day + DAY})`;
}
