/** Requests in other products' dialects: how each says what is wrong, and that a heartbeat's address can do nothing else. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { otlpLogs, otlpTraces } from "../../../src/ingest/compat/otlp.ts";
import { posthogBody } from "../../../src/ingest/compat/posthog.ts";
import { segmentCall } from "../../../src/ingest/compat/segment.ts";
import { type Running, running } from "../../support/appliance.ts";

let world: Running;
let key: string;
let reader: string;
beforeAll(async () => {
  world = await running();
  key = world.key(["ingest"], "compat");
  reader = world.key(["read"], "compat");
});
afterAll(() => world.stop());

const deep = `${'{"a":'.repeat(500)}1${"}".repeat(500)}`;
const basic = (name: string) => ({ authorization: `Basic ${btoa(`${name}:`)}` });
const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

const table: readonly {
  name: string;
  path: string;
  headers?: (key: string, reader: string) => Record<string, string>;
  body: (key: string, reader: string) => string;
  status: number;
  answer: Record<string, unknown>;
}[] = [
  { name: "Segment without a key", path: "/v1/batch", body: () => "{}", status: 401, answer: { success: false } },
  {
    name: "Segment with a reader's key",
    path: "/v1/track",
    headers: (_, reader) => basic(reader),
    body: () => "{}",
    status: 403,
    answer: { success: false },
  },
  {
    name: "Segment that is no JSON",
    path: "/v1/track",
    headers: (key) => basic(key),
    body: () => "{",
    status: 400,
    answer: { success: false },
  },
  {
    name: "Segment nested too deeply",
    path: "/v1/track",
    headers: (key) => basic(key),
    body: () => deep,
    status: 400,
    answer: { success: false },
  },
  {
    name: "Segment without a batch",
    path: "/v1/batch",
    headers: (key) => basic(key),
    body: () => "{}",
    status: 400,
    answer: { success: false },
  },
  {
    name: "a Segment call",
    path: "/v1/track",
    headers: (key) => basic(key),
    body: () => '{"userId":"u","event":"X"}',
    status: 200,
    answer: { success: true },
  },
  {
    name: "PostHog without a key",
    path: "/capture/",
    body: () => '{"event":"x"}',
    status: 401,
    answer: { type: "authentication_error" },
  },
  {
    name: "a PostHog capture",
    path: "/capture/",
    body: (key) => JSON.stringify({ api_key: key, event: "x", distinct_id: "d" }),
    status: 200,
    answer: { status: 1 },
  },
  {
    name: "the same without the last slash",
    path: "/capture",
    body: (key) => JSON.stringify({ api_key: key, event: "x", distinct_id: "d" }),
    status: 200,
    answer: { status: 1 },
  },
  {
    name: "a PostHog batch at the new address",
    path: "/i/v0/e/",
    body: (key) => JSON.stringify({ api_key: key, batch: [{ event: "x", distinct_id: "d" }] }),
    status: 200,
    answer: { status: "Ok" },
  },
  {
    name: "PostHog nonsense",
    path: "/batch/",
    body: () => "nonsense",
    status: 400,
    answer: { type: "validation_error" },
  },
  { name: "OTLP without a key", path: "/v1/traces", body: () => "{}", status: 401, answer: { code: 16 } },
  {
    name: "OTLP in protobuf",
    path: "/v1/logs",
    headers: (key) => ({ ...bearer(key), "content-type": "application/x-protobuf" }),
    body: () => "x",
    status: 415,
    answer: { code: 3 },
  },
  {
    name: "OTLP without its list",
    path: "/v1/logs",
    headers: (key) => bearer(key),
    body: () => "{}",
    status: 400,
    answer: { code: 3 },
  },
  {
    name: "OTLP with nothing in it",
    path: "/v1/logs",
    headers: (key) => bearer(key),
    body: () => '{"resourceLogs":[]}',
    status: 200,
    answer: { partialSuccess: {} },
  },
];

describe("each dialect answers in its own words", () => {
  for (const { name, path, headers, body, status, answer } of table) {
    test(name, async () => {
      const response = await fetch(`${world.url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers?.(key, reader) },
        body: body(key, reader),
      });
      expect([response.status, await response.json()]).toEqual([status, expect.objectContaining(answer)]);
    });
  }

  test("a compressed body is read, as its header or its address says", async () => {
    const body = gzipSync(JSON.stringify({ api_key: key, event: "zipped", uuid: "zip-1" }));
    for (const [path, headers] of [
      ["/capture/", { "content-encoding": "gzip" }],
      ["/capture/?compression=gzip-js", {}],
    ] as const) {
      const response = await fetch(`${world.url}${path}`, { method: "POST", headers, body });
      expect([response.status, await response.json()]).toEqual([200, { status: 1 }]);
    }
  });

  test("a span that means nothing acceptable is counted as rejected, and kept in the quarantine", async () => {
    const span = {
      traceId: "t",
      spanId: "s",
      startTimeUnixNano: "1795000000000000000",
      attributes: [{ key: "currency", value: { stringValue: "??" } }],
    };
    const response = await world.ask("/v1/traces", key, {
      json: { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] },
    });
    expect(await response.json()).toMatchObject({ partialSuccess: { rejectedSpans: "1" } });
    world.parts.ingest.flushQuarantine();
    expect(world.parts.control.quarantined({ locations: ["compat"], limit: 1 })).toHaveLength(1);
  });

  test("a session's cookie sends nothing in another dialect", async () => {
    const owner = world.parts.control.users()[0];
    const { token } = world.parts.control.openSession(owner?.user_id ?? "", false, world.parts.now());
    const response = await world.ask("/v1/track", null, {
      json: { event: "x" },
      headers: { cookie: `bellwether=${token}` },
    });
    expect(response.status).toBe(401);
    await response.body?.cancel();
  });
});

describe("heartbeats", () => {
  const make = async () => {
    const admin = world.key(["admin"]);
    const json = { name: "Nightly", location_id: "compat", bot_id: "sync-bot" };
    const made = await world.ask("/api/admin/heartbeats", admin, { json });
    expect(made.status).toBe(201);
    return { admin, ...((await made.json()) as { heartbeat_id: string; path: string }) };
  };

  test("say how a bot is, by GET and POST, until they are taken away", async () => {
    const { admin, heartbeat_id, path } = await make();
    for (const [query, method] of [
      ["?status=up&msg=OK&ping=38", "GET"],
      ["?status=down&msg=no+answer&ping=", "POST"],
    ] as const) {
      const response = await fetch(`${world.url}${path}${query}`, { method });
      expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    }
    const { ingest, store } = world.parts;
    for (let tries = 0; tries < 200 && ingest.stats().oldest_pending !== null; tries++) await Bun.sleep(10);
    const rows = await store.rows<{ status: string; duration_ms: number | null }>(
      "SELECT data->>'status' AS status, duration_ms FROM events WHERE bot_id = 'sync-bot' ORDER BY received_at, time",
      [],
    );
    expect(rows).toEqual([
      { status: "active", duration_ms: 38 },
      { status: "error", duration_ms: null },
    ]);
    expect((await world.ask(`/api/admin/heartbeats/${heartbeat_id}`, admin, { method: "DELETE" })).status).toBe(204);
    const gone = await fetch(`${world.url}${path}`);
    expect([gone.status, await gone.json()]).toEqual([404, { ok: false, msg: "Monitor not found or not active." }]);
  });

  test("a wrong status is refused, and the token opens nothing else", async () => {
    const { path } = await make();
    const wrong = await fetch(`${world.url}${path}?status=sideways`);
    expect(wrong.status).toBe(422);
    await wrong.body?.cancel();
    const token = path.slice("/api/push/".length);
    const other = await world.ask("/v1/events", token, { json: [] });
    expect(other.status).toBe(401);
    await other.body?.cancel();
  });

  test("are made for one's own locations only", async () => {
    const admin = world.key(["admin"], "elsewhere");
    const json = { name: "x", location_id: "compat", bot_id: "b" };
    const response = await world.ask("/api/admin/heartbeats", admin, { json });
    expect(response.status).toBe(403);
    expect(await (await world.ask("/api/admin/heartbeats", admin)).json()).toEqual({ heartbeats: [] });
  });
});

test("no body makes a mapping throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      segmentCall(value);
      posthogBody(value);
      otlpLogs({ resourceLogs: [{ scopeLogs: [{ logRecords: [value] }] }, value] });
      otlpTraces({ resourceSpans: [{ scopeSpans: [{ spans: [value] }] }, { scopeSpans: value }] });
    }),
    { numRuns: 500 },
  );
});

test("instants keep their microseconds, and equal log records of a request are two", () => {
  const record = { timeUnixNano: "1795000000123456789", body: { stringValue: "x" } };
  const logs = otlpLogs({ resourceLogs: [{ scopeLogs: [{ logRecords: [record, record] }] }] }) ?? [];
  expect(logs.map(({ time }) => time)).toEqual(["2026-11-18T11:06:40.123456Z", "2026-11-18T11:06:40.123456Z"]);
  expect(new Set(logs.map(({ id }) => id)).size).toBe(2);
});
