/**
 * Every route × every parameter, as the OpenAPI document tells them: whatever is sent, the answer is a documented one, of the
 * documented content type and shape, and never a failure of the server.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { allRoutes } from "../../src/web/app.ts";
import { operationId } from "../../src/web/docs/openapi.ts";
import type { Route } from "../../src/web/route.ts";
import { PASSWORD, type Running, running } from "../support/appliance.ts";
import { seeded } from "../support/random.ts";
import { type Known, makeRequest, type Operation, operationsOf, pick } from "../support/requests.ts";

const REQUESTS = 10_000;
const AT_ONCE = 8;
/** They would end the test's own sign-in. */
const SPARED = new Set(["postApiAuthLogout"]);

const problemShape = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string(),
  request_id: z.string().min(1),
  errors: z.array(z.looseObject({ field: z.string().nullable(), code: z.string(), detail: z.string() })).optional(),
});

let world: Running;
let routes: Map<string, Route>;
let operations: Operation[];
let known: Known;
let credentials: readonly (() => Promise<string | null>)[];

beforeAll(async () => {
  world = await running({ query_timeout_ms: 5_000, rate_read_per_s: 0, rate_auth_per_s: 0, rate_ingest_per_s: 0 });
  const now = Date.now();
  const types = ["lead_created", "lead_qualified", "deal_closed", "bot_status_update", "conversation_started"];
  for (const location_id of ["main", "docs", "elsewhere"])
    await world.post(
      Array.from({ length: 400 }, (_, n) => {
        const type = pick(types, () => (n % types.length) / types.length);
        return {
          id: `e-${n}`,
          type,
          location_id,
          bot_id: `bot-${n % 3}`,
          contact_id: `contact-${n % 40}`,
          conversation_id: `conv-${n % 60}`,
          time: new Date(now - n * 3_600_000).toISOString(),
          ...(type === "deal_closed" ? { value: "1234.50" } : {}),
          data: type === "bot_status_update" ? { status: "active" } : { source: n % 2 ? "ads" : "site" },
        };
      }),
    );
  const whole = world.key(["ingest", "read", "export", "admin"]);
  const bound = world.key(["ingest", "read", "export", "admin"], "main");
  const reader = world.key(["read"]);
  credentials = [
    async () => whole,
    async () => whole,
    async () => token(),
    async () => bound,
    async () => reader,
    async () => null,
  ];
  const all = allRoutes(world.parts);
  routes = new Map(all.map((route) => [operationId(route), route]));
  const document: unknown = await (await world.ask("/openapi.json", null)).json();
  operations = operationsOf(document).filter(({ operation }) => !SPARED.has(operation.operationId));
  known = {
    location_id: ["main", "docs", "nowhere"],
    timeframe: ["24h", "7d", "30d", "90d", "1y", "all"],
    timezone: ["UTC", "America/Los_Angeles", "Nowhere/City"],
    filter: ["type:eq:lead_created", "bot_id:in:bot-1,bot-2", "data.source:eq:ads", "value:gt:100", "nonsense"],
    keys: ["revenue,leads", "conversion_rate", "nonsense"],
    contact_id: ["contact-1", "nobody"],
    key: ["revenue", "my_kpi", "nonsense"],
    cursor: ["1", "nonsense"],
    limit: ["1", "10", "1000", "1001", "0"],
  };
});
afterAll(() => world.stop());

let access_token: string | null = null;
async function token(): Promise<string> {
  if (access_token !== null) return access_token;
  const json = { email: "owner@example.com", password: PASSWORD };
  // From elsewhere: the made-up sign-ins lock only their own address out.
  const headers = { "x-forwarded-for": "192.0.2.7" };
  const answer = await (await world.ask("/api/auth/token", null, { json, headers })).json();
  const read = z.object({ access_token: z.string() }).safeParse(answer);
  if (!read.success) throw new Error(`no sign-in: ${JSON.stringify(answer)}`);
  access_token = read.data.access_token;
  return access_token;
}

/** What is wrong with an answer; null when it is as documented. */
async function faultOf(route: Route, response: Response): Promise<string | null> {
  const { status } = response;
  const type = response.headers.get("content-type")?.split(";")[0] ?? "";
  const text = await response.text();
  if (!response.headers.has("x-request-id")) return "no X-Request-Id";
  if (status === 500) return `500: ${text}`;
  const answer = route.answers[status];
  if (answer) {
    if (!answer.schema)
      return answer.type === undefined || type === answer.type.split(";")[0] ? null : `${status} is ${type}`;
    if (type !== (answer.type ?? "application/json")) return `${status} is ${type}`;
    const read = answer.schema.safeParse(JSON.parse(text));
    return read.success ? null : `${status}: ${JSON.stringify(read.error.issues.slice(0, 3))}`;
  }
  if (status !== 503 && (status < 400 || status > 499)) return `undocumented ${status}`;
  if (route.tag === "Compatible intake" && type === "application/json") return null;
  if (type !== "application/problem+json") return `${status} is ${type}: ${text.slice(0, 200)}`;
  const read = problemShape.safeParse(JSON.parse(text));
  return read.success ? null : `${status}: ${JSON.stringify(read.error.issues.slice(0, 3))} ${text.slice(0, 200)}`;
}

test(`${REQUESTS} requests, right and wrong, get documented answers`, async () => {
  const random = seeded(20261121);
  const faults = new Map<string, string>();
  const statuses = new Map<number, number>();
  const answered = new Set<string>();
  let sent = 0;
  const sender = async (): Promise<void> => {
    while (sent < REQUESTS) {
      const operation = operations[sent++ % operations.length];
      const route = operation && routes.get(operation.operation.operationId);
      if (!operation || !route) throw new Error(`no route for ${operation?.operation.operationId}`);
      const made = makeRequest(operation, known, random);
      const key = await pick(credentials, random)();
      const response = await world.ask(made.path, key, made.init);
      if (response.status === 401 && key === access_token) access_token = null;
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      if (response.ok) answered.add(operation.operation.operationId);
      const fault = await faultOf(route, response);
      if (fault !== null)
        faults.set(
          `${operation.method} ${operation.path}`,
          `${fault} for ${made.path} ${made.init.body ?? ""}`.slice(0, 900),
        );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  expect(Object.fromEntries(faults)).toEqual({});
  expect(statuses.get(500)).toBeUndefined();
  // The made-up requests must reach the handlers, not only their doors.
  const silent = operations.filter(({ operation }) => !answered.has(operation.operationId));
  expect(silent.length).toBeLessThan(operations.length / 2);
}, 600_000);
