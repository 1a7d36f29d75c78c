/** Ingest: batches of 100, one event a request, and batches while dashboards refresh. */
import { runLoad, startServer, untilVisible } from "../server.ts";
import { median, percentile, type Result, repeat, type Scale, type Workload } from "../workload.ts";
import { appenderRate, serveYardstick } from "../yardstick.ts";

const CONNECTIONS = 32;

export const INGEST_BATCHES: Workload = {
  name: "ingest-batches",
  async run(scale): Promise<readonly Result[]> {
    const yardstick = await appenderRate();
    const rates = await repeat(scale.rounds, () => batches(scale, 0));
    const value = median(rates.map((rate) => rate.events_per_s));
    return [
      {
        workload: "ingest, batches of 100, until visible",
        value,
        unit: "events/s",
        yardstick,
        ratio: value / yardstick,
        goal: "at least 60% of the yardstick and 100,000 events/s",
        met: value >= 100_000 && value >= 0.6 * yardstick,
        note: `acknowledged at ${Math.round(median(rates.map((rate) => rate.acknowledged_per_s)))} events/s, p99 ${median(rates.map((rate) => rate.p99_ms)).toFixed(1)} ms`,
      },
    ];
  },
};

export const INGEST_WHILE_READING: Workload = {
  name: "ingest-reading",
  async run(scale): Promise<readonly Result[]> {
    const alone = median((await repeat(scale.rounds, () => batches(scale, 0))).map((rate) => rate.events_per_s));
    const reading = await repeat(scale.rounds, () => batches(scale, 5));
    const value = median(reading.map((rate) => rate.events_per_s));
    const slowest = Math.max(...reading.map((rate) => rate.max_ms));
    return [
      {
        workload: "ingest while 5 dashboards refresh",
        value,
        unit: "events/s",
        yardstick: alone,
        ratio: value / alone,
        goal: "at least 70% of ingest alone, no acknowledgement above 1 s",
        met: value >= 0.7 * alone && slowest <= 1_000,
        note: `slowest acknowledgement ${slowest.toFixed(0)} ms; the export of 1M rows joins when exports exist`,
      },
    ];
  },
};

export const INGEST_SINGLES: Workload = {
  name: "ingest-singles",
  async run(scale): Promise<readonly Result[]> {
    const requests = scale.quick ? 30_000 : 100_000;
    const plan = { path: "/v1/events", connections: CONNECTIONS, requests, batch: 1, rate: 0 };
    const parser = await serveYardstick("parser");
    const bare = await repeat(scale.rounds, (round) =>
      runLoad({ ...plan, port: parser.port, key: "bw_none", id_space: `y${round}` }),
    );
    parser.stop();
    const server = await startServer();
    const runs = await repeat(scale.rounds, (round) =>
      runLoad({ ...plan, port: server.port, key: server.key, id_space: `s${round}` }),
    );
    await server.stop();
    const yardstick = median(bare.map((run) => run.requests / run.seconds));
    const value = median(runs.map((run) => run.requests / run.seconds));
    const p99 = median(runs.map((run) => run.p99_ms));
    const failed = runs.reduce((sum, run) => sum + run.failed, 0);
    return [
      {
        workload: "ingest, one event a request",
        value,
        unit: "requests/s",
        yardstick,
        ratio: value / yardstick,
        goal: "at least 25% of the yardstick and 15,000 requests/s, p99 below 25 ms",
        met: value >= 15_000 && value >= 0.25 * yardstick && p99 < 25 && failed === 0,
        note: `p50 ${median(runs.map((run) => run.p50_ms)).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${failed} failed`,
      },
    ];
  },
};

interface BatchRun {
  /** From the first request until the last event is in the answers. */
  events_per_s: number;
  acknowledged_per_s: number;
  p99_ms: number;
  max_ms: number;
}

async function batches(scale: Scale, dashboards: number): Promise<BatchRun> {
  const requests = scale.quick ? 2_000 : 5_000;
  const server = await startServer();
  const stop = refreshDashboards(server.url, server.key, dashboards);
  const load = await runLoad({
    port: server.port,
    path: "/v1/events",
    key: server.key,
    connections: CONNECTIONS,
    requests,
    batch: 100,
    id_space: "b",
    rate: 0,
  });
  if (load.failed > 0) throw new Error(`${load.failed} of ${requests} requests were refused`);
  const behind_s = await untilVisible(server, load.events);
  await stop();
  await server.stop();
  return {
    events_per_s: load.events / (load.seconds + behind_s),
    acknowledged_per_s: load.events / load.seconds,
    p99_ms: load.p99_ms,
    max_ms: load.max_ms,
  };
}

/** So many dashboards, each asking for its figures once a second. */
function refreshDashboards(url: string, key: string, count: number): () => Promise<readonly number[]> {
  let going = true;
  const latencies: number[] = [];
  const viewers = Array.from({ length: count }, async () => {
    while (going) {
      const started = performance.now();
      const answer = await fetch(`${url}/fragments?view=overview`, {
        headers: { authorization: `Bearer ${key}` },
      });
      await answer.arrayBuffer();
      latencies.push(performance.now() - started);
      await Bun.sleep(Math.max(0, 1_000 - (performance.now() - started)));
    }
  });
  return async () => {
    going = false;
    await Promise.all(viewers);
    return [percentile(latencies, 0.5), percentile(latencies, 0.95)];
  };
}
