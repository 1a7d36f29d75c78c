import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { cleanUp, eventOf } from "../../store/fixture.ts";
import { START } from "../access_world.ts";
import { DAY, HOUR, type InsightWorld, insightWorld, LOADING_MS, unitsOf } from "./insight_world.ts";

const PATH = "/api/bi/predictive-insights";
const REVENUE = ["deal_closed", "order_placed", "booking_completed", "payment_received", "refund_issued"];

interface Forecast {
  points: { t: string; yhat: number | string }[] | null;
  total_estimate: number | string | null;
  confidence_interval: { level: number; lower: number; upper: number } | null;
  backtest: { coverage: number } | null;
  history_days: number;
  reason: string | null;
}
interface Scores {
  considered: number;
  scored: number;
  levels: Record<string, number>;
  contacts: {
    contact_id: string;
    score: number;
    level: string;
    facts: Record<string, unknown>;
    factors: { factor: string; points: number }[];
  }[];
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
  };
  conversion: Scores;
  churn: Scores;
  actions: { action: string; contact_id: string; because: string[] }[];
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
  test("forecasts the bookings of the next seven days from those of the last", async () => {
    const { bookings } = await ask("?location_id=demo");
    const days = Array.from(
      { length: 7 },
      (_, index) => inDemo(["booking_created"], midnight(11, 11 + index), midnight(11, 12 + index)).length,
    );
    expect(bookings.points?.map(({ yhat }) => yhat)).toEqual(days);
    expect(bookings.total_estimate).toBe(days.reduce((sum, count) => sum + count, 0));
    expect(bookings.confidence_interval?.level).toBe(0.8);
    expect(bookings.confidence_interval?.lower).toBeLessThan(Number(bookings.total_estimate));
    expect(bookings.backtest?.coverage).toBeGreaterThan(0.6);
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
  });

  test("scores the open leads of the timeframe by facts that are so", async () => {
    const { conversion } = await ask("?location_id=demo&timeframe=7d");
    // The quarter of an hour that is running.
    const to = START + 500_000_000;
    const of = Map.groupBy(
      insight.events.filter(({ location_id, time }) => location_id === "demo" && time >= to - 7 * DAY && time < to),
      ({ contact_id }) => contact_id,
    );
    const open = [...of].filter(([contact_id, own]) => {
      const last = (types: readonly string[]): number =>
        Math.max(...own.filter(({ type }) => types.includes(type)).map(({ time }) => time), -1);
      const lead = last(["lead_created", "jorge_qualification_progress"]);
      return contact_id !== undefined && lead >= 0 && last(["lead_converted", "lead_lost"]) < lead;
    });
    expect([conversion.considered, conversion.scored, conversion.reason]).toEqual([open.length, open.length, null]);
    expect(Object.values(conversion.levels).reduce((sum, count) => sum + count, 0)).toBe(open.length);
    expect(conversion.contacts).toHaveLength(20);
    for (const { contact_id, score, facts, factors } of conversion.contacts) {
      const own = of.get(contact_id) ?? [];
      const answered = own.map(({ data }) => Number(data?.questions_answered ?? 0));
      const last = Math.max(...own.map(({ time }) => time));
      const expected = {
        answered: Math.max(0, ...answered),
        qualified: own.some(({ type }) => type === "lead_qualified"),
        silent_days: Math.round(((to - last) / DAY) * 100) / 100,
        recent_events: own.filter(({ time }) => time > to - 7 * DAY).length,
      };
      expect(facts).toMatchObject(expected);
      expect(factors.reduce((sum, { points }) => sum + points, 0)).toBe(score);
    }
    expect(conversion.contacts.map(({ score }) => score)).toEqual(
      conversion.contacts.map(({ score }) => score).sort((one, other) => other - one),
    );
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

  test("scores buyers by their own rhythm", async () => {
    const buy = (contact_id: string, ...days: number[]) =>
      days.map((day) =>
        eventOf({
          type: "order_placed",
          location_id: "regulars",
          contact_id,
          value: "9",
          currency: "EUR",
          time: START - day * DAY,
        }),
      );
    insight.web.control.ensureLocation("regulars", { currency: "EUR" });
    await insight.apply([
      ...buy("loyal", 2, 12, 22, 32, 42),
      ...buy("overdue", 60, 70, 80, 90, 100),
      ...buy("once", 20),
      eventOf({ type: "booking_no_show", location_id: "regulars", contact_id: "overdue", time: START - 59 * DAY }),
    ]);
    const { churn, actions } = await ask("?location_id=regulars");
    expect([churn.considered, churn.levels]).toEqual([3, { high: 1, medium: 1, low: 1 }]);
    expect(churn.contacts.map(({ contact_id, score, level }) => [contact_id, score, level])).toEqual([
      ["overdue", 75, "high"],
      // Twice the gap that is usual here, and one purchase: 30 and 25.
      ["once", 55, "medium"],
      ["loyal", 0, "low"],
    ]);
    expect(churn.contacts[0]?.facts).toEqual({
      purchases: 5,
      silent_days: 60.01,
      usual_gap_days: 10,
      own_gap: true,
      troubles: 1,
    });
    expect(actions).toEqual([
      {
        action: "make_good",
        title: "Make good: trouble, and overdue since",
        contact_id: "overdue",
        score: 75,
        because: [
          "Last bought 60 days ago; it usually buys every 10 days.",
          "1 refund, cancellation or no-show in the last 90 days.",
        ],
      },
    ] as never);
  });

  test("says why it says nothing", async () => {
    insight.web.control.ensureLocation("empty");
    const { bookings, revenue_month, conversion, churn, actions } = await ask("?location_id=empty");
    expect([bookings.points, bookings.reason]).toEqual([
      null,
      "A forecast of 7 days needs 35 complete days of history; there are 0.",
    ]);
    expect([revenue_month.estimate, revenue_month.so_far]).toEqual([null, "0.00"] as never);
    expect([conversion.reason, churn.reason]).toEqual([
      "There is no open lead in the timeframe.",
      "Nobody has bought in the last year.",
    ]);
    expect(actions).toEqual([]);
  });

  test("masks a contact that is called by its address for those who may not see it", async () => {
    const both = insight.web.control.addKey({ name: "both", scopes: ["read", "export"], location_id: null }).key;
    await insight.apply([
      eventOf({ type: "lead_created", location_id: "mail", contact_id: "jane@example.com", time: START - HOUR }),
    ]);
    insight.web.control.ensureLocation("mail");
    const shown = async (key: string) => (await ask("?location_id=mail", key)).conversion.contacts[0]?.contact_id;
    expect([await shown(both), await shown(insight.key("read"))]).toEqual(["jane@example.com", "j•••@•••"]);
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
