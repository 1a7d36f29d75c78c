/** What 10,000 rule evaluations a minute cost: rules of every kind over a million events, while a thousand more come each minute. */
import { createAlerts } from "../../../src/alerts/alerts.ts";
import { SETTLE_US } from "../../../src/alerts/engine.ts";
import { rulesSchema } from "../../../src/alerts/rule.ts";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { openControl } from "../../../src/control/control.ts";
import { cleanUp, eventOf, groupOf, openTestStore } from "../../store/fixture.ts";
import { seeded } from "../../support/random.ts";
import type { InsightRow } from "./row.ts";

const MINUTE = 60_000_000;
const DAY = 1_440 * MINUTE;
const LOCATIONS = 20;
const RULES = 10_000;
const EVENTS = 1_000_000;
const DAYS = 30;
const PER_MINUTE = 1_000;
const MINUTES = 10;
const END = Date.UTC(2026, 4, 20, 15) * 1_000;

const KPIS = [
  "leads",
  "leads_qualified",
  "qualification_rate",
  "revenue",
  "bot_success_rate",
  "bot_errors",
  "bot_error_rate",
  "intent_latency_p95",
  "intent_confidence",
  "response_time_p50",
  "sentiment",
  "messages",
];
const WINDOWS = ["15m", "1h", "6h", "today", "24h", "7d"];

export async function alertRows(): Promise<InsightRow[]> {
  const store = await openTestStore(undefined, { threads: 2, memory_mb: 512 });
  const clock = { now: END };
  const control = openControl(":memory:", { now: () => clock.now });
  const alerts = createAlerts({
    store,
    control,
    now: () => clock.now,
    health: async () => ({ store: { status: "healthy" } }),
    delivery: { send: () => {}, onFailed: () => {} },
  });
  const apply = async (events: readonly BotEvent[]): Promise<void> => {
    const { touched } = await store.apply(groupOf(store, events));
    alerts.touch(touched);
  };
  const random = seeded(3);
  for (let done = 0; done < EVENTS; done += 20_000)
    await apply(
      Array.from({ length: 20_000 }, (_, n) => event(random, END - DAYS * DAY + ((done + n) / EVENTS) * DAYS * DAY)),
    );
  await store.maintain(true);
  for (let place = 0; place < LOCATIONS; place++)
    control.ensureLocation(`place-${place}`, { timezone: "America/Los_Angeles" });
  addRules(control, random);
  await alerts.pass();
  const before = { evaluated: alerts.state().evaluated, asked: alerts.state().questions.asked };
  let cpu_us = 0;
  for (let minute = 1; minute <= MINUTES; minute++) {
    const end = END + minute * MINUTE;
    await apply(Array.from({ length: PER_MINUTE }, (_, n) => event(random, end - MINUTE + (n / PER_MINUTE) * MINUTE)));
    clock.now = end + SETTLE_US;
    const began = process.cpuUsage();
    await alerts.pass();
    const { user, system } = process.cpuUsage(began);
    cpu_us += user + system;
  }
  const { evaluated, questions, failing } = alerts.state();
  if (failing > 0) throw new Error(`${failing} rules could not be evaluated`);
  const per_minute = (evaluated - before.evaluated) / MINUTES;
  const share = (cpu_us / MINUTES / MINUTE) * 100 * (10_000 / per_minute);
  await store.close();
  await cleanUp();
  control.close();
  const asked = (questions.asked - before.asked) / MINUTES;
  return [
    {
      what: "10,000 rule evaluations a minute, of one core",
      value: share,
      unit: "%",
      better: "down",
      gate: 5,
      aim: null,
      published: "",
      note: `${Math.round(per_minute)} evaluations and ${asked.toFixed(1)} questions a minute, ${LOCATIONS} locations, ${EVENTS / 1e6}M events, ${PER_MINUTE} more a minute`,
    },
  ];
}

function addRules(control: ReturnType<typeof openControl>, random: () => number): void {
  const by = { created_by: "bench", created_at: END, changed_by: "bench", changed_at: END };
  for (let n = 0; n < RULES; n++) {
    const location_id = `place-${n % LOCATIONS}`;
    const window = WINDOWS[Math.floor(n / LOCATIONS) % WINDOWS.length] ?? "1h";
    const kpi = KPIS[Math.floor(n / LOCATIONS / WINDOWS.length) % KPIS.length] ?? "leads";
    const bot = random() < 0.3 ? { bot_id: `bot-${n % 3}` } : {};
    const common = { name: `rule ${n}`, location_id, every: "1m" };
    const kinds = [
      { kind: "change", kpi, window, value: 0.5, ...bot },
      { kind: "no_data", window: "1h", types: ["lead_created"] },
      { kind: "stall", window: "15m" },
      { kind: "bot_silent" },
      { kind: "anomaly", kpi: "leads", grain: "hour" },
    ];
    // Nine of ten are thresholds.
    const given =
      n % 10 === 9
        ? kinds[Math.floor(n / 10) % kinds.length]
        : { kind: "threshold", kpi, window, direction: "above", value: 1e9, ...bot };
    const rule = rulesSchema.parse({ ...common, ...given });
    control.putAlertRule({ rule_id: `rule-${n}`, location_id, rule: JSON.stringify(rule), ...by });
  }
}

const TYPES = [
  "lead_created",
  "lead_qualified",
  "conversation_message",
  "intent_analysis_complete",
  "deal_closed",
  "error_occurred",
];

function event(random: () => number, time: number): BotEvent {
  const type = TYPES[Math.floor(random() ** 2 * TYPES.length)] ?? "lead_created";
  const head = {
    type,
    time: Math.floor(time),
    location_id: `place-${Math.floor(random() * LOCATIONS)}`,
    bot_id: `bot-${Math.floor(random() * 3)}`,
    contact_id: `contact-${Math.floor(random() * 5_000)}`,
    success: random() < 0.95,
  };
  if (type === "conversation_message")
    return eventOf({
      ...head,
      data: { direction: "in", response_ms: Math.floor(random() * 4_000), sentiment: random() * 2 - 1 },
    });
  if (type === "intent_analysis_complete")
    return eventOf({
      ...head,
      data: {
        processing_time_ms: 20 + random() * 40,
        confidence_score: random(),
        intent_category: "buyer",
        urgency_level: "active",
        ml_features_triggered: [],
      },
    });
  if (type === "deal_closed") return eventOf({ ...head, value: (random() * 900).toFixed(2), currency: "USD" });
  return eventOf(type === "error_occurred" ? { ...head, data: { component: "llm", message: "timeout" } } : head);
}
