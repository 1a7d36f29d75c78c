import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cleanUp } from "../store/fixture.ts";
import { type Explored, explored, idsOf } from "../support/explored.ts";

let world: Explored;
beforeAll(async () => {
  world = await explored();
});
afterAll(cleanUp);

const ask: Explored["ask"] = (...given) => world.ask(...given);
const drill = (body: object, as = "analyst") => ask("POST", "/api/bi/drill-down", { body, as });

describe("POST /api/bi/drill-down", () => {
  test("shows a figure's parts, series, definition and the events behind it", async () => {
    const { body } = await drill({ kpi: "revenue", by: "bot_id", location_id: "north" });
    expect(body.total).toMatchObject({ value: "500000.50", previous: "90000.00", currency: "USD" });
    expect(body.segments).toEqual([
      {
        key: "seller-bot",
        currency: "USD",
        value: "450000.00",
        share: expect.closeTo(0.8999991, 6),
        previous: "90000.00",
        change: 4,
      },
      {
        key: "lead-bot",
        currency: "USD",
        value: "50000.50",
        share: expect.closeTo(0.1000009, 6),
        previous: null,
        change: null,
      },
    ]);
    expect(body.series).toHaveLength(31);
    expect(idsOf({ status: 200, body })).toEqual(["n8", "n6"]);
    expect(body.definition).toMatchObject({ label: "Revenue", unit: "money" });
    expect((body.definition as { sql: string }).sql).toStartWith("WITH b0 AS (SELECT");
    expect(body.segments_more).toBe(false);
  });

  test("pages the events", async () => {
    const first = await drill({ kpi: "leads", by: "data.source", location_id: "north", limit: 1 });
    expect(idsOf(first)).toEqual(["n7"]);
    const second = await drill({
      kpi: "leads",
      by: "data.source",
      location_id: "north",
      limit: 1,
      cursor: first.body.next_cursor,
    });
    expect(idsOf(second)).toEqual(["n1"]);
    expect(second.body.segments).toEqual(first.body.segments);
    expect(second.body.next_cursor).toBeNull();
  });

  test("keeps currencies apart", async () => {
    const { body } = await drill({ kpi: "revenue", by: "location_id" });
    expect(body.segments).toEqual([
      expect.objectContaining({ key: "north", currency: "USD", share: 1 }),
      expect.objectContaining({ key: "south", currency: "EUR", value: "16.00", share: 1 }),
    ]);
  });

  test("rates have no shares; a formula of one's own, filters and no split will do", async () => {
    const rate = await drill({ kpi: "conversion_rate", by: "bot_id", location_id: "north" });
    expect((rate.body.segments as { share: unknown }[]).every(({ share }) => share === null)).toBe(true);
    const own = await drill({
      kpi: { key: "big", formula: `count(type = "deal_closed" and value >= 60000)` },
      timeframe: "all",
      filters: [{ field: "bot_id", op: "eq", value: "seller-bot" }],
    });
    expect([own.body.total, own.body.segments, idsOf(own)]).toEqual([
      expect.objectContaining({ value: 2, previous: null }),
      [],
      ["n6", "n9"],
    ]);
  });

  test("contacts are masked where they may not be seen", async () => {
    const { body } = await drill({ kpi: "revenue", by: "contact_id", location_id: "north" }, "viewer");
    expect((body.segments as { key: string }[]).map(({ key }) => key)).toEqual(["d•••@•••", "contact-2"]);
    expect(JSON.stringify(body)).not.toContain("dana");
  });

  const refused: readonly [string, object, string, number, string | null][] = [
    ["a KPI that is none", { kpi: "nonsense" }, "analyst", 422, "kpi"],
    ["a formula that does not parse", { kpi: { key: "x", formula: "count(" } }, "analyst", 422, "kpi.formula"],
    ["no KPI", { by: "bot_id" }, "analyst", 422, "kpi"],
    ["a split by an amount", { kpi: "leads", by: "value" }, "analyst", 422, "by"],
    ["a split by what is personal", { kpi: "leads", by: "data.name" }, "viewer", 403, "by"],
    [
      "a filter on what is personal",
      { kpi: "leads", filters: ["data.name:eq:Dana"] },
      "viewer",
      403,
      "filters.0.field",
    ],
    [
      "a formula about what is personal",
      { kpi: { key: "x", formula: `count(data.name = "Dana")` } },
      "viewer",
      403,
      "kpi.formula",
    ],
    ["another location", { kpi: "leads", location_id: "north" }, "south", 403, null],
  ];
  for (const [name, body, as, status, field] of refused)
    test(`refuses ${name}`, async () => {
      const answer = await drill(body, as);
      expect(answer.status).toBe(status);
      if (field !== null) expect(answer.body.errors?.[0]?.field).toBe(field);
    });
});

describe("POST /api/bi/query for those who may not see what is personal", () => {
  const query = (body: object, as: string) => ask("POST", "/api/bi/query", { body, as });
  test("masks contacts and refuses splits, filters and formulas", async () => {
    const rows = async (as: string) =>
      (await query({ kpis: ["deals_closed"], by: ["contact_id"], location_id: "north" }, as)).body.rows;
    expect(await rows("viewer")).toEqual([
      ["contact-2", 1],
      ["d•••@•••", 1],
    ]);
    expect(await rows("analyst")).toEqual([
      ["contact-2", 1],
      ["dana@example.com", 1],
    ]);
    const asked = { kpis: ["leads"] };
    const fieldOf = async (body: object) => {
      const { status, body: problem } = await query(body, "viewer");
      return [status, problem.errors?.[0]?.field];
    };
    expect(await fieldOf({ ...asked, by: ["bot_id", "data.email"], order: [{ by: "data.email" }] })).toEqual([
      403,
      "by.1",
    ]);
    expect(await fieldOf({ ...asked, filters: ["data.name:contains:Da"] })).toEqual([403, "filters.0.field"]);
    expect(await fieldOf({ kpis: ["leads", { key: "x", formula: `count(contact_id contains "da")` }] })).toEqual([
      403,
      "kpis.1.formula",
    ]);
    expect((await query({ ...asked, by: ["data.email"] }, "analyst")).status).toBe(200);
  });
});

describe("POST /api/bi/funnel", () => {
  const funnel = (body: object, as = "analyst") => ask("POST", "/api/bi/funnel", { body, as });
  const steps = [{ type: "lead_created" }, { type: "lead_qualified" }, { type: "deal_closed" }];
  test("counts, shares and medians", async () => {
    const { body } = await funnel({ steps, location_id: "north", window: "7d" });
    expect(body.steps).toEqual([
      { type: "lead_created", count: 2, rate_from_previous: null, rate_from_first: 1, median_ms: null },
      { type: "lead_qualified", count: 1, rate_from_previous: 0.5, rate_from_first: 0.5, median_ms: 4 * 86_400_000 },
      { type: "deal_closed", count: 1, rate_from_previous: 1, rate_from_first: 0.5, median_ms: 86_400_000 },
    ]);
  });
  test("a step has filters of its own, an alias is its type, a window is milliseconds, too", async () => {
    const { body } = await funnel({
      steps: [{ type: "lead_created", filters: ["data.source:eq:site"] }, { type: "ai:activity" }],
      window: 1_000,
      ordered: false,
    });
    expect(body.steps).toEqual([
      expect.objectContaining({ count: 1 }),
      { type: "ai_activity", count: 0, rate_from_previous: 0, rate_from_first: 0, median_ms: null },
    ]);
  });
  const refused: readonly [string, object, string, number, string | null][] = [
    ["one step", { steps: steps.slice(0, 1) }, "analyst", 422, "steps"],
    ["eleven steps", { steps: Array.from({ length: 11 }, () => ({ type: "lead_created" })) }, "analyst", 422, "steps"],
    ["a type that cannot be one", { steps: [{ type: "A" }, ...steps] }, "analyst", 422, "steps.0.type"],
    ["a window of nothing", { steps, window: 0 }, "analyst", 422, "window"],
    ["a window without a unit", { steps, window: "7" }, "analyst", 422, "window"],
    [
      "a wrong comparison in a step",
      { steps: [...steps, { type: "x", filters: ["value:gt:abc"] }] },
      "analyst",
      422,
      "steps.3.filters.0.value",
    ],
    [
      "a step by what is personal",
      { steps: [...steps, { type: "x", filters: ["data.name:eq:Dana"] }] },
      "viewer",
      403,
      "steps.3.filters.0.field",
    ],
    ["another location", { steps, location_id: "north" }, "south", 403, null],
  ];
  for (const [name, body, as, status, field] of refused)
    test(`refuses ${name}`, async () => {
      const answer = await funnel(body, as);
      expect(answer.status).toBe(status);
      if (field !== null) expect(answer.body.errors?.[0]?.field).toBe(field);
    });
});

describe("POST /api/bi/retention", () => {
  const retention = (body: object, as = "analyst") => ask("POST", "/api/bi/retention", { body, as });
  const wanted = { birth: { type: "lead_created" }, return: { type: "deal_closed" } };
  test("has a cohort for each week, in the location's time zone", async () => {
    const { body } = await retention({ ...wanted, timeframe: "7d", location_id: "north" });
    expect(body.timeframe).toMatchObject({ grain: "week", timezone: "America/New_York" });
    expect(body.cohorts).toEqual([
      { start: "2026-11-09T05:00:00Z", size: 2, counts: [1, 1], rates: [0.5, 0.5] },
      { start: "2026-11-16T05:00:00Z", size: 0, counts: [0], rates: [null] },
    ]);
  });
  test("refuses what cannot be asked", async () => {
    const fieldOf = async (body: object, as?: string) => {
      const answer = await retention(body, as);
      return [answer.status, answer.body.errors?.[0]?.field];
    };
    expect(await fieldOf({ ...wanted, grain: "minute" })).toEqual([422, "grain"]);
    expect(await fieldOf({ ...wanted, birth: {} })).toEqual([422, "birth.type"]);
    expect(await fieldOf({ ...wanted, location_id: "north" }, "south")).toEqual([403, undefined]);
    expect(await fieldOf({ ...wanted, filters: ["data.phone:exists"] }, "viewer")).toEqual([403, "filters.0.field"]);
  });
});
