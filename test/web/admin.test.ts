import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import type { Role, User } from "../../src/control/types.ts";
import { PASSWORD, type World, world } from "./access_world.ts";

let w: World;
let owner: User;
let admin: User;
let limited: User;
let ana: User;
beforeEach(async () => {
  w = world();
  w.control.ensureLocation("a", { name: "A" });
  w.control.ensureLocation("b", { name: "B" });
  owner = await w.control.addOwner({ email: "owner@example.com", name: "Owner", password: PASSWORD });
  admin = await add("admin", null);
  limited = await add("admin", ["a"], "limited");
  ana = await add("viewer", ["b"], "ana");
});
afterEach(() => w.control.close());

function add(role: Role, locations: readonly string[] | null, name: string = role): Promise<User> {
  return w.control.addUser({ email: `${name}@example.com`, name, password: null, role, locations });
}

/** As this person, with a session of their own. */
async function api(who: User, method: string, path: string, body?: unknown) {
  const { token } = w.control.openSession(who.user_id, false, w.clock.now);
  const response = await w.send(`/api/admin/${path}`, {
    method,
    headers: { "content-type": "application/json", cookie: `bellwether=${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: text === "" ? null : z.looseObject({}).parse(JSON.parse(text)) };
}

const entries = () =>
  w.control.audits({ locations: null, limit: 100 }).map(({ action, object }) => `${action} ${object}`);

describe("users", () => {
  const rows: { name: string; who: () => User; ask: () => [string, string, unknown?]; status: number }[] = [
    {
      name: "an owner makes an owner",
      who: () => owner,
      ask: () => ["POST", "users", { email: "x@example.com", role: "owner" }],
      status: 201,
    },
    {
      name: "an admin makes an admin",
      who: () => admin,
      ask: () => ["POST", "users", { email: "x@example.com", role: "admin" }],
      status: 201,
    },
    {
      name: "an admin makes no owner",
      who: () => admin,
      ask: () => ["POST", "users", { email: "x@example.com", role: "owner" }],
      status: 403,
    },
    {
      name: "an admin makes nobody an owner",
      who: () => admin,
      ask: () => ["PATCH", `users/${ana.user_id}`, { role: "owner" }],
      status: 403,
    },
    {
      name: "an admin does not make themselves an owner",
      who: () => admin,
      ask: () => ["PATCH", `users/${admin.user_id}`, { role: "owner" }],
      status: 403,
    },
    {
      name: "an admin does not rename an owner",
      who: () => admin,
      ask: () => ["PATCH", `users/${owner.user_id}`, { name: "x" }],
      status: 403,
    },
    {
      name: "an admin does not remove an owner",
      who: () => admin,
      ask: () => ["DELETE", `users/${owner.user_id}`],
      status: 403,
    },
    {
      name: "an admin gets no link to an owner's password",
      who: () => admin,
      ask: () => ["POST", `users/${owner.user_id}/invitation`],
      status: 403,
    },
    {
      name: "an admin does not touch an owner's second factor",
      who: () => admin,
      ask: () => ["DELETE", `users/${owner.user_id}/totp`],
      status: 403,
    },
    {
      name: "an owner removes an admin",
      who: () => owner,
      ask: () => ["DELETE", `users/${admin.user_id}`],
      status: 204,
    },
    {
      name: "nobody removes the only owner",
      who: () => owner,
      ask: () => ["DELETE", `users/${owner.user_id}`],
      status: 409,
    },
    {
      name: "nobody makes the only owner a viewer",
      who: () => owner,
      ask: () => ["PATCH", `users/${owner.user_id}`, { role: "viewer" }],
      status: 409,
    },
    {
      name: "whoever has one location gives no more than it",
      who: () => limited,
      ask: () => ["POST", "users", { email: "x@example.com", role: "viewer", locations: ["a"] }],
      status: 201,
    },
    {
      name: "not all of them",
      who: () => limited,
      ask: () => ["POST", "users", { email: "x@example.com", role: "viewer" }],
      status: 403,
    },
    {
      name: "not another one",
      who: () => limited,
      ask: () => ["POST", "users", { email: "x@example.com", role: "viewer", locations: ["a", "b"] }],
      status: 403,
    },
    {
      name: "not to themselves",
      who: () => limited,
      ask: () => ["PATCH", `users/${limited.user_id}`, { locations: null }],
      status: 403,
    },
    {
      name: "and does not know of those elsewhere",
      who: () => limited,
      ask: () => ["PATCH", `users/${ana.user_id}`, { name: "x" }],
      status: 404,
    },
    {
      name: "nor of those who see everything",
      who: () => limited,
      ask: () => ["DELETE", `users/${admin.user_id}`],
      status: 404,
    },
    {
      name: "an address has one account",
      who: () => owner,
      ask: () => ["POST", "users", { email: "ANA@example.com", role: "viewer" }],
      status: 409,
    },
    {
      name: "an address is one",
      who: () => owner,
      ask: () => ["POST", "users", { email: "ana", role: "viewer" }],
      status: 422,
    },
    {
      name: "a password has its length",
      who: () => owner,
      ask: () => ["POST", "users", { email: "x@example.com", role: "viewer", password: "x" }],
      status: 422,
    },
    {
      name: "a role is one of four",
      who: () => owner,
      ask: () => ["POST", "users", { email: "x@example.com", role: "king" }],
      status: 422,
    },
  ];
  for (const { name, who, ask, status } of rows) {
    test(name, async () => {
      expect((await api(who(), ...ask())).status).toBe(status);
    });
  }

  test("are listed in pages, to each what they may know of", async () => {
    const first = await api(owner, "GET", "users?limit=3");
    expect(first.body).toMatchObject({ users: [{ email: "owner@example.com" }, {}, {}], next_cursor: limited.user_id });
    const last = await api(owner, "GET", `users?limit=3&cursor=${limited.user_id}`);
    expect(last.body).toMatchObject({ users: [{ email: "ana@example.com", invited: true }], next_cursor: null });
    expect((await api(limited, "GET", "users")).body).toMatchObject({ users: [{ email: "limited@example.com" }] });
  });

  test("new rights end what is signed in, and a new name does not", async () => {
    const { token } = w.control.openSession(ana.user_id, false, w.clock.now);
    await api(owner, "PATCH", `users/${ana.user_id}`, { name: "Ana Lima" });
    expect(w.control.peekSession(token, w.clock.now)?.user.name).toBe("Ana Lima");
    await api(owner, "PATCH", `users/${ana.user_id}`, { locations: ["a"] });
    expect(w.control.peekSession(token, w.clock.now)).toBeNull();
  });

  test("an owner sees all locations, whatever is said", async () => {
    await api(owner, "PATCH", `users/${ana.user_id}`, { role: "owner", locations: ["a"] });
    expect(w.control.users().find(({ user_id }) => user_id === ana.user_id)?.locations).toBeNull();
  });

  test("of two owners one stays, whoever asks", async () => {
    const second = await add("owner", null, "second");
    expect((await api(owner, "DELETE", `users/${second.user_id}`)).status).toBe(204);
    expect(() => w.control.removeUser(owner.user_id)).toThrow("only owner");
    expect(() => w.control.setUser(owner.user_id, { role: "admin" })).toThrow("only owner");
    expect(w.control.users().filter(({ role }) => role === "owner")).toHaveLength(1);
  });
});

describe("an invitation", () => {
  const page = { headers: { accept: "text/html" } };
  const accept = (token: string, password: string) => w.submit("/invitation", { token, password });

  async function invite(): Promise<string> {
    const { body } = await api(owner, "POST", "users", { email: "mia@example.com", name: "Mia", role: "analyst" });
    const { invitation } = z.object({ invitation: z.object({ url: z.string() }) }).parse(body);
    expect(invitation.url).toStartWith("http://localhost/invitation?token=");
    return invitation.url.split("token=")[1] ?? "";
  }

  test("lets its person choose a password, once, and signs them in", async () => {
    const token = await invite();
    expect(await w.control.checkPassword("mia@example.com", "")).toBeNull();
    expect(await (await w.send(`/invitation?token=${token}`, page)).text()).toContain("Welcome, Mia");
    const short = await accept(token, "short");
    expect([short.status, await short.text()]).toEqual([422, expect.stringContaining('id="password-err"')]);
    const done = await accept(token, PASSWORD);
    expect([done.status, done.headers.get("location")]).toEqual([303, "/"]);
    const cookie = done.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await w.send("/api/auth/me", { headers: { cookie } })).status).toBe(200);
    expect([(await accept(token, PASSWORD)).status, (await w.send(`/invitation?token=${token}`, page)).status]).toEqual(
      [404, 404],
    );
    expect(w.control.users().at(-1)).toMatchObject({ name: "Mia", invited: false });
  });

  test("ends after seven days, with a newer one, and with a new password", async () => {
    const first = await invite();
    const mia = w.control.users().at(-1)?.user_id ?? "";
    const { body } = await api(owner, "POST", `users/${mia}/invitation`);
    const second = z.object({ url: z.string() }).parse(body).url.split("token=")[1] ?? "";
    expect([w.control.invited(first, w.clock.now), w.control.invited(second, w.clock.now)?.name]).toEqual([
      null,
      "Mia",
    ]);
    expect(w.control.invited(second, w.clock.now + 7 * 86_400_000_000)).toBeNull();
    await w.control.setPassword(mia, PASSWORD);
    expect(w.control.invited(second, w.clock.now)).toBeNull();
  });

  test("of two at once with one link, one chooses", async () => {
    const token = await invite();
    const both = await Promise.all([accept(token, PASSWORD), accept(token, "another horse battery")]);
    expect(both.map(({ status }) => status).sort()).toEqual([303, 404]);
  });

  test("is no way around a second factor", async () => {
    const started = w.control.startTotp(owner.user_id);
    const { Secret, TOTP } = await import("otpauth");
    const otp = new TOTP({ secret: Secret.fromBase32(started.secret) }).generate({ timestamp: w.clock.now / 1_000 });
    w.control.confirmTotp(owner.user_id, otp, w.clock.now);
    const { token } = w.control.invite(owner.user_id, w.clock.now);
    const done = await accept(token, PASSWORD);
    expect([done.headers.get("location"), done.headers.get("set-cookie")]).toEqual(["/login", null]);
  });
});

describe("locations", () => {
  const rows: { name: string; who: () => User; path: string; status: number }[] = [
    { name: "not without saying so again", who: () => owner, path: "locations/a", status: 422 },
    { name: "not with another's name", who: () => owner, path: "locations/a?confirm=b", status: 422 },
    { name: "not by who has it alone", who: () => limited, path: "locations/a?confirm=a", status: 403 },
    { name: "not when it is not there", who: () => owner, path: "locations/x?confirm=x", status: 404 },
    { name: "by an admin of all", who: () => admin, path: "locations/a?confirm=a", status: 204 },
  ];
  for (const { name, who, path, status } of rows) {
    test(`are removed ${name}: ${status}`, async () => {
      expect((await api(who(), "DELETE", path)).status).toBe(status);
      expect(entries()).toEqual(status === 204 ? ["location_removed a"] : []);
    });
  }
});

describe("commission rules and targets", () => {
  const rule = { location_id: "a", rate: "0.05", valid_from: "2026-01-01T00:00:00Z" };

  test("a rule is made, changed and removed, and each is in the log", async () => {
    const made = await api(owner, "POST", "commission-rules", rule);
    const { rule_id } = z.object({ rule_id: z.number() }).parse(made.body);
    const changed = await api(owner, "PATCH", `commission-rules/${rule_id}`, { rate: 0.07 });
    expect(changed.body).toEqual({ ...rule, rule_id, bot_id: null, rate: "0.07" });
    expect((await api(owner, "DELETE", `commission-rules/${rule_id}`)).status).toBe(204);
    expect((await api(owner, "DELETE", `commission-rules/${rule_id}`)).status).toBe(404);
    expect(entries()).toEqual([`rule_removed ${rule_id}`, `rule_changed ${rule_id}`, `rule_added ${rule_id}`]);
  });

  test("a rule does not move onto another, nor off the quarter of an hour", async () => {
    await api(owner, "POST", "commission-rules", rule);
    const { body } = await api(owner, "POST", "commission-rules", { ...rule, valid_from: "2026-02-01T00:00:00Z" });
    const { rule_id } = z.object({ rule_id: z.number() }).parse(body);
    const move = (valid_from: string) => api(owner, "PATCH", `commission-rules/${rule_id}`, { valid_from });
    expect((await move(rule.valid_from)).status).toBe(409);
    expect((await move("2026-02-01T00:07:00Z")).status).toBe(422);
  });

  test("a rule for all is seen by everyone who administers, and changed by those of all", async () => {
    const { body } = await api(owner, "POST", "commission-rules", { ...rule, location_id: null });
    const { rule_id } = z.object({ rule_id: z.number() }).parse(body);
    expect((await api(limited, "GET", "commission-rules")).body).toMatchObject({ commission_rules: [{ rule_id }] });
    expect((await api(limited, "DELETE", `commission-rules/${rule_id}`)).status).toBe(403);
  });

  test("a target is set, changed and removed; one of no KPI is refused", async () => {
    const target = { kpi: "revenue", location_id: "a", value: "1000" };
    expect((await api(owner, "POST", "targets", target)).status).toBe(201);
    expect((await api(owner, "PATCH", "targets/a/revenue", { value: "2000.5" })).body).toEqual({
      ...target,
      value: "2000.5",
    });
    expect((await api(owner, "PATCH", "targets/a/orders", { value: 1 })).status).toBe(404);
    expect((await api(owner, "POST", "targets", { ...target, kpi: "nonsense" })).status).toBe(422);
    for (const value of ["x", 1e21, 1e-9, "", null])
      expect((await api(owner, "POST", "targets", { ...target, value })).status).toBe(422);
    expect((await api(owner, "DELETE", "targets/a/revenue")).status).toBe(204);
    expect(w.control.targets()).toEqual([]);
  });
});

test("a key is renamed, and never gets other rights", async () => {
  const { key_id } = w.control.addKey({ name: "old", scopes: ["read"], location_id: null }).record;
  expect((await api(owner, "PATCH", `keys/${key_id}`, { name: "new" })).body).toMatchObject({ name: "new" });
  expect((await api(owner, "PATCH", `keys/${key_id}`, { scopes: ["admin"] })).status).toBe(422);
  expect((await api(limited, "PATCH", `keys/${key_id}`, { name: "x" })).status).toBe(404);
});

test("the signing key is an owner's to change", async () => {
  expect((await api(admin, "POST", "signing-keys")).status).toBe(403);
  expect((await api(owner, "POST", "signing-keys")).status).toBe(201);
});
