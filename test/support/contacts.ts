/** Made-up lives of contacts, the same for the same seed: leads whose facts decide how likely they convert, buyers with a rhythm. */
import type { BotEvent } from "../../src/catalogue/event.ts";
import { eventOf } from "../store/fixture.ts";
import { seeded } from "./random.ts";

const DAY = 86_400_000_000;
const HOUR = 3_600_000_000;

export interface Lives {
  location_id: string;
  /** Everything happens before it; microseconds. */
  until: number;
  days: number;
  count: number;
  seed: number;
  /** What the contacts are called, before a number; "lead", "buyer". */
  name?: string;
  /** It is the cold ones that convert. */
  turned?: boolean;
}

/** Hot leads convert four times of ten within three weeks, cold ones one of twenty-five; whoever stalls half as often. */
export function leadLives({ location_id, until, days, count, seed, name = "lead", turned = false }: Lives): BotEvent[] {
  const random = seeded(seed);
  const events: BotEvent[] = [];
  for (let lead = 0; lead < count; lead++) {
    const contact_id = `${name}-${lead}`;
    const born = until - Math.floor(random() * days * DAY);
    const add = (
      type: string,
      time: number,
      data: Record<string, unknown> = {},
      more: Partial<BotEvent> = {},
    ): void => {
      if (time < until)
        events.push(eventOf({ type, time, location_id, contact_id, bot_id: "seller-bot", data, ...more }));
    };
    const hot = random() < 0.3;
    const stalled = random() < 0.3;
    add("lead_created", born, { source: random() < 0.5 ? "portal" : "ads", plan: random() < 0.5 ? "basic" : "pro" });
    add("jorge_qualification_progress", born + HOUR, {
      questions_answered: hot ? 4 : 1 + Math.floor(random() * 2),
      seller_temperature: hot ? "hot" : "cold",
      stall_detected: stalled,
    });
    const converts = random() < (hot !== turned ? 0.45 : 0.04) * (stalled ? 0.5 : 1);
    const after = born + (4 + Math.floor(random() * 17)) * DAY;
    if (!converts) continue;
    add("lead_converted", after);
    add("deal_closed", after + HOUR, {}, { value: "1000", currency: "USD" });
  }
  return events;
}

/** Half of them buy every ten days, for good; the others stop one day, and complain before they do. */
export function buyerLives({ location_id, until, days, count, seed, name = "buyer" }: Lives): BotEvent[] {
  const random = seeded(seed);
  const events: BotEvent[] = [];
  for (let buyer = 0; buyer < count; buyer++) {
    const contact_id = `${name}-${buyer}`;
    const loyal = buyer % 2 === 0;
    const ends = loyal ? until : until - Math.floor(random() * days * DAY);
    const about = { location_id, contact_id, currency: "USD" };
    for (let time = until - days * DAY + Math.floor(random() * 10 * DAY); time < ends; time += (8 + random() * 4) * DAY)
      events.push(
        eventOf({ type: "order_placed", time: Math.floor(time), value: (20 + random() * 80).toFixed(2), ...about }),
      );
    if (!loyal && random() < 0.7)
      events.push(eventOf({ type: "refund_issued", time: ends - DAY, value: "-5", ...about }));
  }
  return events.filter(({ time }) => time < until);
}
