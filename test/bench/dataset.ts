/** Data directories with 1, 10 or 100 million events over a year: made once through the real ingest, kept under the temporary folder. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventJson } from "./events.ts";
import { runLoad, startServer, untilVisible } from "./server.ts";

const YEAR_MS = 365 * 24 * 3_600_000;
const CHUNK = 500_000;

export interface Dataset {
  data: string;
  events: number;
  /** The same events as NDJSON. */
  ndjson_bytes: number;
}

export async function dataset(events: number): Promise<Dataset> {
  const data = join(tmpdir(), `bellwether-bench-${events}`);
  if (!existsSync(join(data, "complete"))) {
    rmSync(data, { recursive: true, force: true });
    mkdirSync(data, { recursive: true });
    await fill(data, events);
    writeFileSync(join(data, "complete"), "");
  }
  return { data, events, ndjson_bytes: ndjsonBytes(events) };
}

async function fill(data: string, events: number): Promise<void> {
  const server = await startServer({ data });
  const times = { from_ms: Date.now() - YEAR_MS, step_ms: YEAR_MS / events };
  for (let first = 0; first < events; first += CHUNK) {
    const count = Math.min(CHUNK, events - first);
    await runLoad({
      port: server.port,
      // Waiting keeps the queue short: nothing is refused.
      path: "/v1/events?wait=true",
      key: server.key,
      connections: 16,
      requests: Math.ceil(count / 500),
      batch: 500,
      id_space: "set",
      rate: 0,
      times,
      first,
    });
    await untilVisible(server, first + count);
  }
  await server.stop();
}

/** From a sample of the events, as all of them are alike. */
function ndjsonBytes(events: number): number {
  const sample = 20_000;
  let bytes = 0;
  for (let i = 0; i < sample; i++) bytes += eventJson(i, 1_767_225_600_000, "set").length + 1;
  return Math.round((bytes / sample) * events);
}
