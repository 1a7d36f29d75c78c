import { z } from "zod";
import type { EventType } from "../types.ts";
import { amount, count, data, direction, sentiment, temperature, text, textOrNumber } from "./shapes.ts";

/** What the real-estate bots report. */
export const botEvents: readonly EventType[] = [
  {
    type: "jorge_qualification_progress",
    family: "bots",
    label: "Qualification progress",
    description: "A seller moved through the four qualification questions; a detected stall notifies at once.",
    data: data({
      current_question: count.max(3).nullish(),
      questions_answered: count.max(4).nullish(),
      seller_temperature: temperature.nullish(),
      confrontational_effectiveness: amount.max(100).nullish(),
      stall_detected: z.boolean().nullish(),
      next_step: text.nullish(),
    }),
    needs: [],
    example: {
      type: "jorge_qualification_progress",
      bot_id: "seller-bot",
      contact_id: "contact-17",
      data: {
        current_question: 2,
        questions_answered: 2,
        seller_temperature: "warm",
        confrontational_effectiveness: 71,
        stall_detected: false,
        next_step: "ask_timeline",
      },
    },
  },
  {
    type: "lead_bot_sequence_update",
    family: "bots",
    label: "Lead sequence action",
    description: "The lead bot took an action of its day 3, 7 or 30 follow-up sequence.",
    data: data({
      sequence_day: z.literal([3, 7, 30]),
      action_type: z.enum(["sms_sent", "email_sent", "call_scheduled", "call_completed"]),
      retell_call_duration_seconds: amount.nullish(),
      next_action_date: text.nullish(),
    }),
    needs: [],
    example: {
      type: "lead_bot_sequence_update",
      bot_id: "lead-bot",
      contact_id: "contact-17",
      success: true,
      data: { sequence_day: 7, action_type: "call_completed", retell_call_duration_seconds: 95 },
    },
  },
  {
    type: "intent_analysis_complete",
    family: "bots",
    label: "Intent analysed",
    description:
      "The intent decoder finished one analysis: how long it took, how sure it is, and what the contact wants.",
    data: data({
      processing_time_ms: amount.nullish(),
      confidence_score: amount.max(1).nullish(),
      intent_category: z.enum(["buyer", "seller", "investor", "curious"]).nullish(),
      urgency_level: z.enum(["immediate", "active", "passive", "future"]).nullish(),
      ml_features_triggered: z.array(text).nullish(),
    }),
    needs: [],
    example: {
      type: "intent_analysis_complete",
      bot_id: "intent-decoder",
      contact_id: "contact-17",
      data: {
        processing_time_ms: 38.5,
        confidence_score: 0.91,
        intent_category: "seller",
        urgency_level: "active",
        ml_features_triggered: ["price_mention", "timeline"],
      },
    },
  },
  {
    type: "property_alert",
    family: "bots",
    label: "Property alert",
    description: "A property that matches what a contact looks for was sent to them.",
    data: data({ property_id: textOrNumber, match_score: z.number().nullish(), channel: text.nullish() }),
    needs: [],
    example: {
      type: "property_alert",
      bot_id: "lead-bot",
      contact_id: "contact-17",
      data: { property_id: "prop-7129300520", match_score: 0.87, channel: "sms" },
    },
  },
  {
    type: "bot_status_update",
    family: "bots",
    label: "Bot status",
    description: "A bot says how it is and what it is doing.",
    data: data({ status: z.enum(["active", "idle", "offline", "error"]), current_step: text.nullish() }),
    needs: [],
    example: { type: "bot_status_update", bot_id: "seller-bot", data: { status: "active", current_step: "Q2" } },
  },
  {
    type: "conversation_event",
    family: "bots",
    label: "Conversation event",
    description: "A bot's conversation started, went on, stalled, was handed to a person, or ended.",
    data: data({
      event: z.enum(["started", "message", "stalled", "handed_off", "ended"]),
      direction: direction.nullish(),
      response_ms: amount.nullish(),
      sentiment: sentiment.nullish(),
    }),
    needs: [],
    example: {
      type: "conversation_event",
      bot_id: "seller-bot",
      contact_id: "contact-17",
      conversation_id: "conv-204",
      data: { event: "message", direction: "out", response_ms: 840, sentiment: 0.3 },
    },
  },
  {
    type: "system_health_update",
    family: "bots",
    label: "System health",
    description: "A component that the bots depend on reports its health.",
    data: data({
      component: text,
      health: z.enum(["healthy", "degraded", "critical"]),
      latency_ms: amount.nullish(),
    }),
    needs: [],
    example: {
      type: "system_health_update",
      data: { component: "retell", health: "degraded", latency_ms: 910 },
    },
  },
];
