import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { cleanUp, eventOf } from "../../store/fixture.ts";
import { START } from "../access_world.ts";
import { HOUR, type InsightWorld, insightWorld, LOADING_MS, unitsOf } from "./insight_world.ts";

const PATH = "/api/bi/predictive-insights";
const REVENUE = ["deal_closed", "order_placed", "booking_completed", "payment_received", "refund_issued"];

interface Forecast {
  points: Record<"t" | "yhat" | "lower" | "upper" | "lower_95" | "upper_95" | "event", string | undefined>[] | null;
  total_estimate: number | string | null;
  confidence_interval: { level: number; lower: number; upper: number } | null;
  backtest: { coverage: number | null; relative_mae: number } | null;
  method: string | null;
  trend: { direction: string } | null;
  weights: { model: string; weight: number }[];
  history_days: number;
  reason: string | null;
}
interface Scores {
  considered: number;
  reason: string | null;
}
interface Answer {
  bookings: Forecast;
  revenue_month: {
    month: string;
    so_far: string;
    estimate: string;
    lower: string;
    upper: string;
    from: string;
    to: string;
    forecast: Forecast & { horizon_days: number };
    drivers: { value: string; by: { dimension: string }[] } | null;
  };
  conversion: Scores;
  churn: Scores;
  actions: { action: string }[];
}

let insight: InsightWorld;
beforeAll(async () => {
  const kept = /^(lead_|jorge_|booking_|deal_|order_|refund_)/;
  insight = await insightWorld((type) => kept.test(type));
}, LOADING_MS);
afterAll(cleanUp);

const ask = async (query: string, key?: string): Promise<Answer> =>
  (await insight.answer(`${PATH}${query}`, key)) as never;
const inDemo = (types: readonly string[], from: number, to = Infinity): BotEvent[] =>
  insight.events.filter(
    ({ location_id, type, time }) => location_id === "demo" && types.includes(type) && time >= from && time < to,
  );
/** Local midnight in Los Angeles, in November. */
const midnight = (month: number, day: number): number =>
  Date.UTC(2026, month - 1, day, month < 11 || day === 1 ? 7 : 8) * 1_000;

describe("GET /api/bi/predictive-insights", () => {
  test("forecasts the bookings of the next seven days, with how well it would have done", async () => {
    const { bookings } = await ask("?location_id=demo");
    expect([bookings.method, bookings.reason, bookings.points?.length]).toEqual(["ensemble", null, 7]);
    expect(bookings.points?.[0]?.t).toBe("2026-11-18T08:00:00Z");
    for (const { yhat, lower, upper, lower_95, upper_95 } of bookings.points ?? []) {
      const ordered = [lower_95, lower, yhat, upper, upper_95].map(Number);
      expect(ordered).toEqual([...ordered].sort((one, other) => one - other));
      expect(Number(lower_95)).toBeGreaterThanOrEqual(0);
    }
    const total = (bookings.points ?? []).reduce((sum, { yhat }) => sum + Number(yhat), 0);
    expect(Number(bookings.total_estimate)).toBeCloseTo(total, 6);
    expect(bookings.confidence_interval?.level).toBe(0.8);
    expect(bookings.confidence_interval?.lower).toBeLessThan(Number(bookings.total_estimate));
    expect(bookings.weights.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 2);
    // Of 90 days, of which a fifth is a trend: the intervals held about what they promise, and naive was worse.
    expect(bookings.backtest?.coverage).toBeGreaterThan(0.65);
    expect(bookings.backtest?.relative_mae).toBeLessThan(1);
    expect(["up", "down", "flat"]).toContain(bookings.trend?.direction ?? "");
  });

  test("says so where there is too little for more than a naive forecast", async () => {
    insight.web.control.ensureLocation("young");
    const booked = (day: number) =>
      eventOf({
        type: "booking_created",
        location_id: "young",
        contact_id: "c",
        value: "5",
        time: START - day * 24 * HOUR,
      });
    await insight.apply([1, 2, 3, 3].map(booked));
    const { bookings } = await ask("?location_id=young");
    expect([bookings.method, bookings.points?.length, bookings.backtest?.coverage ?? null]).toEqual(["naive", 7, null]);
    expect(bookings.reason).toBeString();
  });

  test("is told of holidays by whoever knows of them", async () => {
    const send = (method: string, path: string, body?: unknown) =>
      insight.web.send(path, {
        method,
        headers: { authorization: `Bearer ${insight.key("export")}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const day = { from: "2026-11-20T08:00:00Z", to: "2026-11-21T08:00:00Z", text: "Closed", kind: "holiday" };
    const made = await send("POST", "/api/bi/annotations", { location_id: "demo", ...day });
    const annotation = JSON.parse(await made.text());
    expect([made.status, annotation]).toMatchObject([201, { location_id: "demo", ...day, created_by: "a export key" }]);
    const { bookings } = await ask("?location_id=demo");
    expect(bookings.points?.map(({ event }) => event ?? null)).toEqual([null, null, "Closed", null, null, null, null]);
    const gone = await send("DELETE", `/api/bi/annotations/${annotation.annotation_id}`);
    expect([gone.status, (await ask("?location_id=demo")).bookings.points?.[2]?.event]).toEqual([204, undefined]);
    const wrong = await send("POST", "/api/bi/annotations", { ...day, to: day.from });
    expect(wrong.status).toBe(422);
    expect((await send("POST", "/api/bi/annotations", { ...day, location_id: "nowhere" })).status).toBe(404);
  });

  test("adds the rest of the month to what it has brought so far", async () => {
    const { revenue_month } = await ask("?location_id=demo");
    expect(revenue_month).toMatchObject({ month: "2026-11", from: "2026-11-01T07:00:00Z", to: "2026-12-01T08:00:00Z" });
    const sum = (events: readonly BotEvent[]): bigint =>
      events.reduce((total, { value }) => total + unitsOf(value), 0n);
    expect(unitsOf(revenue_month.so_far)).toBe(sum(inDemo(REVENUE, midnight(11, 1))));
    expect(revenue_month.forecast.horizon_days).toBe(13);
    const complete = sum(inDemo(REVENUE, midnight(11, 1), midnight(11, 18)));
    expect(unitsOf(revenue_month.estimate)).toBe(complete + unitsOf(String(revenue_month.forecast.total_estimate)));
    expect(Number(revenue_month.lower)).toBeLessThan(Number(revenue_month.estimate));
    expect(Number(revenue_month.upper)).toBeGreaterThan(Number(revenue_month.estimate));
    const { drivers } = revenue_month;
    expect(unitsOf(drivers?.value)).toBe(unitsOf(revenue_month.so_far));
    expect(drivers?.by.map(({ dimension }) => dimension)).toEqual(["bot_id", "source"]);
  });

  test("drops a lead that is lost, and takes it back when it returns", async () => {
    const lead = (type: string, ago: number) =>
      eventOf({ type, location_id: "shop", contact_id: "new-lead", time: START - ago, bot_id: "lead-bot" });
    const found = async (): Promise<number> => (await ask("?location_id=shop&timeframe=24h")).conversion.considered;
    await insight.apply([lead("lead_created", 5 * HOUR)]);
    expect(await found()).toBe(1);
    await insight.apply([lead("lead_lost", 4 * HOUR)]);
    expect(await found()).toBe(0);
    await insight.apply([lead("lead_created", 3 * HOUR)]);
    expect(await found()).toBe(1);
  });

  test("says why it says nothing", async () => {
    insight.web.control.ensureLocation("empty");
    const { bookings, revenue_month, conversion, churn, actions } = await ask("?location_id=empty");
    expect([bookings.points, bookings.reason]).toEqual([null, "There is no complete day of history yet."]);
    expect([revenue_month.estimate, revenue_month.so_far]).toEqual([null, "0.00"] as never);
    expect([conversion.reason, churn.reason]).toEqual([
      "No model has been trained yet; that happens in the background.",
      "No model has been trained yet; that happens in the background.",
    ]);
    expect(actions).toEqual([]);
  });

  test.each(["predictive-insights", "anomaly-detection", "revenue-intelligence"])(
    "what %s keeps is what it would answer anew, as long as it keeps it",
    async (route) => {
      const path = `/api/bi/${route}?location_id=demo`;
      const told = async () => {
        const { generated_at, freshness, cache, ...rest } = (await insight.answer(path)) as Record<string, unknown>;
        return { rest, hit: (cache as { hit: boolean }).hit };
      };
      const { clock, parts } = insight.web;
      await told();
      clock.now += 5 * 60_000_000;
      const kept = await told();
      parts.cache.clear();
      const fresh = await told();
      clock.now -= 5 * 60_000_000;
      expect([kept.hit, fresh.hit]).toEqual([true, false]);
      expect(kept.rest).toEqual(fresh.rest);
    },
  );
});
