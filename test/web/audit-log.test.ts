import { beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { START, type World, world } from "./access_world.ts";

const SECOND = 1_000_000;
let web: World;
let all: string;
let north: string;

beforeAll(() => {
  web = world();
  web.control.ensureLocation("north", { name: "North <shore>" });
  all = web.key("admin");
  north = web.control.addKey({ name: "narrow", scopes: ["admin"], location_id: "north" }).key;
  const actor = { kind: "user", id: "u1", name: "Anna" } as const;
  const other = { kind: "command", id: null, name: "root" } as const;
  web.control.audit({ actor, action: "login", address: "10.0.0.1", at: START });
  web.control.audit({ actor, action: "key_added", object: "k1", location_id: "north", at: START + SECOND });
  web.control.audit({
    actor: other,
    action: "key_added",
    object: "<k2>",
    location_id: "south",
    at: START + 2 * SECOND,
  });
  web.control.audit({ actor: other, action: "rule_added", details: { rate: "0.05" }, at: START + 3 * SECOND });
});

const pageSchema = z.object({
  entries: z.array(z.looseObject({ audit_id: z.number() })),
  next_cursor: z.string().nullable(),
});

const get = (path: string, key = all) => web.send(path, { headers: { authorization: `Bearer ${key}` } });
async function idsOf(query: string, key = all): Promise<number[]> {
  const { entries } = pageSchema.parse(await (await get(`/api/admin/audit${query}`, key)).json());
  return entries.map(({ audit_id }) => audit_id);
}

describe("GET /api/admin/audit", () => {
  test.each([
    ["everything", "", [4, 3, 2, 1]],
    ["by action", "?action=key_added", [3, 2]],
    ["by the actor's name", "?actor=Anna", [2, 1]],
    ["by the actor's id", "?actor=u1", [2, 1]],
    ["from a moment on", "?from=2026-11-18T11:06:42Z", [4, 3]],
    ["up to a moment", "?to=2026-11-18T11:06:42Z", [2, 1]],
    ["all of these together", "?action=key_added&actor=root&from=2026-11-18T11:06:40Z&to=2027-01-01T00:00:00Z", [3]],
    ["nothing", "?action=unknown", []],
  ])("lists %s", async (_, query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
  });

  test("pages to its end", async () => {
    const first = pageSchema.parse(await (await get("/api/admin/audit?limit=3")).json());
    expect(first.entries.map(({ audit_id }) => audit_id)).toEqual([4, 3, 2]);
    const second = pageSchema.parse(await (await get(`/api/admin/audit?limit=3&cursor=${first.next_cursor}`)).json());
    expect([second.entries.map(({ audit_id }) => audit_id), second.next_cursor]).toEqual([[1], null]);
  });

  test("shows who administers one location what is about that one", async () => {
    expect(await idsOf("", north)).toEqual([2]);
    expect(await idsOf("?action=rule_added", north)).toEqual([]);
  });

  test.each([
    ["a limit of none", "?limit=0", 422],
    ["a huge limit", "?limit=100000", 422],
    ["a cursor that is none", "?cursor=x", 422],
    ["a time that is none", "?from=yesterday", 422],
    ["an unknown parameter", "?colour=red", 422],
    ["an empty action", "?action=", 422],
  ])("refuses %s", async (_, query, status) => {
    expect((await get(`/api/admin/audit${query}`)).status).toBe(status);
  });

  test("is for admins", async () => {
    expect((await get("/api/admin/audit", web.key("read", "export"))).status).toBe(403);
    expect((await web.send("/api/admin/audit")).status).toBe(401);
  });
});

describe("GET /api/admin/audit/verification", () => {
  test("says that the chain holds, and where it ends", async () => {
    const { hash } = web.control.auditHead();
    const answer = await (await get("/api/admin/audit/verification")).json();
    expect(answer).toEqual({ ok: true, entries: 4, hash, broken_at: null, detail: null });
  });

  test("is for who sees all locations", async () => {
    expect((await get("/api/admin/audit/verification", north)).status).toBe(403);
  });
});

describe("/settings/audit", () => {
  test("shows entries as text, filters and checks", async () => {
    const { cookie } = await web.signIn();
    const page = async (query = "") => (await web.send(`/settings/audit${query}`, { headers: { cookie } })).text();
    const whole = await page();
    expect(whole).toContain("&lt;k2&gt;");
    expect(whole).toContain("North &lt;shore&gt;");
    expect(whole).toContain("Rule added");
    expect(whole).toContain(web.control.auditHead().hash);
    const narrowed = await page("?action=login&from=2026-11-18&to=2026-11-18");
    expect(narrowed).toContain("10.0.0.1");
    expect(narrowed).not.toContain("&lt;k2&gt;");
    expect(await page("?actor=nobody-at-all&cursor=x&to=tomorrow")).toContain("No entry matches");
    expect(await page("?check=true")).toContain("The chain is whole.");
  });
});
