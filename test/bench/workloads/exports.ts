/** Exports of a million events: seconds to the last byte, and what the process grows by meanwhile. */
import { dataset } from "../dataset.ts";
import { command, type Server, startServer } from "../server.ts";
import { median, type Result, repeat, type Workload } from "../workload.ts";

const EVENTS = 1_000_000;
const GOALS = [
  { format: "csv", seconds: 5 },
  { format: "xlsx", seconds: 40 },
  { format: "parquet", seconds: 3 },
] as const;
const MEMORY_MB = 100;
const LOOK_MS = 20;

export const EXPORTS: Workload = {
  name: "exports",
  async run(scale): Promise<readonly Result[]> {
    const set = await dataset(EVENTS);
    const server = await startServer({ data: set.data, flags: ["--duckdb-memory-mb", "256"] });
    try {
      const key = await command("key", "add", "--name", "exports", "--scope", "read,export", "--data", set.data);
      const take = exporter(server, key.split("\n")[0] ?? "");
      // What the database keeps of its file is kept by any question: it is not the export's.
      await take("ndjson");
      const results: Result[] = [];
      for (const { format, seconds } of GOALS) {
        const taken = await repeat(scale.rounds, () => take(format));
        const value = median(taken.map((one) => one.seconds));
        const grown = Math.max(...taken.map((one) => one.grown_mb));
        results.push({
          workload: `export, 1M events, ${format}`,
          value,
          unit: "s",
          yardstick: null,
          ratio: null,
          goal: `below ${seconds} s`,
          met: value < seconds,
          note: `${Math.round((taken[0]?.bytes ?? 0) / 1e6)} MB, a probe beside it waited ${Math.round(Math.max(...taken.map((one) => one.waited_ms)))} ms at most`,
        });
        results.push({
          workload: `export, 1M events, ${format}: memory`,
          value: grown,
          unit: "MB more",
          yardstick: null,
          ratio: null,
          goal: `below ${MEMORY_MB} MB`,
          met: grown < MEMORY_MB,
        });
      }
      return results;
    } finally {
      await server.stop();
    }
  },
};

interface Taken {
  seconds: number;
  bytes: number;
  grown_mb: number;
  /** The longest that a request beside it waited. */
  waited_ms: number;
}

/** Read by a process of its own, as reading costs more than some of it does. */
function exporter(server: Server, key: string): (format: string) => Promise<Taken> {
  return async (format) => {
    const before = server.rss_bytes();
    let peak = before;
    let waited_ms = 0;
    let going = true;
    const watch = setInterval(() => {
      peak = Math.max(peak, server.rss_bytes());
    }, LOOK_MS);
    const probing = (async () => {
      while (going) {
        const asked = performance.now();
        await (await fetch(`${server.url}/livez`)).text();
        waited_ms = Math.max(waited_ms, performance.now() - asked);
        await Bun.sleep(LOOK_MS);
      }
    })();
    const started = performance.now();
    const reader = Bun.spawn(
      [process.execPath, "-e", READER, `${server.url}/api/export/events?timeframe=all&format=${format}`, key],
      {
        stdout: "pipe",
        stderr: "inherit",
      },
    );
    const bytes = Number(await new Response(reader.stdout).text());
    const seconds = (performance.now() - started) / 1_000;
    going = false;
    clearInterval(watch);
    await probing;
    if (!(bytes > 0)) throw new Error(`the export as ${format} was not answered`);
    return { seconds, bytes, grown_mb: (peak - before) / 1e6, waited_ms };
  };
}

const READER = `
const [address, key] = process.argv.slice(-2);
const answer = await fetch(address, { headers: { authorization: "Bearer " + key } });
if (!answer.ok) throw new Error(answer.status + " " + (await answer.text()));
let bytes = 0;
for await (const piece of answer.body) bytes += piece.length;
console.log(bytes);
`;
