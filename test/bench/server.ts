/** The compiled executable under load: started on a data directory of its own, with a key, and measured from outside. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { AskPlan, AskResult } from "./asker.ts";
import type { LoadPlan, LoadResult } from "./loader.ts";

export const EXECUTABLE = resolve(import.meta.dir, "../../dist/bellwether");

export interface Server {
  port: number;
  url: string;
  key: string;
  data: string;
  /** Milliseconds from spawn to /readyz. */
  ready_ms: number;
  rss_bytes(): number;
  stop(): Promise<void>;
}

export interface ServerOptions {
  data?: string;
  flags?: readonly string[];
  /** With the owner that signIn signs in. */
  admin?: boolean;
}

const OWNER = { email: "bench@example.com", password: "a bench needs no secrets" };

/** Starts it; a data directory that was not given is removed at stop. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), "bellwether-bench-"));
  const port = await freePort();
  const started = performance.now();
  const child = Bun.spawn(
    [EXECUTABLE, "serve", "--data", data, "--http", `127.0.0.1:${port}`, ...(options.flags ?? [])],
    {
      stdout: "ignore",
      stderr: Bun.file(join(data, "bench.log")),
      cwd: data,
      env: {
        ...process.env,
        ...(options.admin ? { BELLWETHER_ADMIN_EMAIL: OWNER.email, BELLWETHER_ADMIN_PASSWORD: OWNER.password } : {}),
      },
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, child);
  const ready_ms = performance.now() - started;
  const key = await command("key", "add", "--name", "bench", "--scope", "ingest,read", "--data", data);
  return {
    port,
    url,
    key: key.split("\n")[0] ?? "",
    data,
    ready_ms,
    rss_bytes: () =>
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0) * 1024,
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
      if (options.data === undefined) rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The session cookie of the owner. */
export async function signIn(server: Server): Promise<string> {
  const answer = await fetch(`${server.url}/login`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin", origin: server.url },
    body: new URLSearchParams({ email: OWNER.email, password: OWNER.password }),
    redirect: "manual",
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
  if (cookie === undefined) throw new Error(`signing in answered ${answer.status}`);
  return cookie;
}

async function untilReady(url: string, child: Bun.Subprocess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode} before it was ready`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    await answer?.text();
    if (answer?.ok) return;
    await Bun.sleep(3);
  }
}

/** Runs a verb of the executable; throws with what it said when it fails. */
export async function command(...args: string[]): Promise<string> {
  const child = Bun.spawn([EXECUTABLE, ...args], { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`bellwether ${args[0]} failed: ${err}`);
  return out;
}

export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "loader.ts")], {
    stdin: new TextEncoder().encode(JSON.stringify(plan)),
    stdout: "pipe",
    stderr: "inherit",
  });
  return JSON.parse(await new Response(child.stdout).text());
}

export async function runAsks(plan: AskPlan): Promise<AskResult> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "asker.ts")], {
    stdin: new TextEncoder().encode(JSON.stringify(plan)),
    stdout: "pipe",
    stderr: "inherit",
  });
  return JSON.parse(await new Response(child.stdout).text());
}

/** Waits until every accepted event is in the answers; returns the seconds it took. */
export async function untilVisible(server: Server, events: number): Promise<number> {
  const started = performance.now();
  for (;;) {
    const answer = await fetch(`${server.url}/api/bi/query`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
      body: JSON.stringify({ kpis: ["events"], timeframe: "all" }),
    });
    const { totals } = z.object({ totals: z.object({ events: z.number() }) }).parse(await answer.json());
    if (totals.events >= events) return (performance.now() - started) / 1_000;
    await Bun.sleep(20);
  }
}

export function bytesUnder(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesUnder(join(path, name)), 0);
}

async function freePort(): Promise<number> {
  const probe = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port } = probe;
  await probe.stop(true);
  if (port === undefined) throw new Error("no free port");
  return port;
}
