import { seeded } from "./random.ts";

type Sent = Record<string, unknown>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Sixty days of a small real-estate team and a salon, up to `now` (ms): the same for the same moment. */
export function twoMonths(now: number): Sent[] {
  const random = seeded(7);
  const events: Sent[] = [];
  const at = (ms: number): string => new Date(Math.min(ms, now - 1_000)).toISOString();
  for (let day = 60; day >= 0; day--) {
    const start = now - day * DAY;
    for (let deal = 0; deal < 1 + Math.floor(random() * 3); deal++) {
      const value = Math.round(300_000 + random() * 400_000);
      events.push({
        type: "deal_closed",
        time: at(start - random() * 20 * HOUR),
        location_id: "jorge_main",
        bot_id: "seller-bot",
        contact_id: `c-${day}-${deal}`,
        value,
      });
    }
    for (let lead = 0; lead < 12; lead++)
      events.push(...leadStory(`lead-${day}-${lead}`, start - random() * 20 * HOUR, at, random));
    for (let call = 0; call < 6; call++) {
      const bot_id = ["luna", "jade", "flora"][call % 3];
      const data = { activity_type: "booking", description: "Booked a colour and cut", customer: "Dana" };
      events.push({
        type: "ai_activity",
        time: at(start - random() * 20 * HOUR),
        location_id: "luna_salon",
        bot_id,
        contact_id: `caller-${call}`,
        value: 80 + call,
        data,
      });
    }
  }
  for (let minute = 0; minute < 60; minute += 2) {
    events.push({
      type: "conversation_message",
      time: at(now - minute * 60_000),
      location_id: "jorge_main",
      bot_id: "lead-bot",
      contact_id: "lead-1-1",
      data: { direction: "out", response_ms: 640 },
    });
  }
  const step = { status: "active", current_step: "Q3 Motivation, Maria G." };
  events.push({
    type: "bot_status_update",
    time: at(now - 120_000),
    location_id: "jorge_main",
    bot_id: "seller-bot",
    data: step,
  });
  return events;
}

function leadStory(contact_id: string, start: number, at: (ms: number) => string, random: () => number): Sent[] {
  const who = { location_id: "jorge_main", contact_id };
  const story: Sent[] = [
    { ...who, type: "lead_created", time: at(start), bot_id: "lead-bot", data: { source: "portal" } },
  ];
  const answered = Math.floor(random() * 5.2);
  for (let question = 0; question < Math.min(4, answered); question++) {
    const data = {
      current_question: question,
      questions_answered: question + 1,
      seller_temperature: "warm",
      stall_detected: random() < 0.06,
    };
    story.push({
      ...who,
      type: "jorge_qualification_progress",
      time: at(start + question * 100_000),
      bot_id: "seller-bot",
      data,
    });
  }
  if (answered >= 5) story.push({ ...who, type: "lead_qualified", time: at(start + 500_000), bot_id: "seller-bot" });
  if (random() < 0.045) story.push({ ...who, type: "lead_converted", time: at(start + 600_000) });
  const decoded = {
    processing_time_ms: Math.round(20 + random() * 25),
    confidence_score: 0.9,
    intent_category: "seller",
    urgency_level: "active",
  };
  story.push({
    ...who,
    type: "intent_analysis_complete",
    time: at(start + 1_000),
    bot_id: "intent-decoder",
    success: random() < 0.95,
    data: decoded,
  });
  return story;
}
