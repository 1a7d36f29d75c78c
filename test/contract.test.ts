/** Every row of the contract's tables, by its name, against the whole appliance: that it is there, and has what the row says. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { VERBS } from "../src/commands/verbs.ts";
import { PASSWORD, type Running, running } from "./support/appliance.ts";

const quarantinedShape = z.object({
  quarantined: z.tuple([z.object({ quarantine_id: z.number() })]).rest(z.unknown()),
});
const pairShape = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.string(),
  expires_in: z.number(),
});
const jobShape = z.object({ job: z.object({ job_id: z.string() }) });
const documentShape = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

let world: Running;
let all: string;
beforeAll(async () => {
  world = await running({ rate_ingest_per_s: 20, rate_ingest_burst: 200 });
  all = world.key(["ingest", "read", "export", "admin"]);
  const now = Date.now();
  const at = (hours: number) => new Date(now - hours * 3_600_000).toISOString();
  await world.post([
    {
      type: "lead_created",
      location_id: "main",
      contact_id: "c1",
      bot_id: "lead-bot",
      time: at(30),
      data: { source: "ads" },
    },
    { type: "lead_qualified", location_id: "main", contact_id: "c1", bot_id: "seller-bot", time: at(20) },
    {
      type: "deal_closed",
      location_id: "main",
      contact_id: "c1",
      conversation_id: "d1",
      bot_id: "seller-bot",
      value: "450000",
      time: at(10),
    },
    { type: "booking_created", location_id: "main", contact_id: "c1", bot_id: "luna", value: "80", time: at(0.1) },
  ]);
});
afterAll(() => world.stop());

const lead = { type: "lead_created", location_id: "main" };
const wrong = { type: "Lead Created", location_id: "main" };

describe("ingest", () => {
  const rows: readonly {
    row: string;
    path?: string;
    key?: "bound" | "reader" | "none";
    type?: string;
    body: string;
    status: number;
    answer: Record<string, unknown>;
  }[] = [
    {
      row: "202: all accepted or already known",
      body: JSON.stringify([lead]),
      status: 202,
      answer: { accepted: 1, duplicates: 0, rejected: 0 },
    },
    {
      row: "200: the same with ?wait=true",
      path: "/v1/events?wait=true",
      body: JSON.stringify([lead]),
      status: 200,
      answer: { accepted: 1, duplicates: 0, rejected: 0 },
    },
    {
      row: "207: some rejected",
      body: JSON.stringify([lead, wrong]),
      status: 207,
      answer: {
        accepted: 1,
        rejected: 1,
        errors: [expect.objectContaining({ index: 1, field: "type", code: "type_invalid" })],
      },
    },
    {
      row: "422: all rejected",
      body: JSON.stringify([wrong]),
      status: 422,
      answer: { status: 422, errors: [expect.objectContaining({ index: 0, code: "type_invalid" })] },
    },
    { row: "400: not parseable", body: "{", status: 400, answer: { status: 400 } },
    {
      row: "413: too large",
      body: JSON.stringify([{ ...lead, data: { text: "x".repeat(11 * 1024 * 1024) } }]),
      status: 413,
      answer: { status: 413 },
    },
    { row: "415: unknown content type", type: "text/csv", body: "a,b", status: 415, answer: { status: 415 } },
    { row: "401: no or unknown key", key: "none", body: "[]", status: 401, answer: { status: 401 } },
    { row: "403: key lacks scope", key: "reader", body: "[]", status: 403, answer: { status: 403 } },
    {
      row: "422 location_forbidden: key is for another location",
      key: "bound",
      body: JSON.stringify([lead]),
      status: 422,
      answer: { errors: [expect.objectContaining({ code: "location_forbidden" })] },
    },
    {
      row: "an empty batch is accepted with zeros",
      body: '{"batch":[]}',
      status: 202,
      answer: { accepted: 0, duplicates: 0, rejected: 0 },
    },
  ];
  for (const { row, path = "/v1/events", key, type = "application/json", body, status, answer } of rows) {
    test(row, async () => {
      const named = { bound: world.key(["ingest"], "elsewhere"), reader: world.key(["read"]), none: null };
      const headers = { "content-type": type };
      const response = await world.ask(path, key === undefined ? all : named[key], { method: "POST", headers, body });
      expect([response.status, await response.json()]).toEqual([status, expect.objectContaining(answer)]);
    });
  }

  test("429 / 503: over the rate limit", async () => {
    const busy = world.key(["ingest"]);
    const answers = await Promise.all(Array.from({ length: 400 }, () => world.ask("/v1/events", busy, { json: [] })));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(refused?.headers.get("content-type")).toBe("application/problem+json");
    for (const { body } of answers) await body?.cancel();
  });

  test("Idempotency-Key makes a request repeatable, 409 if its body differs", async () => {
    const headers = { "idempotency-key": "once" };
    const send = (json: unknown) => world.ask("/v1/events", all, { json, headers });
    const first = await (await send([lead])).text();
    expect(await (await send([lead])).text()).toBe(first);
    expect((await send([lead, lead])).status).toBe(409);
  });

  test("GET /v1/event-types, GET /v1/quarantine, POST …/replay, DELETE …", async () => {
    expect((await world.ask("/v1/event-types", all)).status).toBe(200);
    const [first] = quarantinedShape.parse(await (await world.ask("/v1/quarantine", all)).json()).quarantined;
    const fixed = { json: { ...lead, id: "mended" } };
    expect((await world.ask(`/v1/quarantine/${first.quarantine_id}/replay`, all, fixed)).status).toBe(200);
    const [next] = quarantinedShape.parse(await (await world.ask("/v1/quarantine", all)).json()).quarantined;
    expect((await world.ask(`/v1/quarantine/${next.quarantine_id}`, all, { method: "DELETE" })).status).toBe(204);
  });
});

const COMMON = ["generated_at", "timeframe", "location_id", "freshness", "cache"];

describe("/api/bi", () => {
  const rows: readonly { row: string; body?: unknown; fields: readonly string[]; status?: number; path?: string }[] = [
    { row: "GET /dashboard-kpis", fields: [...COMMON, "kpis"] },
    {
      row: "GET /revenue-intelligence",
      fields: [
        ...COMMON,
        "revenue",
        "commission",
        "cost",
        "margin",
        "series",
        "forecast",
        "by_bot",
        "by_source",
        "drivers",
      ],
    },
    { row: "GET /bot-performance", fields: [...COMMON, "bots", "sequences", "qualification", "intent", "employees"] },
    {
      row: "POST /drill-down",
      body: { kpi: "revenue", by: "bot_id" },
      fields: [...COMMON, "total", "segments", "series", "events", "definition"],
    },
    {
      row: "POST /query",
      body: { kpis: ["revenue"], by: ["bot_id"], grain: "day" },
      fields: [...COMMON, "columns", "rows", "totals"],
    },
    {
      row: "POST /funnel",
      body: {
        steps: [{ type: "lead_created" }, { type: "lead_qualified" }],
        by: "contact_id",
        window: "7d",
        ordered: true,
      },
      fields: [...COMMON, "steps"],
    },
    {
      row: "POST /retention",
      body: { birth: { type: "lead_created" }, return: { type: "deal_closed" }, grain: "week", timeframe: "90d" },
      fields: [...COMMON, "cohorts"],
    },
    { row: "GET /predictive-insights", fields: COMMON },
    { row: "GET /anomaly-detection", fields: [...COMMON, "anomalies"] },
    { row: "GET /real-time-metrics", fields: COMMON },
    { row: "POST /trigger-aggregation", body: {}, fields: ["job"], status: 202 },
    { row: "GET /cache-analytics", fields: ["hits", "misses", "slowest"] },
    { row: "POST /warm-cache", body: {}, fields: [], status: 202 },
    { row: "GET /events", fields: ["events", "next_cursor"] },
    { row: "GET /contacts/{id}", path: "/api/bi/contacts/c1", fields: ["events"] },
    { row: "GET /api/dashboard/metrics", path: "/api/dashboard/metrics", fields: [] },
  ];
  for (const { row, body, fields, status = 200, path } of rows) {
    test(row, async () => {
      const [, address = ""] = row.split(" ");
      const init = body === undefined ? {} : { json: body };
      const response = await world.ask(path ?? `/api/bi${address}`, all, init);
      const answer = z.looseObject({}).parse(await response.json());
      expect([response.status, Object.keys(answer)]).toEqual([status, expect.arrayContaining([...fields])]);
      if (fields.includes("generated_at")) expect(response.headers.get("etag")).toMatch(/^W\/"/);
    });
  }

  test("GET /jobs/{id}", async () => {
    const { job } = jobShape.parse(await (await world.ask("/api/bi/trigger-aggregation", all, { json: {} })).json());
    expect((await world.ask(`/api/bi/jobs/${job.job_id}`, all)).status).toBe(200);
  });
});

describe("channels", () => {
  const names = [
    "dashboard/main",
    "bi/revenue-intelligence/main",
    "bot-performance/main",
    "business-intelligence/main",
    "ai-concierge/main",
    "analytics/advanced/main",
    "activity/main",
    "health",
  ];
  for (const name of names) {
    test(`/ws/${name}`, async () => {
      const headers = { authorization: `Bearer ${all}` };
      const socket = new WebSocket(`${world.url.replace("http", "ws")}/ws/${name}`, { headers });
      const first = await new Promise<MessageEvent>((resolve, reject) => {
        socket.onmessage = resolve;
        socket.onclose = () => reject(new Error("closed"));
      });
      const frame = JSON.parse(String(first.data));
      expect(frame).toMatchObject({
        type: "metrics:initial",
        channel: name,
        seq: expect.any(Number),
        ts: expect.any(String),
        data: expect.any(Object),
      });
      expect(frame.location_id).toBe(name === "health" ? null : "main");
      socket.onclose = null;
      socket.close();
    });
  }
});

describe("access", () => {
  test("POST /api/auth/token, /refresh, /logout, GET /me", async () => {
    const json = { email: "owner@example.com", password: PASSWORD };
    const pair = pairShape.parse(await (await world.ask("/api/auth/token", null, { json })).json());
    expect([pair.token_type, pair.expires_in]).toEqual(["Bearer", 600]);
    expect((await world.ask("/api/auth/me", pair.access_token)).status).toBe(200);
    const { refresh_token } = pair;
    const renewed = pairShape.parse(
      await (await world.ask("/api/auth/refresh", null, { json: { refresh_token } })).json(),
    );
    expect((await world.ask("/api/auth/logout", renewed.access_token, { method: "POST" })).status).toBe(204);
    expect((await world.ask("/api/auth/me", renewed.access_token)).status).toBe(401);
  });

  for (const name of ["users", "keys", "locations", "commission-rules", "targets"]) {
    test(`GET/POST/PATCH/DELETE /api/admin/${name}`, async () => {
      expect((await world.ask(`/api/admin/${name}`, all)).status).toBe(200);
      const known = documentShape.parse(await (await world.ask("/openapi.json", null)).json());
      const methods = Object.entries(known.paths)
        .filter(([path]) => path === `/api/admin/${name}` || path.startsWith(`/api/admin/${name}/`))
        .flatMap(([, operations]) => Object.keys(operations));
      expect(methods).toEqual(expect.arrayContaining(["get", "post", "patch", "delete"]));
    });
  }

  test("GET /api/admin/audit", async () => {
    expect((await world.ask("/api/admin/audit", all)).status).toBe(200);
  });
});

describe("operations", () => {
  test("/health", async () => {
    const answer = z.looseObject({ checks: z.looseObject({}) }).parse(await (await world.ask("/health", all)).json());
    expect(Object.keys(answer)).toEqual(
      expect.arrayContaining(["status", "timestamp", "version", "uptime_s", "checks"]),
    );
    expect(Object.keys(answer.checks).toSorted()).toEqual([
      "alerts",
      "control",
      "disk",
      "ingest",
      "jobs",
      "live",
      "store",
    ]);
  });
  for (const path of ["/livez", "/readyz", "/metrics", "/openapi.json", "/docs"]) {
    test(path, async () => {
      expect((await world.ask(path, all)).status).toBe(200);
    });
  }
});

describe("command line", () => {
  const rows = [
    "serve",
    "import",
    "user add",
    "user list",
    "user set",
    "user remove",
    "key add",
    "key list",
    "key remove",
  ];
  const more = [
    "location add",
    "location list",
    "location set",
    "location remove",
    "rollup rebuild",
    "doctor",
    "healthcheck",
    "openapi",
    "version",
  ];
  for (const name of [...rows, ...more]) {
    test(name, () => expect(VERBS.map((verb) => verb.name)).toContain(name));
  }
});
