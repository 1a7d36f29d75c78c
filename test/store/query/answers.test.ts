import { afterEach, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { kpiOf } from "../../../src/catalogue/kpis.ts";
import type { Kpi } from "../../../src/catalogue/types.ts";
import { QuestionFault } from "../../../src/store/query/fault.ts";
import type { Question, Store } from "../../../src/store/store.ts";
import { cleanUp, DAY_US, eventOf, groupOf, HOUR_US, NOON, openTestStore } from "../fixture.ts";

afterEach(cleanUp);

function kpis(...keys: string[]): Kpi[] {
  return keys.map((key) => {
    const kpi = kpiOf(key);
    if (!kpi) throw new Error(`no KPI ${key}`);
    return kpi;
  });
}

function custom(formula: string, unit: Kpi["unit"] = "count"): Kpi {
  return { key: "own", label: "Own", unit, better: null, description: "", formula, dimensions: [], group: "system" };
}

function question(fields: Partial<Question> = {}): Question {
  return {
    kpis: kpis("revenue"),
    by: [],
    grain: null,
    from: NOON - DAY_US,
    to: NOON + DAY_US,
    timezone: "UTC",
    locations: null,
    filters: [],
    rules: [],
    ...fields,
  };
}

async function storeWith(...events: Partial<BotEvent>[]): Promise<Store> {
  const store = await openTestStore();
  await store.apply(groupOf(store, events.map(eventOf)));
  return store;
}

const deal = (value: string, more: Partial<BotEvent> = {}): Partial<BotEvent> => ({
  type: "deal_closed",
  value,
  currency: "USD",
  ...more,
});

describe("money", () => {
  test("is exact to the last of its decimals, commission too", async () => {
    const store = await storeWith(deal("9747747.934"), deal("0.1"), deal("0.2"));
    const answer = await store.ask(question({ kpis: kpis("revenue", "commission") }));
    expect(answer.rows).toEqual([["9747748.234", "584864.89404"]]);
    expect(answer.columns[0]).toEqual({
      name: "revenue",
      kind: "kpi",
      unit: "money",
      label: "Revenue",
      currency: "USD",
    });
  });

  test("beyond what a double holds stays exact", async () => {
    const store = await storeWith(deal("99999999999999.9999"), deal("0.0001"), deal("99999999999999.9999"));
    for (const source of ["raw", "rollup"] as const) {
      const answer = await store.ask(question({ source, kpis: kpis("revenue", "commission") }));
      expect(answer.totals).toEqual({ revenue: "199999999999999.9999", commission: "11999999999999.999994" });
    }
  });

  test("divided by a count is rounded to 4 places, half away from zero", async () => {
    const store = await storeWith(
      deal("0.0001"),
      deal("0"),
      { type: "cost_incurred", value: "-0.0001", currency: "USD" },
      { type: "lead_created" },
      { type: "lead_created" },
    );
    const answer = await store.ask(question({ kpis: kpis("average_deal_value", "cost_per_lead") }));
    expect(answer.totals).toEqual({ average_deal_value: "0.0001", cost_per_lead: "-0.0001" });
  });

  test("of refunds lowers revenue", async () => {
    const store = await storeWith(deal("100"), { type: "refund_issued", value: "-30.5", currency: "USD" });
    const answer = await store.ask(question({ kpis: kpis("revenue", "gross_revenue", "refunds") }));
    expect(answer.rows).toEqual([["69.50", "100.00", "-30.50"]]);
  });

  test("a percentile of it interpolates", async () => {
    const store = await storeWith(deal("75000"), deal("450000"), deal("887001"));
    const answer = await store.ask(
      question({ kpis: [custom(`percentile(value, 0.75, type = "deal_closed")`, "money")] }),
    );
    expect(answer.rows).toEqual([["668500.50"]]);
  });
});

describe("currencies", () => {
  const events = [
    deal("10", { currency: "USD", bot_id: "luna" }),
    deal("20", { currency: "EUR", bot_id: "luna" }),
    deal("5", { currency: "EUR", bot_id: "jade" }),
    { type: "cost_incurred", value: "6", currency: "EUR" },
    { type: "lead_created", bot_id: "luna" },
    { type: "lead_created", bot_id: "flora" },
  ];

  test("are never added up: each has a row, and what has no currency stands beside each", async () => {
    const store = await storeWith(...events);
    for (const source of ["raw", "rollup"] as const) {
      const answer = await store.ask(
        question({ source, kpis: kpis("revenue", "leads", "cost_per_lead", "average_deal_value") }),
      );
      expect(answer.columns.map(({ name }) => name)).toEqual([
        "currency",
        "revenue",
        "leads",
        "cost_per_lead",
        "average_deal_value",
      ]);
      expect(answer.rows).toEqual([
        ["EUR", "25.00", 2, "3.00", "12.50"],
        ["USD", "10.00", 2, "0.00", "10.00"],
      ]);
      expect(answer.totals.revenue).toEqual({ EUR: "25.00", USD: "10.00" });
      expect(answer.totals.leads).toBe(2);
    }
  });

  test("are rows of each split", async () => {
    const store = await storeWith(...events);
    const answer = await store.ask(
      question({ by: ["bot_id"], kpis: kpis("revenue", "leads"), order: [{ by: "bot_id", dir: "asc" }] }),
    );
    expect(answer.rows).toEqual([
      ["flora", null, null, 1],
      ["jade", "EUR", "5.00", 0],
      ["luna", "EUR", "20.00", 1],
      ["luna", "USD", "10.00", 1],
    ]);
  });

  test("can be the split itself", async () => {
    const store = await storeWith(...events);
    const answer = await store.ask(question({ by: ["currency"], kpis: kpis("revenue", "leads") }));
    expect(answer.rows).toEqual([
      ["EUR", "25.00", 0],
      ["USD", "10.00", 0],
      [null, null, 2],
    ]);
  });

  test("are all there in every bucket of a series", async () => {
    const store = await storeWith(...events);
    const answer = await store.ask(question({ grain: "day", kpis: kpis("revenue") }));
    expect(answer.rows).toHaveLength(3 * 2);
    expect(answer.rows.filter(([, , value]) => value !== "0.00")).toHaveLength(2);
  });

  test("do not matter when a filter leaves one", async () => {
    const store = await storeWith(...events);
    const answer = await store.ask(question({ filters: [{ field: "currency", op: "eq", value: "EUR" }] }));
    expect([answer.rows, answer.columns[0]?.currency]).toEqual([[["25.00"]], "EUR"]);
  });
});

describe("commission", () => {
  test("follows the most specific rule, then the latest that has begun", async () => {
    const at = (location_id: string, bot_id: string, time: number) => deal("100", { location_id, bot_id, time });
    const store = await storeWith(
      at("north", "luna", NOON),
      at("north", "jade", NOON),
      at("north", "jade", NOON + 2 * HOUR_US),
      at("south", "jade", NOON),
      at("south", "luna", NOON),
    );
    const rules = [
      { location_id: "north", bot_id: null, rate: "0.05", valid_from: 0 },
      { location_id: "north", bot_id: null, rate: "0.07", valid_from: NOON + HOUR_US },
      { location_id: "north", bot_id: "luna", rate: "0.01", valid_from: 0 },
      { location_id: null, bot_id: "jade", rate: "0.123456", valid_from: 0 },
    ];
    for (const source of ["raw", "rollup"] as const) {
      const answer = await store.ask(
        question({
          source,
          kpis: kpis("commission"),
          rules,
          by: ["location_id"],
          order: [{ by: "location_id", dir: "asc" }],
        }),
      );
      expect(answer.rows).toEqual([
        ["north", "13.00"],
        ["south", "18.3456"],
      ]);
    }
  });
});

describe("an answer", () => {
  test("without events is zeros where something is counted and null where something is divided", async () => {
    const store = await storeWith();
    const answer = await store.ask(
      question({
        kpis: kpis(
          "revenue",
          "leads",
          "conversion_rate",
          "intent_latency_p95",
          "intent_confidence",
          "average_deal_value",
          "hot_leads",
        ),
      }),
    );
    expect(answer.rows).toEqual([["0.00", 0, null, null, null, null, 0]]);
  });

  test("fills the empty buckets of a series, and names its buckets by their start", async () => {
    const store = await storeWith(deal("5", { time: NOON }));
    const answer = await store.ask(
      question({
        grain: "day",
        from: NOON - DAY_US,
        to: NOON + DAY_US,
        kpis: kpis("revenue", "conversion_rate"),
        timezone: "America/New_York",
      }),
    );
    expect(answer.columns[0]).toMatchObject({ name: "t", kind: "time" });
    expect(answer.rows).toEqual([
      ["2026-02-28T05:00:00Z", "0.00", null],
      ["2026-03-01T05:00:00Z", "5.00", null],
      ["2026-03-02T05:00:00Z", "0.00", null],
    ]);
  });

  test("is ordered by any column, with missing values last, and cut", async () => {
    const store = await storeWith(
      deal("9", { bot_id: "a" }),
      deal("100", { bot_id: "b" }),
      deal("20", { bot_id: "c" }),
      { type: "lead_created", bot_id: "d" },
    );
    const ask = (fields: Partial<Question>) =>
      store.ask(question({ by: ["bot_id"], kpis: kpis("average_deal_value", "events"), ...fields }));
    expect((await ask({})).rows.map(([bot]) => bot)).toEqual(["b", "c", "a", "d"]);
    expect((await ask({ order: [{ by: "average_deal_value", dir: "asc" }], limit: 2 })).rows).toEqual([
      ["a", "9.00", 1],
      ["c", "20.00", 1],
    ]);
    const cut = await ask({ order: [{ by: "bot_id", dir: "desc" }], limit: 1 });
    expect([cut.rows, cut.totals.events]).toEqual([[["d", null, 1]], 4]);
  });

  test("splits by any path into data, by truth and by parts of local time", async () => {
    const store = await storeWith(
      { type: "made_up", success: true, data: { "line item": { sku: "x" } }, time: Date.UTC(2026, 2, 1, 3) * 1000 },
      { type: "made_up", data: { "line item": { sku: "x" } }, time: Date.UTC(2026, 2, 1, 12) * 1000 },
    );
    const answer = await store.ask(
      question({
        kpis: kpis("events"),
        by: ["data.line item.sku", "success", "hour_of_day", "day_of_week"],
        timezone: "America/New_York",
        order: [{ by: "hour_of_day", dir: "asc" }],
      }),
    );
    expect(answer.rows).toEqual([
      ["x", null, 7, 7, 1],
      ["x", true, 22, 6, 1],
    ]);
  });

  test("sees only the locations it may", async () => {
    const store = await storeWith(deal("1", { location_id: "north" }), deal("2", { location_id: "south" }));
    const totals = async (locations: readonly string[] | null) =>
      (await store.ask(question({ locations }))).totals.revenue;
    expect([await totals(["north"]), await totals(["south", "north"]), await totals([]), await totals(null)]).toEqual([
      "1.00",
      "3.00",
      "0.00",
      "3.00",
    ]);
  });

  test("takes sent text as text", async () => {
    const evil = `x'; DROP TABLE stored_events; --`;
    const store = await storeWith({ type: "made_up", bot_id: evil, data: { note: evil } });
    const answer = await store.ask(
      question({
        kpis: [custom(`count(data.note = "${evil}")`)],
        by: ["bot_id"],
        filters: [
          { field: "data.note", op: "contains", value: "DROP" },
          { field: "bot_id", op: "eq", value: evil },
        ],
      }),
    );
    expect(answer.rows).toEqual([[evil, 1]]);
    expect(answer.sql).not.toContain("DROP");
  });

  test("comes from rollups over long ranges and says when it is near", async () => {
    const store = await storeWith(
      ...Array.from({ length: 50 }, (_, index) => ({
        type: "intent_analysis_complete",
        data: { processing_time_ms: index + 1 },
      })),
    );
    const long = await store.ask(
      question({ kpis: kpis("events", "intent_latency_p50"), from: NOON - 20 * DAY_US, source: "rollup" }),
    );
    expect([long.source, long.columns.map(({ approximate }) => approximate)]).toEqual(["rollup", [undefined, true]]);
    expect(Math.abs(Number(long.totals.intent_latency_p50) / 25.5 - 1)).toBeLessThan(0.01);
    const short = await store.ask(question({ kpis: kpis("intent_latency_p50") }));
    expect([short.source, short.totals.intent_latency_p50]).toEqual(["raw", 25.5]);
  });

  test("counts what is open at the present, not at a later end of the range", async () => {
    const said = (conversation_id: string, minutes: number, type = "conversation_message") => ({
      type,
      conversation_id,
      time: NOON - minutes * 60_000_000,
    });
    const store = await storeWith(
      said("a", 20),
      said("b", 40),
      said("c", 10),
      said("c", 5, "conversation_ended"),
      said("d", 1, "order_placed"),
    );
    const answer = await store.ask(question({ kpis: kpis("active_conversations"), to: NOON + HOUR_US / 4, now: NOON }));
    expect(answer.rows).toEqual([[1]]);
  });
});

describe("a question is refused", () => {
  test.each<[string, Partial<Question>, string]>([
    ["without KPIs", { kpis: [] }, "kpis"],
    ["with a KPI twice", { kpis: kpis("revenue", "revenue") }, "kpis.1"],
    ["by what is no dimension", { by: ["bot_id", "colour"] }, "by.1"],
    ["by a measured field", { by: ["value"] }, "by.0"],
    ["by the same twice", { by: ["type", "type"] }, "by.1"],
    ["with a path that is none", { by: ["data.a'b"] }, "by.0"],
    [
      "with a filter on what is no field",
      { filters: [{ field: "colour", op: "eq", value: "red" }] },
      "filters.0.field",
    ],
    [
      "with a number compared with words",
      { filters: [{ field: "duration_ms", op: "gt", value: "long" }] },
      "filters.0.value",
    ],
    ["with success compared with a number", { filters: [{ field: "success", op: "eq", value: 1 }] }, "filters.0.value"],
    ["ordered by what it has not", { order: [{ by: "colour", dir: "asc" }] }, "order.0.by"],
    ["with more buckets than anyone reads", { grain: "minute", from: NOON - 365 * DAY_US }, "grain"],
  ])("%s", async (_, fields, field) => {
    const store = await openTestStore();
    const fault = await store.ask(question(fields)).then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).toBeInstanceOf(QuestionFault);
    expect(fault).toMatchObject({ field });
  });
});
