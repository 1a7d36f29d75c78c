/** Events as the two example businesses post them: the benchmark's material. Deterministic by index. */
const BOTS = ["lead-bot", "seller-bot", "intent-decoder", "luna", "jade", "flora"] as const;
const LOCATIONS = ["bench_1", "bench_2", "bench_3", "bench_4", "bench_5"] as const;

interface Made {
  type: string;
  bot: string;
  fields: string;
}

/** One event as JSON text. `id_space` keeps runs apart; `time_ms` is when it happened. */
export function eventJson(index: number, time_ms: number, id_space: string): string {
  const { type, bot, fields } = made(index);
  const contact = contactOf(index);
  const location = LOCATIONS[contact % LOCATIONS.length];
  const id = `${id_space}-${index.toString(36).padStart(8, "0")}-${((index * 2654435761) >>> 0).toString(16).padStart(8, "0")}`;
  return `{"id":"${id}","type":"${type}","time":"${new Date(time_ms).toISOString()}","location_id":"${location}","bot_id":"${bot}","contact_id":"contact-${contact}","conversation_id":"conv-${contact}-${index % 3}"${fields}}`;
}

/** So many contacts are in touch at a time; one in fifty events is of somebody new. */
const IN_TOUCH = 20_000;
const EVENTS_A_CONTACT = 50;

/** Contacts come and go: mostly one of the newest, whatever the event is about, so that leads get on and buyers come back. */
function contactOf(index: number): number {
  const mixed = ((Math.imul(index ^ (index >>> 15), 0x2c1b3c6d) >>> 0) ^ (index * 2654435761)) >>> 0;
  const share = mixed / 2 ** 32;
  return IN_TOUCH + Math.floor(index / EVENTS_A_CONTACT) - Math.floor(share * share * IN_TOUCH);
}

function made(index: number): Made {
  const noise = ((index * 48271) % 2147483647) / 2147483647;
  switch (index % 20) {
    case 0:
      return {
        type: "deal_closed",
        bot: "seller-bot",
        fields: `,"value":${Math.floor(200_000 + noise * 900_000)},"currency":"USD","data":{"zipcode":"9800${index % 10}"}`,
      };
    case 1:
    case 2:
      return {
        type: "lead_created",
        bot: "lead-bot",
        fields: `,"data":{"source":"${["portal", "ads", "referral"][index % 3]}","budget":${Math.floor(noise * 900_000)}}`,
      };
    case 3:
      return { type: "lead_qualified", bot: "seller-bot", fields: "" };
    case 4:
      return noise < 0.4
        ? { type: "lead_converted", bot: "seller-bot", fields: "" }
        : { type: "lead_scored", bot: "lead-bot", fields: `,"data":{"score":${Math.floor(noise * 100)}}` };
    case 5:
    case 6:
    case 7:
    case 8:
      return {
        type: "intent_analysis_complete",
        bot: "intent-decoder",
        fields: `,"success":${noise > 0.05},"data":{"processing_time_ms":${(20 + noise * 40).toFixed(2)},"confidence_score":${(0.6 + noise * 0.4).toFixed(3)},"intent_category":"seller","urgency_level":"active"}`,
      };
    case 9:
    case 10:
      return {
        type: "jorge_qualification_progress",
        bot: "seller-bot",
        fields: `,"data":{"current_question":${index % 4},"questions_answered":${index % 5},"seller_temperature":"${["hot", "warm", "cold"][index % 3]}","confrontational_effectiveness":${Math.floor(noise * 100)},"stall_detected":${noise < 0.1},"next_step":"ask"}`,
      };
    case 11:
    case 12:
      return {
        type: "lead_bot_sequence_update",
        bot: "lead-bot",
        fields: `,"success":${noise > 0.03},"data":{"sequence_day":${[3, 7, 30][index % 3]},"action_type":"sms_sent"}`,
      };
    case 13:
    case 14:
      return {
        type: "call_completed",
        bot: BOTS[3 + (index % 3)] ?? "luna",
        fields: `,"duration_ms":${Math.floor(noise * 300_000)},"success":true,"data":{"outcome":"answered"}`,
      };
    case 15:
      return {
        type: "booking_created",
        bot: "jade",
        fields: `,"value":${(50 + noise * 200).toFixed(2)},"currency":"USD"`,
      };
    default:
      return {
        type: "conversation_message",
        bot: BOTS[index % BOTS.length] ?? "luna",
        fields: `,"data":{"direction":"out","response_ms":${Math.floor(noise * 4000)},"sentiment":${(noise * 2 - 1).toFixed(2)}}`,
      };
  }
}
