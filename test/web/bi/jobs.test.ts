import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Scope } from "../../../src/control/types.ts";
import { buildApp } from "../../../src/web/app.ts";
import { biRoutes } from "../../../src/web/bi/bi.ts";
import { createViewsInUse } from "../../../src/web/views-in-use.ts";
import { warmAfterStart } from "../../../src/web/warm.ts";
import { type IngestWorld, openWorld, removeFolder } from "../../support/ingest_world.ts";

const DAY_MS = 86_400_000;
let world: IngestWorld;
let app: ReturnType<typeof buildApp>;
const keys = new Map<string, string>();

beforeAll(async () => {
  world = await openWorld();
  world.ingest.onApplied(({ touched }) => world.parts.cache.touch(touched));
  app = buildApp(world.parts);
  for (const location_id of ["north", "south"]) world.control.ensureLocation(location_id);
  const add = (name: string, scopes: Scope[], location_id: string | null) =>
    keys.set(name, world.control.addKey({ name, scopes, location_id }).key);
  add("ingest", ["ingest"], null);
  add("read", ["read"], null);
  add("north read", ["read"], "north");
  add("export", ["read", "export"], null);
  add("admin", ["read", "admin"], null);
  add("north admin", ["read", "admin"], "north");
  const events = [0, 1, 3, 12].flatMap((days) =>
    ["north", "south"].map((location_id) => ({
      type: "deal_closed",
      location_id,
      value: "100",
      contact_id: `c${days}`,
      time: new Date(Date.now() - days * DAY_MS - 60_000).toISOString(),
    })),
  );
  expect((await send("POST", "/v1/events?wait=true", "ingest", events)).status).toBe(200);
});

afterAll(async () => {
  await world.parts.tasks.stop();
  await world.stop();
  removeFolder(world.dir);
});

async function send(method: string, path: string, as: string, body?: unknown): Promise<Response> {
  return await app.handle(
    new Request(`http://localhost${path}`, {
      method,
      headers: { authorization: `Bearer ${keys.get(as)}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

async function bodyOf(response: Promise<Response> | Response) {
  return JSON.parse(await (await response).text());
}

async function ended(response: Response, as: string) {
  expect(response.status).toBe(202);
  const path = response.headers.get("location") ?? "";
  for (;;) {
    const job = await bodyOf(send("GET", path, as));
    if (job.status === "done" || job.status === "failed") return job;
    await Bun.sleep(5);
  }
}

async function revenue(as = "read"): Promise<unknown> {
  const { totals } = await bodyOf(send("POST", "/api/bi/query", as, { kpis: ["revenue"], timeframe: "30d" }));
  return totals.revenue;
}

describe("POST /api/bi/trigger-aggregation", () => {
  test("rebuilds damaged rollups of all days, and answers are right again", async () => {
    expect(await revenue()).toBe("800.00");
    for (const table of ["rollup_15m", "rollup_hour", "rollup_day"])
      await world.store.rows(`DELETE FROM ${table} WHERE location_id = 'south'`, []);
    await world.store.rows("INSERT INTO rollup_day (bucket, location_id, n) VALUES ('2020-01-01', 'south', 5)", []);
    world.parts.cache.clear();
    expect(await revenue()).not.toBe("800.00");
    const job = await ended(await send("POST", "/api/bi/trigger-aggregation", "admin", {}), "admin");
    expect(job).toMatchObject({ kind: "aggregation", status: "done", progress: 1, error: null });
    expect(job.result.events).toBe(8);
    expect(await revenue()).toBe("800.00");
    expect(await world.store.rows("SELECT n FROM rollup_day WHERE bucket < '2021-01-01'", [])).toEqual([]);
  });

  test("rebuilds the days of a range and one location only, while events come in", async () => {
    await world.store.rows("UPDATE rollup_day SET n = 0", []);
    await world.store.rows("DELETE FROM rollup_15m", []);
    const from = new Date(Date.now() - 2 * DAY_MS).toISOString();
    const response = await send("POST", "/api/bi/trigger-aggregation", "north admin", { from });
    const late = { type: "deal_closed", location_id: "north", value: "1", contact_id: "x" };
    expect((await send("POST", "/v1/events", "ingest", late)).status).toBe(202);
    const job = await ended(response, "north admin");
    expect(job).toMatchObject({ status: "done", location_id: "north" });
    const rows = await world.store.rows<{ location_id: string; n: number }>(
      "SELECT location_id, sum(n)::BIGINT AS n FROM rollup_15m GROUP BY 1 ORDER BY 1",
      [],
    );
    expect(rows.map(({ location_id }) => location_id)).toEqual(["north"]);
    await ended(await send("POST", "/api/bi/trigger-aggregation", "admin", {}), "admin");
    expect(await revenue()).toBe("801.00");
  });

  test.each<[string, string, unknown, number, string | null]>([
    ["without the right", "read", {}, 403, null],
    ["for another location", "north admin", { location_id: "south" }, 403, null],
    ["for one that is none", "admin", { location_id: "nowhere" }, 404, null],
    ["backwards", "admin", { from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }, 422, "to"],
    ["with no instant", "admin", { from: "yesterday" }, 422, "from"],
    ["with an unknown field", "admin", { days: 3 }, 422, null],
  ])("%s is refused", async (_, as, body, status, field) => {
    const response = await send("POST", "/api/bi/trigger-aggregation", as, body);
    expect(response.status).toBe(status);
    if (status === 422) expect((await bodyOf(response)).errors[0].field).toBe(field);
  });
});

describe("GET /api/bi/jobs", () => {
  test("shows one's own, and administrators what is about their locations", async () => {
    const { job } = await bodyOf(send("POST", "/api/bi/trigger-aggregation", "north admin", {}));
    const seen = async (as: string) =>
      (await bodyOf(send("GET", "/api/bi/jobs", as))).jobs.some((one: { job_id: string }) => one.job_id === job.job_id);
    expect([await seen("admin"), await seen("north admin"), await seen("read"), await seen("north read")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect((await send("GET", `/api/bi/jobs/${job.job_id}`, "read")).status).toBe(404);
    expect((await send("GET", "/api/bi/jobs/none", "admin")).status).toBe(404);
  });
});

describe("the cache", () => {
  test("is told about: counts to all, questions to those who see all locations", async () => {
    world.parts.cache.clear();
    await revenue();
    await revenue();
    await send("GET", "/api/bi/dashboard-kpis?filter=contact_id:eq:c1&keys=leads", "export");
    const all = await bodyOf(send("GET", "/api/bi/cache-analytics", "read"));
    expect(all.hits).toBeGreaterThan(0);
    expect(all.hit_rate).toBeGreaterThan(0);
    expect(all.most_used[0]).toMatchObject({ route: "query", timeframe: "30d", filters: 0, location_id: null });
    expect(all.slowest.map(({ filters }: { filters: number }) => filters)).toContain(1);
    expect(JSON.stringify(all)).not.toContain("c1");
    const some = await bodyOf(send("GET", "/api/bi/cache-analytics", "north read"));
    expect([some.misses, some.slowest, some.most_used]).toEqual([all.misses, [], []]);
  });

  test("is warmed with the views in use, or those named, and with no more rights", async () => {
    world.parts.cache.clear();
    const named = [
      "/api/bi/dashboard-kpis?timeframe=7d",
      { path: "/api/bi/query", body: { kpis: ["revenue"], timeframe: "30d" } },
      "/api/bi/nothing",
    ];
    const job = await ended(await send("POST", "/api/bi/warm-cache", "export", { views: named }), "export");
    expect(job).toMatchObject({ kind: "cache_warming", status: "done", result: { warmed: 2, failed: 1 } });
    const hit = await bodyOf(send("GET", "/api/bi/dashboard-kpis?timeframe=7d", "export"));
    expect(hit.cache.hit).toBe(true);
    world.parts.cache.clear();
    const used = await ended(await send("POST", "/api/bi/warm-cache", "export", {}), "export");
    expect(used.result.warmed).toBeGreaterThan(0);
    expect((await bodyOf(send("GET", "/api/bi/dashboard-kpis?timeframe=7d", "export"))).cache.hit).toBe(true);
  });

  test.each<[string, string, unknown, number]>([
    ["without the right", "read", {}, 403],
    ["with a path of elsewhere", "export", { views: ["https://example.com/api/bi/x"] }, 422],
    ["with no view", "export", { views: [] }, 422],
  ])("is not warmed %s", async (_, as, body, status) => {
    expect((await send("POST", "/api/bi/warm-cache", as, body)).status).toBe(status);
  });

  test("is warm again after a restart: what is used is written down, without anything personal", async () => {
    const file = `${world.dir}/views.json`;
    const views = createViewsInUse(file);
    const before = buildApp({ ...world.parts, views });
    const ask = (path: string) =>
      before.handle(
        new Request(`http://localhost${path}`, { headers: { authorization: `Bearer ${keys.get("north read")}` } }),
      );
    for (let time = 0; time < 3; time++) await ask("/api/bi/dashboard-kpis?timeframe=90d");
    await ask("/api/bi/dashboard-kpis?filter=bot_id:eq:somebody");
    await views.save();
    expect(await Bun.file(file).text()).not.toContain("somebody");

    world.parts.cache.clear();
    const parts = { ...world.parts, views: createViewsInUse(file) };
    expect(parts.views.most()).toEqual([
      {
        method: "GET",
        path: "/api/bi/dashboard-kpis?timeframe=90d",
        body: null,
        locations: ["north"],
        personal: false,
      },
    ]);
    warmAfterStart(parts, biRoutes(parts));
    while (parts.tasks.state().queued + parts.tasks.state().running > 0) await Bun.sleep(5);
    const answer = await bodyOf(send("GET", "/api/bi/dashboard-kpis?timeframe=90d", "north read"));
    expect(answer.cache.hit).toBe(true);
    await Bun.write(file, "no JSON");
    expect(createViewsInUse(file).most()).toEqual([]);
  });
});
