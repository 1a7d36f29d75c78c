/**
 * Who may ask for what: every route × every kind of caller, over a real store. It is generated from the declared
 * routes: one that is added is held to its own `access` here without a line more.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import type { Role, Scope, User } from "../../src/control/types.ts";
import { insightId } from "../../src/report/concierge/insight.ts";
import { allRoutes, buildApp } from "../../src/web/app.ts";
import type { Route } from "../../src/web/route.ts";
import { newTokens } from "../../src/web/tokens.ts";
import { foreignAlerts } from "../support/foreign_alerts.ts";
import { type IngestWorld, openWorld, removeFolder } from "../support/ingest_world.ts";
import { foreignDashboards } from "./foreign_dashboards.ts";
import { foreignDeliveries } from "./foreign_deliveries.ts";

const ORIGIN = "http://localhost";
const PASSWORD = "correct horse battery";
const HERE = "here";
/** What of the other location may never be seen by who may not see it has this in its name. */
const SECRET = "zzsecret";
const THERE = `${SECRET}_place`;
const NOWHERE = "zznowhere_place";
const ROLES: readonly Role[] = ["owner", "admin", "analyst", "viewer"];
const SCOPES: readonly Scope[] = ["ingest", "read", "export", "admin"];
const OF_ROLE: Readonly<Record<Role, readonly Scope[]>> = {
  owner: ["ingest", "read", "export", "admin"],
  admin: ["ingest", "read", "export", "admin"],
  analyst: ["read", "export"],
  viewer: ["read"],
};

/** Routes whose handler asks for more than their `access` says, and for what. */
const NARROWER: Readonly<Record<string, (who: Who) => boolean>> = {
  "POST /api/admin/signing-keys": ({ name }) => name.startsWith("owner"),
  "POST /demo/removal": ({ scopes }) => scopes.includes("admin"),
};

interface Who {
  name: string;
  kind: "stranger" | "session" | "jwt" | "key";
  scopes: readonly Scope[];
  /** Sees HERE alone. */
  bound: boolean;
  /** Anew for each request: some of them sign out. */
  headers: () => Promise<{ headers: Record<string, string>; csrf: string | null }>;
}

let web: IngestWorld;
let app: ReturnType<typeof buildApp>;
let routes: readonly Route[];
let everyone: readonly Who[];
let foreign: Readonly<Record<string, string>>;

beforeAll(async () => {
  web = await openWorld({ settings: { rate_auth_per_s: 0, rate_read_per_s: 0 } });
  app = buildApp(web.parts);
  routes = allRoutes(web.parts).filter(({ path }) => path !== "/assets/*");
  web.control.ensureLocation(HERE, { name: "Here" });
  web.control.ensureLocation(THERE, { name: `${SECRET} name`, timezone: "Europe/Berlin" });
  await seed();
  everyone = await callers();
  foreign = await foreignIds();
}, 60_000);
afterAll(async () => {
  await web.stop();
  removeFolder(web.dir);
});

describe("every route", () => {
  test("lets in whom its access says, and nobody else", async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      for (const who of everyone) {
        const { status } = await ask(
          route,
          who,
          pathOf(route, () => "zznothing"),
        );
        const fault = faultOf(route, who, status);
        if (fault) wrong.push(`${route.method} ${route.path} as ${who.name}: ${status}, ${fault}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(routes.length * everyone.length).toBeGreaterThan(1_000);
  }, 240_000);

  test("tells whoever sees one location nothing of another", async () => {
    const wrong: string[] = [];
    let seenByOwner = 0;
    for (const route of routes.filter(({ method, tag }) => method !== "DELETE" && tag !== "Ingest")) {
      const [, owner] = everyone;
      // Else nobody would be told anything, and this would hold of nothing.
      if (
        owner &&
        (
          await ask(
            route,
            owner,
            pathOf(route, () => "zznothing"),
          )
        ).text.includes(SECRET)
      )
        seenByOwner++;
      for (const who of everyone.filter(({ bound }) => bound)) {
        const { status, text } = await ask(
          route,
          who,
          pathOf(route, () => "zznothing"),
        );
        if (text.includes(SECRET))
          wrong.push(`${route.method} ${route.path} as ${who.name}: ${status} ${around(text)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(seenByOwner).toBeGreaterThan(12);
  }, 240_000);

  test("answers alike for another location and for one that is not there", async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const route of routes) {
      const place = placeOf(route);
      if (place === null) continue;
      for (const who of everyone.filter(({ bound }) => bound)) {
        const [there, nowhere] = [
          await ask(route, who, inPlace(route, place, THERE), place === "body" ? THERE : undefined),
          await ask(route, who, inPlace(route, place, NOWHERE), place === "body" ? NOWHERE : undefined),
        ];
        asked++;
        if (alike(there) !== alike(nowhere))
          wrong.push(`${route.method} ${route.path} as ${who.name}: ${alike(there)} and ${alike(nowhere)}`);
        // Whoever writes to a location that is not theirs is told so by 202 or 207 with the reason, never by silence.
        if (there.status === 200 || there.status === 201 || there.status === 204)
          wrong.push(`${route.method} ${route.path} as ${who.name}: ${there.status} for ${THERE}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(50);
  }, 240_000);

  test("answers alike for what another location has and for what nobody has", async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const route of routes) {
      const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
      const known = names.filter((name) => idOf(route, name) !== undefined);
      if (known.length === 0 || known.length < names.length) continue;
      for (const who of everyone.filter(({ bound }) => bound)) {
        const theirs = await ask(
          route,
          who,
          pathOf(route, (name) => idOf(route, name) ?? ""),
        );
        const nobodys = await ask(
          route,
          who,
          pathOf(route, (name) => strangersId(idOf(route, name) ?? "")),
        );
        asked++;
        if (alike(theirs) !== alike(nobodys))
          wrong.push(`${route.method} ${route.path} as ${who.name}: ${alike(theirs)} and ${alike(nobodys)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(50);
  }, 240_000);
});

/** What is wrong with the status, by the route's `access` alone; null when nothing is. */
function faultOf(route: Route, who: Who, status: number): string | null {
  const { access, tag } = route;
  if (status >= 500) return "a fault of the server";
  if (access === "public" || access === "sender") return null;
  if (who.kind === "stranger") return status === 401 ? null : "a stranger must sign in";
  const scoped = access !== "caller" && access !== "person";
  const may = scoped ? who.scopes.includes(access) : access === "caller" || who.kind !== "key";
  if (!may) return status === 403 ? null : "must be refused";
  // Pages are for browsers: a key or token that may do the thing has no session to show one in.
  if (tag === "Page" && who.kind !== "session") return null;
  if (status === 401) return "is signed in";
  if (status !== 403) return null;
  const narrower = NARROWER[`${route.method} ${route.path}`];
  if (narrower) return narrower(who) ? "is allowed" : null;
  // Whoever sees one location alone is refused what is about all of them.
  return who.bound ? null : "is allowed";
}

async function ask(route: Route, who: Who, path: string, location_id?: string) {
  const { headers, csrf } = await who.headers();
  const { method, tag } = route;
  const body =
    method === "GET"
      ? undefined
      : tag === "Page"
        ? new URLSearchParams({ csrf: csrf ?? "" }).toString()
        : JSON.stringify(withLocation(sample(route), location_id));
  const type = tag === "Page" ? "application/x-www-form-urlencoded" : "application/json";
  const request = new Request(`${ORIGIN}${path}`, {
    method,
    redirect: "manual",
    headers: { host: "localhost", origin: ORIGIN, ...headers, ...(body === undefined ? {} : { "content-type": type }) },
    ...(body === undefined ? {} : { body }),
  });
  const response = await app.handle(request);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** The example of the route, or nothing: who may ask is decided before the body is read. */
function sample(route: Route): unknown {
  return route.example?.body ?? {};
}

function withLocation(body: unknown, location_id: string | undefined): unknown {
  return location_id === undefined || typeof body !== "object" || body === null ? body : { ...body, location_id };
}

function pathOf(route: Route, idOf: (name: string) => string): string {
  return route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(idOf(name))).replace("*", "zznothing");
}

/** Where a route takes a location: in its path, query or body; null for nowhere. */
function placeOf(route: Route): "path" | "query" | "body" | null {
  if (route.path.includes(":location_id")) return "path";
  if (route.query !== "own" && takesLocation(route.query)) return "query";
  return route.body !== "own" && takesLocation(route.body) ? "body" : null;
}

function takesLocation(schema: z.ZodType | undefined): boolean {
  if (schema === undefined) return false;
  const { properties, oneOf = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return [{ properties }, ...oneOf].some((one) => one.properties !== undefined && "location_id" in one.properties);
}

function inPlace(route: Route, place: "path" | "query" | "body", location_id: string): string {
  const path = pathOf(route, (name) => (name === "location_id" ? location_id : "zznothing"));
  if (place === "path" && route.method === "DELETE") return `${path}?confirm=${location_id}`;
  return place === "query" ? `${path}?location_id=${location_id}` : path;
}

/** The answer without what differs between any two requests, and without the address that was asked for. */
function alike({ status, text }: { status: number; text: string }): string {
  const body = text
    .replace(/"(request_id|instance|generated_at)":"[^"]*"/g, "")
    .replace(/reference <code>[^<]*/, "")
    .replaceAll(/zz(secret|nowhere)[\w-]*/g, "…");
  return `${status} ${body}`.slice(0, 400);
}

function around(text: string): string {
  const at = text.indexOf(SECRET);
  return text.slice(Math.max(0, at - 80), at + 40);
}

/** An id in the same form that nobody has. */
function strangersId(id: string): string {
  if (/^\d+$/.test(id)) return "999999";
  return id.startsWith(SECRET) ? `zznowhere${id.slice(SECRET.length)}` : `${id.slice(0, -4)}0000`;
}

/** What there is of this kind in the other location; undefined for kinds that are not about one. */
function idOf(route: Route, name: string): string | undefined {
  return name === "id" ? foreign[`${route.path.split("/:")[0]}/:id`] : foreign[name];
}

async function seed(): Promise<void> {
  const now = Date.now();
  const event = (location_id: string, mark: string, type: string, more: Record<string, unknown> = {}) => ({
    type,
    location_id,
    time: new Date(now - 3_600_000).toISOString(),
    bot_id: `${mark}-bot`,
    contact_id: `${mark}-contact`,
    conversation_id: `${mark}-thread`,
    ...more,
  });
  const events = [
    [HERE, "own"],
    [THERE, SECRET],
  ].flatMap(([place = "", mark = ""]) => [
    event(place, mark, "deal_closed", { value: "450000" }),
    event(place, mark, "lead_created", { data: { source: `${mark}-source` } }),
    event(place, mark, "bot_status_update", { data: { status: "active", current_step: `${mark} step` } }),
    event(place, mark, "ai_activity", { value: 80, data: { activity_type: "booking", customer: `${mark} customer` } }),
  ]);
  const { key } = web.control.addKey({ name: "seed", scopes: ["ingest"], location_id: null });
  const sent = new Request(`${ORIGIN}/v1/events?wait=true`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(events),
  });
  const answer = await app.handle(sent);
  if (answer.status !== 200) throw new Error(`seeding: ${answer.status} ${await answer.text()}`);
}

async function callers(): Promise<readonly Who[]> {
  const stranger: Who = {
    name: "a stranger",
    kind: "stranger",
    scopes: [],
    bound: false,
    headers: async () => ({ headers: {}, csrf: null }),
  };
  const people: Who[] = [];
  for (const role of ROLES) {
    for (const bound of role === "owner" ? [false] : [false, true]) {
      const user = await person(role, bound);
      people.push({
        name: `${role}${bound ? " of one location" : ""}`,
        kind: "session",
        scopes: OF_ROLE[role],
        bound,
        headers: async () => {
          const { token, session } = web.control.openSession(user.user_id, false, web.parts.now());
          return { headers: { cookie: `bellwether=${token}` }, csrf: session.csrf };
        },
      });
    }
  }
  const jwts: Who[] = [];
  for (const bound of [false, true]) {
    const user = await person("viewer", bound, "jwt");
    jwts.push({
      name: `a viewer's JWT${bound ? " of one location" : ""}`,
      kind: "jwt",
      scopes: OF_ROLE.viewer,
      bound,
      headers: async () => {
        const { access_token } = await newTokens(web.parts, user.user_id, { address: null, agent: null });
        return { headers: { authorization: `Bearer ${access_token}` }, csrf: null };
      },
    });
  }
  const keys = SCOPES.flatMap((scope) =>
    [null, HERE].map((location_id): Who => {
      const { key } = web.control.addKey({ name: `${scope} key`, scopes: [scope], location_id });
      return {
        name: `a key with ${scope}${location_id === null ? "" : " of one location"}`,
        kind: "key",
        scopes: [scope],
        bound: location_id !== null,
        headers: async () => ({ headers: { authorization: `Bearer ${key}` }, csrf: null }),
      };
    }),
  );
  return [stranger, ...people, ...jwts, ...keys];
}

/** Many of a kind would only take longer to hash: they are made without a password. */
function person(role: Role, bound: boolean, mark = "user"): Promise<User> {
  const email = `${role}-${bound ? "bound" : "free"}-${mark}@example.com`;
  const locations = bound ? [HERE] : null;
  if (role === "owner") return web.control.addOwner({ email, name: role, password: PASSWORD });
  return web.control.addUser({ email, name: role, password: null, role, locations });
}

async function foreignIds(): Promise<Readonly<Record<string, string>>> {
  const { control } = web;
  const now = web.parts.now();
  const key = control.addKey({ name: `${SECRET} key`, scopes: ["read"], location_id: THERE }).record;
  const rule = control.addCommissionRule({ location_id: THERE, bot_id: `${SECRET}-bot`, rate: "0.05", valid_from: 0 });
  const given = { email: `${SECRET}@example.com`, name: SECRET, password: null, role: "viewer" as const };
  const user = await control.addUser({ ...given, locations: [THERE] });
  const { session } = control.openSession(user.user_id, false, now);
  control.setTarget({ kpi: "revenue", location_id: THERE, value: "1" });
  const reason = { index: 0, id: null, field: "type", code: "type_invalid", detail: SECRET } as const;
  control.quarantine([{ received_at: now, location_id: THERE, reason, raw: `{"type":"${SECRET}"}` }]);
  const [row] = control.quarantined({ locations: [THERE], limit: 1 });
  const recommendation = control.addRecommendationRule({
    location_id: THERE,
    purpose: "churn",
    position: 1,
    enabled: true,
    conditions: {},
    action: "look",
    title: SECRET,
  });
  return {
    key_id: key.key_id,
    rule_id: String(rule.rule_id),
    user_id: user.user_id,
    session_id: session.session_id,
    location_id: THERE,
    contact_id: `${SECRET}-contact`,
    bot_id: `${SECRET}-bot`,
    kpi: "revenue",
    recommendation_id: String(recommendation.recommendation_id),
    "/api/bi/concierge/:id": insightId(THERE, "bot", [`${SECRET}-bot`]),
    ...foreignDashboards(control, THERE, user.user_id, SECRET),
    ...foreignDeliveries(web.parts, THERE, user.user_id, SECRET),
    ...foreignAlerts(control, THERE, SECRET),
    "/v1/quarantine/:id": String(row?.quarantine_id),
    "/settings/quarantine/:id": String(row?.quarantine_id),
    "/api/bi/contacts/:id": `${SECRET}-contact`,
  };
}
