/** Who may see, make, change and share dashboards, over a real appliance with two locations. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import type { Role, Scope } from "../../../src/control/types.ts";
import { newTokens } from "../../../src/web/tokens.ts";
import { type Running, running } from "../../support/appliance.ts";

let world: Running;
let owner: Person;
let analyst: Person;
let viewer: Person;
let salonAnalyst: Person;

interface Person {
  user_id: string;
  ask(path: string, init?: RequestInit & { json?: unknown }): Promise<Response>;
}

const SECRET = "zzsecret";
const made = z.looseObject({
  dashboard_id: z.string(),
  revision: z.number(),
  cards: z.array(z.looseObject({ id: z.string() })),
});
const shared = z.looseObject({ share_id: z.string(), token: z.string(), url: z.string(), state: z.string() });

beforeAll(async () => {
  world = await running({ rate_read_per_s: 0, rate_auth_per_s: 0 });
  const time = new Date(Date.now() - 3_600_000).toISOString();
  await world.post([
    {
      type: "deal_closed",
      location_id: "main",
      time,
      value: "1234",
      bot_id: "main-bot",
      contact_id: "jane@example.com",
    },
    { type: "lead_created", location_id: "main", time, contact_id: "jane@example.com", data: { source: "portal" } },
    { type: "deal_closed", location_id: "salon", time, value: "987654", bot_id: `${SECRET}-bot`, contact_id: SECRET },
  ]);
  const [first] = world.parts.control.users();
  owner = person(first?.user_id ?? "");
  analyst = await somebody("analyst", null);
  viewer = await somebody("viewer", ["main"]);
  salonAnalyst = await somebody("analyst", ["salon"]);
});
afterAll(() => world.stop());

async function somebody(role: Role, locations: readonly string[] | null): Promise<Person> {
  const email = `${role}-${locations ?? "all"}@example.com`;
  const user = await world.parts.control.addUser({ email, name: role, password: null, role, locations });
  return person(user.user_id);
}

function person(user_id: string): Person {
  return {
    user_id,
    async ask(path, init = {}) {
      const { access_token } = await newTokens(world.parts, user_id, { address: null, agent: null });
      return world.ask(path, access_token, init);
    },
  };
}

const KPI = { kind: "kpi", id: "a", kpi: "revenue", x: 0, y: 0, w: 3, h: 2 };

async function make(by: Person, change: Record<string, unknown> = {}) {
  const answer = await by.ask("/api/dashboards", { json: { name: "Morning", cards: [KPI], ...change } });
  expect(answer.status).toBe(201);
  return made.parse(await answer.json());
}

const seen = async (by: Person, id: string): Promise<number> => (await by.ask(`/api/dashboards/${id}`)).status;

describe("who sees a dashboard", () => {
  test("a private one is its maker's and administrators'", async () => {
    const { dashboard_id: id } = await make(analyst);
    expect([await seen(analyst, id), await seen(owner, id)]).toEqual([200, 200]);
    expect([await seen(viewer, id), await seen(salonAnalyst, id), await seen(owner, "nobody")]).toEqual([
      404, 404, 404,
    ]);
  });

  test("one for roles is for these roles, one for everyone for all who share a location with its maker", async () => {
    const forViewers = await make(analyst, { visible: "roles", roles: ["viewer"] });
    expect([await seen(viewer, forViewers.dashboard_id), await seen(salonAnalyst, forViewers.dashboard_id)]).toEqual([
      200, 404,
    ]);
    const ofSalon = await make(salonAnalyst, { visible: "everyone" });
    expect([await seen(viewer, ofSalon.dashboard_id), await seen(analyst, ofSalon.dashboard_id)]).toEqual([404, 200]);
  });

  test("one that is locked to a location is for those who see it", async () => {
    const { dashboard_id: id } = await make(owner, { visible: "everyone", location_id: "main" });
    expect([await seen(viewer, id), await seen(salonAnalyst, id)]).toEqual([200, 404]);
    expect((await salonAnalyst.ask("/api/dashboards", { json: { name: "x", location_id: "main" } })).status).toBe(403);
  });

  test("a card about another location, or split by what is personal, is a sentence to who may not see that", async () => {
    const cards = [
      { ...KPI, filters: ["location_id:eq:salon", `bot_id:eq:${SECRET}-bot`] },
      { kind: "table", id: "b", kpis: ["revenue"], by: "data.email", x: 3, y: 0, w: 4, h: 3 },
      { kind: "text", id: "c", text: "Call jane@example.com", x: 7, y: 0, w: 4, h: 3 },
    ];
    const { dashboard_id } = await make(owner, { visible: "everyone", cards });
    const told = await (await viewer.ask(`/api/dashboards/${dashboard_id}`)).text();
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain("salon");
    expect(told).not.toContain("jane@");
    expect(made.parse(JSON.parse(told)).cards.map(({ kind }) => kind)).toEqual(["text", "text", "text"]);
    expect(await (await owner.ask(`/api/dashboards/${dashboard_id}`)).text()).toContain(SECRET);
    const page = await get(viewer, `/dashboards/${dashboard_id}`);
    expect(page).toContain("Not shown to you");
    expect(page).not.toContain(SECRET);
    expect(page).not.toContain("jane@");
    expect(page).not.toContain("987,");
  });
});

async function get(by: Person, path: string): Promise<string> {
  const { control, now } = world.parts;
  const { token } = control.openSession(by.user_id, false, now());
  const answer = await fetch(`${world.url}${path}`, { headers: { cookie: `bellwether=${token}` } });
  return answer.text();
}

describe("who changes one", () => {
  test("its maker and administrators; readers make a copy, which is theirs", async () => {
    const { dashboard_id: id } = await make(analyst, { visible: "everyone" });
    const change = (by: Person, revision: number) =>
      by.ask(`/api/dashboards/${id}`, { method: "PATCH", json: { revision, name: "Noon" } });
    expect((await change(analyst, 1)).status).toBe(200);
    expect((await change(owner, 2)).status).toBe(200);
    expect((await change(salonAnalyst, 3)).status).toBe(403);
    expect((await change(viewer, 3)).status).toBe(403);
    const copy = await salonAnalyst.ask(`/api/dashboards/${id}/duplicate`, { method: "POST" });
    expect(made.parse(await copy.json())).toMatchObject({ name: "Noon (copy)", visible: "private", changeable: true });
    expect((await viewer.ask("/api/dashboards", { json: { name: "x" } })).status).toBe(403);
  });

  test("of two at once the second is told what to do", async () => {
    const { dashboard_id: id } = await make(analyst);
    const save = (name: string) =>
      analyst.ask(`/api/dashboards/${id}`, { method: "PATCH", json: { revision: 1, name } });
    expect((await save("One")).status).toBe(200);
    const answer = await save("Two");
    expect(answer.status).toBe(409);
    const problem = await answer.text();
    expect(problem).toContain("analyst changed this dashboard while you had it open");
    expect(problem).toContain("save yours as a copy");
  });

  const WRONG: readonly { name: string; json: Record<string, unknown>; field: string }[] = [
    { name: "no name", json: { name: " " }, field: "name" },
    { name: "a KPI that is none", json: { name: "x", cards: [{ ...KPI, kpi: "nonsense" }] }, field: "cards.0.kpi" },
    {
      name: "a filter that is none",
      json: { name: "x", cards: [{ ...KPI, filters: ["nonsense"] }] },
      field: "cards.0.filters",
    },
    { name: "cards over one another", json: { name: "x", cards: [KPI, { ...KPI, id: "b" }] }, field: "cards.1.y" },
  ];
  for (const { name, json, field } of WRONG) {
    test(`${name} is refused by its field`, async () => {
      const answer = await analyst.ask("/api/dashboards", { json });
      expect(answer.status).toBe(422);
      expect(await answer.text()).toContain(`"field":"${field}"`);
    });
  }

  test("everything that was done stands in the audit log, and no token does", async () => {
    const { dashboard_id: id } = await make(analyst);
    const link = await share(analyst, id);
    await analyst.ask(`/api/dashboards/${id}/shares/${link.share_id}`, { method: "DELETE" });
    await analyst.ask(`/api/dashboards/${id}`, { method: "DELETE" });
    const entries = world.parts.control.audits({ locations: null, limit: 50 }).filter(({ object }) => object === id);
    const actions = entries.map(({ action }) => action).toReversed();
    expect(actions).toEqual(["dashboard_added", "dashboard_shared", "dashboard_unshared", "dashboard_removed"]);
    expect(JSON.stringify(entries)).not.toContain(link.token);
  });
});

async function share(by: Person, id: string, json: Record<string, unknown> = {}) {
  const answer = await by.ask(`/api/dashboards/${id}/shares`, { json: { locations: ["main"], lasts: "1h", ...json } });
  expect(answer.status).toBe(201);
  return shared.parse(await answer.json());
}

describe("a public link", () => {
  const visit = (path: string): Promise<Response> => fetch(`${world.url}${path}`);

  test("shows its locations alone, nothing personal, no way into the appliance, and asks not to be found", async () => {
    const cards = [
      KPI,
      { kind: "feed", id: "b", x: 3, y: 0, w: 4, h: 3 },
      { kind: "table", id: "c", kpis: ["revenue"], by: "location_id", x: 7, y: 0, w: 4, h: 3 },
      { kind: "kpi", id: "d", kpi: "revenue", filters: ["location_id:eq:salon"], x: 0, y: 3, w: 3, h: 2 },
    ];
    const { dashboard_id: id } = await make(owner, { cards });
    const { token, url } = await share(owner, id);
    expect(url).toBe(`${world.url}/share/${token}`);
    for (const path of [
      "",
      "/kiosk",
      "/fragments",
      "/fragments?screens=1",
      "?location_id=salon&filter=location_id:eq:salon",
    ]) {
      const answer = await visit(`/share/${token}${path}`);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get("x-robots-tag")).toContain("noindex");
      expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      const page = await answer.text();
      expect(page).toContain("1,234");
      expect(page).toContain("not yours to see");
      expect(page.match(/href="\/(?!assets\/|share\/)[^"]*/g)).toBeNull();
      for (const hidden of [SECRET, "salon", "987,", "jane@", "owner@example.com"]) expect(page).not.toContain(hidden);
    }
  });

  test("a link that is over, revoked, unknown, or of somebody who may not share any more is the same 404", async () => {
    const { dashboard_id: id } = await make(analyst);
    const link = await share(analyst, id);
    expect((await visit(`/share/${link.token}`)).status).toBe(200);
    const answers = new Set<string>();
    const gone = async (token: string): Promise<void> => {
      for (const path of ["", "/kiosk", "/fragments"]) {
        const answer = await visit(`/share/${token}${path}`);
        expect(answer.status).toBe(404);
        answers.add(await answer.text());
      }
    };
    await gone("nonsense");
    await analyst.ask(`/api/dashboards/${id}/shares/${link.share_id}`, { method: "DELETE" });
    await gone(link.token);
    const another = await share(analyst, id);
    world.parts.control.setUser(analyst.user_id, { role: "viewer" });
    await gone(another.token);
    world.parts.control.setUser(analyst.user_id, { role: "analyst", locations: ["salon"] });
    await gone(another.token);
    world.parts.control.setUser(analyst.user_id, { locations: null });
    expect((await visit(`/share/${another.token}`)).status).toBe(200);
    expect(answers.size).toBe(1);
  });

  test("is made by people for locations that they see, for an hour to a year", async () => {
    const { dashboard_id: id } = await make(salonAnalyst);
    const refused = async (by: Person, json: Record<string, unknown>): Promise<number> =>
      (await by.ask(`/api/dashboards/${id}/shares`, { json })).status;
    expect(await refused(salonAnalyst, { locations: ["main"], lasts: "1h" })).toBe(403);
    expect(await refused(salonAnalyst, { locations: [], lasts: "1h" })).toBe(422);
    expect(await refused(salonAnalyst, { locations: ["salon"], lasts: "10y" })).toBe(422);
    expect(await refused(viewer, { locations: ["main"], lasts: "1h" })).toBe(403);
    const key = world.key(["read", "export", "admin"] satisfies Scope[]);
    const answer = await world.ask(`/api/dashboards/${id}/shares`, key, {
      json: { locations: ["salon"], lasts: "1h" },
    });
    expect(answer.status).toBe(403);
    const locked = await make(owner, { location_id: "main" });
    const other = await owner.ask(`/api/dashboards/${locked.dashboard_id}/shares`, {
      json: { locations: ["salon"], lasts: "1h" },
    });
    expect(other.status).toBe(422);
  });
});
