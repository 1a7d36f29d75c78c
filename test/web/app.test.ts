import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { buildApp } from "../../src/web/app.ts";
import { type World, world } from "./access_world.ts";

let w: World;
let base: string;
let app: ReturnType<typeof buildApp>;
beforeAll(() => {
  w = world();
  app = buildApp(w.parts).listen({ port: 0, hostname: "127.0.0.1" });
  base = `http://127.0.0.1:${app.server?.port}`;
});
afterAll(async () => {
  await app.stop(true);
  w.control.close();
});

describe("a listening server", () => {
  test("guards what the router of the runtime serves itself", async () => {
    for (const [path, status] of [
      ["/livez", 200],
      ["/api/auth/me", 401],
      ["/nope", 404],
    ] as const) {
      const response = await fetch(base + path);
      expect([path, response.status]).toEqual([path, status]);
      expect(response.headers.get("content-security-policy")).toStartWith("default-src 'none'");
      expect(response.headers.get("x-request-id")).not.toBeNull();
      await response.arrayBuffer();
    }
  });

  test("answers a HEAD like its GET, without the body", async () => {
    const response = await fetch(`${base}/livez`, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  test("knows a wrong method from a wrong path", async () => {
    const response = await fetch(`${base}/livez`, { method: "POST", headers: { origin: base } });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  test("counts failed sign-ins by the address of the socket", async () => {
    await w.signIn();
    const body = () => new URLSearchParams({ email: "jorge@example.com", password: "wrong horse battery" });
    const headers = { origin: base };
    const statuses = [];
    for (let i = 0; i < 11; i++)
      statuses.push((await fetch(`${base}/login`, { method: "POST", headers, body: body() })).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  });
});

describe("health", () => {
  test("tells anyone how it is, and figures to those who may come in", async () => {
    const anyone = await (await w.send("/health")).json();
    expect(anyone).toMatchObject({
      status: expect.any(String),
      version: "0.1.0",
      uptime_s: 0,
      checks: { store: { status: "healthy" }, jobs: { status: "healthy" } },
    });
    expect(JSON.stringify(anyone)).not.toContain("events");
    const known = await (await w.send("/health", { headers: { "x-api-key": w.key("read") } })).json();
    expect(known).toMatchObject({
      checks: {
        ingest: {
          status: "healthy",
          journal_seq: 0,
          applied_seq: 0,
          queue_rows: 0,
          queue_bytes: 0,
          lag_ms: 0,
        },
      },
    });
  });

  test("a store that does not answer is down, and not ready", async () => {
    const down = world({}, { rows: () => Promise.reject(new Error("invalidated")) });
    const health = await down.send("/health");
    expect([health.status, await health.json()]).toMatchObject([
      503,
      { status: "critical", checks: { store: { status: "critical" } } },
    ]);
    expect((await down.send("/readyz")).status).toBe(503);
    expect((await down.send("/livez")).status).toBe(200);
  });
});
