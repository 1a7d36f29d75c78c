/** The small talk between the planned events: what makes a screen move. Of the kinds whose figures are rates and medians, so that it shifts no trend. */
import { HOURS, type PlannedEvent, ZONE_HOURS } from "./plan.ts";
import type { Random } from "./random.ts";

const HOUR_MS = 3_600_000;
const BUSIEST = Math.max(...HOURS);
/** Events a second at night and in the busiest hour. */
const RATE_LEAST = 0.4;
const RATE_MOST = 2.5;

/** How long after `at` the next one comes: exponential around the hour's rate. */
export function chatterPause(random: Random, at: number): number {
  const hour = Math.floor(at / HOUR_MS - ZONE_HOURS) % 24;
  const rate = RATE_LEAST + (RATE_MOST - RATE_LEAST) * ((HOURS[hour] ?? 0) / BUSIEST);
  return (-Math.log(1 - random.share()) / rate) * 1_000;
}

/** One event at `at`. */
export function chatterAt(random: Random, at: number): PlannedEvent {
  const index = random.whole(0, 19);
  const id = `demo-live-${Math.floor(at)}-${random.whole(0, 999_999)}`;
  const about = {
    contact_id: `caller-${random.whole(1, 4_000)}`,
    conversation_id: `live-${Math.floor(at / (HOUR_MS / 4))}-${index}`,
  };
  const kind = random.share();
  if (kind < 0.35) {
    const type = random.chance(0.86) ? "cache_hit" : "cache_miss";
    return { id, type, at, bot_id: random.pick(["lead-bot", "seller-bot", "luna"]), data: { component: "answers" } };
  }
  if (kind < 0.65) {
    return {
      id,
      type: "intent_analysis_complete",
      at,
      bot_id: "intent-decoder",
      ...about,
      success: !random.chance(0.03),
      data: {
        processing_time_ms: Math.round(random.around(27, 0.18) * 10) / 10,
        confidence_score: Math.round(Math.min(0.99, 0.78 + random.share() * 0.2) * 1_000) / 1_000,
        intent_category: random.pick(["seller", "seller", "buyer", "investor", "curious"]),
        urgency_level: random.pick(["immediate", "active", "active", "passive", "future"]),
      },
    };
  }
  const incoming = random.chance(0.5);
  const sentiment = Math.round((random.share() * 1.4 - 0.5) * 100) / 100;
  return {
    id,
    type: "conversation_message",
    at,
    bot_id: random.pick(["luna", "jade", "seller-bot", "lead-bot"]),
    ...about,
    data: {
      direction: incoming ? "in" : "out",
      ...(incoming ? {} : { response_ms: Math.round(random.around(1_500, 0.5)) }),
      sentiment,
    },
  };
}
