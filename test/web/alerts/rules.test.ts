/** Rules and alerts over HTTP: who may what, what is refused, and what is answered. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Method } from "../../../src/web/route.ts";
import { type Answer, answerOf } from "../../support/answers.ts";
import { type Running, running } from "../../support/appliance.ts";

let world: Running;
const keys: Record<string, string> = {};

const RULE = {
  kind: "threshold",
  name: "Errors",
  location_id: "main",
  kpi: "bot_errors",
  window: "1h",
  direction: "above",
  value: 2,
};

beforeAll(async () => {
  world = await running();
  const time = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
  const events = ["main", "other"].flatMap((location_id) =>
    [5, 6, 7].map((minutes) => ({
      type: "error_occurred",
      location_id,
      bot_id: "ann@example.com",
      time: time(minutes),
      data: { component: "x", message: "y" },
    })),
  );
  await world.post(events);
  keys.admin = world.key(["admin", "read", "export"]);
  keys.bound = world.key(["admin", "read", "export"], "main");
  keys.analyst = world.key(["read", "export"], "main");
  keys.viewer = world.key(["read"], "main");
});
afterAll(() => world.stop());

function ask(
  who: string,
  method: Method,
  route: string,
  given: { id?: string; query?: string; body?: unknown } = {},
): Promise<Answer> {
  const path = route.replace(":id", encodeURIComponent(given.id ?? "")) + (given.query ?? "");
  const send = (to: string, init: RequestInit) => fetch(`${world.url}${to}`, init);
  const body = given.body === undefined ? {} : { body: given.body };
  return answerOf(world.parts, send, { method, route, path, key: keys[who] ?? "", ...body });
}

async function made(who: string, change: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await ask(who, "POST", "/api/alerts/rules", { body: { ...RULE, ...change } });
  expect(status).toBe(201);
  return String(body.rule_id);
}

const REFUSED: readonly { name: string; body: Record<string, unknown>; field: string; code?: string }[] = [
  { name: "a kind that is none", body: { ...RULE, kind: "hunch" }, field: "kind" },
  { name: "no name", body: { ...RULE, name: " " }, field: "name" },
  { name: "a KPI that is none", body: { ...RULE, kpi: "happiness" }, field: "kpi", code: "kpi_unknown" },
  { name: "a window that is none", body: { ...RULE, window: "a while" }, field: "window" },
  { name: "a window of seconds", body: { ...RULE, window: "90s" }, field: "window" },
  { name: "a field of another kind", body: { ...RULE, grain: "hour" }, field: "" },
  { name: "a resolve on the wrong side", body: { ...RULE, resolve: 3 }, field: "resolve", code: "contradiction" },
  {
    name: "a resolve beside a target",
    body: { ...RULE, value: "target", resolve: 1 },
    field: "resolve",
    code: "contradiction",
  },
  { name: "one bot split by bot", body: { ...RULE, by: "bot_id", bot_id: "luna" }, field: "by", code: "contradiction" },
  {
    name: "a channel that is none",
    body: { ...RULE, channels: ["nobody"] },
    field: "channels.0",
    code: "channel_unknown",
  },
  {
    name: "a filter by what is no field",
    body: { ...RULE, filters: [{ field: "mood", op: "eq", value: "x" }] },
    field: "filters.0.field",
  },
  {
    name: "a number compared with a word",
    body: { ...RULE, filters: [{ field: "value", op: "gt", value: "much" }] },
    field: "filters.0.value",
  },
  { name: "quiet hours of no clock", body: { ...RULE, quiet: { from: "25:00", to: "06:00" } }, field: "quiet.from" },
  {
    name: "a rate forecast for a month",
    body: { kind: "forecast_misses_target", name: "x", location_id: "main", kpi: "bot_success_rate" },
    field: "kpi",
    code: "kpi_unfit",
  },
  {
    name: "the health of a location",
    body: { kind: "system_health", name: "x", location_id: "main" },
    field: "location_id",
    code: "contradiction",
  },
];

describe("a rule is refused with", () => {
  for (const { name, body, field, code } of REFUSED) {
    test(name, async () => {
      const { status, body: answer } = await ask("admin", "POST", "/api/alerts/rules", { body });
      expect(status).toBe(422);
      const [error] = answer.errors ?? [];
      if (field !== "") expect(error?.field).toBe(field);
      if (code !== undefined) expect(error?.code).toBe(code);
    });
  }
});

describe("rules", () => {
  test("are made, read, changed and removed", async () => {
    const id = await made("bound", { for: "5m" });
    const read = await ask("viewer", "GET", "/api/alerts/rules/:id", { id });
    expect(read.body.rule).toMatchObject({
      rule_id: id,
      name: "Errors",
      every: "1m",
      ready_made: false,
      enabled: true,
    });
    const changed = await ask("bound", "PATCH", "/api/alerts/rules/:id", { id, body: { value: 5, notes: "Call." } });
    expect(changed.body).toMatchObject({ value: 5, notes: "Call.", for: "5m", kpi: "bot_errors" });
    const other = await ask("bound", "PATCH", "/api/alerts/rules/:id", { id, body: { kind: "stall" } });
    expect([other.status, other.body.errors?.[0]?.field]).toEqual([422, "kind"]);
    const wrong = await ask("bound", "PATCH", "/api/alerts/rules/:id", { id, body: { window: "soon" } });
    expect([wrong.status, wrong.body.errors?.[0]?.field]).toEqual([422, "window"]);
    const { status } = await fetch(`${world.url}/api/alerts/rules/${id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${keys.bound}` },
    });
    expect(status).toBe(204);
    expect((await ask("admin", "GET", "/api/alerts/rules/:id", { id })).status).toBe(404);
    const actions = world.parts.control.audits({ locations: null, limit: 20 }).filter(({ object }) => object === id);
    expect(actions.map(({ action }) => action)).toEqual([
      "alert_rule_removed",
      "alert_rule_changed",
      "alert_rule_added",
    ]);
  });

  test("are written by admins, of their own locations only", async () => {
    expect((await ask("analyst", "POST", "/api/alerts/rules", { body: RULE })).status).toBe(403);
    for (const location_id of ["other", "nowhere", null])
      expect((await ask("bound", "POST", "/api/alerts/rules", { body: { ...RULE, location_id } })).status).toBe(403);
    const id = await made("admin", { location_id: "other" });
    for (const method of ["GET", "PATCH"] as const)
      expect(
        (await ask("bound", method, "/api/alerts/rules/:id", { id, ...(method === "PATCH" ? { body: {} } : {}) }))
          .status,
      ).toBe(404);
    const listed = await ask("bound", "GET", "/api/alerts/rules", { query: "?limit=1000" });
    expect(JSON.stringify(listed.body)).not.toContain("other");
    const moved = await ask("bound", "PATCH", "/api/alerts/rules/:id", {
      id: await made("bound"),
      body: { location_id: "other" },
    });
    expect(moved.status).toBe(403);
  });

  test("come ready-made and off, are switched on by a change, and are as they came when removed", async () => {
    const listed = await ask("bound", "GET", "/api/alerts/rules", { query: "?enabled=false&limit=1000" });
    const ready = Object.values(listed.body.rules ?? {}).filter((rule) => rule.ready_made);
    const names = ready.map(({ rule_id }) => rule_id).sort();
    const of = (name: string): string => `ready:${name}:main`;
    const targets = [
      "bot_success_rate",
      "conversion_rate",
      "intent_confidence",
      "intent_latency_p50",
      "intent_latency_p95",
      "ml_response_time_p95",
    ];
    expect(names).toEqual([...targets.map((kpi) => of(`target_${kpi}`)), of("bot_silent"), of("stall")].sort());
    const whole = await ask("admin", "GET", "/api/alerts/rules", { query: "?enabled=false&limit=1000" });
    expect(JSON.stringify(whole.body)).toContain('"ready:system_health:"');
    const on = await ask("bound", "PATCH", "/api/alerts/rules/:id", {
      id: of("stall"),
      body: { enabled: true, window: "30m" },
    });
    expect(on.body).toMatchObject({ enabled: true, ready_made: true, window: "30m", kind: "stall" });
    const again = await ask("bound", "GET", "/api/alerts/rules", { query: "?kind=stall" });
    expect(again.body.rules).toMatchObject([{ rule_id: of("stall"), enabled: true }]);
    await fetch(`${world.url}/api/alerts/rules/${of("stall")}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${keys.bound}` },
    });
    const back = await ask("bound", "GET", "/api/alerts/rules/:id", { id: of("stall") });
    expect(back.body.rule).toMatchObject({ enabled: false, window: "15m" });
    expect((await ask("bound", "GET", "/api/alerts/rules/:id", { id: "ready:stall:other" })).status).toBe(404);
  });

  test("hold a location's own target, for the month where it adds up", async () => {
    world.parts.control.setTarget({ kpi: "leads", location_id: "main", value: "100" });
    const { body } = await ask("viewer", "GET", "/api/alerts/rules/:id", { id: "ready:target_leads:main" });
    expect(body.rule).toMatchObject({ kind: "forecast_misses_target", kpi: "leads", value: "target" });
  });

  test("hide from viewers whom they look for", async () => {
    const filters = [{ field: "data.customer", op: "eq", value: "Dana" }];
    const id = await made("bound", { filters });
    const seen = await ask("viewer", "GET", "/api/alerts/rules/:id", { id });
    expect(JSON.stringify(seen.body)).not.toContain("Dana");
    expect(JSON.stringify((await ask("analyst", "GET", "/api/alerts/rules/:id", { id })).body)).toContain("Dana");
  });
});

describe("a backtest", () => {
  test("says when a rule would have fired, and needs no rule to be kept", async () => {
    const { status, body } = await ask("analyst", "POST", "/api/alerts/backtest", { body: { rule: RULE, days: 1 } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: 1,
      complete: true,
      reason: null,
      summary: "It would have fired once in the last day.",
    });
    expect(body.firings).toMatchObject([{ location_id: "main", end: null, peak: 3 }]);
    expect((await ask("viewer", "POST", "/api/alerts/backtest", { body: { rule: RULE } })).status).toBe(403);
    const other = { rule: { ...RULE, location_id: "other" } };
    expect((await ask("analyst", "POST", "/api/alerts/backtest", { body: other })).status).toBe(403);
  });
});

describe("alerts", () => {
  test("are seen by viewers, acknowledged, snoozed and noted by analysts, each at their own locations", async () => {
    const id = await made("bound", { name: "Mine" });
    const theirs = await made("admin", { name: "Theirs", location_id: "other" });
    await world.parts.alerts.pass();
    const listed = await ask("viewer", "GET", "/api/alerts", { query: `?open=true&rule_id=${id}` });
    const [alert] = Object.values(listed.body.alerts ?? {});
    expect(alert).toMatchObject({ rule_id: id, state: "firing", peak: 3, location_id: "main" });
    const alert_id = String(alert.alert_id);
    for (const [route, body] of [
      ["/api/alerts/:id/acknowledgement", undefined],
      ["/api/alerts/:id/snooze", { until: null }],
      ["/api/alerts/:id/notes", { note: "x" }],
    ] as const)
      expect((await ask("viewer", "POST", route, { id: alert_id, body })).status).toBe(403);
    const seen = await ask("analyst", "POST", "/api/alerts/:id/acknowledgement", { id: alert_id });
    expect(seen.body).toMatchObject({ acknowledged_by: "read export" });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const snoozed = await ask("analyst", "POST", "/api/alerts/:id/snooze", { id: alert_id, body: { until } });
    expect(snoozed.body.snoozed_until).toBe(until);
    const past = await ask("analyst", "POST", "/api/alerts/:id/snooze", {
      id: alert_id,
      body: { until: "2020-01-01T00:00:00Z" },
    });
    expect([past.status, past.body.errors?.[0]?.field]).toEqual([422, "until"]);
    const noted = await ask("analyst", "POST", "/api/alerts/:id/notes", { id: alert_id, body: { note: "Restarted." } });
    expect(Object.values(noted.body.events ?? {}).map(({ what }) => what)).toEqual([
      "fired",
      "acknowledged",
      "snoozed",
      "note",
    ]);
    const back = await ask("analyst", "DELETE", "/api/alerts/:id/acknowledgement", { id: alert_id });
    expect(back.body).toMatchObject({ acknowledged_by: null, acknowledged_at: null });

    const all = await ask("admin", "GET", "/api/alerts", { query: `?rule_id=${theirs}` });
    const [other] = Object.values(all.body.alerts ?? {});
    expect((await ask("viewer", "GET", "/api/alerts/:id", { id: String(other.alert_id) })).status).toBe(404);
    expect(JSON.stringify((await ask("viewer", "GET", "/api/alerts")).body)).not.toContain("Theirs");
    expect((await ask("viewer", "GET", "/api/alerts", { query: "?location_id=other" })).status).toBe(403);
  });

  test("that are over can be read and noted, and nothing else", async () => {
    const id = await made("bound", { name: "Soon over" });
    await world.parts.alerts.pass();
    await ask("bound", "PATCH", "/api/alerts/rules/:id", { id, body: { enabled: false } });
    const [alert] = Object.values(
      (await ask("viewer", "GET", "/api/alerts", { query: `?rule_id=${id}` })).body.alerts ?? {},
    );
    expect(alert).toMatchObject({ state: "resolved" });
    const seen = await ask("analyst", "POST", "/api/alerts/:id/acknowledgement", { id: String(alert.alert_id) });
    expect(seen.status).toBe(409);
    expect(
      (await ask("analyst", "POST", "/api/alerts/:id/notes", { id: String(alert.alert_id), body: { note: "x" } }))
        .status,
    ).toBe(201);
  });

  test("are listed page by page, the newest first", async () => {
    const ids: string[] = [];
    let query = "?limit=1";
    for (let page = 0; page < 50; page++) {
      const { body } = await ask("admin", "GET", "/api/alerts", { query });
      ids.push(...Object.values(body.alerts ?? {}).map(({ alert_id }) => String(alert_id)));
      if (body.next_cursor === null) break;
      query = `?limit=1&cursor=${body.next_cursor}`;
    }
    const { body } = await ask("admin", "GET", "/api/alerts");
    expect(ids).toEqual(Object.values(body.alerts ?? {}).map(({ alert_id }) => String(alert_id)));
    expect(ids.length).toBeGreaterThan(2);
  });

  test("hide from viewers what is personal", async () => {
    const id = await made("bound", { name: "By bot", by: "bot_id" });
    await world.parts.alerts.pass();
    const query = `?rule_id=${id}`;
    expect(JSON.stringify((await ask("analyst", "GET", "/api/alerts", { query })).body)).toContain("ann@example.com");
    expect(JSON.stringify((await ask("viewer", "GET", "/api/alerts", { query })).body)).not.toContain(
      "ann@example.com",
    );
  });
});
