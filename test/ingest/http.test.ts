import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { appOf } from "../support/ingest_server.ts";
import { type IngestWorld, keyOf, openWorld, removeFolder } from "../support/ingest_world.ts";

let world: IngestWorld;
let app: ReturnType<typeof appOf>;
const keys = { all: "", here: "", read: "" };

beforeAll(async () => {
  world = await openWorld({ settings: { ingest_events_max: 50, ingest_body_bytes_max: 16 * 1024 } });
  app = appOf(world.parts);
  keys.all = keyOf(world.control);
  keys.here = keyOf(world.control, ["ingest"], "here");
  keys.read = keyOf(world.control, ["read"]);
});
afterAll(async () => {
  await world.stop();
  removeFolder(world.dir);
});

const JSON_TYPE = { "content-type": "application/json" };
const good = (id: string) => ({ id, type: "test_happened", location_id: "here" });
const bad = (id: string) => ({ id, type: "Not A Type", location_id: "here" });
const TYPE_INVALID = { id: "bad", field: "type", code: "type_invalid" };

interface Row {
  name: string;
  body: unknown;
  headers?: Record<string, string>;
  query?: string;
  key?: keyof typeof keys | null;
  status: number;
  answer: Record<string, unknown>;
}

const TABLE: readonly Row[] = [
  { name: "one event", body: good("a"), status: 202, answer: { accepted: 1, duplicates: 0, rejected: 0 } },
  { name: "an array", body: [good("b"), good("c")], status: 202, answer: { accepted: 2, duplicates: 0, rejected: 0 } },
  { name: "a batch", body: { batch: [good("d")] }, status: 202, answer: { accepted: 1, duplicates: 0, rejected: 0 } },
  { name: "an empty batch", body: { batch: [] }, status: 202, answer: { accepted: 0, duplicates: 0, rejected: 0 } },
  {
    name: "an id twice",
    body: [good("e"), good("e")],
    status: 202,
    answer: { accepted: 1, duplicates: 1, rejected: 0 },
  },
  {
    name: "visible",
    body: [good("a"), good("f")],
    query: "?wait=true",
    status: 200,
    answer: { accepted: 1, duplicates: 1, rejected: 0 },
  },
  {
    name: "some refused",
    body: [good("g"), bad("bad")],
    status: 207,
    answer: { accepted: 1, duplicates: 0, rejected: 1, errors: [{ index: 1, ...TYPE_INVALID }] },
  },
  {
    name: "some refused, waited for",
    body: [good("g2"), bad("bad")],
    query: "?wait=true",
    status: 207,
    answer: { accepted: 1, rejected: 1, errors: [{ index: 1, ...TYPE_INVALID }] },
  },
  {
    name: "all refused",
    body: [bad("bad")],
    status: 422,
    answer: { status: 422, errors: [{ index: 0, ...TYPE_INVALID }], instance: "/v1/events" },
  },
  { name: "no JSON", body: "{", status: 400, answer: { status: 400 } },
  { name: "empty body", body: "", status: 400, answer: { status: 400 } },
  { name: "too many events", body: Array.from({ length: 51 }, () => good("x")), status: 413, answer: { status: 413 } },
  { name: "too large a body", body: "x".repeat(17_000), status: 413, answer: { status: 413 } },
  {
    name: "unknown content type",
    body: "a=b",
    headers: { "content-type": "text/plain" },
    status: 415,
    answer: { status: 415 },
  },
  {
    name: "a form",
    body: "a=b",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 415,
    answer: { status: 415 },
  },
  { name: "no key", body: good("x"), key: null, status: 401, answer: { status: 401 } },
  { name: "a key without the scope", body: good("x"), key: "read", status: 403, answer: { status: 403 } },
  {
    name: "another location than the key's",
    body: { ...good("x"), location_id: "there" },
    key: "here",
    status: 422,
    answer: { errors: [{ index: 0, id: "x", field: "location_id", code: "location_forbidden" }] },
  },
  {
    name: "the key's location when none is named",
    body: { id: "h", type: "test_happened" },
    key: "here",
    status: 202,
    answer: { accepted: 1 },
  },
  { name: "a wrong wait", body: good("x"), query: "?wait=maybe", status: 422, answer: { errors: [{ field: "wait" }] } },
  {
    name: "NDJSON",
    body: `${JSON.stringify(good("i"))}\n${JSON.stringify(good("j"))}\n`,
    headers: { "content-type": "application/x-ndjson" },
    status: 202,
    answer: { accepted: 2 },
  },
  {
    name: "a CloudEvent in binary mode",
    body: { any: 1 },
    headers: {
      ...JSON_TYPE,
      "ce-specversion": "1.0",
      "ce-id": "k",
      "ce-type": "test_happened",
      "ce-source": "bot",
      "ce-locationid": "here",
    },
    status: 202,
    answer: { accepted: 1 },
  },
  {
    name: "an empty Idempotency-Key",
    body: good("x"),
    headers: { ...JSON_TYPE, "idempotency-key": "a b" },
    status: 400,
    answer: {},
  },
];

test.each(TABLE)("$name → $status", async ({ body, headers, query, key, status, answer }) => {
  const response = await post(body, { headers, query, key });
  const found = await response.json();
  expect({ status: response.status, found }).toMatchObject({ status, found: answer });
  const expected = status >= 400 ? "application/problem+json" : "application/json";
  expect(response.headers.get("content-type")).toBe(expected);
  expect(response.headers.get("x-request-id")).toBeString();
});

test("X-API-Key is as good as Bearer", async () => {
  const request = new Request("http://localhost/v1/events", {
    method: "POST",
    headers: { ...JSON_TYPE, "x-api-key": keys.all },
    body: JSON.stringify(good("by-header")),
  });
  expect((await app.handle(request)).status).toBe(202);
});

test("a gzip body counts by what is in it, and a bomb stops at the limit", async () => {
  const headers = { ...JSON_TYPE, "content-encoding": "gzip" };
  expect((await post(gzipSync(JSON.stringify(good("zipped"))), { headers })).status).toBe(202);
  expect((await post(gzipSync(" ".repeat(10_000_000)), { headers })).status).toBe(413);
});

test("a body without a length is read up to the limit and no further", async () => {
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(4096).fill(0x20));
    },
  });
  expect((await post(endless)).status).toBe(413);
  expect(pulled).toBeLessThan(50);
});

test("shedding is 503 with Retry-After", async () => {
  const full = await openWorld({ settings: { disk_free_bytes_min: 1000 }, free: async () => 0 });
  const other = appOf(full.parts);
  await Bun.sleep(20);
  const response = await other.handle(
    new Request("http://localhost/v1/events", {
      method: "POST",
      headers: { ...JSON_TYPE, authorization: `Bearer ${keyOf(full.control)}` },
      body: JSON.stringify(good("x")),
    }),
  );
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("2");
  await full.stop();
  removeFolder(full.dir);
});

describe("Idempotency-Key", () => {
  const under = (key: string) => ({ headers: { ...JSON_TYPE, "idempotency-key": key } });

  test("the same request is done once and answered alike", async () => {
    const body = { type: "test_happened", location_id: "idempotent" };
    const first = await post(body, under("one"));
    const second = await post(body, under("one"));
    expect([first.status, await first.json()]).toEqual([202, { accepted: 1, duplicates: 0, rejected: 0 }]);
    expect([second.status, await second.json()]).toEqual([202, { accepted: 1, duplicates: 0, rejected: 0 }]);
    expect(await countOf("idempotent")).toBe(1);
  });

  test("also while the first is still at work", async () => {
    const body = [{ type: "test_happened", location_id: "together" }];
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(body, under("two"))));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    expect(await countOf("together")).toBe(1);
  });

  test("another body under the same key is refused", async () => {
    await post({ type: "test_happened", location_id: "first" }, under("three"));
    expect((await post({ type: "test_happened", location_id: "second" }, under("three"))).status).toBe(409);
    expect(await countOf("second")).toBe(0);
  });

  test("refusals are answered alike too", async () => {
    const answers = [await post([bad("bad")], under("four")), await post([bad("bad")], under("four"))];
    const found = await Promise.all(answers.map(async (answer) => [answer.status, await errorsOf(answer)]));
    expect(found[0]?.[0]).toBe(422);
    expect(found[1]).toEqual(found[0] ?? []);
  });

  test("another caller's same key is another request", async () => {
    await post({ type: "test_happened", location_id: "here" }, under("five"));
    expect((await post(good("other"), { ...under("five"), key: "here" })).status).toBe(202);
  });

  test("a crash before the answer was kept repeats no event: ids are made from the key", async () => {
    const headers = { ...JSON_TYPE, "idempotency-key": "six" };
    const body = JSON.stringify([{ type: "test_happened", location_id: "crash" }]);
    const given = {
      body: new TextEncoder().encode(body),
      headers,
      caller: { kind: "key" as const, id: "k", name: "k", role: null, scopes: ["ingest" as const], locations: null },
      wait: true,
      id_seed: "six",
    };
    await world.ingest.accept(given);
    expect(await world.ingest.accept(given)).toMatchObject({ accepted: 0, duplicates: 1 });
  });
});

async function post(
  body: unknown,
  given: {
    headers?: Record<string, string> | undefined;
    query?: string | undefined;
    key?: keyof typeof keys | null | undefined;
  } = {},
): Promise<Response> {
  const authorization = given.key === null ? {} : { authorization: `Bearer ${keys[given.key ?? "all"]}` };
  const raw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  const text = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const bytes = text instanceof Uint8Array || text instanceof ReadableStream ? text : JSON.stringify(body);
  const length = raw && !(body instanceof ReadableStream) && text instanceof Uint8Array ? text.length : null;
  return await app.handle(
    new Request(`http://localhost/v1/events${given.query ?? ""}`, {
      method: "POST",
      headers: {
        ...(given.headers ?? JSON_TYPE),
        ...authorization,
        ...(length === null ? {} : { "content-length": String(length) }),
      },
      body: bytes instanceof Uint8Array ? Buffer.from(bytes) : bytes,
    }),
  );
}

async function errorsOf(answer: Response): Promise<unknown> {
  return z.object({ errors: z.unknown() }).parse(await answer.json()).errors;
}

async function countOf(location_id: string): Promise<number> {
  await world.ingest.exclusively(async () => undefined);
  while (world.ingest.stats().queue_rows > 0) await Bun.sleep(5);
  const [row] = await world.store.rows<{ n: number }>("SELECT count(*) AS n FROM events WHERE location_id = $1", [
    location_id,
  ]);
  return row?.n ?? -1;
}
