/** The BI API: every endpoint uncached, cached and by ETag, one at a time; then all of them mixed over 50 connections. */
import type { Asking, AskPlan, AskResult } from "../asker.ts";
import { dataset } from "../dataset.ts";
import { runAsks, type Server, startServer } from "../server.ts";
import type { Result, Scale, Workload } from "../workload.ts";

const MILLION = 1_000_000;
const DAY_MS = 24 * 3_600_000;
const QUARTER_MS = 15 * 60_000;

interface Endpoint {
  name: string;
  /** A GET's path, or what a POST is sent. */
  path: string;
  query?: string;
  body?: Record<string, unknown>;
  /** It has a timeframe of its own. */
  timeless?: true;
  /** Not in the mix of ten. */
  apart?: true;
}

/** To measure one more, add a line. */
const ENDPOINTS: readonly Endpoint[] = [
  { name: "dashboard-kpis", path: "/api/bi/dashboard-kpis" },
  {
    name: "dashboard-kpis, six",
    path: "/api/bi/dashboard-kpis",
    query: "keys=revenue,commission,leads_qualified,conversion_rate,bot_success_rate,intent_latency_p95",
    apart: true,
  },
  { name: "revenue-intelligence", path: "/api/bi/revenue-intelligence" },
  { name: "bot-performance", path: "/api/bi/bot-performance" },
  { name: "drill-down", path: "/api/bi/drill-down", body: { kpi: "revenue", by: "bot_id" } },
  {
    name: "query",
    path: "/api/bi/query",
    body: { kpis: ["revenue", "leads", "conversion_rate"], by: ["bot_id"], grain: "day" },
  },
  {
    name: "funnel",
    path: "/api/bi/funnel",
    body: {
      steps: [{ type: "lead_created" }, { type: "lead_qualified" }, { type: "deal_closed" }],
      by: "contact_id",
      window: "30d",
    },
  },
  {
    name: "retention",
    path: "/api/bi/retention",
    body: { birth: { type: "lead_created" }, return: { type: "conversation_message" }, grain: "week" },
  },
  { name: "predictive-insights", path: "/api/bi/predictive-insights", apart: true },
  { name: "anomaly-detection", path: "/api/bi/anomaly-detection" },
  { name: "real-time-metrics", path: "/api/bi/real-time-metrics", timeless: true },
  { name: "events", path: "/api/bi/events", query: "limit=50" },
];

export const API: Workload = {
  name: "api",
  async run(scale): Promise<readonly Result[]> {
    const set = await dataset(scale.quick ? MILLION : 10 * MILLION);
    const label = `${set.events / MILLION}M events`;
    // Of one key, more than a client is allowed by default.
    const flags = ["--duckdb-memory-mb", "256", "--rate-read-per-s", "0"];
    const server = await startServer({ data: set.data, flags });
    try {
      const fresh = await uncached(server, scale);
      const kept = await runAsks(
        planOf(server, ENDPOINTS, { connections: 1, seconds: scale.quick ? 3 : 10, etags: false }),
      );
      const known = await runAsks(
        planOf(server, ENDPOINTS, { connections: 1, seconds: scale.quick ? 3 : 10, etags: true }),
      );
      const mix = ENDPOINTS.filter(({ apart }) => !apart);
      const load = await runAsks(planOf(server, mix, { connections: 50, seconds: scale.quick ? 5 : 20, etags: false }));
      const rss = server.rss_bytes();
      return results(label, fresh, kept, known, load, rss);
    } finally {
      await server.stop();
    }
  },
};

interface Latency {
  name: string;
  p50_ms: number;
  p95_ms: number;
}

/** Each time a range that ends a quarter of an hour earlier: no answer can be kept from the one before. */
async function uncached(server: Server, scale: Scale): Promise<readonly Latency[]> {
  const latencies: Latency[] = [];
  for (const timeframe_days of [30, 365]) {
    for (const endpoint of ENDPOINTS) {
      if (endpoint.timeless && timeframe_days > 30) continue;
      const times: number[] = [];
      for (let turn = 0; turn < (scale.quick ? 5 : 20); turn++) {
        const to = Math.floor(Date.now() / QUARTER_MS) * QUARTER_MS - (turn + 1) * QUARTER_MS;
        const range = endpoint.timeless
          ? { timezone: ZONES[turn % ZONES.length] ?? "UTC" }
          : { from: instant(to - timeframe_days * DAY_MS), to: instant(to) };
        const { method, path, body } = askingOf(endpoint, range);
        const started = performance.now();
        const answer = await fetch(server.url + path, {
          method,
          headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
          ...(body === null ? {} : { body }),
        });
        await answer.arrayBuffer();
        if (!answer.ok) throw new Error(`${endpoint.name} answered ${answer.status}`);
        times.push(performance.now() - started);
      }
      times.sort((a, b) => a - b);
      const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
      latencies.push({ name: `${endpoint.name}, ${timeframe_days}d`, p50_ms: at(0.5), p95_ms: at(0.95) });
    }
  }
  return latencies;
}

/** For what takes no range: a zone more is a question more. */
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Tokyo",
  "Asia/Kolkata",
  "America/Chicago",
  "Europe/Paris",
];

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function askingOf({ name, path, query, body }: Endpoint, range: Record<string, string>): Asking {
  if (body) return { name, method: "POST", path, body: JSON.stringify({ ...body, ...range }) };
  const params = [query, new URLSearchParams(range).toString()].filter((part) => part);
  return { name, method: "GET", path: params.length === 0 ? path : `${path}?${params.join("&")}`, body: null };
}

function planOf(
  { port, key }: Server,
  endpoints: readonly Endpoint[],
  how: Pick<AskPlan, "connections" | "seconds" | "etags">,
): AskPlan {
  return {
    port,
    key,
    ...how,
    questions: endpoints.map((endpoint) => askingOf(endpoint, endpoint.timeless ? {} : { timeframe: "30d" })),
  };
}

function results(
  label: string,
  fresh: readonly Latency[],
  kept: AskResult,
  known: AskResult,
  load: AskResult,
  rss: number,
): readonly Result[] {
  const rate = load.requests / load.seconds;
  const worst = worstOf(kept);
  const gets = ENDPOINTS.filter(({ body }) => !body).map(({ name }) => name);
  const quickest = worstOf({
    ...known,
    by_name: Object.fromEntries(Object.entries(known.by_name).filter(([name]) => gets.includes(name))),
  });
  const unit = "ms";
  const absolute = { yardstick: null, ratio: null };
  return [
    ...fresh.map(({ name, p50_ms, p95_ms }): Result => {
      const goal = name.startsWith("dashboard-kpis") ? (name.endsWith("365d") ? 1_000 : 300) : 1_000;
      return {
        workload: `api, ${name}, uncached, ${label}, p95`,
        value: p95_ms,
        unit,
        ...absolute,
        goal: `below ${goal} ms`,
        met: p95_ms < goal,
        note: `p50 ${p50_ms.toFixed(1)} ms`,
      };
    }),
    {
      workload: `api, any query, cached, ${label}, p95`,
      value: worst.p95_ms,
      unit,
      ...absolute,
      goal: "below 3 ms",
      met: worst.p95_ms < 3,
      note: tableOf(kept),
    },
    {
      workload: `api, any query, by ETag, ${label}, p95`,
      value: quickest.p95_ms,
      unit,
      ...absolute,
      goal: "below 1 ms",
      met: quickest.p95_ms < 1,
      note: tableOf(known),
    },
    {
      workload: `api load, ten endpoints mixed, 50 connections, ${label}`,
      value: rate,
      unit: "requests/s",
      ...absolute,
      goal: "at least 3,000 requests/s, p95 below 25 ms",
      met: rate >= 3_000 && load.p95_ms < 25 && load.failed === 0,
      note: `p50 ${load.p50_ms.toFixed(1)} ms, p95 ${load.p95_ms.toFixed(1)} ms, p99 ${load.p99_ms.toFixed(1)} ms, ${load.failed} failed; ${tableOf(load)}`,
    },
    {
      workload: `memory after the API load, ${label}, 256 MB DuckDB limit`,
      value: rss / MILLION,
      unit: "MB",
      ...absolute,
      goal: "below 400 MB",
      met: rss < 400 * MILLION,
    },
  ];
}

function worstOf({ by_name }: AskResult): { p95_ms: number } {
  return Object.values(by_name).reduce((worst, one) => (one.p95_ms > worst.p95_ms ? one : worst), { p95_ms: 0 });
}

function tableOf({ by_name }: AskResult): string {
  return Object.entries(by_name)
    .map(([name, { p50_ms, p95_ms }]) => `${name} ${p50_ms.toFixed(2)}/${p95_ms.toFixed(2)}`)
    .join("; ");
}
