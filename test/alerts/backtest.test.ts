/** A backtest's answer is what the live engine does on the same data: both are run, instant by instant, and compared. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../src/catalogue/event.ts";
import { formatInstant } from "../../src/catalogue/time.ts";
import { cleanUp, eventOf } from "../store/fixture.ts";
import { seeded } from "../support/random.ts";
import { type AlertsWorld, alertsWorld, DAY, HOUR, MINUTE } from "./alerts_world.ts";

/** A Wednesday, 15:00 UTC. */
const END = Date.UTC(2026, 4, 20, 15) * 1_000;
const DAYS = 2;
const EVERY = 30 * MINUTE;
const START = END - DAYS * DAY + EVERY;
const ZONE = "America/Los_Angeles";
const LOADING_MS = 240_000;

let world: AlertsWorld;
const rules = new Map<string, string>();

beforeAll(async () => {
  world = await alertsWorld(START);
  world.control.ensureLocation("shop", { name: "The shop", timezone: ZONE });
  world.control.ensureLocation("other", { timezone: "Europe/Berlin" });
  world.control.setTarget({ kpi: "leads", location_id: "shop", value: "3000" });
  for (const [name, given] of Object.entries(RULES))
    rules.set(name, world.rule({ every: "30m", ...given }, name).rule_id);
  const events = made().sort((one, other) => one.time - other.time);
  const before = events.findIndex(({ time }) => time >= START);
  await world.apply(events.slice(0, before));
  let next = before;
  for (let t = START; t <= END; t += EVERY) {
    const end = events.findIndex(({ time }, index) => index >= next && time >= t);
    const upTo = end < 0 ? events.length : end;
    await world.apply(events.slice(next, upTo));
    next = upTo;
    await world.at(t);
  }
  await world.apply(events.slice(next));
}, LOADING_MS);
afterAll(cleanUp);

const RULES: Readonly<Record<string, Record<string, unknown>>> = {
  "threshold of a rate": {
    kind: "threshold",
    location_id: "shop",
    kpi: "bot_success_rate",
    window: "1h",
    direction: "below",
    value: 0.8,
    resolve: 0.9,
    for: "30m",
  },
  "threshold of a count by bot": {
    kind: "threshold",
    location_id: "shop",
    kpi: "leads",
    window: "2h",
    direction: "above",
    value: 26,
    by: "bot_id",
  },
  "threshold of a percentile": {
    kind: "threshold",
    location_id: "shop",
    kpi: "intent_latency_p95",
    window: "45m",
    direction: "above",
    value: 90,
  },
  "threshold of a percentile by bot": {
    kind: "threshold",
    location_id: "shop",
    kpi: "intent_latency_p50",
    window: "6h",
    direction: "above",
    value: 42,
    by: "bot_id",
  },
  "threshold of contacts": {
    kind: "threshold",
    location_id: "shop",
    kpi: "active_contacts",
    window: "1h",
    direction: "above",
    value: 11,
  },
  "threshold of a mean": {
    kind: "threshold",
    location_id: "shop",
    kpi: "intent_confidence",
    window: "30m",
    direction: "below",
    value: 0.5,
  },
  "threshold of money": {
    kind: "threshold",
    location_id: "shop",
    kpi: "revenue",
    window: "3h",
    direction: "above",
    value: 1_000.5,
    resolve: 700,
  },
  "threshold of today": {
    kind: "threshold",
    location_id: "shop",
    kpi: "leads",
    window: "today",
    direction: "above",
    value: 150,
  },
  "change of today": {
    kind: "change",
    location_id: "shop",
    kpi: "leads",
    window: "today",
    direction: "either",
    value: 0.2,
  },
  "change over six hours": {
    kind: "change",
    location_id: "shop",
    kpi: "leads",
    window: "6h",
    direction: "below",
    value: 0.5,
    resolve: 0.1,
    at_least: 10,
    for: "15m",
  },
  anomaly: { kind: "anomaly", location_id: "shop", kpi: "leads", grain: "hour", direction: "above" },
  "anomaly by the day": { kind: "anomaly", location_id: "shop", kpi: "leads", grain: "day" },
  "forecast misses": { kind: "forecast_misses_target", location_id: "shop", kpi: "leads", value: 6_000 },
  "no data": { kind: "no_data", location_id: "shop", types: ["lead_created"], window: "45m" },
  "no data of a bot": { kind: "no_data", location_id: "shop", bot_id: "night", window: "2h", for: "30m" },
  "bot silent": { kind: "bot_silent", location_id: null },
  stall: { kind: "stall", location_id: "shop", by: "bot_id", window: "30m" },
  "stall in quiet hours": {
    kind: "stall",
    location_id: "shop",
    window: "30m",
    quiet: { from: "20:00", to: "23:00" },
  },
};

describe("the backtest says what the live engine did", () => {
  for (const name of Object.keys(RULES)) {
    test(name, async () => {
      const rule_id = rules.get(name) ?? "";
      const row = world.control.alertRules().find((one) => one.rule_id === rule_id);
      const body = JSON.parse(row?.rule ?? "{}");
      world.clock.now = END;
      const answer = await world.alerts.backtest(body, DAYS);
      const lived = world.alertsOf(rule_id).map(({ location_id, bot_id, began_at, ended_at, peak }) => ({
        location_id,
        bot_id,
        start: formatInstant(began_at),
        end: ended_at === null ? null : formatInstant(ended_at),
        peak,
      }));
      const told = answer.firings.map(({ told: _, ...firing }) => firing);
      expect(sorted(told)).toEqual(sorted(lived));
      expect(answer.complete).toBe(true);
      expect(answer.total).toBe(answer.firings.length);
      // Else nothing would have been compared.
      expect(lived.length).toBeGreaterThan(0);
    }, 60_000);
  }

  test("says plainly which rules cannot be tried on the past", async () => {
    for (const kind of ["system_health", "delivery_failed"]) {
      const { body } = world.rule({ kind }, kind);
      const { reason, firings, summary } = await world.alerts.backtest(body, 30);
      expect(reason).toContain("cannot be tried");
      expect(summary).toBe(reason ?? "");
      expect(firings).toEqual([]);
    }
  });

  test("looks at what was last when the time does not suffice for all of it, and says so", async () => {
    // Distinct contacts have to be asked for, window by window.
    const { body } = world.rule(
      { kind: "threshold", location_id: "shop", kpi: "active_contacts", window: "2h", direction: "above", value: 8 },
      "slow",
    );
    let ms = 0;
    const clock = (): number => (ms += 10);
    const { backtest } = await import("../../src/alerts/backtest.ts");
    const whole = await backtest({ ...world, clock }, { rule: body, days: 1, now: END, budget_ms: 1e9 });
    const cut = await backtest({ ...world, clock }, { rule: body, days: 1, now: END, budget_ms: 100 });
    expect([whole.complete, cut.complete]).toEqual([true, false]);
    expect(cut.summary).toContain(`since ${cut.from} only`);
    expect(cut.from > whole.from).toBe(true);
    expect(cut.evaluations).toBeLessThan(whole.evaluations);
  }, 60_000);
});

function sorted(firings: readonly { location_id: string | null; bot_id: string | null; start: string }[]) {
  const key = ({ location_id, bot_id, start }: (typeof firings)[number]): string => `${start} ${location_id} ${bot_id}`;
  return [...firings].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** Ten weeks of a shop with a bot by day and one by night, and two days in which this and that goes wrong. */
function made(): BotEvent[] {
  const random = seeded(5);
  const events: BotEvent[] = [];
  const add = (fields: Partial<BotEvent>): void => void events.push(eventOf({ location_id: "shop", ...fields }));
  const within = (time: number, from: number, hours: number): boolean => time >= from && time < from + hours * HOUR;
  for (let hour = END - 70 * DAY; hour < END; hour += HOUR) {
    const local = new Date(hour / 1_000 - 7 * 3_600_000).getUTCHours();
    const byDay = local >= 8 && local < 18;
    const spike = within(hour, END - 20 * HOUR, 1);
    const dead = within(hour, END - 6 * HOUR, 3);
    const leads = dead ? 0 : spike ? 60 : byDay ? 9 + Math.floor(random() * 5) : 2 + Math.floor(random() * 2);
    for (let n = 0; n < leads; n++)
      add({
        type: "lead_created",
        time: hour + Math.floor(random() * HOUR),
        bot_id: byDay ? "day" : "night",
        contact_id: `c${n}`,
      });
    const bad = within(hour, END - 30 * HOUR, 3);
    const asleep = within(hour, END - 42 * HOUR, 8);
    for (const bot_id of byDay ? ["day"] : asleep ? [] : ["night"])
      for (let n = 0; n < 8; n++) {
        const time = hour + Math.floor(((n + random()) * HOUR) / 8);
        add({
          type: "lead_bot_sequence_update",
          time,
          bot_id,
          success: bad ? random() < 0.5 : random() < 0.97,
          data: { sequence_day: 3, action_type: "sms_sent" },
        });
        const slow = within(time, END - 25 * HOUR, 2);
        const processing_time_ms = (slow ? 100 : 30) + random() * 20;
        const confidence_score = slow ? 0.3 + random() * 0.3 : 0.8 + random() * 0.1;
        add({
          type: "intent_analysis_complete",
          time,
          bot_id,
          data: {
            processing_time_ms,
            confidence_score,
            intent_category: "buyer",
            urgency_level: "active",
            ml_features_triggered: [],
          },
        });
      }
    if (byDay && random() < 0.3)
      add({
        type: "deal_closed",
        time: hour + 1,
        value: (200 + random() * 900).toFixed(2),
        currency: "USD",
        contact_id: "c1",
        bot_id: "day",
      });
    if (hour >= END - 2 * DAY && random() < 0.15)
      add({
        type: "conversation_event",
        time: hour + Math.floor(random() * HOUR),
        bot_id: byDay ? "day" : "night",
        conversation_id: "x",
        data: { event: "stalled" },
      });
  }
  for (let quarter = END - 20 * DAY; quarter < END - 9 * HOUR; quarter += 15 * MINUTE)
    add({
      type: "bot_status_update",
      location_id: "other",
      time: quarter + 5 * MINUTE,
      bot_id: "ticker",
      data: { status: "active" },
    });
  return events;
}
