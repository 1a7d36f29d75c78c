import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { ASSETS_VERSION } from "../../views/assets.ts";
import { type Served, serveAppliance } from "../support/browser.ts";

/** What reliability.md promises of every answer. */
const PROMISED: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

let served: Served;
let cookie: string;
let bound: string;
beforeAll(async () => {
  served = await serveAppliance(["--live-sockets-max", "1"]);
  const { control, now } = served.appliance.parts;
  const [user] = control.users();
  cookie = `bellwether=${control.openSession(user?.user_id ?? "", false, now()).token}`;
  bound = control.addKey({ name: "ingest", scopes: ["ingest"], location_id: null }).key;
});
afterAll(() => served.stop());

interface Asked {
  name: string;
  path: string;
  status: number;
  method?: string;
  headers?: () => Record<string, string>;
  body?: string;
}

const page = { accept: "text/html" };
const json = { "content-type": "application/json" };
const key = () => ({ "x-api-key": served.key });
const TABLE: readonly Asked[] = [
  { name: "an answer", path: "/api/auth/me", status: 200, headers: key },
  { name: "a probe", path: "/livez", status: 200 },
  { name: "a HEAD", path: "/livez", status: 200, method: "HEAD" },
  { name: "a page", path: "/login", status: 200, headers: () => page },
  { name: "a file", path: "/assets/app.css", status: 200 },
  { name: "the service worker", path: "/service-worker.js", status: 200 },
  {
    name: "events taken",
    path: "/v1/events",
    status: 202,
    method: "POST",
    headers: () => ({ ...key(), ...json }),
    body: "[]",
  },
  { name: "a redirect", path: "/", status: 303, headers: () => page },
  {
    name: "a file that the browser has",
    path: "/assets/app.css",
    status: 304,
    headers: () => ({ "if-none-match": `"${ASSETS_VERSION}"` }),
  },
  {
    name: "what cannot be read",
    path: "/v1/events",
    status: 400,
    method: "POST",
    headers: () => ({ ...key(), ...json }),
    body: "[",
  },
  { name: "nobody", path: "/api/auth/me", status: 401 },
  { name: "a wrong key", path: "/api/auth/me", status: 401, headers: () => ({ "x-api-key": "bw_wrong" }) },
  { name: "a key without the scope", path: "/api/admin/keys", status: 403, headers: key },
  {
    name: "another site",
    path: "/logout",
    status: 403,
    method: "POST",
    headers: () => ({ cookie, origin: "https://evil.example", ...json }),
    body: "{}",
  },
  { name: "no such address", path: "/api/nope", status: 404 },
  { name: "no such page", path: "/nope", status: 404, headers: () => page },
  { name: "no such file", path: "/assets/nope.js", status: 404 },
  { name: "a wrong method", path: "/livez", status: 405, method: "PUT", headers: key },
  { name: "a strange method", path: "/livez", status: 405, method: "PROPFIND", headers: key },
  { name: "OPTIONS", path: "/api/auth/me", status: 405, method: "OPTIONS", headers: key },
  {
    name: "too large a body",
    path: "/v1/events",
    status: 413,
    method: "POST",
    headers: () => ({ ...key(), ...json, "content-length": String(11 * 1024 * 1024) }),
  },
  {
    name: "a body beyond all measure",
    path: "/v1/events",
    status: 413,
    method: "POST",
    headers: () => ({ ...key(), ...json, "content-length": "99999999999" }),
  },
  { name: "too long an address", path: `/livez?${"a".repeat(9_000)}`, status: 414 },
  {
    name: "an unknown type",
    path: "/v1/events",
    status: 415,
    method: "POST",
    headers: () => ({ ...key(), "content-type": "text/plain" }),
    body: "x",
  },
  { name: "a wrong parameter", path: "/livez?a=1", status: 422 },
  {
    name: "a socket of nobody",
    path: "/live?view=overview",
    status: 401,
    headers: () => upgrade({ origin: served.url }),
  },
  {
    name: "a socket of another site",
    path: "/live?view=overview",
    status: 403,
    headers: () => upgrade({ cookie, origin: "https://evil.example" }),
  },
  {
    name: "a socket with a wrong question",
    path: "/live?view=nope",
    status: 404,
    headers: () => upgrade({ cookie, origin: served.url }),
  },
];

describe("the headers of security stand on", () => {
  for (const { name, path, status, method = "GET", headers = () => ({}), body } of TABLE) {
    test(`${name} (${status})`, async () => {
      const answer = await send(path, method, headers(), body);
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject(PROMISED);
      expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.headers["cache-control"]).toBeString();
      expect(answer.headers["strict-transport-security"]).toBeUndefined();
    });
  }

  test("a socket too many (503)", async () => {
    const first = new WebSocket(`${served.url.replace("http", "ws")}/live?view=overview`, {
      headers: { cookie, origin: served.url },
    });
    await new Promise((resolve) => first.addEventListener("open", resolve));
    const answer = await send("/live?view=overview", "GET", upgrade({ cookie, origin: served.url }));
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "10"]);
    expect(answer.headers).toMatchObject(PROMISED);
    first.close();
  });
});

describe("rate limits are told", () => {
  test("where one holds", async () => {
    const answer = await send("/api/auth/me", "GET", key());
    expect(answer.headers).toMatchObject({
      "ratelimit-limit": "20000",
      "ratelimit-remaining": "19999",
      "ratelimit-reset": "1",
    });
  });

  test("and not where none does: ingest is shed by its queue", async () => {
    const answer = await send("/v1/events", "POST", { "x-api-key": bound, ...json }, "[]");
    expect([answer.status, answer.headers["ratelimit-limit"]]).toEqual([202, undefined]);
  });
});

test("headers beyond 16 KiB are refused by the runtime, and the server lives", async () => {
  const answer = await send("/livez", "GET", { "x-large": "a".repeat(20_000) });
  expect(answer.status).toBe(431);
  expect((await send("/livez", "GET", {})).status).toBe(200);
});

function upgrade(headers: Record<string, string>): Record<string, string> {
  return {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
}

/** Over node:http, which sends any header and shows what a refused socket was answered. */
function send(
  path: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(served.url + path, { method, headers }, (answer) => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
      answer.resume();
      answer.on("end", () => sent.destroy());
    });
    sent.on("error", reject);
    // What announces more than it sends is answered all the same.
    if (headers["content-length"] !== undefined) sent.flushHeaders();
    else sent.end(body);
  });
}
