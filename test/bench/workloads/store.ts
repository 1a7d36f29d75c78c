/** What the store costs: Overview uncached, start, memory and disk, at 1M and 10M events (100M with --huge). */
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { dataset } from "../dataset.ts";
import { bytesUnder, startServer } from "../server.ts";
import { median, percentile, type Result, repeat, type Scale, type Workload } from "../workload.ts";

const MILLION = 1_000_000;
const QUARTER_MS = 15 * 60_000;
const KEYS = "revenue,commission,leads_qualified,conversion_rate,bot_success_rate,intent_latency_p95";

export const OVERVIEW: Workload = {
  name: "overview",
  async run(scale): Promise<readonly Result[]> {
    const results: Result[] = [];
    for (const events of sizes(scale)) {
      const set = await dataset(events);
      const yardstick_ms = await fullScan(join(set.data, "bellwether.duckdb"));
      const server = await startServer({ data: set.data });
      for (const timeframe of ["30d", "1y"] as const) {
        let turn = 0;
        const latencies = await repeat(scale.quick ? 20 : 60, async () => {
          const started = performance.now();
          const answer = await fetch(server.url + overviewPath(timeframe, turn++), {
            headers: { authorization: `Bearer ${server.key}` },
          });
          await answer.arrayBuffer();
          return performance.now() - started;
        });
        const value = percentile(latencies, 0.95);
        const goal = events > 10 * MILLION ? 100 : 50;
        results.push({
          workload: `overview figures, uncached, ${timeframe}, ${events / MILLION}M events, p95`,
          value,
          unit: "ms",
          yardstick: yardstick_ms,
          ratio: value / yardstick_ms,
          goal: `below ${goal} ms`,
          met: value < goal,
          note: `p50 ${percentile(latencies, 0.5).toFixed(1)} ms, with comparison and trend`,
        });
      }
      await server.stop();
    }
    return results;
  },
};

export const START_MEMORY_DISK: Workload = {
  name: "start",
  async run(scale): Promise<readonly Result[]> {
    const set = await dataset(scale.quick ? MILLION : 10 * MILLION);
    const label = `${set.events / MILLION}M events`;
    const starts = await repeat(scale.rounds, async () => {
      const server = await startServer({ data: set.data, flags: ["--duckdb-memory-mb", "256"] });
      await server.stop();
      return server.ready_ms;
    });
    const server = await startServer({ data: set.data, flags: ["--duckdb-memory-mb", "256"] });
    for (let i = 0; i < 200; i++) {
      const answer = await fetch(server.url + overviewPath(i % 2 ? "30d" : "1y", i), {
        headers: { authorization: `Bearer ${server.key}` },
      });
      await answer.arrayBuffer();
    }
    const rss = server.rss_bytes();
    await server.stop();
    const store = bytesUnder(join(set.data, "bellwether.duckdb"));
    const journal = bytesUnder(join(set.data, "journal"));
    return [
      absolute(`start to ready, ${label}`, median(starts), "ms", 500),
      absolute(`memory after 200 overviews, ${label}, 256 MB DuckDB limit`, rss / MILLION, "MB", 400),
      {
        workload: `disk, ${label}: events and rollups`,
        value: store / MILLION,
        unit: "MB",
        yardstick: set.ndjson_bytes / MILLION,
        ratio: store / set.ndjson_bytes,
        goal: "at most 20% of the NDJSON",
        met: store <= 0.2 * set.ndjson_bytes,
        note: `the journal beside it: ${(journal / MILLION).toFixed(0)} MB, ${((journal / set.ndjson_bytes) * 100).toFixed(0)}% of the NDJSON`,
      },
    ];
  },
};

/** Each turn ends a quarter of an hour before the last: another question, that no cache has the answer of. */
function overviewPath(timeframe: "30d" | "1y", turn: number): string {
  const to = Math.floor(Date.now() / QUARTER_MS) * QUARTER_MS - turn * QUARTER_MS;
  const from = to - (timeframe === "30d" ? 30 : 365) * 24 * 3_600_000;
  return `/api/bi/dashboard-kpis?keys=${KEYS}&from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
}

function sizes(scale: Scale): readonly number[] {
  if (scale.quick) return [MILLION];
  return scale.huge ? [MILLION, 10 * MILLION, 100 * MILLION] : [MILLION, 10 * MILLION];
}

function absolute(workload: string, value: number, unit: string, below: number): Result {
  return { workload, value, unit, yardstick: null, ratio: null, goal: `below ${below} ${unit}`, met: value < below };
}

/** The same figures by scanning the events of a year: milliseconds, median of three. On a copy of nothing: read only. */
async function fullScan(path: string): Promise<number> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY", threads: "2" });
  const connection = await instance.connect();
  const times = await repeat(3, async () => {
    const started = performance.now();
    await connection.runAndReadAll(`
      SELECT time::DATE AS day,
        sum(value) FILTER (type = 'deal_closed'),
        sum(value) FILTER (type = 'deal_closed') * 0.06,
        count(*) FILTER (type = 'lead_qualified'),
        count(*) FILTER (type = 'lead_converted') / nullif(count(*) FILTER (type = 'lead_created'), 0),
        count(*) FILTER (success) / nullif(count(success), 0),
        quantile_cont(data_processing_time_ms, 0.95) FILTER (type = 'intent_analysis_complete')
      FROM events GROUP BY day`);
    return performance.now() - started;
  });
  connection.closeSync();
  instance.closeSync();
  return median(times);
}
