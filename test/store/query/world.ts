/** Random events of every type that a KPI looks at, the same for the same seed. */
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { seeded } from "../../support/random.ts";
import { eventOf } from "../fixture.ts";

const TYPES = [
  "deal_closed",
  "order_placed",
  "booking_completed",
  "payment_received",
  "refund_issued",
  "cost_incurred",
  "lead_created",
  "lead_created",
  "lead_qualified",
  "lead_converted",
  "lead_temperature_changed",
  "jorge_qualification_progress",
  "jorge_qualification_progress",
  "lead_bot_sequence_update",
  "intent_analysis_complete",
  "bot_status_update",
  "error_occurred",
  "conversation_started",
  "conversation_message",
  "conversation_ended",
  "conversation_event",
  "conversation_event",
  "call_completed",
  "call_answered",
  "call_abandoned",
  "booking_created",
  "booking_cancelled",
  "booking_no_show",
  "ticket_created",
  "ticket_resolved",
  "ticket_reopened",
  "feedback_received",
  "cache_hit",
  "cache_miss",
  "made_up",
] as const;
const MONEY = /deal|order|booking|payment|refund|cost/;

export interface World {
  from: number;
  to: number;
  events: number;
  seed: number;
  currencies: readonly string[];
}

/** Events from a while before `from` to `to`, in no order of time. */
export function worldOf({ from, to, events, seed, currencies }: World): BotEvent[] {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const sometimes = <T>(chance: number, make: () => T): T | undefined => (random() < chance ? make() : undefined);
  return Array.from({ length: events }, (_, index) => {
    const type = pick(TYPES);
    // Whole milliseconds, so that a double of a duration is exact.
    const time = Math.floor((from + random() * (to - from)) / 1_000) * 1_000;
    const priced = MONEY.test(type) && random() < 0.9;
    const value = priced ? ((random() * 20_000 - (type === "refund_issued" ? 20_000 : 0)) | 0) / 4 : undefined;
    const fields = {
      id: `${seed}-${index}`,
      type,
      time,
      received_at: time + Math.floor(random() * 5_000) * 1_000,
      location_id: pick(["north", "south"]),
      bot_id: sometimes(0.8, () => pick(["luna", "jade", "flora"])),
      contact_id: sometimes(0.9, () => `c${Math.floor(random() * 25)}`),
      conversation_id: sometimes(0.8, () => `t${Math.floor(random() * 40)}`),
      value: value?.toString(),
      currency: value === undefined ? undefined : pick(currencies),
      duration_ms: sometimes(0.5, () => Math.floor(random() * 100_000)),
      success: sometimes(0.6, () => random() < 0.7),
      data: {
        current_question: Math.floor(random() * 4),
        questions_answered: sometimes(0.9, () => Math.floor(random() * 5)),
        seller_temperature: sometimes(0.7, () => pick(["hot", "warm", "cold"])),
        to: pick(["hot", "warm", "cold"]),
        confrontational_effectiveness: sometimes(0.8, () => Math.floor(random() * 101)),
        stall_detected: random() < 0.3,
        processing_time_ms: sometimes(0.9, () => Math.floor(random() * 9_000) / 100),
        confidence_score: sometimes(0.9, () => Math.floor(random() * 100) / 100),
        response_ms: sometimes(0.5, () => Math.floor(random() * 9_000)),
        wait_ms: sometimes(0.7, () => Math.floor(random() * 40_000)),
        sentiment: sometimes(0.7, () => Math.floor(random() * 200 - 100) / 100),
        score: sometimes(0.8, () => 1 + Math.floor(random() * 5)),
        status: pick(["active", "error"]),
        event: pick(["started", "message", "ended", "stalled"]),
        sla_met: sometimes(0.7, () => random() < 0.5),
        source: pick(["ads", "web", "phone"]),
      },
    };
    return eventOf(JSON.parse(JSON.stringify(fields)));
  });
}
