/** Live: from a posted event to a thousand screens, and ten thousand sockets on one view against a bare publish. */
import { join } from "node:path";
import type { WatchPlan, WatchResult } from "../clients.ts";
import { runLoad, type Server, signIn, startServer } from "../server.ts";
import { median, type Result, repeat, type Scale, type Workload } from "../workload.ts";
import { serveYardstick } from "../yardstick.ts";

const VIEW = "/live?view=overview&timeframe=24h";
const MB = 1_000_000;
/** All of them are one user's and come from one address. */
const MANY = ["--live-sockets-per-user-max", "20000", "--live-sockets-per-address-max", "20000"];

export const EVENT_TO_SCREEN: Workload = {
  name: "screen",
  async run(scale): Promise<readonly Result[]> {
    const runs = await repeat(scale.rounds, () => toScreens(scale));
    const value = median(runs.map((run) => run.screen_p95_ms ?? Number.NaN));
    const missed = runs.reduce((sum, run) => sum + run.missed, 0);
    return [
      {
        workload: "event to screen, 1,000 events/s, 1,000 sockets, p95",
        value,
        unit: "ms",
        yardstick: null,
        ratio: null,
        goal: "below 300 ms",
        met: value < 300 && missed === 0,
        note: `p50 ${median(runs.map((run) => run.screen_p50_ms ?? Number.NaN)).toFixed(0)} ms over ${runs[0]?.probes} events each seen by ${runs[0]?.open} sockets; ${missed} not seen; ${(median(runs.map((run) => run.bytes)) / MB).toFixed(0)} MB received a run`,
      },
    ];
  },
};

export const SOCKETS: Workload = {
  name: "sockets",
  async run(scale): Promise<readonly Result[]> {
    const sockets = 10_000;
    const runs = await repeat(scale.rounds, () => manySockets(scale, sockets));
    const bytes = Math.round(median(runs.map(({ result }) => result.bytes / Math.max(1, result.pushes * result.open))));
    const bare = await repeat(scale.rounds, () => barePublish(scale, sockets, bytes));
    const value = median(runs.map(({ result }) => result.spread_p95_ms));
    const yardstick = median(bare.map((result) => result.spread_p95_ms));
    const memory = median(runs.map(({ memory_bytes }) => memory_bytes)) / MB;
    const closed = runs.reduce((sum, { result }) => sum + result.closed, 0);
    return [
      {
        workload: "10,000 sockets on one view, a push a second: first to each arrival, p95",
        value,
        unit: "ms",
        yardstick,
        ratio: value / yardstick,
        goal: "at most 1.3 times the yardstick",
        met: value <= 1.3 * yardstick && closed === 0,
        note: `${bytes} bytes a push, ${runs[0]?.result.pushes} pushes, ${closed} sockets lost`,
      },
      {
        workload: "memory of 10,000 sockets",
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

async function toScreens(scale: Scale): Promise<WatchResult> {
  const seconds = scale.quick ? 10 : 20;
  const server = await startServer({ admin: true, flags: MANY });
  const watchers = startWatchers({
    url: server.url,
    path: VIEW,
    cookie: await signIn(server),
    sockets: 1_000,
    seconds,
    probe: { every_ms: 500, key: server.key, location_id: "bench_1" },
  });
  await watchers.open;
  // Its events lie some minutes back, so that the probes are the newest in the activity.
  const step_ms = 1;
  const load = runLoad({
    port: server.port,
    path: "/v1/events",
    key: server.key,
    connections: 8,
    requests: seconds * 50,
    batch: 20,
    id_space: "screen",
    rate: 50,
    times: { from_ms: Date.now() - 600_000, step_ms },
  });
  const [result] = await Promise.all([watchers.result, load]);
  await server.stop();
  return result;
}

async function manySockets(scale: Scale, sockets: number): Promise<{ result: WatchResult; memory_bytes: number }> {
  const seconds = scale.quick ? 8 : 15;
  const server = await startServer({ admin: true, flags: MANY });
  await postOne(server, "first");
  const cookie = await signIn(server);
  const before = server.rss_bytes();
  const watchers = startWatchers({ url: server.url, path: VIEW, cookie, sockets, seconds, probe: null });
  await watchers.open;
  const posting = (async () => {
    for (let second = 0; second < seconds; second++) {
      await postOne(server, `${second}`);
      await Bun.sleep(1_000);
    }
  })();
  const [result] = await Promise.all([watchers.result, posting]);
  const memory_bytes = server.rss_bytes() - before;
  await server.stop();
  return { result, memory_bytes };
}

async function barePublish(scale: Scale, sockets: number, bytes: number): Promise<WatchResult> {
  const publisher = await serveYardstick("publisher", String(bytes));
  const url = `http://127.0.0.1:${publisher.port}`;
  const watchers = startWatchers({ url, path: "/", cookie: "", sockets, seconds: scale.quick ? 8 : 15, probe: null });
  await watchers.open;
  const result = await watchers.result;
  publisher.stop();
  return result;
}

async function postOne(server: Server, id: string): Promise<void> {
  const answer = await fetch(`${server.url}/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    body: JSON.stringify({ id, type: "deal_closed", location_id: "bench_1", contact_id: id, value: "100000" }),
  });
  await answer.arrayBuffer();
}

function startWatchers(plan: WatchPlan): { open: Promise<void>; result: Promise<WatchResult> } {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "../clients.ts")], {
    stdin: new TextEncoder().encode(JSON.stringify(plan)),
    stdout: "pipe",
    stderr: "inherit",
  });
  const open = Promise.withResolvers<void>();
  const result = (async () => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const piece of child.stdout) {
      text += decoder.decode(piece, { stream: true });
      if (text.startsWith("open\n")) open.resolve();
    }
    if (!text.startsWith("open\n")) {
      const error = new Error("the watchers ended before all sockets were open");
      open.reject(error);
      throw error;
    }
    const document: WatchResult = JSON.parse(text.slice("open\n".length));
    return document;
  })();
  result.catch(() => undefined);
  return { open: open.promise, result };
}
