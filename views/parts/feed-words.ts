import type { FeedItem } from "../../src/report/feed.ts";
import { decimal, duration, exactText, nameOf } from "../format.ts";
import type { IconName } from "../icons.ts";

/** How an event is told: an icon, what was done, and the figure that counts. */
export interface Words {
  icon: IconName;
  what: string;
  value?: string;
  /** Drawn as a temperature or a warning instead of a figure. */
  temperature?: "hot" | "warm" | "cold";
  warning?: string;
}

type Teller = (item: FeedItem) => Words;

const QUESTIONS = ["Q1 Condition", "Q2 Price", "Q3 Motivation", "Q4 Timeline"];

/** One line a type; what is not here is told by its name. */
const TELLERS: Readonly<Record<string, Teller>> = {
  jorge_qualification_progress: qualification,
  lead_bot_sequence_update: (item) => ({
    icon: String(item.data.action_type).startsWith("call") ? "i-phone" : "i-mail",
    what: `day ${text(item, "sequence_day") ?? "?"}: ${nameOf(text(item, "action_type") ?? "action").toLowerCase()}${toWhom(item)}`,
    ...failed(item),
  }),
  intent_analysis_complete: (item) => ({
    icon: "i-braces",
    what:
      [text(item, "intent_category"), text(item, "urgency_level"), confidence(item)]
        .filter((part) => part !== null)
        .join(", ") || "intent analysed",
    ...span(item, "processing_time_ms"),
  }),
  property_alert: (item) => ({
    icon: "i-house",
    what: `sent a property match${toWhom(item)}`,
    ...plain(item, "match_score", " fit"),
  }),
  conversation_event: (item) => ({
    icon: "i-message-square",
    what: `conversation ${nameOf(text(item, "event") ?? "event").toLowerCase()}${withWhom(item)}`,
    ...span(item, "response_ms"),
  }),
  ai_activity: (item) => ({
    icon: ACTIVITY[text(item, "activity_type") ?? ""] ?? "i-activity",
    what: [text(item, "description") ?? nameOf(text(item, "activity_type") ?? "activity"), text(item, "customer")]
      .filter((part) => part !== null)
      .join(", "),
    ...money(item),
  }),
  lead_created: (item) => ({ icon: "i-user", what: `new lead${named(item)}${from(item)}` }),
  lead_scored: (item) => ({ icon: "i-star", what: `scored${named(item)}`, ...plain(item, "score", "") }),
  lead_temperature_changed: (item) => ({
    icon: "i-activity",
    what: `lead${named(item)} changed temperature`,
    ...temperature(text(item, "to")),
  }),
  lead_stage_changed: (item) => ({
    icon: "i-funnel",
    what: `moved${named(item)} to ${text(item, "to") ?? "another stage"}`,
  }),
  lead_qualified: (item) => ({ icon: "i-check", what: `qualified${named(item)}` }),
  lead_assigned: (item) => ({ icon: "i-users", what: `assigned${named(item)}` }),
  lead_converted: (item) => ({ icon: "i-check", what: `converted${named(item)}` }),
  lead_lost: (item) => ({ icon: "i-circle-alert", what: `lost${named(item)}${because(item)}` }),
  call_started: (item) => ({ icon: "i-phone", what: `started a call${withWhom(item)}` }),
  call_answered: (item) => ({ icon: "i-phone", what: `answered a call${withWhom(item)}`, ...span(item, "wait_ms") }),
  call_completed: (item) => ({ icon: "i-phone", what: `ended a call${withWhom(item)}`, ...lasted(item) }),
  call_abandoned: (item) => ({ icon: "i-phone", what: `missed a call${withWhom(item)}`, warning: "Abandoned" }),
  conversation_started: (item) => ({ icon: "i-message-square", what: `started a conversation${withWhom(item)}` }),
  conversation_message: (item) => ({
    icon: "i-message-square",
    what: text(item, "direction") === "in" ? `received a message${fromWhom(item)}` : `sent a message${toWhom(item)}`,
    ...span(item, "response_ms"),
  }),
  conversation_ended: (item) => ({ icon: "i-message-square", what: `ended a conversation${withWhom(item)}` }),
  email_sent: (item) => ({ icon: "i-mail", what: `sent an email${toWhom(item)}` }),
  sms_sent: (item) => ({ icon: "i-message-square", what: `sent a text message${toWhom(item)}` }),
  reminder_sent: (item) => ({ icon: "i-timer", what: `sent a reminder${toWhom(item)}` }),
  task_completed: () => ({ icon: "i-check", what: "completed a task" }),
  feedback_received: (item) => ({
    icon: "i-star",
    what: `feedback${fromWhom(item)}`,
    ...plain(item, "score", " of 5"),
  }),
  booking_created: (item) => ({ icon: "i-calendar-check", what: `booked${named(item)}`, ...money(item) }),
  booking_completed: (item) => ({
    icon: "i-calendar-check",
    what: `completed a booking${withWhom(item)}`,
    ...money(item),
  }),
  booking_cancelled: (item) => ({
    icon: "i-calendar-check",
    what: `booking cancelled${fromWhom(item)}`,
    warning: "Cancelled",
  }),
  booking_no_show: (item) => ({
    icon: "i-calendar-check",
    what: `booking missed${fromWhom(item)}`,
    warning: "No-show",
  }),
  deal_closed: (item) => ({ icon: "i-circle-dollar-sign", what: `closed a deal${withWhom(item)}`, ...money(item) }),
  order_placed: (item) => ({ icon: "i-circle-dollar-sign", what: `order${fromWhom(item)}`, ...money(item) }),
  payment_received: (item) => ({ icon: "i-circle-dollar-sign", what: `payment${fromWhom(item)}`, ...money(item) }),
  refund_issued: (item) => ({ icon: "i-circle-dollar-sign", what: `refund${toWhom(item)}`, ...money(item) }),
  cost_incurred: (item) => ({
    icon: "i-circle-dollar-sign",
    what: `cost, ${text(item, "kind") ?? "other"}`,
    ...money(item),
  }),
  ticket_created: (item) => ({ icon: "i-ticket", what: `opened a ticket${withWhom(item)}` }),
  ticket_resolved: (item) => ({ icon: "i-ticket", what: `resolved a ticket${withWhom(item)}`, ...lasted(item) }),
  ticket_reopened: (item) => ({ icon: "i-ticket", what: `ticket reopened${fromWhom(item)}`, warning: "Reopened" }),
  error_occurred: (item) => ({
    icon: "i-triangle-alert",
    what: [text(item, "component"), text(item, "message")].filter((part) => part !== null).join(": ") || "error",
    warning: "Error",
  }),
};

const ACTIVITY: Readonly<Record<string, IconName>> = {
  call: "i-phone",
  booking: "i-calendar-check",
  email: "i-mail",
  task: "i-check",
};

/** Any event in plain words. */
export function wordsOf(item: FeedItem): Words {
  const tell = Object.hasOwn(TELLERS, item.type) ? TELLERS[item.type] : undefined;
  return tell
    ? tell(item)
    : {
        icon: "i-activity",
        what: `${nameOf(item.type.replace(/[.:]/g, " ")).toLowerCase()}${named(item)}`,
        ...money(item),
        ...(item.value === null ? lasted(item) : {}),
      };
}

function qualification(item: FeedItem): Words {
  const at = item.data.current_question;
  const question = typeof at === "number" ? QUESTIONS[at] : undefined;
  if (item.data.stall_detected === true)
    return {
      icon: "i-timer",
      what: `detected a stall${question ? ` at ${question}` : ""}${withWhom(item)}`,
      warning: "Stall",
    };
  const what = question ? `${question}${withWhom(item)}` : `qualification${withWhom(item)}`;
  return { icon: "i-list-filter", what, ...temperature(text(item, "seller_temperature")) };
}

function temperature(word: string | null): Pick<Words, "temperature"> {
  return word === "hot" || word === "warm" || word === "cold" ? { temperature: word } : {};
}

function confidence({ data }: FeedItem): string | null {
  return typeof data.confidence_score === "number" ? `confidence ${decimal(data.confidence_score, 2)}` : null;
}

function money({ value, currency }: FeedItem): Pick<Words, "value"> {
  return value === null ? {} : { value: exactText(value, "money", currency ?? "USD") };
}

function lasted({ duration_ms }: FeedItem): Pick<Words, "value"> {
  return duration_ms === null ? {} : { value: duration(duration_ms) };
}

function span({ data }: FeedItem, field: string): Pick<Words, "value"> {
  const ms = data[field];
  return typeof ms === "number" ? { value: duration(ms) } : {};
}

function plain({ data }: FeedItem, field: string, after: string): Pick<Words, "value"> {
  const number = data[field];
  return typeof number === "number" ? { value: `${decimal(number, 4)}${after}` } : {};
}

function failed({ success }: FeedItem): Pick<Words, "warning"> {
  return success === false ? { warning: "Failed" } : {};
}

function text({ data }: FeedItem, field: string): string | null {
  const value = data[field];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value.slice(0, 120) : null;
}

const named = ({ contact_id }: FeedItem): string => (contact_id === null ? "" : ` ${contact_id}`);
const withWhom = ({ contact_id }: FeedItem): string => (contact_id === null ? "" : ` with ${contact_id}`);
const toWhom = ({ contact_id }: FeedItem): string => (contact_id === null ? "" : ` to ${contact_id}`);
const fromWhom = ({ contact_id }: FeedItem): string => (contact_id === null ? "" : ` from ${contact_id}`);
const from = (item: FeedItem): string => (text(item, "source") === null ? "" : ` by ${text(item, "source")}`);
const because = (item: FeedItem): string => (text(item, "reason") === null ? "" : `: ${text(item, "reason")}`);
