import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type World, world } from "./access_world.ts";

let w: World;
let cookie: string;
let csrf: string;
beforeAll(async () => {
  w = world();
  ({ cookie, csrf } = await w.signIn());
});
afterAll(() => w.control.close());

describe("every answer", () => {
  const answers = ["/login", "/livez", "/health", "/nope", "/api/admin/keys", "/settings/keys"];
  for (const path of answers) {
    test(`of ${path} carries the headers`, async () => {
      const { headers } = await w.send(path, { headers: { accept: "text/html" } });
      expect(headers.get("content-security-policy")).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
      expect(headers.get("permissions-policy")).toContain("camera=()");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get("strict-transport-security")).toBeNull();
    });
  }

  test("asks for TLS for ever where there is TLS", async () => {
    const tls = world({ public_url: "https://bi.example.com" });
    expect((await tls.send("/livez")).headers.get("strict-transport-security")).toStartWith("max-age=31536000");
  });
});

describe("an unsafe request with a cookie", () => {
  const JSON_TYPE = { "content-type": "application/json" };
  const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
  const own = { origin: "http://localhost" };
  const table: { name: string; headers: Record<string, string>; body?: string; status: number }[] = [
    { name: "JSON from this site (Origin)", headers: { ...own, ...JSON_TYPE }, body: "{}", status: 422 },
    {
      name: "JSON from this site (Sec-Fetch-Site)",
      headers: { "sec-fetch-site": "same-origin", ...JSON_TYPE },
      body: "{}",
      status: 422,
    },
    {
      name: "JSON from another site (Origin)",
      headers: { origin: "http://evil.example", ...JSON_TYPE },
      body: "{}",
      status: 403,
    },
    {
      name: "JSON from the same site's other host",
      headers: { "sec-fetch-site": "same-site", ...own, ...JSON_TYPE },
      body: "{}",
      status: 403,
    },
    {
      name: "JSON from another site (Sec-Fetch-Site)",
      headers: { "sec-fetch-site": "cross-site", ...own, ...JSON_TYPE },
      body: "{}",
      status: 403,
    },
    {
      name: "JSON from another port",
      headers: { origin: "http://localhost:81", ...JSON_TYPE },
      body: "{}",
      status: 403,
    },
    { name: "JSON from a page without an origin", headers: { origin: "null", ...JSON_TYPE }, body: "{}", status: 403 },
    { name: "JSON from nowhere", headers: { origin: "", ...JSON_TYPE }, body: "{}", status: 403 },
    { name: "text", headers: { ...own, "content-type": "text/plain" }, body: "{}", status: 415 },
    {
      name: "multipart",
      headers: { ...own, "content-type": "multipart/form-data; boundary=x" },
      body: "--x--",
      status: 415,
    },
    { name: "nothing", headers: own, status: 415 },
    { name: "a form without its token", headers: { ...own, ...FORM_TYPE }, body: "name=x", status: 403 },
    { name: "a form with another token", headers: { ...own, ...FORM_TYPE }, body: "csrf=x", status: 403 },
    {
      name: "htmx, but no JSON for a JSON route",
      headers: { ...own, "hx-request": "true", ...FORM_TYPE },
      body: "name=x",
      status: 415,
    },
  ];
  for (const { name, headers, body, status } of table) {
    test(`${name}: ${status}`, async () => {
      const init = { method: "POST", headers: { cookie, ...headers }, ...(body === undefined ? {} : { body }) };
      expect((await w.send("/api/admin/keys", init)).status).toBe(status);
    });
  }

  test("a form with its token is taken, and its body reaches the handler", async () => {
    const response = await w.submit("/settings/keys", { csrf, name: "bot", scopes: "ingest" }, { headers: { cookie } });
    expect(response.status).toBe(201);
  });

  test("a key needs none of that", async () => {
    const headers = { "x-api-key": w.key("admin"), origin: "http://evil.example", ...JSON_TYPE };
    expect((await w.send("/api/admin/keys", { method: "POST", headers, body: "{}" })).status).toBe(422);
  });

  test("a sign-in from another site is refused", async () => {
    const headers = { origin: "http://evil.example" };
    expect((await w.submit("/login", { email: "a@example.com", password: "x" }, { headers })).status).toBe(403);
  });

  test("a socket from another site is refused", async () => {
    const headers = { cookie, origin: "http://evil.example", upgrade: "websocket" };
    expect((await w.send("/settings/keys", { headers })).status).toBe(403);
  });

  test("a body that is too large is not read", async () => {
    const init = { method: "POST", headers: { cookie, ...own, ...JSON_TYPE }, body: `"${"x".repeat(70_000)}"` };
    expect((await w.send("/api/admin/keys", init)).status).toBe(413);
    const form = { csrf, name: "x".repeat(70_000) };
    expect((await w.submit("/settings/keys", form, { headers: { cookie } })).status).toBe(413);
  });
});
