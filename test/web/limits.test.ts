import { describe, expect, test } from "bun:test";
import { loadSettings } from "../../src/config.ts";
import { createLimits, networkOf } from "../../src/web/limits.ts";
import { world } from "./access_world.ts";

const RATES = {
  rate_read_per_s: 2,
  rate_read_burst: 3,
  rate_auth_per_s: 1,
  rate_auth_burst: 2,
  rate_ingest_per_s: 4,
  rate_ingest_burst: 1,
};

function rateOf({ headers }: Response): readonly (string | null)[] {
  return ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"].map((name) => headers.get(name));
}

async function statuses(times: number, ask: () => Promise<Response>): Promise<readonly number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) found.push((await ask()).status);
  return found;
}

describe("a rate limit", () => {
  test("is told on each answer, and refuses what is over it until a token is back", async () => {
    const w = world(RATES);
    const headers = { "x-api-key": w.key("read") };
    const ask = () => w.send("/api/auth/me", { headers });
    expect(rateOf(await ask())).toEqual(["3", "2", "1"]);
    expect(rateOf(await ask())).toEqual(["3", "1", "1"]);
    expect(rateOf(await ask())).toEqual(["3", "0", "2"]);
    const refused = await ask();
    expect([refused.status, rateOf(refused), refused.headers.get("retry-after")]).toEqual([429, ["3", "0", "2"], "1"]);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(await refused.json()).toMatchObject({ status: 429, title: "Too many requests", instance: "/api/auth/me" });
    w.clock.now += 499_990;
    expect((await ask()).status).toBe(429);
    w.clock.now += 20;
    expect(await statuses(2, ask)).toEqual([200, 429]);
    w.clock.now += 60_000_000;
    expect(await statuses(4, ask)).toEqual([200, 200, 200, 429]);
  });

  test("is each key's and each user's own", async () => {
    const w = world(RATES);
    const { cookie } = await w.signIn();
    const asked = [{ "x-api-key": w.key("read") }, { "x-api-key": w.key("read") }, { cookie }];
    for (const headers of asked)
      expect(await statuses(4, () => w.send("/api/auth/me", { headers }))).toEqual([200, 200, 200, 429]);
  });

  test("counts nobody by address, and wrong keys with them", async () => {
    const w = world(RATES);
    const headers = { "x-api-key": `bw_${"a".repeat(43)}` };
    const ask = () => w.send("/api/auth/me", { headers });
    expect(await statuses(4, ask)).toEqual([401, 401, 401, 429]);
    const elsewhere = { ...headers, "x-forwarded-for": "203.0.113.9" };
    expect((await w.send("/api/auth/me", { headers: elsewhere })).status).toBe(401);
    // A good key is not punished for its neighbours.
    expect((await w.send("/api/auth/me", { headers: { "x-api-key": w.key("read") } })).status).toBe(200);
  });

  test("is apart for reading, ingest and sign-in", async () => {
    const w = world(RATES);
    await w.signIn();
    const headers = { "x-api-key": w.key("read", "ingest"), "content-type": "application/json" };
    const post = () => w.send("/v1/events", { method: "POST", headers, body: "[]" });
    expect(await statuses(2, post)).toEqual([202, 429]);
    const login = () => w.submit("/login", { email: "jorge@example.com", password: "wrong horse battery" });
    expect(await statuses(3, login)).toEqual([401, 401, 429]);
    expect(await statuses(4, () => w.send("/api/auth/me", { headers }))).toEqual([200, 200, 200, 429]);
  });

  test("does not hold for probes and files", async () => {
    const w = world(RATES);
    for (const path of ["/livez", "/readyz", "/health"]) {
      expect([path, await statuses(5, () => w.send(path))]).toEqual([path, [200, 200, 200, 200, 200]]);
      expect(rateOf(await w.send(path))).toEqual([null, null, null]);
    }
  });

  test("of 0 is none", async () => {
    const w = world({ ...RATES, rate_read_per_s: 0 });
    const headers = { "x-api-key": w.key("read") };
    expect(await statuses(6, () => w.send("/api/auth/me", { headers }))).toEqual([200, 200, 200, 200, 200, 200]);
    expect(rateOf(await w.send("/api/auth/me", { headers }))).toEqual([null, null, null]);
  });

  test("is counted, by kind", async () => {
    const w = world(RATES);
    await statuses(5, () => w.send("/nope"));
    expect(w.parts.observe.metrics.text()).toContain('bellwether_http_limited_total{kind="read"} 2');
  });
});

describe("the buckets", () => {
  test("of who asked long ago are forgotten, which forgives; of who asks on they are not", () => {
    const settings = { ...loadSettings([], {}, ""), rate_read_per_s: 1, rate_read_burst: 2 };
    const limits = createLimits(settings, () => 0);
    const left = (who: string) => limits.take("read", () => who)?.remaining;
    expect([left("gone"), left("gone"), left("stays"), left("stays")]).toEqual([1, 0, 1, 0]);
    for (let i = 0; i < 120_000; i++) {
      left(`address ${i}`);
      if (i % 10_000 === 0) expect(left("stays")).toBe(0);
    }
    expect([left("gone"), left("stays")]).toEqual([1, 0]);
  });
});

describe("addresses", () => {
  const table = [
    { address: "203.0.113.9", network: "203.0.113.9" },
    { address: "::ffff:203.0.113.9", network: "203.0.113.9" },
    { address: "2001:db8:1:2:3:4:5:6", network: "2001:db8:1:2::/64" },
    { address: "2001:db8:1:2::9", network: "2001:db8:1:2::/64" },
    { address: "2001:db8::9", network: "2001:db8:0:0::/64" },
    { address: "::1", network: "0:0:0:0::/64" },
    { address: "fe80::", network: "fe80:0:0:0::/64" },
  ];
  for (const { address, network } of table) {
    test(`${address} counts as ${network}`, () => expect(networkOf(address)).toBe(network));
  }
});

describe("an address that is too long", () => {
  test("is 414, one at the limit is read", async () => {
    const w = world();
    const path = (bytes: number) => `/livez?${"a".repeat(bytes - "/livez?".length)}`;
    expect((await w.send(path(8_192))).status).toBe(422);
    const refused = await w.send(path(8_193));
    expect([refused.status, refused.headers.get("content-type")]).toEqual([414, "application/problem+json"]);
    expect(JSON.stringify(await refused.json())).not.toContain("aaa");
  });
});
