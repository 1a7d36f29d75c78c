import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { cleanUp, eventOf } from "../../store/fixture.ts";
import { START } from "../access_world.ts";
import { DAY, type InsightWorld, insightWorld, LOADING_MS, unitsOf, within } from "./insight_world.ts";

const REVENUE = ["deal_closed", "order_placed", "booking_completed", "payment_received", "refund_issued"];
const PATH = "/api/bi/revenue-intelligence";

interface Money {
  t: string;
  currency: string;
  revenue: string;
  commission: string;
  cost: string;
  margin: string;
  share: number | null;
}
interface Answer {
  revenue: { value: string; previous: string; trend: unknown[]; currencies?: { currency: string; value: string }[] };
  commission: { value: string };
  cost: { value: string };
  margin: { value: string };
  series: Money[];
  by_bot: (Money & { bot_id: string | null })[];
  by_source: (Money & { source: string | null; leads: number })[];
  forecast: {
    currency: string;
    points: { t: string; yhat: string; lower: string; upper: string }[] | null;
    total_estimate: string | null;
    horizon_days: number;
    history_days: number;
    method: string;
    backtest: { coverage: number; mae: string; naive_mae: string } | null;
    reason: string | null;
  };
  drivers:
    | {
        currency: string;
        value: string;
        previous: string;
        change: string;
        by: { dimension: string; segments: { key: string | null; contribution: string }[]; others: string }[];
      }[]
    | null;
}

let insight: InsightWorld;
beforeAll(async () => {
  insight = await insightWorld((type) => [...REVENUE, "cost_incurred", "lead_created"].includes(type));
}, LOADING_MS);
afterAll(cleanUp);

const ask = async (query: string, key?: string): Promise<Answer> =>
  (await insight.answer(`${PATH}${query}`, key)) as never;
const sum = (events: readonly BotEvent[]): bigint => events.reduce((total, { value }) => total + unitsOf(value), 0n);
const inDemo = (types: readonly string[], back = 0) =>
  insight.events.filter((event) => event.location_id === "demo" && types.includes(event.type) && within(event, back));
const total = (texts: readonly string[]): bigint => texts.reduce((all, text) => all + unitsOf(text), 0n);

describe("GET /api/bi/revenue-intelligence", () => {
  test("answers what the events add up to, in all its parts", async () => {
    const answer = await ask("?location_id=demo");
    const revenue = sum(inDemo(REVENUE));
    const cost = sum(inDemo(["cost_incurred"]));
    expect(unitsOf(answer.revenue.value)).toBe(revenue);
    expect(unitsOf(answer.revenue.previous)).toBe(sum(inDemo(REVENUE, 1)));
    expect(unitsOf(answer.cost.value)).toBe(cost);
    expect(unitsOf(answer.commission.value)).toBe((revenue * 6n) / 100n);
    expect(total(answer.series.map((point) => point.revenue))).toBe(revenue);
    expect(total(answer.series.map((point) => point.cost))).toBe(cost);
    expect(total(answer.by_bot.map((row) => row.revenue))).toBe(revenue);
    expect(total(answer.by_bot.map((row) => row.margin))).toBe(unitsOf(answer.margin.value));
    expect(total(answer.by_source.map((row) => row.revenue))).toBe(revenue);
    expect(answer.series).toHaveLength(31);
    expect(answer.by_bot.reduce((all, { share }) => all + (share ?? 0), 0)).toBeCloseTo(1, 12);
  });

  test("tells sources by the events' own data.source", async () => {
    const { by_source } = await ask("?location_id=demo");
    const sourceOf = ({ data }: BotEvent): unknown => data?.source ?? null;
    for (const source of ["portal", "referral", null]) {
      const row = by_source.find((one) => one.source === source);
      expect(unitsOf(row?.revenue)).toBe(sum(inDemo(REVENUE).filter((event) => sourceOf(event) === source)));
      expect(row?.leads).toBe(inDemo(["lead_created"]).filter((event) => sourceOf(event) === source).length);
    }
  });

  test("says what moved it, to the last cent", async () => {
    for (const query of ["?location_id=demo", "?location_id=shop&timeframe=7d", "?timeframe=7d"]) {
      const { drivers } = await ask(query);
      expect(drivers?.length).toBeGreaterThan(0);
      for (const { value, previous, change, by } of drivers ?? []) {
        expect(unitsOf(change)).toBe(unitsOf(value) - unitsOf(previous));
        expect(by.map(({ dimension }) => dimension)).toEqual(["bot_id", "source"]);
        for (const { segments, others } of by)
          expect(total([...segments.map(({ contribution }) => contribution), others])).toBe(unitsOf(change));
      }
    }
  });

  test("keeps currencies apart in every part", async () => {
    const answer = await ask("?location_id=shop");
    const shop = insight.events.filter(
      (event) => event.location_id === "shop" && REVENUE.includes(event.type) && within(event),
    );
    expect(answer.revenue.currencies?.map(({ currency }) => currency)).toEqual(["EUR", "GBP"]);
    for (const currency of ["EUR", "GBP"]) {
      const own = sum(shop.filter((event) => event.currency === currency));
      expect(unitsOf(answer.revenue.currencies?.find((one) => one.currency === currency)?.value)).toBe(own);
      for (const part of [answer.series, answer.by_bot, answer.by_source])
        expect(total(part.filter((row) => row.currency === currency).map(({ revenue }) => revenue))).toBe(own);
      expect(unitsOf(answer.drivers?.find((one) => one.currency === currency)?.value)).toBe(own);
    }
    expect(answer.forecast.currency).toBe("EUR");
  });

  test("forecasts the days after the last that is over, and says how it did before", async () => {
    const { forecast } = await ask("?location_id=demo&timeframe=7d");
    expect(forecast).toMatchObject({ method: "ensemble", horizon_days: 7, reason: null });
    // START is 03:06 on the 18th in Los Angeles: that day is not over, and is the first.
    expect(forecast.points?.map(({ t }) => t.slice(0, 10))).toEqual(
      Array.from({ length: 7 }, (_, day) => `2026-11-${18 + day}`),
    );
    const cents = (forecast.points ?? []).length * 100;
    const added = total(forecast.points?.map(({ yhat }) => yhat) ?? []);
    expect(Math.abs(Number(unitsOf(forecast.total_estimate ?? "0") - added))).toBeLessThan(cents);
    for (const { yhat, lower, upper } of forecast.points ?? []) {
      expect(unitsOf(lower)).toBeLessThanOrEqual(unitsOf(yhat));
      expect(unitsOf(upper)).toBeGreaterThanOrEqual(unitsOf(yhat));
    }
    expect(forecast.backtest?.coverage).toBeGreaterThan(0.6);
    expect(Number(forecast.backtest?.mae)).toBeLessThan(Number(forecast.backtest?.naive_mae));
  });

  test("without any history forecasts nothing, with little only naively, and says why", async () => {
    const nothing = await ask("?location_id=demo&from=2026-08-20T00:00:00Z&to=2026-08-20T12:00:00Z");
    expect(nothing.forecast).toMatchObject({ points: null, total_estimate: null, backtest: null, method: null });
    expect(nothing.forecast.reason).toBe("There is no complete day of history yet.");
    const little = await ask("?location_id=demo&from=2026-08-20T00:00:00Z&to=2026-08-28T12:00:00Z");
    expect([little.forecast.method, little.forecast.points?.length]).toEqual(["seasonal_naive", 30]);
    expect(little.forecast.reason).toBeString();
  });

  test("leaves out what is not wanted", async () => {
    const answer = await ask("?location_id=demo&include_comparisons=false&include_trends=false");
    expect([answer.drivers, answer.revenue.trend, answer.revenue.previous]).toEqual([null, [], null]);
    expect((await ask("?location_id=demo&timeframe=all")).drivers).toBeNull();
  });

  test("filters every part, and is empty where nothing matches", async () => {
    const jade = await ask("?location_id=demo&filter=bot_id:eq:jade");
    expect(jade.by_bot.map(({ bot_id }) => bot_id)).toEqual(["jade"]);
    expect(unitsOf(jade.revenue.value)).toBe(sum(inDemo(REVENUE).filter(({ bot_id }) => bot_id === "jade")));
    const none = await ask("?location_id=demo&filter=bot_id:eq:nobody");
    expect([none.by_bot, none.by_source, none.revenue.value, none.forecast.points]).toEqual([[], [], "0.00", null]);
  });

  test("masks a source that is an address for those who may not see it", async () => {
    const data = { source: "jane@example.com" };
    await insight.apply([
      eventOf({ type: "order_placed", location_id: "shop", time: START - DAY, value: "1", currency: "EUR", data }),
    ]);
    const sourcesOf = async (key: string) =>
      (await ask("?location_id=shop", key)).by_source.map(({ source }) => source);
    const analyst = insight.web.control.addKey({ name: "both", scopes: ["read", "export"], location_id: null }).key;
    expect(await sourcesOf(analyst)).toContain("jane@example.com");
    expect(await sourcesOf(insight.key("read"))).toContain("j•••@•••");
  });

  test("is kept until an event changes it, and not a moment longer", async () => {
    const path = "?location_id=demo&timeframe=30d&include_trends=false";
    const cached = async () =>
      (await insight.answer(`${PATH}${path}`)) as unknown as { cache: { hit: boolean }; revenue: { value: string } };
    const first = await cached();
    expect((await cached()).cache.hit).toBe(true);
    await insight.apply([eventOf({ type: "task_completed", location_id: "demo", time: START - DAY })]);
    expect((await cached()).cache.hit).toBe(true);
    await insight.apply([
      eventOf({ type: "deal_closed", location_id: "demo", time: START - DAY, value: "100.25", currency: "USD" }),
    ]);
    const second = await cached();
    expect(second.cache.hit).toBe(false);
    expect(unitsOf(second.revenue.value) - unitsOf(first.revenue.value)).toBe(1_002_500n);
  });
});
