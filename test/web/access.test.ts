import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Caller } from "../../src/control/types.ts";
import { locationsOf, seesLocation } from "../../src/web/access.ts";
import { allRoutes, buildApp } from "../../src/web/app.ts";
import { Problem } from "../../src/web/errors.ts";
import { type World, world } from "./access_world.ts";

let w: World;
let cookie: string;
beforeAll(async () => {
  w = world();
  ({ cookie } = await w.signIn());
});
afterAll(() => w.control.close());

/** The whole list of what is open. A route that is added is closed until it stands here. (Senders of other dialects show a key where those have it.) */
const OPEN = [
  "/login",
  "/setup",
  "/invitation",
  "/api/auth/token",
  "/api/auth/refresh",
  "/service-worker.js",
  "/livez",
  "/readyz",
  "/health",
  "/metrics",
  "/openapi.json",
  "/docs",
  "/docs/events",
  "/docs/kpis",
  "/offline",
  // Whoever has the token of a link may look.
  "/share/:token",
  "/share/:token/kiosk",
  "/share/:token/fragments",
];

describe("without a session or a key", () => {
  test("every route but the open ones answers 401", async () => {
    const senders = allRoutes(w.parts).flatMap(({ path, access }) => (access === "sender" ? [path] : []));
    const open = [...OPEN, ...senders];
    const routes = buildApp(w.parts).routes.filter(({ path }) => !open.includes(path) && !path.startsWith("/assets/"));
    expect(routes.length).toBeGreaterThan(10);
    for (const { method, path } of routes) {
      const sent = method === "WS" ? "GET" : method;
      const response = await w.send(path.replace(/:\w+|\*/g, "x"), { method: sent });
      expect([sent, path, response.status]).toEqual([sent, path, 401]);
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    }
  });

  const ways: { name: string; path: string; headers: Record<string, string>; status: number; location?: string }[] = [
    {
      name: "a page",
      path: "/settings/keys?a=1",
      headers: { accept: "text/html" },
      status: 303,
      location: "/login?next=%2Fsettings%2Fkeys%3Fa%3D1",
    },
    { name: "a fragment", path: "/settings/keys", headers: { accept: "text/html", "hx-request": "true" }, status: 401 },
    { name: "the API in a browser", path: "/api/admin/keys", headers: { accept: "text/html" }, status: 401 },
    {
      name: "an unknown key",
      path: "/api/auth/me",
      headers: { authorization: `Bearer bw_${"a".repeat(43)}` },
      status: 401,
    },
    { name: "another scheme", path: "/api/auth/me", headers: { authorization: "Basic YTpi" }, status: 401 },
    { name: "an empty header", path: "/api/auth/me", headers: { authorization: "" }, status: 401 },
    { name: "an unknown session", path: "/api/auth/me", headers: { cookie: "bellwether=abc" }, status: 401 },
    { name: "an unknown path", path: "/nope", headers: {}, status: 404 },
  ];
  for (const { name, path, headers, status, location } of ways) {
    test(`${name}: ${status}`, async () => {
      const response = await w.send(path, { headers });
      expect(response.status).toBe(status);
      expect(response.headers.get("location")).toBe(location ?? null);
    });
  }

  test("a wrong key beside a good cookie is nobody", async () => {
    const headers = { cookie, authorization: `Bearer bw_${"a".repeat(43)}` };
    expect((await w.send("/api/auth/me", { headers })).status).toBe(401);
  });

  test("an idle session is nobody", async () => {
    w.clock.now += 31 * 60 * 1_000_000;
    expect((await w.send("/api/auth/me", { headers: { cookie } })).status).toBe(401);
    ({ cookie } = await w.signIn());
  });
});

describe("with", () => {
  const ways: { name: string; headers: () => Record<string, string> }[] = [
    { name: "a bearer key", headers: () => ({ authorization: `Bearer ${w.key("read")}` }) },
    { name: "a bearer key in another case", headers: () => ({ authorization: `bearer ${w.key("read")}` }) },
    { name: "X-API-Key", headers: () => ({ "x-api-key": w.key("read") }) },
    { name: "a session among other cookies", headers: () => ({ cookie: `a=b; ${cookie}; c=d` }) },
  ];
  for (const { name, headers } of ways) {
    test(`${name} one is somebody`, async () => {
      expect((await w.send("/api/auth/me", { headers: headers() })).status).toBe(200);
    });
  }

  test("a key without the scope is refused with its name", async () => {
    const response = await w.send("/api/admin/keys", { headers: { "x-api-key": w.key("read", "ingest") } });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ status: 403, detail: "This key lacks the scope admin." });
  });

  test("a viewer may not administer", async () => {
    const given = { email: "viewer@example.com", name: "V", password: "correct horse battery", locations: null };
    const viewer = await w.control.addUser({ ...given, role: "viewer" });
    const { token } = w.control.openSession(viewer.user_id, false, w.clock.now);
    expect((await w.send("/settings/keys", { headers: { cookie: `bellwether=${token}` } })).status).toBe(403);
  });
});

describe("locations", () => {
  const caller: Caller = { kind: "key", id: "k", name: "k", role: null, scopes: ["read"], locations: ["a", "b"] };
  const everywhere: Caller = { ...caller, locations: null };

  test("a bound caller sees its own", () => {
    expect([seesLocation(caller, "a"), seesLocation(caller, "c"), seesLocation(everywhere, "c")]).toEqual([
      true,
      false,
      true,
    ]);
    expect(locationsOf(caller, null)).toEqual(["a", "b"]);
    expect(locationsOf(caller, "b")).toEqual(["b"]);
    expect(locationsOf(everywhere, undefined)).toBeNull();
    expect(locationsOf(everywhere, "c")).toEqual(["c"]);
  });

  test("and is refused the others, whether they exist or not", () => {
    expect(() => locationsOf(caller, "c")).toThrow(Problem);
  });
});

test("a form of a session that has ended leads to the login", async () => {
  const headers = { cookie: "bellwether=gone", accept: "text/html" };
  const response = await w.submit("/settings/keys", { csrf: "x" }, { headers });
  expect([response.status, response.headers.get("location")]).toEqual([303, "/login"]);
});
