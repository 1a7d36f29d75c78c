import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "bellwether-logs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a server writes what it says to the day's file, too, and all of it before it ends", async () => {
  const main = resolve(import.meta.dir, "../../src/main.ts");
  const flags = ["--http", "127.0.0.1:0", "--data", folder, "--duckdb-memory-mb", "128", "--json"];
  const server = Bun.spawn([process.execPath, main, "serve", ...flags], {
    env: { BELLWETHER_LOG_REQUESTS: "all" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = new Response(server.stderr).text();
  const { value } = await server.stdout.getReader().read();
  const { url } = JSON.parse(new TextDecoder().decode(value));
  const answer = await fetch(`${url}/api/nope?token=secret`);
  expect(answer.status).toBe(404);
  server.kill("SIGTERM");
  expect(await server.exited).toBe(0);

  const logs = join(folder, "logs");
  expect(readdirSync(logs)).toEqual([`bellwether-${new Date().toISOString().slice(0, 10)}.ndjson`]);
  expect(statSync(logs).mode & 0o777).toBe(0o700);
  const text = readFileSync(join(logs, readdirSync(logs)[0] ?? ""), "utf8");
  const lines: Record<string, unknown>[] = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.find(({ request_id }) => request_id === answer.headers.get("x-request-id"))).toMatchObject({
    level: "warn",
    message: "request",
    route: "none",
    status: 404,
    caller: null,
  });
  expect(text).not.toContain("secret");
  // What goes to standard error as ever is in the file, too.
  for (const line of (await said)
    .trim()
    .split("\n")
    .filter((entry) => entry.startsWith("{"))) {
    expect(lines.map(({ message }) => message)).toContain(JSON.parse(line).message);
  }
}, 30_000);
