import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { cleanUp, eventOf } from "../../store/fixture.ts";
import { START } from "../access_world.ts";
import { DAY, HOUR, type InsightWorld, insightWorld, LOADING_MS, unitsOf, within } from "./insight_world.ts";

const PATH = "/api/bi/bot-performance";
const MINUTE = 60_000_000;

interface BotKpi {
  value: number | string | null;
  previous: number | string | null;
  change: number | null;
  target: number | null;
  status: string | null;
  currency?: string;
  currencies?: { currency: string; value: string }[];
}
interface Answer {
  bots: {
    bot_id: string;
    status: string;
    current_step: string | null;
    last_seen: string | null;
    kpis: Record<string, BotKpi>;
    success_target: number;
    trend: { t: string; v: number | null }[];
  }[];
  bots_total: number;
  sequences: {
    sequence_day: number;
    count: number;
    actions: { action_type: string; count: number; known: number; succeeded: number; success_rate: number | null }[];
  }[];
  qualification: {
    contacts: number;
    questions: { question: string; contacts: number; rate: number | null }[];
    temperatures: Record<string, number>;
    stalls: { count: number; steps: number; rate: number | null; by_question: { count: number; steps: number }[] };
    effectiveness: number | null;
  };
  intent: {
    analyses: number;
    confidence: number | null;
    latency: {
      p50_ms: number | null;
      p95_ms: number | null;
      measured: number;
      histogram: { from_ms: number; to_ms: number | null; count: number }[];
    };
    categories: { category: string; count: number; share: number | null }[];
    urgency: { urgency: string; count: number }[];
  };
  employees: {
    bot_id: string;
    activities: Record<string, number>;
    bookings: number;
    value: { currency: string; value: string }[];
    sentiment: number | null;
    performance: number | null;
  }[];
}

let insight: InsightWorld;
beforeAll(async () => {
  insight = await insightWorld((type) => type !== "conversation_message" && !type.startsWith("call_"));
}, LOADING_MS);
afterAll(cleanUp);

const ask = async (query: string, key?: string): Promise<Answer> =>
  (await insight.answer(`${PATH}${query}`, key)) as never;
const inDemo = (type: string, back = 0): BotEvent[] =>
  insight.events.filter((event) => event.location_id === "demo" && event.type === type && within(event, back));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("GET /api/bi/bot-performance", () => {
  test("counts each bot's own events, beside the period before", async () => {
    const { bots, bots_total } = await ask("?location_id=demo");
    const of = (bot_id: string, back: number): BotEvent[] =>
      insight.events.filter((event) => event.location_id === "demo" && event.bot_id === bot_id && within(event, back));
    expect(bots.map(({ bot_id }) => bot_id)).toEqual([
      "flora",
      "intent-decoder",
      "jade",
      "lead-bot",
      "luna",
      "seller-bot",
    ]);
    expect(bots_total).toBe(6);
    for (const { bot_id, kpis, success_target, trend, last_seen } of bots) {
      const now = of(bot_id, 0);
      const known = now.filter(({ success }) => success !== undefined);
      expect(kpis.bot_events).toMatchObject({ value: now.length, previous: of(bot_id, 1).length });
      const rate = known.length === 0 ? null : known.filter(({ success }) => success).length / known.length;
      expect(kpis.bot_success_rate).toMatchObject({ value: rate, target: 0.94 });
      expect(success_target).toBe(0.94);
      expect(trend).toHaveLength(31);
      expect(last_seen).toBe(
        new Date(Math.max(...now.map(({ time }) => time)) / 1_000).toISOString().replace(".000Z", "Z"),
      );
    }
    const seller = bots.find(({ bot_id }) => bot_id === "seller-bot");
    const deals = inDemo("deal_closed").reduce((sum, { value }) => sum + unitsOf(value), 0n);
    expect(unitsOf(String(seller?.kpis.revenue?.value))).toBe(deals);
  });

  test("tells statuses by the bots' own rhythm, not by the timeframe", async () => {
    for (const query of ["?location_id=demo", "?location_id=demo&from=2026-09-01T00:00:00Z&to=2026-09-20T00:00:00Z"]) {
      const { bots } = await ask(query);
      const statuses = Object.fromEntries(bots.map(({ bot_id, status }) => [bot_id, status]));
      // It is three in the morning in Los Angeles.
      expect(statuses).toMatchObject({ "seller-bot": "active", luna: "idle" });
      expect(bots.find(({ bot_id }) => bot_id === "jade")?.current_step).toBe("Confirming bookings");
    }
  });

  test("shows a bot that was heard long ago as offline, with when that was, and one in error as that", async () => {
    const time = START - 25 * DAY;
    await insight.apply([
      eventOf({ type: "task_completed", location_id: "shop", bot_id: "gone", time }),
      eventOf({
        type: "bot_status_update",
        location_id: "shop",
        bot_id: "broken",
        time: START - 2 * MINUTE,
        data: { status: "error", current_step: "Retrying" },
      }),
    ]);
    const { bots } = await ask("?location_id=shop");
    const shown = bots.map(({ bot_id, status, current_step, last_seen }) => ({
      bot_id,
      status,
      current_step,
      last_seen,
    }));
    expect(shown).toContainEqual({
      bot_id: "gone",
      status: "offline",
      current_step: null,
      last_seen: "2026-10-24T11:06:40Z",
    });
    expect(shown).toContainEqual({
      bot_id: "broken",
      status: "error",
      current_step: "Retrying",
      last_seen: "2026-11-18T11:04:40Z",
    });
  });

  test("keeps a bot's currencies apart", async () => {
    const { bots } = await ask("?location_id=shop");
    const jade = bots.find(({ bot_id }) => bot_id === "jade")?.kpis;
    const own = (currency: string): bigint =>
      insight.events
        .filter(
          (event) =>
            event.location_id === "shop" && event.bot_id === "jade" && within(event) && event.currency === currency,
        )
        .filter(({ type }) => type === "order_placed" || type === "refund_issued")
        .reduce((sum, { value }) => sum + unitsOf(value), 0n);
    expect(jade?.revenue?.currency).toBe("EUR");
    expect(unitsOf(String(jade?.revenue?.value))).toBe(own("EUR"));
    expect(unitsOf(jade?.revenue?.currencies?.find(({ currency }) => currency === "GBP")?.value)).toBe(own("GBP"));
  });

  test("counts every step of the sequences", async () => {
    const { sequences } = await ask("?location_id=demo");
    const steps = inDemo("lead_bot_sequence_update");
    expect(sequences.map(({ sequence_day }) => sequence_day)).toEqual([3, 7, 30]);
    for (const { sequence_day, count, actions } of sequences) {
      const own = steps.filter(({ data }) => data?.sequence_day === sequence_day);
      expect(count).toBe(own.length);
      expect(actions.map(({ action_type }) => action_type)).toEqual([
        "sms_sent",
        "email_sent",
        "call_scheduled",
        "call_completed",
      ]);
      for (const { action_type, count: counted, succeeded, success_rate } of actions) {
        const taken = own.filter(({ data }) => data?.action_type === action_type);
        expect([counted, succeeded]).toEqual([taken.length, taken.filter(({ success }) => success).length]);
        expect(success_rate).toBe(taken.length === 0 ? null : succeeded / taken.length);
      }
    }
  });

  test("counts how far each contact came, its last temperature, and the stalls", async () => {
    const { qualification } = await ask("?location_id=demo");
    const steps = inDemo("jorge_qualification_progress");
    const contacts = Map.groupBy(steps, ({ contact_id }) => contact_id);
    expect(qualification.contacts).toBe(contacts.size);
    for (const [index, { question, contacts: reached, rate }] of qualification.questions.entries()) {
      const far = [...contacts.values()].filter((own) =>
        own.some(({ data }) => Number(data?.questions_answered) >= index + 1),
      );
      expect([question, reached, rate]).toEqual([`Q${index + 1}`, far.length, far.length / contacts.size]);
    }
    const stalled = steps.filter(({ data }) => data?.stall_detected === true);
    expect(qualification.stalls).toMatchObject({ count: stalled.length, steps: steps.length });
    expect(qualification.stalls.by_question.map(({ count }) => count)).toEqual(
      [0, 1, 2, 3].map((question) => stalled.filter(({ data }) => data?.current_question === question).length),
    );
    const latest = new Map<string, { time: number; temperature: unknown }>();
    for (const { contact_id, time, data } of [...steps, ...inDemo("lead_temperature_changed")]) {
      const temperature = data?.to ?? data?.seller_temperature;
      const known = latest.get(contact_id ?? "");
      if (!known || known.time < time) latest.set(contact_id ?? "", { time, temperature });
    }
    const hot = [...latest.values()].filter(({ temperature }) => temperature === "hot").length;
    expect(qualification.temperatures.hot).toBe(hot);
    const { kpis } = (await insight.answer(
      "/api/bi/dashboard-kpis?location_id=demo&keys=hot_leads,question_completion",
    )) as unknown as {
      kpis: Record<string, { value: number }>;
    };
    expect(kpis.hot_leads?.value).toBe(hot);
    expect(kpis.question_completion?.value).toBe(qualification.questions[3]?.rate ?? -1);
    expect(qualification.effectiveness).toBeCloseTo(
      mean(steps.map(({ data }) => Number(data?.confrontational_effectiveness))),
      9,
    );
  });

  test("puts every analysis into one bar, category and urgency", async () => {
    const { intent } = await ask("?location_id=demo");
    const analyses = inDemo("intent_analysis_complete");
    const times = analyses.map(({ data }) => Number(data?.processing_time_ms)).sort((one, other) => one - other);
    expect([intent.analyses, intent.latency.measured]).toEqual([analyses.length, analyses.length]);
    for (const [index, { from_ms, to_ms, count }] of intent.latency.histogram.entries())
      expect(count).toBe(times.filter((ms) => (index === 0 || ms > from_ms) && ms <= (to_ms ?? Infinity)).length);
    const rank = 0.95 * (times.length - 1);
    const [low = 0, high = 0] = [times[Math.floor(rank)], times[Math.ceil(rank)]];
    expect(intent.latency.p95_ms).toBeCloseTo(low + (high - low) * (rank - Math.floor(rank)), 9);
    expect(intent.confidence).toBeCloseTo(mean(analyses.map(({ data }) => Number(data?.confidence_score))), 9);
    for (const { category, count, share } of intent.categories) {
      const own = analyses.filter(({ data }) => data?.intent_category === category).length;
      expect([count, share]).toEqual([own, own / analyses.length]);
    }
    expect(intent.urgency.reduce((sum, { count }) => sum + count, 0)).toBe(analyses.length);
  });

  test("knows AI employees by what they report, whatever they are called", async () => {
    const { employees } = await ask("?location_id=shop");
    const activities = insight.events.filter((event) => event.type === "ai_activity" && within(event));
    expect(employees.map(({ bot_id }) => bot_id).sort()).toEqual(["jade", "luna"]);
    for (const employee of employees) {
      const own = activities.filter(({ bot_id }) => bot_id === employee.bot_id);
      const of = (type: string): BotEvent[] => own.filter(({ data }) => data?.activity_type === type);
      expect(employee.activities).toEqual({
        total: own.length,
        call: of("call").length,
        booking: of("booking").length,
        email: of("email").length,
        task: of("task").length,
      });
      expect(employee.bookings).toBe(of("booking").length);
      expect(employee.value).toEqual([{ currency: "EUR", value: (80.25 * of("booking").length).toFixed(2) }]);
      const felt = own.flatMap(({ data }) =>
        data?.sentiment_score === undefined ? [] : [Number(data.sentiment_score)],
      );
      expect(employee.sentiment).toBeCloseTo(mean(felt), 9);
      expect(employee.performance).toBeCloseTo(mean(own.map(({ data }) => Number(data?.performance_score))), 9);
    }
    expect((await ask("?location_id=demo")).employees).toEqual([]);
  });

  test("with filters shows the bots that match, and their part only", async () => {
    const { bots, bots_total, intent, sequences } = await ask("?location_id=demo&filter=bot_id:eq:lead-bot");
    expect([bots.map(({ bot_id }) => bot_id), bots_total]).toEqual([["lead-bot"], 1]);
    expect([intent.analyses, sequences.reduce((sum, { count }) => sum + count, 0)]).toEqual([
      0,
      inDemo("lead_bot_sequence_update").length,
    ]);
  });

  test("shows a narrow key its own location only, and nothing where there is nothing", async () => {
    const { bots } = await ask("", insight.key("read", "shop"));
    expect(bots.map(({ bot_id }) => bot_id)).not.toContain("seller-bot");
    insight.web.control.ensureLocation("empty");
    const empty = await ask("?location_id=empty");
    expect([empty.bots, empty.bots_total, empty.employees, empty.intent.confidence]).toEqual([[], 0, [], null]);
    expect(empty.qualification).toMatchObject({ contacts: 0, effectiveness: null });
  });

  test("forgets a status after some seconds, and at once when the bot does something", async () => {
    const statusOf = async (): Promise<string | undefined> =>
      (await ask("?location_id=shop&timeframe=24h")).bots.find(({ bot_id }) => bot_id === "waking")?.status;
    await insight.apply([
      eventOf({ type: "task_completed", location_id: "shop", bot_id: "waking", time: START - 10 * HOUR }),
    ]);
    expect(await statusOf()).toBe("offline");
    await insight.apply([
      eventOf({ type: "task_completed", location_id: "shop", bot_id: "waking", time: START - MINUTE }),
    ]);
    expect(await statusOf()).toBe("active");
  });
});
