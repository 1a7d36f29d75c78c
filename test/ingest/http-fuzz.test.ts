import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Body, readableBody, wildBody } from "../support/bodies.ts";
import { kill, makeKey, spawnServer, storeOf, urlOf } from "../support/processes.ts";

const ROUNDS = 10;
const BODIES_A_ROUND = 600;
const CONNECTIONS = 16;
const GROWTH_BYTES_MAX = 48 * 1024 * 1024;

test(`${ROUNDS * BODIES_A_ROUND} generated bodies to a live server: no 5xx, every good event once, memory flat`, async () => {
  const data = mkdtempSync(join(tmpdir(), "bellwether-fuzz-"));
  const key = makeKey(data, "here");
  const command = [process.execPath, join(import.meta.dir, "../../src/main.ts")];
  // What bodies leave behind is looked for: series that begin to be watched meanwhile are up to 100 kB each.
  const server = spawnServer({ command, data, flags: ["--insight-series-max", "0"] });
  const url = await urlOf(server);
  const good: string[] = [];
  const memory: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bodies = [
      ...fc.sample(readableBody, { numRuns: BODIES_A_ROUND / 2, seed: round }),
      ...fc.sample(wildBody, { numRuns: BODIES_A_ROUND / 2, seed: round }),
    ];
    good.push(...(await postAll(bodies, `${url}/v1/events`, key)));
    memory.push(residentBytes(server.pid));
  }
  await kill(server, "SIGTERM");
  // The first rounds warm up: code is compiled, DuckDB takes its buffers.
  expect((memory.at(-1) ?? 0) - (memory[Math.floor(ROUNDS / 2)] ?? 0)).toBeLessThan(GROWTH_BYTES_MAX);

  const store = await storeOf(data);
  const rows = await store.rows<{ id: string; n: number }>("SELECT id, count(*) AS n FROM events GROUP BY id", []);
  await store.close();
  rmSync(data, { recursive: true, force: true });
  const stored = new Map(rows.map(({ id, n }) => [id, n]));
  expect(good.length).toBeGreaterThan(ROUNDS * BODIES_A_ROUND);
  expect(good.filter((id) => stored.get(id) !== 1)).toEqual([]);
  expect(rows.filter(({ n }) => n > 1)).toEqual([]);
}, 240_000);

/** Ids that had to be taken. */
async function postAll(bodies: readonly Body[], url: string, key: string): Promise<string[]> {
  const waiting = [...bodies];
  const good: string[] = [];
  async function connection(): Promise<void> {
    for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) {
      const headers = { ...body.headers, authorization: `Bearer ${key}` };
      const response = await fetch(url, { method: "POST", headers, body: body.bytes });
      const answer = await response.text();
      expect({ status: response.status < 500, answer }).toMatchObject({ status: true });
      if (body.good === null) continue;
      expect({ status: [200, 202, 207, 422].includes(response.status), answer }).toMatchObject({ status: true });
      good.push(...body.good);
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return good;
}

function residentBytes(pid: number): number {
  const pages = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1];
  return Number(pages) * 4096;
}
