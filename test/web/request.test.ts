import { afterAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { addressOf, localPath } from "../../src/web/request.ts";
import { world } from "./access_world.ts";

const w = world();
afterAll(() => w.control.close());

describe("where to go on to", () => {
  const awkward = fc.array(
    fc.constantFrom("/", "\\", ".", ":", "@", "%2f", "%5c", "\t", "\n", "a", "?", "#", "evil.example", "http:"),
    {
      maxLength: 8,
    },
  );

  test("is on this site, whatever a link says", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          awkward.map((parts) => parts.join("")),
        ),
        (next) => {
          const path = localPath(next);
          expect(path).toMatch(/^\/(?![/\\])/);
          expect(new URL(`http://localhost${path}`).origin).toBe("http://localhost");
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("is the page that was asked for, query and all", () => {
    expect(localPath("/a/b?c=d&e=%20")).toBe("/a/b?c=d&e=%20");
    expect(localPath(null)).toBe("/");
  });
});

describe("the address of a request", () => {
  const from = (address: string, forwarded?: string) => {
    const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    const request = new Request("http://localhost/", { headers });
    return addressOf(request, { requestIP: () => ({ address, port: 1, family: "IPv4" }) });
  };

  test("is the socket's", () => {
    expect(from("203.0.113.7")).toBe("203.0.113.7");
    expect(from("203.0.113.7", "198.51.100.1")).toBe("203.0.113.7");
  });

  test("is the last hop that a proxy on this machine names", () => {
    expect(from("127.0.0.1", "6.6.6.6, 198.51.100.1")).toBe("198.51.100.1");
    expect(from("::1")).toBe("::1");
  });
});

test("no request of any shape breaks the app, or comes in without a key", async () => {
  const methods = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD");
  const segments = fc.constantFrom(
    "api",
    "admin",
    "keys",
    "locations",
    "setup",
    "login",
    "logout",
    "settings",
    "v1",
    "events",
    "%00",
    "%2e%2e",
    "é",
    "*",
    ":id",
    "",
  );
  const paths = fc.array(segments, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
  const values = fc.string({ unit: "binary-ascii", maxLength: 40 }).map((text) => text.replace(/[^\x20-\x7e]/g, ""));
  const names = fc.constantFrom(
    "authorization",
    "x-api-key",
    "cookie",
    "content-type",
    "accept",
    "sec-fetch-site",
    "hx-request",
    "upgrade",
  );
  const headers = fc.dictionary(
    names,
    fc.oneof(values, fc.constantFrom("Bearer ", "bellwether=a", "application/json", "text/html", "true", "websocket")),
  );
  await fc.assert(
    fc.asyncProperty(methods, paths, headers, fc.string({ maxLength: 200 }), async (method, path, given, text) => {
      const body = method === "GET" || method === "HEAD" ? {} : { body: text };
      const response = await w.send(path, { method, headers: given, ...body });
      expect(response.status).toBeLessThan(500);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      const { pathname } = new URL(`http://localhost${path}`);
      if (pathname.startsWith("/api/") || pathname.startsWith("/v1/"))
        expect(response.status).toBeGreaterThanOrEqual(400);
    }),
    { numRuns: 1_000 },
  );
}, 20_000);
