import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import { z } from "zod";
import { ControlError } from "../../src/control/control.ts";
import { errorResponse, Problem } from "../../src/web/errors.ts";
import { routeTable } from "../../src/web/routes.ts";
import { errorPage } from "../../views/error.ts";
import { type World, world } from "./access_world.ts";

let w: World;
let key: string;
beforeAll(() => {
  w = world();
  key = w.key("admin");
});
afterAll(() => w.control.close());

const SECRET = "hunter2-secret";

describe("the API's problems", () => {
  const post = (body: unknown, type = "application/json") => ({
    method: "POST",
    headers: { "content-type": type },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const table: { name: string; path: string; init?: RequestInit; status: number; body: Record<string, unknown> }[] = [
    { name: "unknown path", path: "/api/nope", status: 404, body: { title: "Not found", instance: "/api/nope" } },
    { name: "unknown path with a query", path: `/nope?password=${SECRET}`, status: 404, body: { instance: "/nope" } },
    {
      name: "wrong method",
      path: "/api/auth/me",
      init: { method: "DELETE" },
      status: 405,
      body: { detail: "This address takes GET, HEAD, PATCH." },
    },
    {
      name: "not JSON",
      path: "/api/admin/keys",
      init: post(`{"name": "${SECRET}`),
      status: 400,
      body: { title: "Not JSON" },
    },
    {
      name: "not UTF-8",
      path: "/api/admin/keys",
      init: { ...post(""), body: new Uint8Array([0x22, 0xff, 0x22]) },
      status: 400,
      body: { title: "Not text" },
    },
    {
      name: "a form for a JSON route",
      path: "/api/admin/keys",
      init: post(`name=${SECRET}`, "application/x-www-form-urlencoded"),
      status: 415,
      body: {},
    },
    {
      name: "missing fields",
      path: "/api/admin/keys",
      init: post({}),
      status: 422,
      body: {
        errors: [
          { field: "name", code: "invalid_type", detail: expect.any(String) },
          { field: "scopes", code: "invalid_type", detail: expect.any(String) },
        ],
      },
    },
    {
      name: "a wrong scope",
      path: "/api/admin/keys",
      init: post({ name: "x", scopes: ["read", SECRET] }),
      status: 422,
      body: { errors: [{ field: "scopes.1", code: "invalid_value", detail: expect.any(String) }] },
    },
    {
      name: "an array",
      path: "/api/admin/keys",
      init: post([SECRET]),
      status: 422,
      body: { errors: [{ field: null, code: "invalid_type", detail: expect.any(String) }] },
    },
    {
      name: "a rule off the quarter",
      path: "/api/admin/commission-rules",
      init: post({ rate: "0.05", valid_from: "2026-01-01T00:01:00Z" }),
      status: 422,
      body: { errors: [{ field: "valid_from", code: "rule_invalid", detail: expect.any(String) }] },
    },
    {
      name: "a rule of six hundred percent",
      path: "/api/admin/commission-rules",
      init: post({ rate: "6", valid_from: "2026-01-01T00:00:00Z" }),
      status: 422,
      body: { errors: [{ field: "rate", code: "rule_invalid", detail: expect.any(String) }] },
    },
    {
      name: "a target of no KPI",
      path: "/api/admin/targets",
      init: post({ kpi: "nope", location_id: "a", value: "1" }),
      status: 422,
      body: { errors: [{ field: "kpi", code: "kpi_unknown", detail: expect.any(String) }] },
    },
    {
      name: "a location in no zone",
      path: "/api/admin/locations",
      init: post({ location_id: "a", timezone: SECRET }),
      status: 422,
      body: { errors: [{ field: "timezone", code: "location_invalid", detail: expect.any(String) }] },
    },
    {
      name: "an unknown location",
      path: "/api/admin/locations/nope",
      init: { ...post({ name: "x" }), method: "PATCH" },
      status: 404,
      body: {},
    },
  ];
  for (const { name, path, init = {}, status, body } of table) {
    test(`${name}: ${status}`, async () => {
      const response = await w.send(path, { ...init, headers: { ...init.headers, "x-api-key": key } });
      const text = await response.text();
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(JSON.parse(text)).toMatchObject({
        type: "about:blank",
        status,
        request_id: response.headers.get("x-request-id"),
        ...body,
      });
      expect(text).not.toContain(SECRET);
    });
  }

  test("405 says which methods there are", async () => {
    expect(
      (await w.send("/api/auth/me", { method: "DELETE", headers: { "x-api-key": key } })).headers.get("allow"),
    ).toBe("GET, HEAD, PATCH");
  });
});

describe("whatever is thrown", () => {
  const raise = (error: unknown) => () => {
    throw error;
  };
  const app = new Elysia()
    .onError(({ error, request }) =>
      errorResponse(
        w.parts,
        request,
        error,
        routeTable(() => app.routes.map(({ method, path }) => ({ method, path, access: "caller" }))),
      ),
    )
    .get("/bug", raise(new Error(SECRET)))
    .get("/string", raise(SECRET))
    .get("/problem", raise(new Problem({ status: 429, title: "Slow down", headers: { "retry-after": "3" } })))
    .get("/busy", raise(new ControlError("busy", "Later.")))
    .get("/zod", () => z.object({ a: z.number() }).parse({ a: SECRET }))
    .post("/typebox", ({ body }) => body, { body: t.Object({ password: t.Number() }) })
    .post("/schema", ({ body }) => body, { body: z.object({ password: z.number() }) })
    .post("/parse", ({ body }) => body);

  const body = JSON.stringify({ password: SECRET });
  const post = { method: "POST", headers: { "content-type": "application/json" }, body };
  const table: { name: string; path: string; init?: RequestInit; status: number; errors?: unknown }[] = [
    { name: "a bug", path: "/bug", status: 500 },
    { name: "something that is no error", path: "/string", status: 500 },
    { name: "a problem", path: "/problem", status: 429 },
    { name: "a refusal of control", path: "/busy", status: 503 },
    { name: "zod's error", path: "/zod", status: 422, errors: [{ field: "a" }] },
    { name: "the framework's validation", path: "/typebox", init: post, status: 422, errors: [{ field: "password" }] },
    {
      name: "the framework's validation by zod",
      path: "/schema",
      init: post,
      status: 422,
      errors: [{ field: "password" }],
    },
    { name: "the framework's parser", path: "/parse", init: { ...post, body: `{${SECRET}` }, status: 400 },
    { name: "no route", path: "/nowhere", status: 404 },
  ];
  for (const { name, path, init, status, errors } of table) {
    test(`${name} is answered with ${status} and no value`, async () => {
      const response = await app.handle(new Request(`http://localhost${path}`, init));
      const text = await response.text();
      expect(response.status).toBe(status);
      expect(JSON.parse(text)).toMatchObject(errors === undefined ? { status } : { status, errors });
      expect(text).not.toContain(SECRET);
    });
  }

  test("a bug is logged under the request's id", async () => {
    w.logged.length = 0;
    const response = await app.handle(new Request("http://localhost/bug"));
    const { request_id } = z.object({ request_id: z.string() }).parse(await response.json());
    expect(w.logged).toMatchObject([
      { level: "error", fields: { request_id, route: "/bug", stack: expect.stringContaining(SECRET) } },
    ]);
  });

  test("a problem keeps its headers", async () => {
    expect((await app.handle(new Request("http://localhost/problem"))).headers.get("retry-after")).toBe("3");
  });

  test("a browser gets a page with the reference", async () => {
    const response = await app.handle(new Request("http://localhost/bug", { headers: { accept: "text/html,*/*" } }));
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(text).toContain("Something broke");
    expect(text).toMatch(/<code>[0-9a-f-]{36}<\/code>/);
    expect(text).not.toContain(SECRET);
  });

  test("a page names the place of what is wrong and the remedy, and makes no markup of either", () => {
    const errors = [{ field: "filter.0", detail: "Write <field>:op:value." }];
    const { text } = errorPage({
      status: 422,
      title: "Invalid fields",
      detail: "errors names them",
      request_id: "r",
      errors,
    });
    expect(text).toContain("<code>filter.0</code>: Write &lt;field&gt;:op:value.");
    expect(text).not.toContain("errors names them");
  });
});
