import { describe, expect, test } from "bun:test";
import { loadSettings, SettingsError } from "../../src/config.ts";
import { world } from "./access_world.ts";

const APP = "https://app.example.com";
const CORS = { cors_origins: `${APP}, http://localhost:3000` };
const JSON_TYPE = { "content-type": "application/json" };

function preflight(origin: string, method = "POST"): RequestInit {
  const headers = {
    origin,
    "access-control-request-method": method,
    "access-control-request-headers": "authorization,content-type",
  };
  return { method: "OPTIONS", headers };
}

function corsOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));
}

describe("another site's page", () => {
  test("gets nothing as long as no origin is configured", async () => {
    const w = world();
    const key = { "x-api-key": w.key("read") };
    const asked = [
      await w.send("/v1/events", preflight(APP)),
      await w.send("/api/auth/me", { headers: { origin: APP, ...key } }),
    ];
    for (const response of asked) expect([corsOf(response), response.headers.get("vary")]).toEqual([{}, null]);
  });

  test("of a configured origin may ask what it may do, for every address there is", async () => {
    const w = world(CORS);
    for (const [path, methods] of [
      ["/v1/events", "POST"],
      ["/api/auth/me", "GET, HEAD, PATCH"],
    ] as const) {
      const response = await w.send(path, preflight(APP));
      expect([path, response.status, await response.text()]).toEqual([path, 204, ""]);
      expect(corsOf(response)).toMatchObject({
        "access-control-allow-origin": APP,
        "access-control-allow-methods": methods,
        "access-control-allow-headers": "*, Authorization",
        "access-control-max-age": "600",
      });
      expect(response.headers.get("vary")).toBe("Origin");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    }
    expect((await w.send("/nope", preflight(APP))).status).toBe(404);
  });

  const others = [
    "https://evil.example",
    "https://app.example.com.evil.example",
    "http://app.example.com",
    "https://app.example.com:444",
    "https://sub.app.example.com",
    "null",
    "",
  ];
  for (const origin of others) {
    test(`of ${origin === "" ? "no origin" : origin} is refused`, async () => {
      const w = world(CORS);
      const asked = [await w.send("/v1/events", preflight(origin)), await w.send("/livez", { headers: { origin } })];
      for (const response of asked) expect([corsOf(response), response.headers.get("vary")]).toEqual([{}, "Origin"]);
    });
  }

  test("reads answers and refusals with a key, and the headers it needs", async () => {
    const w = world(CORS);
    for (const [headers, status] of [
      [{ "x-api-key": w.key("read") }, 200],
      [{}, 401],
      [{ "x-api-key": "bw_wrong" }, 401],
    ] as const) {
      const response = await w.send("/api/auth/me", { headers: { origin: APP, ...headers } });
      expect([response.status, corsOf(response)["access-control-allow-origin"]]).toEqual([status, APP]);
      expect(corsOf(response)["access-control-expose-headers"]).toContain("RateLimit-Remaining");
    }
  });

  test("writes with a key", async () => {
    const w = world(CORS);
    const headers = { origin: APP, "sec-fetch-site": "cross-site", "x-api-key": w.key("ingest"), ...JSON_TYPE };
    expect((await w.send("/v1/events", { method: "POST", headers, body: "[]" })).status).toBe(202);
  });

  test("never acts by a cookie, and is never told to send one", async () => {
    const w = world(CORS);
    const { cookie } = await w.signIn();
    const headers = { origin: APP, "sec-fetch-site": "cross-site", cookie, ...JSON_TYPE };
    const written = await w.send("/api/admin/keys", { method: "POST", headers, body: "{}" });
    expect(written.status).toBe(403);
    const read = await w.send("/api/auth/me", { headers: { origin: APP, cookie } });
    for (const response of [written, read]) expect(response.headers.get("access-control-allow-credentials")).toBeNull();
  });
});

describe("cors_origins", () => {
  const table: { text: string; wrong: string | null }[] = [
    { text: "", wrong: null },
    { text: "https://app.example.com", wrong: null },
    { text: " https://a.example , http://localhost:3000 ", wrong: null },
    { text: "*", wrong: "origin 1" },
    { text: "app.example.com", wrong: "origin 1" },
    { text: "https://a.example,https://b.example/", wrong: "origin 2" },
    { text: "https://a.example/path", wrong: "origin 1" },
    { text: "https://A.example", wrong: "origin 1" },
    { text: "https://a.example:443", wrong: "origin 1" },
    { text: "https://user:word@a.example", wrong: "origin 1" },
    { text: "null", wrong: "origin 1" },
    { text: "ftp://a.example", wrong: "origin 1" },
  ];
  for (const { text, wrong } of table) {
    test(`${JSON.stringify(text)} is ${wrong === null ? "taken" : `refused at the start: ${wrong}`}`, () => {
      const load = () => loadSettings([], { BELLWETHER_CORS_ORIGINS: text }, "");
      if (wrong === null) expect(load().cors_origins).toBe(text);
      else {
        expect(load).toThrow(SettingsError);
        expect(load).toThrow(wrong);
      }
    });
  }
});
