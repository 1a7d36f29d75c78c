/**
 * What the simulated bots of the demo do on one day: both example businesses, with their weekly and daily rhythm.
 * A day's plan depends on the day alone, so history, live events and a restart agree on every id.
 */
import { dayMood, type Mood } from "./mood.ts";
import { type Random, randomOf } from "./random.ts";

export interface PlannedEvent {
  id: string;
  type: string;
  /** Milliseconds since the epoch. */
  at: number;
  bot_id: string;
  contact_id?: string;
  conversation_id?: string;
  value?: string;
  currency?: string;
  duration_ms?: number;
  success?: boolean;
  data?: Record<string, unknown>;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Local midnight of the demo's zone as hours after UTC midnight, winter time: a demo needs no daylight saving. */
export const ZONE_HOURS = 8;
const WEEKDAYS: readonly number[] = [0.45, 1.05, 1.1, 1.08, 1.0, 0.95, 0.6];
/** Share of a day's work by local hour. */
export const HOURS: readonly number[] = [
  1, 1, 1, 1, 2, 4, 8, 20, 45, 70, 80, 75, 60, 70, 80, 78, 70, 55, 40, 28, 18, 10, 5, 2,
];

/** All events of a local day (days since the epoch), by time. `since` is the demo's first day: what was planted counts from there. */
export function planDay(day: number, since: number): readonly PlannedEvent[] {
  const mood = dayMood(day - since);
  const planner = new Planner(day, mood);
  const busy = WEEKDAYS[(day + 4) % 7] ?? 1;
  planner.leads(Math.round(70 * busy * mood.leads));
  planner.followUps(3);
  planner.followUps(7);
  planner.followUps(30);
  planner.deals();
  planner.calls(Math.round(160 * busy * mood.calls));
  planner.desk(Math.round(90 * busy));
  planner.heartbeats();
  return planner.events.toSorted((one, other) => one.at - other.at);
}

/** One lead, the same whichever day asks for it. */
function leadOf(day: number, index: number) {
  const random = randomOf(day * 7_919 + index * 104_729 + 17);
  const answered = random.pick([0, 1, 1, 2, 3, 4, 4]);
  return {
    contact_id: `lead-${day}-${index}`,
    source: random.pick(["portal", "portal", "ads", "referral", "website", "open_house"]),
    budget: Math.round(random.around(620_000, 0.4) / 5_000) * 5_000,
    timeline: random.pick(["30_days", "90_days", "6_months", "exploring"]),
    answered,
    temperature:
      answered === 4
        ? random.pick(["hot", "hot", "warm"])
        : answered >= 2
          ? random.pick(["warm", "warm", "cold"])
          : "cold",
    converts: answered === 4 && random.chance(0.33),
    days_to_close: random.whole(2, 21),
    price: Math.round(random.around(610_000, 0.35) / 1_000) * 1_000,
  };
}

class Planner {
  readonly events: PlannedEvent[] = [];
  private readonly random: Random;
  private readonly midnight: number;

  constructor(
    private readonly day: number,
    private readonly mood: Mood,
  ) {
    this.random = randomOf(day * 2_654_435 + 99);
    this.midnight = day * DAY_MS + ZONE_HOURS * 3_600_000;
  }

  /** New leads, decoded, and questioned as far as they answer. */
  leads(count: number): void {
    const { random } = this;
    for (let index = 0; index < count; index++) {
      const lead = leadOf(this.day, index);
      const { contact_id, source, budget, timeline, answered, temperature } = lead;
      const conversation_id = `chat-${this.day}-${index}`;
      const about = { bot_id: "seller-bot", contact_id, conversation_id };
      let at = this.moment();
      this.add("lead_created", at, { bot_id: "lead-bot", contact_id, data: { source, budget, timeline } });
      at += 20_000;
      this.add("conversation_started", at, about);
      for (let question = 0; question < Math.max(1, answered); question++) {
        at += random.around(3 * MINUTE_MS, 0.6);
        this.talk(at, about, 2);
        this.decode(at + 900, contact_id, conversation_id);
        const stalled = question + 1 === answered && answered < 4 && random.chance(0.5);
        this.add("jorge_qualification_progress", at + 2_000, {
          ...about,
          data: {
            current_question: Math.min(3, question),
            questions_answered: Math.min(answered, question + 1),
            seller_temperature: temperature,
            confrontational_effectiveness: Math.round(Math.min(100, random.around(68, 0.2))),
            stall_detected: stalled,
            next_step: stalled ? "take_away_close" : "next_question",
          },
        });
      }
      if (answered === 4) this.add("lead_qualified", at + 30_000, about);
      this.add("lead_temperature_changed", at + 40_000, { ...about, data: { from: "cold", to: temperature } });
      this.add("conversation_ended", at + 90_000, about);
      this.cost(at + 95_000, "seller-bot", 0.012 * (answered + 1));
    }
  }

  /** The 3-7-30 sequence for the leads of so many days ago that did not qualify. */
  followUps(sequence_day: 3 | 7 | 30): void {
    const { random } = this;
    for (let index = 0; index < 60; index++) {
      const lead = leadOf(this.day - sequence_day, index);
      if (lead.answered === 4 || random.chance(0.35)) continue;
      const action_type = sequence_day === 3 ? "sms_sent" : sequence_day === 7 ? "email_sent" : "call_completed";
      const data = {
        sequence_day,
        action_type,
        ...(sequence_day === 30 ? { retell_call_duration_seconds: random.whole(20, 400) } : {}),
      };
      this.add("lead_bot_sequence_update", this.moment(), {
        bot_id: "lead-bot",
        contact_id: lead.contact_id,
        success: !random.chance(0.04 + this.mood.failures),
        data,
      });
    }
  }

  /** Leads of the last weeks that close today. */
  deals(): void {
    for (let back = 2; back <= 21; back++) {
      for (let index = 0; index < 80; index++) {
        const lead = leadOf(this.day - back, index);
        if (!lead.converts || lead.days_to_close !== back) continue;
        const at = this.moment();
        const about = { bot_id: "seller-bot", contact_id: lead.contact_id };
        this.add("lead_converted", at, about);
        const price = Math.round(lead.price * this.mood.deal_value);
        this.add("deal_closed", at + MINUTE_MS, {
          ...about,
          value: String(price),
          currency: "USD",
          data: { source: lead.source },
        });
      }
    }
  }

  /** The receptionist service: Luna answers, Jade books. */
  calls(count: number): void {
    const { random } = this;
    for (let index = 0; index < count; index++) {
      const bot_id = random.chance(0.65) ? "luna" : "jade";
      const about = {
        bot_id,
        contact_id: `caller-${random.whole(1, 4_000)}`,
        conversation_id: `call-${this.day}-${index}`,
      };
      const at = this.moment();
      const wait_ms = Math.round(random.around(7_000, 0.7));
      this.add("call_started", at, about);
      if (random.chance(0.05 + this.mood.failures)) {
        this.add("call_abandoned", at + wait_ms * 2, { ...about, data: { wait_ms: wait_ms * 2 } });
        continue;
      }
      const duration_ms = Math.round(random.around(150_000, 0.6));
      const end = at + wait_ms + duration_ms;
      const outcome = random.pick(["answered", "answered", "message", "booked", "transferred"]);
      this.add("call_answered", at + wait_ms, { ...about, data: { wait_ms } });
      this.add("call_completed", end, {
        ...about,
        duration_ms,
        success: !random.chance(0.05),
        data: { outcome, channel: "phone" },
      });
      this.cost(end + 1_000, bot_id, duration_ms / 600_000);
      if (random.chance(0.3))
        this.add("feedback_received", end + 60_000, { ...about, data: { score: random.pick([5, 5, 4, 4, 3, 2]) } });
      if (outcome === "booked") this.booking(end + 5_000, about);
    }
  }

  /** Flora's back office, and the e-mails and reminders of all. */
  desk(count: number): void {
    const { random } = this;
    if (this.mood.flora_silent) return;
    for (let index = 0; index < count; index++) {
      const type = random.pick(["task_completed", "email_sent", "reminder_sent", "task_completed"]);
      this.add(type, this.moment(), {
        bot_id: "flora",
        contact_id: `caller-${random.whole(1, 4_000)}`,
        success: !random.chance(0.06),
      });
    }
  }

  /** What each bot says about itself, every half hour of the working day. */
  heartbeats(): void {
    const steps: readonly (readonly [string, string])[] = [
      ["lead-bot", "Day 7 email batch"],
      ["seller-bot", "Asking for motivation"],
      ["intent-decoder", "Decoding messages"],
      ["luna", "Answering calls"],
      ["jade", "Confirming bookings"],
      ["flora", "Dispatch sync"],
    ];
    for (let half = 12; half < 44; half++) {
      for (const [bot_id, current_step] of steps) {
        if (bot_id === "flora" && this.mood.flora_silent) continue;
        const at = this.midnight + half * 30 * MINUTE_MS + this.random.whole(0, 60_000);
        this.add("bot_status_update", at, { bot_id, data: { status: "active", current_step } });
      }
    }
  }

  private booking(at: number, about: { contact_id: string; conversation_id: string }): void {
    const { random } = this;
    const value = random.around(140, 0.5).toFixed(2);
    this.add("booking_created", at, { ...about, bot_id: "jade", value, currency: "USD", success: true });
    const then = at + random.whole(2, 9) * 3_600_000;
    const end = random.pick([
      "booking_completed",
      "booking_completed",
      "booking_completed",
      "booking_cancelled",
      "booking_no_show",
    ]);
    this.add(end, then, { ...about, bot_id: "jade", value, currency: "USD" });
  }

  private talk(
    at: number,
    about: { bot_id: string; contact_id: string; conversation_id: string },
    messages: number,
  ): void {
    const { random } = this;
    for (let index = 0; index < messages; index++) {
      const incoming = index % 2 === 0;
      const response = incoming ? {} : { response_ms: Math.round(random.around(1_500, 0.5)) };
      const sentiment = Math.round((random.share() * 1.4 - 0.5) * 100) / 100;
      this.add("conversation_message", at + index * 4_000, {
        ...about,
        data: { direction: incoming ? "in" : "out", ...response, sentiment },
      });
    }
  }

  private decode(at: number, contact_id: string, conversation_id: string): void {
    const { random } = this;
    this.add("intent_analysis_complete", at, {
      bot_id: "intent-decoder",
      contact_id,
      conversation_id,
      success: !random.chance(0.03 + this.mood.failures),
      data: {
        processing_time_ms: Math.round(random.around(27, 0.18) * this.mood.latency * 10) / 10,
        confidence_score: Math.round(Math.min(0.99, 0.78 + random.share() * 0.2) * 1_000) / 1_000,
        intent_category: random.pick(["seller", "seller", "buyer", "investor", "curious"]),
        urgency_level: random.pick(["immediate", "active", "active", "passive", "future"]),
        ml_features_triggered: ["price_mention", "timeline"],
      },
    });
  }

  private cost(at: number, bot_id: string, dollars: number): void {
    this.add("cost_incurred", at, {
      bot_id,
      value: dollars.toFixed(4),
      currency: "USD",
      data: { kind: bot_id === "seller-bot" ? "llm" : "telephony" },
    });
  }

  /** A moment of the day, by its rhythm. */
  private moment(): number {
    const total = HOURS.reduce((sum, weight) => sum + weight, 0);
    let left = this.random.share() * total;
    let hour = 0;
    while (hour < HOURS.length - 1 && left >= (HOURS[hour] ?? 0)) left -= HOURS[hour++] ?? 0;
    return this.midnight + Math.floor((hour + this.random.share()) * 3_600_000);
  }

  private add(type: string, at: number, rest: Omit<PlannedEvent, "id" | "type" | "at">): void {
    const id = `demo-${this.day}-${this.events.length}`;
    this.events.push({ id, type, at: Math.floor(at), ...rest });
  }
}
