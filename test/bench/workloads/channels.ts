/** The public channels: 1,000 clients over all of them, while 1,000 events a second are posted. */
import { join } from "node:path";
import type { ChannelPlan, ChannelResult } from "../channel-clients.ts";
import { runLoad, startServer } from "../server.ts";
import { median, type Result, repeat, type Scale, type Workload } from "../workload.ts";

const SOCKETS = 1_000;
const MB = 1_000_000;
const LOCATION = "bench_1";
const CHANNELS: readonly string[] = [
  `dashboard/${LOCATION}`,
  `bi/revenue-intelligence/${LOCATION}`,
  `bot-performance/${LOCATION}`,
  `business-intelligence/${LOCATION}`,
  `ai-concierge/${LOCATION}`,
  `analytics/advanced/${LOCATION}`,
  `activity/${LOCATION}`,
  "health",
];

interface Run {
  result: ChannelResult;
  memory_bytes: number;
}

export const PUBLIC_CHANNELS: Workload = {
  name: "channels",
  async run(scale): Promise<readonly Result[]> {
    const runs = await repeat(scale.rounds, () => listening(scale));
    const of = (read: (result: ChannelResult) => number): number => median(runs.map(({ result }) => read(result)));
    const told = of(({ told_p95_ms }) => told_p95_ms);
    const lost = runs.reduce((sum, { result }) => sum + result.missed + result.closed + result.gaps, 0);
    const memory = median(runs.map(({ memory_bytes }) => memory_bytes)) / MB;
    return [
      {
        workload: "all channels, 1,000 clients, 1,000 events/s: POST to the frame that tells of it, p95",
        value: told,
        unit: "ms",
        yardstick: null,
        ratio: null,
        goal: "below 300 ms",
        met: told < 300 && lost === 0,
        note: `p50 ${of(({ told_p50_ms }) => told_p50_ms).toFixed(0)} ms, ${of(({ probes }) => probes)} probes; made to arrived p50 ${of(({ sent_p50_ms }) => sent_p50_ms).toFixed(0)}, p95 ${of(({ sent_p95_ms }) => sent_p95_ms).toFixed(0)} ms over ${of(({ frames }) => frames)} frames, ${(of(({ bytes }) => bytes) / MB).toFixed(0)} MB; missed, closed and gaps together ${lost}`,
      },
      {
        workload: "memory of 1,000 channel clients under 1,000 events/s",
        value: memory,
        unit: "MB",
        yardstick: null,
        ratio: null,
        goal: "below 200 MB more than without",
        met: memory < 200,
      },
    ];
  },
};

async function listening(scale: Scale): Promise<Run> {
  const seconds = scale.quick ? 10 : 20;
  const flags = ["--live-sockets-per-user-max", "2000", "--live-sockets-per-address-max", "2000"];
  const server = await startServer({ flags });
  // The store works before anyone listens, so that its memory does not count as the clients'.
  await runLoad({ ...loadOf(server, 2), id_space: "before" });
  const before = server.rss_bytes();
  const plan: ChannelPlan = {
    url: server.url,
    key: server.key,
    location_id: LOCATION,
    channels: CHANNELS,
    sockets: SOCKETS,
    seconds,
    probe_every_ms: 500,
  };
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "../channel-clients.ts")], {
    stdin: new TextEncoder().encode(JSON.stringify(plan)),
    stdout: "pipe",
    stderr: "inherit",
  });
  let text = "";
  let load: Promise<unknown> | null = null;
  const decoder = new TextDecoder();
  for await (const piece of child.stdout) {
    text += decoder.decode(piece, { stream: true });
    if (text.startsWith("open\n")) load ??= runLoad({ ...loadOf(server, seconds + 2), id_space: "during" });
  }
  if (load === null) throw new Error("the clients ended before all sockets were open");
  await load;
  const memory_bytes = server.rss_bytes() - before;
  await server.stop();
  const result: ChannelResult = JSON.parse(text.slice("open\n".length));
  return { result, memory_bytes };
}

function loadOf({ port, key }: { port: number; key: string }, seconds: number) {
  return {
    port,
    path: "/v1/events",
    key,
    connections: 8,
    requests: seconds * 50,
    batch: 20,
    rate: 50,
    times: { from_ms: Date.now() - 600_000, step_ms: 1 },
  };
}
