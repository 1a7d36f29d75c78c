/** The executable alone in an empty folder, without PATH, Node or Bun: what a stranger who downloaded it would do. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { type Served, serve } from "./support/served.ts";

const ROOT = resolve(import.meta.dir, "..");
const BUILD_MS = 120_000;
const folder = mkdtempSync(join(tmpdir(), "bellwether-executable-"));
const executable = join(folder, "bellwether");
let server: Served | null = null;
/** What the first run leaves for the later tests. */
const kept = { key: "", cookie: "", before: {} };

beforeAll(async () => {
  const built = process.env.BELLWETHER_EXECUTABLE;
  if (built !== undefined) copyFileSync(built, executable);
  else
    await expectSuccess(
      Bun.spawn([process.execPath, join(ROOT, "scripts/build.ts"), "--outfile", executable], {
        stdio: ["ignore", "ignore", "pipe"],
      }),
    );
  chmodSync(executable, 0o755);
}, BUILD_MS);

afterAll(() => {
  server?.process.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test("it says what it is made of", async () => {
  const { out } = await run("version", "--json");
  expect(JSON.parse(out)).toEqual({
    version: "0.1.0",
    commit: expect.any(String),
    bun: Bun.version,
    duckdb: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
});

test("it serves from an empty folder and prints a setup link", async () => {
  server = await serve(executable, folder);
  expect(server.greeting.setup).toStartWith(`${server.url}/setup?token=`);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  expect(readdirSync(folder).sort()).toEqual(["bellwether", "data"]);
  expect(statSync(join(folder, "data")).mode & 0o077).toBe(0);
}, 20_000);

test("the setup link makes the owner and signs them in", async () => {
  const { url, greeting } = running();
  const token = new URL(greeting.setup ?? "").searchParams.get("token") ?? "";
  expect((await fetch(greeting.setup ?? "")).status).toBe(200);
  const form = {
    token,
    name: "Jorge",
    email: "jorge@example.com",
    timezone: "America/Los_Angeles",
    password: "correct horse battery",
  };
  const response = await fetch(`${url}/setup`, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { origin: url },
    redirect: "manual",
  });
  expect(response.status).toBe(303);
  kept.cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const page = await fetch(url, { headers: { cookie: kept.cookie } });
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
});

test("pages, styles and scripts come out of the executable", async () => {
  const { url } = running();
  const page = await (await fetch(url, { headers: { cookie: kept.cookie } })).text();
  const assets = [...page.matchAll(/(?:href|src)="(\/assets\/[^"#]+)/g)].map((match) => match[1] ?? "");
  expect(assets.length).toBeGreaterThan(2);
  for (const asset of new Set(assets)) {
    const response = await fetch(url + asset, { headers: { cookie: kept.cookie } });
    expect([asset, response.status]).toEqual([asset, 200]);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(50);
  }
});

test("a key made beside the running server posts an event that is visible at once", async () => {
  const { out } = await run("key", "add", "--name", "test", "--scope", "ingest,read");
  kept.key = out.split("\n")[0] ?? "";
  expect(kept.key).toMatch(/^bw_[\w-]{43}$/);
  const event = {
    id: "deal-1",
    type: "deal_closed",
    location_id: "jorge_main",
    bot_id: "seller-bot",
    value: "450000.10",
    currency: "USD",
  };
  const first = await post("/v1/events?wait=true", event);
  expect([first.status, await first.json()]).toEqual([200, { accepted: 1, duplicates: 0, rejected: 0 }]);
  const again = await post("/v1/events?wait=true", event);
  expect(await again.json()).toMatchObject({ duplicates: 1 });
  expect((await totals("jorge_main")).revenue).toBe("450000.10");
});

test("history is imported beside the running server, and importing it again changes nothing", async () => {
  writeFileSync(
    join(folder, "sales.csv"),
    "number,day,amount\n1,2026-01-05,10.50\n2,2026-01-06,20.25\n3,2026-01-06,not known\n",
  );
  const map =
    "SELECT 'sale-' || number AS id, 'order_placed' AS type, day AS time, amount AS value, 'USD' AS currency FROM input";
  writeFileSync(join(folder, "sales.sql"), map);
  const once = await run("import", "sales.csv", "--map", "sales.sql", "--location", "shop", "--json");
  expect(JSON.parse(once.out)).toMatchObject({ accepted: 2, duplicates: 0, rejected: 1 });
  const twice = await run("import", "sales.csv", "--map", "sales.sql", "--location", "shop", "--json");
  expect(JSON.parse(twice.out)).toMatchObject({ duplicates: 2, rejected: 1 });
  expect(await totals("shop")).toEqual({ revenue: "30.75", orders: 2 });
}, 20_000);

test("an event is pushed to a watching page", async () => {
  const { url } = running();
  const page = await (await fetch(`${url}/?location_id=jorge_main`, { headers: { cookie: kept.cookie } })).text();
  const address = /(\/live\?[^"]*)"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
  expect(address).toBeDefined();
  const socket = new WebSocket(`${url.replace("http", "ws")}${address}`, {
    headers: { cookie: kept.cookie, origin: url },
  });
  const frames: string[] = [];
  const opened = Promise.withResolvers<void>();
  const pushed = Promise.withResolvers<void>();
  socket.onopen = () => opened.resolve();
  socket.onerror = () => opened.reject(new Error("the socket was refused"));
  socket.onmessage = (message) => {
    frames.push(String(message.data));
    if (String(message.data).includes("1.5M") || String(message.data).includes("1,450,000")) pushed.resolve();
  };
  await opened.promise;
  await post("/v1/events", {
    type: "deal_closed",
    location_id: "jorge_main",
    bot_id: "seller-bot",
    value: "1000000",
    currency: "USD",
  });
  await pushed.promise;
  socket.close();
  expect(frames.length).toBeGreaterThan(0);
}, 20_000);

test("the other verbs reach the running server; a second server is refused", async () => {
  expect(await run("healthcheck")).toMatchObject({ code: 0 });
  expect(await run("rollup", "rebuild")).toMatchObject({ code: 0 });
  const second = await run("serve", "--http", "127.0.0.1:0");
  expect([second.code, second.err]).toEqual([1, expect.stringContaining("runs on")]);
}, 20_000);

test("wrong calls are usage errors that name the right one", async () => {
  expect(await run("sreve")).toMatchObject({ code: 2, err: expect.stringContaining("did you mean serve?") });
  expect(await run("serve", "--htp", "x")).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean --http?"),
  });
  expect(await run("key", "add", "--name", "x")).toMatchObject({ code: 2, err: expect.stringContaining("--scope") });
});

test("a signal stops it in order, and the next start gives the same answers", async () => {
  const before = [await totals("jorge_main"), await totals("shop")];
  const stopped = running();
  stopped.process.kill("SIGTERM");
  expect(await stopped.process.exited).toBe(0);
  expect((await run("healthcheck")).code).toBe(1);
  server = await serve(executable, folder);
  expect(server.greeting.setup).toBeNull();
  expect([await totals("jorge_main"), await totals("shop")]).toEqual(before);
  expect((await fetch(server.url, { headers: { cookie: kept.cookie } })).status).toBe(200);
}, 30_000);

test("with the server stopped, the verbs do it themselves, and the journal alone gives everything back", async () => {
  const before = [await totals("jorge_main"), await totals("shop")];
  const stopped = running();
  stopped.process.kill("SIGTERM");
  await stopped.process.exited;
  const key = await run("key", "list", "--json");
  expect(JSON.parse(key.out).keys).toContainEqual(expect.objectContaining({ name: "test" }));
  expect((await run("rollup", "rebuild")).code).toBe(0);
  const restored = await run("restore", "--from-journal", "--json");
  expect([restored.code, JSON.parse(restored.out)]).toEqual([0, { events: 4 }]);
  server = await serve(executable, folder);
  expect([await totals("jorge_main"), await totals("shop")]).toEqual(before);
}, 30_000);

test("a removed location is gone from every answer and stays away after a rebuild", async () => {
  expect((await run("location", "remove", "shop")).code).toBe(2);
  expect((await run("location", "remove", "shop", "--yes")).code).toBe(0);
  expect((await run("location", "remove", "shop", "--yes")).code).toBe(1);
  expect(await totals(null)).toEqual({ revenue: "1450000.10", orders: 0 });
  const stopped = running();
  stopped.process.kill("SIGTERM");
  await stopped.process.exited;
  expect(JSON.parse((await run("restore", "--from-journal", "--json")).out)).toEqual({ events: 2 });
  server = await serve(executable, folder);
  expect(await totals(null)).toEqual({ revenue: "1450000.10", orders: 0 });
}, 30_000);

test("a data directory that cannot be one is refused in one line", async () => {
  writeFileSync(join(folder, "file"), "");
  const refused = await run("serve", "--data", join(folder, "file"));
  expect([refused.code, refused.err.trim().split("\n")]).toEqual([1, [expect.stringContaining("data directory")]]);
  mkdirSync(join(folder, "empty"));
  expect(await run("key", "list", "--data", "empty")).toMatchObject({
    code: 1,
    err: expect.stringContaining("no data directory"),
  });
});

const answerSchema = z.object({ totals: z.record(z.string(), z.unknown()) });

function running(): Served {
  if (server === null) throw new Error("no server is running");
  return server;
}

function post(path: string, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${kept.key}`, "content-type": "application/json" };
  return fetch(running().url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Of one location, or of all. */
async function totals(location_id: string | null): Promise<Record<string, unknown>> {
  const response = await post("/api/bi/query", {
    kpis: ["revenue", "orders"],
    timeframe: "all",
    location_id: location_id ?? undefined,
  });
  const { totals } = answerSchema.parse(await response.json());
  return location_id === "jorge_main" ? { revenue: totals.revenue } : totals;
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = Bun.spawn([executable, ...args], { cwd: folder, env: {}, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

async function expectSuccess(child: Bun.Subprocess<"ignore", "ignore", "pipe">): Promise<void> {
  const [err, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (code !== 0) throw new Error(err);
}
