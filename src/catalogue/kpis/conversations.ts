/** Conversations: how many, how quick the answers, how people felt. */
import type { Kpi } from "../types.ts";

const EVENT = `type = "conversation_event"`;
const DIMENSIONS = ["bot_id", "location_id", "contact_id", "conversation_id"] as const;

export const CONVERSATIONS: readonly Kpi[] = [
  {
    key: "conversations",
    label: "Conversations",
    unit: "count",
    better: "up",
    description: "Conversations started.",
    formula: `count(type = "conversation_started") + count(${EVENT} and data.event = "started")`,
    dimensions: DIMENSIONS,
    group: "conversations",
  },
  {
    key: "messages",
    label: "Messages",
    unit: "count",
    better: "up",
    description: "Messages in conversations, in either direction.",
    formula: `count(type = "conversation_message") + count(${EVENT} and data.event = "message")`,
    dimensions: [...DIMENSIONS, "data.direction"],
    group: "conversations",
  },
  {
    key: "active_conversations",
    label: "Active conversations",
    unit: "count",
    better: "up",
    description: "Conversations with something said in the last 30 minutes of the timeframe and no end.",
    formula: "open_conversations(30)",
    dimensions: ["bot_id", "location_id"],
    group: "conversations",
  },
  {
    key: "response_time_p50",
    label: "Response time, median",
    unit: "duration",
    better: "down",
    description: "Time to answer a message.",
    formula: "percentile(data.response_ms, 0.5)",
    dimensions: DIMENSIONS,
    group: "conversations",
  },
  {
    key: "response_time_p95",
    label: "Response time, p95",
    unit: "duration",
    better: "down",
    description: "Time within which 95% of messages are answered.",
    formula: "percentile(data.response_ms, 0.95)",
    dimensions: DIMENSIONS,
    group: "conversations",
  },
  {
    key: "sentiment",
    label: "Sentiment",
    unit: "score",
    better: "up",
    description: "Mean sentiment of messages, −1 to 1.",
    formula: `mean(data.sentiment, type in ("conversation_message", "conversation_event"))`,
    dimensions: [...DIMENSIONS, "data.direction"],
    group: "conversations",
  },
  {
    key: "satisfaction",
    label: "Satisfaction",
    unit: "score",
    better: "up",
    description: "Mean score of feedback, 1 to 5.",
    formula: `mean(data.score, type = "feedback_received")`,
    dimensions: DIMENSIONS,
    group: "conversations",
  },
];
