import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import { type World, world } from "./access_world.ts";

const newKey = z.object({ key: z.string(), key_id: z.string() });
let w: World;
let cookie: string;
let csrf: string;
beforeEach(async () => {
  w = world();
  ({ cookie, csrf } = await w.signIn());
});
afterEach(() => w.control.close());

const form = (fields: Record<string, string>) =>
  w.submit(
    "/settings/keys",
    { csrf, name: "lead-bot", scopes: "ingest", location_id: "", ...fields },
    { headers: { cookie } },
  );

function api(path: string, method: string, body?: unknown, headers: Record<string, string> = { cookie }) {
  return w.send(path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe("the page of keys", () => {
  test("shows a new key once", async () => {
    const made = await form({});
    const key = /bw_[\w-]{43}/.exec(await made.text())?.[0] ?? "";
    expect(made.status).toBe(201);
    expect(w.control.callerOfKey(key, w.clock.now)).toMatchObject({
      name: "lead-bot",
      scopes: ["ingest"],
      locations: null,
    });

    const again = await (await w.send("/settings/keys", { headers: { cookie } })).text();
    expect(again).toContain("lead-bot");
    expect(again).toContain(key.slice(0, 8));
    expect(again).not.toContain(key);
  });

  test("names the wrong field and keeps what was typed", async () => {
    const text = await (
      await w.submit("/settings/keys", { csrf, name: "<b>", location_id: "" }, { headers: { cookie } })
    ).text();
    expect(text).toContain('id="scopes-err"');
    expect(text).toContain('value="&lt;b&gt;"');
    const nameless = await form({ name: " " });
    expect(nameless.status).toBe(422);
    expect(await nameless.text()).toMatch(/id="key-name"[^>]*aria-invalid="true"/);
  });

  test("binds a key to a location of the list", async () => {
    w.control.ensureLocation("jorge_main", { name: "Jorge" });
    await form({ location_id: "jorge_main" });
    expect(w.control.keys()).toMatchObject([{ location_id: "jorge_main" }]);
    expect(await (await w.send("/settings/keys", { headers: { cookie } })).text()).toContain(">Jorge<");
  });

  test("revokes without script", async () => {
    await form({});
    const [key] = w.control.keys();
    const response = await w.submit(`/settings/keys/${key?.key_id}/revocation`, { csrf }, { headers: { cookie } });
    expect([response.status, response.headers.get("location")]).toEqual([303, "/settings/keys"]);
    expect(w.control.keys()).toEqual([]);
  });
});

describe("/api/admin/keys", () => {
  test("makes, lists and removes a key", async () => {
    const made = await api("/api/admin/keys", "POST", { name: "bot", scopes: ["ingest", "read"] });
    const { key, key_id } = newKey.parse(await made.json());
    expect([made.status, key]).toEqual([201, expect.stringMatching(/^bw_/)]);
    expect(await (await api("/api/admin/keys", "GET")).json()).toEqual({
      keys: [
        {
          key_id,
          name: "bot",
          prefix: key.slice(0, 8),
          scopes: ["ingest", "read"],
          location_id: null,
          created_at: expect.stringMatching(/Z$/),
          last_used_at: null,
        },
      ],
      next_cursor: null,
    });
    expect((await api(`/api/admin/keys/${key_id}`, "DELETE")).status).toBe(204);
    expect((await api(`/api/admin/keys/${key_id}`, "DELETE")).status).toBe(404);
    expect((await api("/api/auth/me", "GET", undefined, { "x-api-key": key })).status).toBe(401);
  });

  test("a key that is bound to a location administers that one alone", async () => {
    w.control.ensureLocation("a");
    w.control.ensureLocation("b");
    const { key } = w.control.addKey({ name: "a", scopes: ["admin"], location_id: "a" });
    const other = w.control.addKey({ name: "b", scopes: ["ingest"], location_id: "b" }).record;
    const everywhere = w.control.addKey({ name: "*", scopes: ["read"], location_id: null }).record;
    const headers = { "x-api-key": key };
    const rule = { rate: "0.05", valid_from: "2026-01-01T00:00:00Z" };
    const table: { method: string; path: string; body?: unknown; status: number }[] = [
      { method: "POST", path: "/api/admin/keys", body: { name: "x", scopes: ["read"] }, status: 403 },
      { method: "POST", path: "/api/admin/keys", body: { name: "x", scopes: ["read"], location_id: "b" }, status: 403 },
      { method: "POST", path: "/api/admin/keys", body: { name: "x", scopes: ["read"], location_id: "a" }, status: 201 },
      { method: "DELETE", path: `/api/admin/keys/${other.key_id}`, status: 404 },
      { method: "DELETE", path: `/api/admin/keys/${everywhere.key_id}`, status: 404 },
      { method: "POST", path: "/api/admin/commission-rules", body: rule, status: 403 },
      { method: "POST", path: "/api/admin/commission-rules", body: { ...rule, location_id: "b" }, status: 403 },
      { method: "POST", path: "/api/admin/commission-rules", body: { ...rule, location_id: "a" }, status: 201 },
      {
        method: "POST",
        path: "/api/admin/targets",
        body: { kpi: "revenue", location_id: "b", value: "1" },
        status: 403,
      },
      {
        method: "POST",
        path: "/api/admin/targets",
        body: { kpi: "revenue", location_id: "a", value: 1000 },
        status: 201,
      },
      { method: "POST", path: "/api/admin/locations", body: { location_id: "c" }, status: 403 },
      { method: "PATCH", path: "/api/admin/locations/b", body: { name: "B" }, status: 403 },
      { method: "PATCH", path: "/api/admin/locations/a", body: { name: "A", currency: "EUR" }, status: 200 },
    ];
    for (const { method, path, body, status } of table) {
      expect([method, path, (await api(path, method, body, headers)).status]).toEqual([method, path, status]);
    }
    expect(await (await api("/api/admin/locations", "GET", undefined, headers)).json()).toMatchObject({
      locations: [{ location_id: "a", name: "A", currency: "EUR" }],
    });
    expect(await (await api("/api/admin/targets", "GET", undefined, headers)).json()).toEqual({
      targets: [{ kpi: "revenue", location_id: "a", value: "1000" }],
      next_cursor: null,
    });
  });

  test("locations and rules are made and listed", async () => {
    expect((await api("/api/admin/locations", "POST", { location_id: "a", timezone: "Europe/Berlin" })).status).toBe(
      201,
    );
    expect((await api("/api/admin/locations", "POST", { location_id: "a" })).status).toBe(409);
    const rule = { location_id: "a", bot_id: null, rate: "0.05", valid_from: "2026-01-01T00:00:00Z" };
    expect((await api("/api/admin/commission-rules", "POST", rule)).status).toBe(201);
    const answer = await (await api("/api/admin/commission-rules", "GET")).json();
    const commission_rules = [{ ...rule, rule_id: expect.any(Number) }];
    expect(answer).toEqual({ default_rate: "0.06", commission_rules, next_cursor: null });
  });
});
