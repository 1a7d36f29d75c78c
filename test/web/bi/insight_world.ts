/** A web over a real store with three months of the demo's bots, some AI employees and a shop in other currencies. */
import type { BotEvent } from "../../../src/catalogue/event.ts";
import type { Scope } from "../../../src/control/types.ts";
import { planDay, ZONE_HOURS } from "../../../src/jobs/demo/plan.ts";
import { biRoutes } from "../../../src/web/bi/bi.ts";
import { eventOf, groupOf, openTestStore } from "../../store/fixture.ts";
import { seeded } from "../../support/random.ts";
import { START, type World, world } from "../access_world.ts";

export const DAY = 86_400_000_000;
export const HOUR = 3_600_000_000;
/** Of the demo: no daylight saving is in the tests' way before November 2026's end. */
export const ZONE = "America/Los_Angeles";
const DAYS = 91;
const SINCE = Math.floor((START / 1_000 - ZONE_HOURS * 3_600_000) / 86_400_000) - DAYS + 1;

export interface InsightWorld {
  web: World;
  /** Every event that is stored: to work out by hand what the API must say. */
  events: readonly BotEvent[];
  key: (scope: Scope, location_id?: string | null) => string;
  /** An answer of a BI route, parsed by the schema that the route itself declares. */
  answer: (path: string, key?: string) => Promise<Record<string, never>>;
  apply: (events: readonly BotEvent[]) => Promise<void>;
}

/** Reading a hundred thousand events in takes some seconds on a busy machine. */
export const LOADING_MS = 60_000;

/** `kept`: types of the demo's events that are worth storing for a test. */
export async function insightWorld(kept: (type: string) => boolean = () => true): Promise<InsightWorld> {
  const store = await openTestStore(undefined, { threads: 2 });
  const events: BotEvent[] = [];
  const apply = async (added: readonly BotEvent[]): Promise<void> => {
    if (added.length === 0) return;
    const { touched } = await store.apply(groupOf(store, added));
    web.parts.cache.touch(touched);
    for (const event of added) events.push(event);
  };
  const web = world({}, { ask: store.ask, rows: store.rows });
  web.control.ensureLocation("demo", { timezone: ZONE });
  web.control.ensureLocation("shop", { currency: "EUR" });
  const days = Array.from({ length: DAYS }, (_, day) => planDay(SINCE + day, SINCE)).flat();
  const planned = days.filter(({ type, at }) => kept(type) && at * 1_000 < START);
  await apply(planned.map(({ at, ...event }) => eventOf({ ...event, time: at * 1_000, location_id: "demo" })));
  await apply(shopEvents().filter(({ type }) => kept(type)));
  const key = (scope: Scope, location_id: string | null = null): string =>
    web.control.addKey({ name: `a ${scope} key`, scopes: [scope], location_id }).key;
  const reader = key("read");
  const answer = async (path: string, as = reader): Promise<Record<string, never>> => {
    const response = await web.send(path, { headers: { authorization: `Bearer ${as}` } });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
    const declared = biRoutes(web.parts).find(
      (route) => route.method === "GET" && route.path === new URL(path, "http://x").pathname,
    );
    const schema = declared?.answers[200]?.schema;
    if (!schema) throw new Error(`${path} declares no answer`);
    const body = JSON.parse(text);
    schema.parse(body);
    return body;
  };
  return { web, events, key, answer, apply };
}

/** Orders in two currencies over the same months, buyers that come back, and AI employees. */
function shopEvents(): BotEvent[] {
  const random = seeded(11);
  const events: BotEvent[] = [];
  const add = (fields: Partial<BotEvent>): void => void events.push(eventOf({ location_id: "shop", ...fields }));
  for (let day = 90; day >= 0; day--) {
    const start = START - day * DAY - 12 * HOUR;
    for (let order = 0; order < 3; order++) {
      const time = start + Math.floor(random() * 11 * HOUR);
      const currency = random() < 0.6 ? "EUR" : "GBP";
      const value = (10 + random() * 90).toFixed(2);
      const source = random() < 0.3 ? {} : { data: { source: random() < 0.5 ? "search" : "mail" } };
      const contact_id = `buyer-${Math.floor(random() * 25)}`;
      const bot_id = random() < 0.5 ? "jade" : "flora";
      add({ type: "order_placed", time, currency, value, contact_id, bot_id, ...source });
      if (random() < 0.05)
        add({ type: "refund_issued", time: time + HOUR, currency, value: `-${value}`, contact_id, bot_id });
      if (random() < 0.5)
        add({ type: "cost_incurred", time, currency: "EUR", value: "0.0123", bot_id, data: { kind: "llm" } });
    }
    for (const activity_type of ["call", "booking", "email", "task", "call"]) {
      const sentiment = random() < 0.7 ? { sentiment_score: Math.round(random() * 100) / 100 } : {};
      const data = {
        activity_type,
        description: "Talked to Dana",
        ...sentiment,
        performance_score: Math.floor(random() * 100),
      };
      const money = activity_type === "booking" ? { value: "80.25", currency: "EUR" } : {};
      add({
        type: "ai_activity",
        time: start + Math.floor(random() * 11 * HOUR),
        bot_id: random() < 0.6 ? "luna" : "jade",
        data,
        ...money,
      });
    }
  }
  return events;
}

/** Whether an event lies in the 30 days that a question of now asks about, or in the same stretch before. */
export function within(event: BotEvent, periods_back = 0, days = 30): boolean {
  const quarter = 900_000_000;
  const to = (Math.floor(START / quarter) + 1) * quarter - periods_back * days * DAY;
  return event.time >= to - days * DAY && event.time < to;
}

/** Ten-thousandths of a decimal, to add up by hand. */
export function unitsOf(text: string | undefined): bigint {
  const [whole = "0", places = ""] = (text ?? "0").replace("-", "").split(".");
  const units = BigInt(whole) * 10_000n + BigInt(places.padEnd(4, "0").slice(0, 4));
  return text?.startsWith("-") ? -units : units;
}
