import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { KPIS } from "../../src/catalogue/kpis.ts";
import { QueryTimeout } from "../../src/store/errors.ts";
import type { Store } from "../../src/store/store.ts";
import { cleanUp, eventOf, groupOf, openTestStore } from "../store/fixture.ts";
import { START, type World, world } from "./access_world.ts";

const DAY = 86_400_000_000;

/** What tests look at in answers and problems. */
interface Body {
  [field: string]: unknown;
  kpis: Record<string, Record<string, unknown> & { trend: unknown[] }>;
  timeframe: Record<string, string>;
  errors: { field: string | null }[];
  detail: string;
  rows: unknown[][];
}

async function bodyOf(response: Response | Promise<Response>): Promise<Body> {
  return JSON.parse(await (await response).text());
}

let store: Store;
let web: World;
let key: string;
let narrowKey: string;

beforeAll(async () => {
  store = await openTestStore();
  const deal = (location_id: string, value: string, days: number, currency = "USD") =>
    eventOf({ type: "deal_closed", location_id, value, currency, bot_id: "seller-bot", time: START - days * DAY });
  await store.apply(
    groupOf(store, [
      deal("north", "450000", 1),
      deal("north", "50000.5", 2),
      deal("north", "250000", 40),
      deal("south", "7", 1, "EUR"),
      eventOf({ type: "lead_created", location_id: "north", time: START - DAY }),
      eventOf({ type: "lead_converted", location_id: "north", time: START - DAY }),
    ]),
  );
  web = world({}, { ask: store.ask, rows: store.rows });
  web.control.ensureLocation("north", { timezone: "America/New_York" });
  web.control.ensureLocation("south", { currency: "EUR" });
  web.control.setTarget({ kpi: "revenue", location_id: "north", value: "520000" });
  key = web.key("read");
  narrowKey = web.control.addKey({ name: "narrow", scopes: ["read"], location_id: "south" }).key;
});
afterAll(cleanUp);

const get = (query: string, as = key, headers: Record<string, string> = {}) =>
  web.send(`/api/bi/dashboard-kpis${query}`, { headers: { authorization: `Bearer ${as}`, ...headers } });
const ask = (body: unknown, as = key) =>
  web.send("/api/bi/query", {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
  });

describe("GET /api/bi/dashboard-kpis", () => {
  test("answers value, comparison, trend, target and what every answer carries", async () => {
    const answer = await bodyOf(get("?location_id=north&keys=revenue,conversion_rate"));
    expect(answer).toMatchObject({
      generated_at: "2026-11-18T11:06:40Z",
      timeframe: {
        name: "30d",
        from: "2026-10-19T11:15:00Z",
        to: "2026-11-18T11:15:00Z",
        grain: "day",
        timezone: "America/New_York",
      },
      location_id: "north",
      freshness: { as_of: "2026-11-18T11:06:40Z", lag_ms: 0 },
      cache: { hit: false, age_ms: 0 },
    });
    expect(answer.kpis.revenue).toMatchObject({
      label: "Revenue",
      unit: "money",
      value: "500000.50",
      currency: "USD",
      target: "520000",
      status: "near_target",
      better: "up",
      previous: "250000.00",
      change: 1.000002,
    });
    expect(answer.kpis.revenue?.trend).toHaveLength(31);
    expect(answer.kpis.revenue?.trend.at(-2)).toEqual({ t: "2026-11-17T05:00:00Z", v: "450000.00" });
    expect(answer.kpis.conversion_rate).toMatchObject({
      value: 1,
      target: 0.04,
      status: "on_target",
      previous: null,
      change: null,
    });
  });

  test("leaves out what is not wanted", async () => {
    const { kpis } = await bodyOf(get("?keys=revenue&include_comparisons=false&include_trends=false"));
    expect([kpis.revenue?.previous, kpis.revenue?.change, kpis.revenue?.trend]).toEqual([null, null, []]);
  });

  test("keeps currencies apart over several locations", async () => {
    const { kpis, location_id, timeframe } = await bodyOf(get("?keys=revenue"));
    expect([location_id, timeframe.timezone]).toEqual([null, "UTC"]);
    expect(kpis.revenue?.currencies).toEqual([
      { currency: "EUR", value: "7.00", previous: null, change: null },
      { currency: "USD", value: "500000.50", previous: null, change: null },
    ]);
  });

  test("without keys answers every KPI of the catalogue", async () => {
    const { kpis } = await bodyOf(get("?timeframe=all&location_id=north"));
    expect(Object.keys(kpis)).toEqual(KPIS.map((kpi) => kpi.key));
    expect([kpis.revenue?.value, kpis.revenue?.previous, kpis.events?.value]).toEqual(["750000.50", null, 5]);
  });

  test("filters by repeated filters", async () => {
    const { kpis } = await bodyOf(
      get("?keys=revenue&filter=value:gt:60000&filter=currency:in:USD,EUR&filter=bot_id:exists"),
    );
    expect(kpis.revenue?.value).toBe("450000.00");
  });

  test("is not sent again to who has it", async () => {
    const first = await get("?keys=revenue");
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toStartWith('W/"');
    web.clock.now += 1_000_000;
    const second = await get("?keys=revenue", key, { "if-none-match": etag });
    web.clock.now -= 1_000_000;
    expect([second.status, await second.text()]).toEqual([304, ""]);
    expect((await get("?keys=leads", key, { "if-none-match": etag })).status).toBe(200);
  });

  test.each([
    ["timeframe=2w", "timeframe"],
    ["timeframe=", "timeframe"],
    ["timeframe=7d&timeframe=30d", "timeframe"],
    ["from=2026-01-01T00:00:00Z", "to"],
    ["to=2026-01-01T00:00:00Z", "from"],
    ["from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to"],
    ["from=yesterday&to=2026-01-01T00:00:00Z", "from"],
    ["from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&timeframe=7d", "timeframe"],
    ["from=1700-01-01T00:00:00Z&to=2026-01-02T00:00:00Z", "to"],
    ["timezone=Mars/Base", "timezone"],
    ["timezone=%2B02:00", "timezone"],
    ["location_id=", "location_id"],
    [`location_id=${"x".repeat(65)}`, "location_id"],
    ["include_trends=yes", "include_trends"],
    ["keys=", "keys"],
    ["keys=revenue,nonsense", "keys"],
    ["keys=revenue,revenue", "keys"],
    [`keys=${"revenue,".repeat(1000)}`, "keys"],
    ["filter=", "filter"],
    ["filter=bot_id", "filter"],
    ["filter=bot_id:like:x", "filter"],
    ["filter=bot_id:eq", "filter"],
    ["filter=colour:eq:red", "filter"],
    ["filter=success:eq:perhaps", "filter.0.value"],
    ["filter=duration_ms:gt:long", "filter.0.value"],
    [`filter=bot_id:eq:${"x".repeat(300)}`, "filter"],
    ["colour=red", null],
  ])("?%s is refused, and says where", async (query, field) => {
    const response = await get(`?${query}`);
    const problem = await bodyOf(response);
    expect([response.status, response.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
    expect(problem.errors[0]?.field).toBe(field);
    expect(JSON.stringify(problem.errors)).not.toMatch(/nonsense|perhaps|Mars|xxx/);
  });

  test.each([
    ["no key", "", "bw_wrong", 401],
    ["a location it may not see", "?location_id=north", "narrow", 403],
    ["a location that is not there, as if it were another's", "?location_id=nowhere", "narrow", 403],
    ["a location that is not there", "?location_id=nowhere", "key", 404],
  ])("with %s", async (_, query, as, status) => {
    const response = await get(query, as === "narrow" ? narrowKey : as === "key" ? key : as);
    expect(response.status).toBe(status);
  });

  test("shows a narrow key its own location only", async () => {
    const { kpis } = await bodyOf(get("?keys=revenue,events", narrowKey));
    expect([kpis.revenue?.value, kpis.revenue?.currency, kpis.events?.value]).toEqual(["7.00", "EUR", 1]);
  });

  test("needs the scope read", async () => {
    expect((await get("", web.key("ingest"))).status).toBe(403);
  });

  test("that takes too long says what to do", async () => {
    const slow = world({}, { rows: store.rows, ask: () => Promise.reject(new QueryTimeout(10)) });
    const response = await slow.send("/api/bi/dashboard-kpis", { headers: { "x-api-key": slow.key("read") } });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect((await bodyOf(response)).detail).toContain("shorter timeframe");
  });
});

describe("POST /api/bi/query", () => {
  test("answers columns, rows and totals", async () => {
    const response = await ask({
      kpis: [
        "revenue",
        "deals_closed",
        { key: "big_share", unit: "percent", formula: `count(value > 100000) / count(type = "deal_closed")` },
      ],
      by: ["bot_id"],
      grain: "month",
      from: "2026-10-01T00:00:00Z",
      to: "2026-12-01T00:00:00Z",
      location_id: "north",
      timezone: "UTC",
      order: [{ by: "t", dir: "desc" }],
      filters: [{ field: "type", op: "in", value: ["deal_closed"] }],
      limit: 10,
    });
    const answer = await bodyOf(response);
    expect(response.status).toBe(200);
    expect(answer.timeframe).toEqual({
      name: "custom",
      from: "2026-10-01T00:00:00Z",
      to: "2026-12-01T00:00:00Z",
      grain: "month",
      timezone: "UTC",
    });
    expect(answer.columns).toEqual([
      { name: "t", kind: "time", unit: null, label: "Time" },
      { name: "bot_id", kind: "dimension", unit: null, label: "Bot" },
      { name: "revenue", kind: "kpi", unit: "money", label: "Revenue", currency: "USD" },
      { name: "deals_closed", kind: "kpi", unit: "count", label: "Deals closed" },
      { name: "big_share", kind: "kpi", unit: "percent", label: "big_share" },
    ]);
    expect(answer.rows).toEqual([
      ["2026-11-01T00:00:00Z", "seller-bot", "500000.50", 2, 0.5],
      ["2026-10-01T00:00:00Z", "seller-bot", "250000.00", 1, 1],
    ]);
    expect(answer.totals).toEqual({ revenue: "750000.50", deals_closed: 3, big_share: 2 / 3 });
  });

  test("takes filters as the URL writes them, too", async () => {
    const { rows } = await bodyOf(ask({ kpis: ["events"], timeframe: "all", filters: ["type:eq:lead_created"] }));
    expect(rows).toEqual([[1]]);
  });

  test.each<[string, unknown, number, string | null]>([
    ["no JSON", "{", 400, null],
    ["no object", [], 422, null],
    ["no KPIs", {}, 422, "kpis"],
    ["an empty list of KPIs", { kpis: [] }, 422, "kpis"],
    ["an unknown KPI", { kpis: ["revenue", "nonsense"] }, 422, "kpis.1"],
    ["a KPI of the wrong type", { kpis: [7] }, 422, "kpis.0"],
    ["a formula that is wrong", { kpis: [{ key: "own", formula: "count(nonsense = 1)" }] }, 422, "kpis.0.formula"],
    ["a formula of numbers alone", { kpis: [{ key: "own", formula: "1 + 2" }] }, 422, "kpis.0.formula"],
    ["a formula under a known name", { kpis: [{ key: "revenue", formula: "count()" }] }, 422, "kpis.0.key"],
    ["an unknown dimension", { kpis: ["revenue"], by: ["colour"] }, 422, "by.0"],
    ["an unknown grain", { kpis: ["revenue"], grain: "decade" }, 422, "grain"],
    ["too fine a grain", { kpis: ["revenue"], grain: "minute", timeframe: "1y" }, 422, "grain"],
    ["an order by nothing", { kpis: ["revenue"], order: [{ by: "leads" }] }, 422, "order.0.by"],
    ["a limit of none", { kpis: ["revenue"], limit: 0 }, 422, "limit"],
    ["a huge limit", { kpis: ["revenue"], limit: 1e9 }, 422, "limit"],
    ["an unknown op", { kpis: ["revenue"], filters: [{ field: "type", op: "like", value: "x" }] }, 422, "filters.0"],
    [
      "a list for one value",
      { kpis: ["revenue"], filters: [{ field: "type", op: "eq", value: ["x"] }] },
      422,
      "filters.0.value",
    ],
    ["an unknown field", { kpis: ["revenue"], colour: "red" }, 422, null],
    ["only one end", { kpis: ["revenue"], from: "2026-01-01T00:00:00Z" }, 422, "to"],
    ["a body too large", { kpis: ["x".repeat(70_000)] }, 413, null],
  ])("with %s is refused", async (_, body, status, field) => {
    const response = await ask(body);
    const problem = await bodyOf(response);
    expect(response.status).toBe(status);
    if (status === 422) expect(problem.errors[0]?.field).toBe(field);
    expect(JSON.stringify(problem)).not.toContain("nonsense");
  });

  test("of a narrow key never sees another location, whatever it filters by", async () => {
    const body = {
      kpis: ["events"],
      timeframe: "all",
      by: ["location_id"],
      filters: [{ field: "location_id", op: "in", value: ["north", "south"] }],
    };
    expect((await bodyOf(ask(body, narrowKey))).rows).toEqual([["south", 1]]);
  });
});
