/**
 * The features of a contact, a row each: its SQL over the events `e` of one contact before the moment `p.t`, with the columns
 * that features.ts works out of each event, and its words. To add one, add a row.
 */
import type { FeatureSpec, FeatureValue } from "../../analysis/conversion/model.ts";

export interface Feature extends FeatureSpec {
  /** An aggregate over the events `e` of one contact before `p.t`. */
  sql: string;
  /** The fact as a sentence. */
  words(value: FeatureValue): string;
}

const PURCHASE_DAYS = "count(DISTINCT e.purchase_day)";

export const FEATURES: readonly Feature[] = [
  number("age_days", "Days since first heard", daysSince("min(e.time)"), (days) => `First heard ${ago(days)}.`),
  number("silent_days", "Days since last heard", daysSince("max(e.time)"), (days) => `Last heard ${ago(days)}.`),
  number("events", "Events so far", "count(e.time)", (n) => `${counted(n, "event")} so far.`),
  number(
    "events_7d",
    "Events in 7 days",
    `count(e.time) FILTER (${within(7)})`,
    (n) => `${counted(n, "event")} in the last 7 days.`,
  ),
  number(
    "events_30d",
    "Events in 30 days",
    `count(e.time) FILTER (${within(30)})`,
    (n) => `${counted(n, "event")} in the last 30 days.`,
  ),
  number(
    "events_90d",
    "Events in 90 days",
    `count(e.time) FILTER (${within(90)})`,
    (n) => `${counted(n, "event")} in the last 90 days.`,
  ),
  number("bots", "Bots that dealt with it", "count(DISTINCT e.bot_id)", (n) => `Dealt with by ${counted(n, "bot")}.`),
  number(
    "conversations",
    "Conversations",
    "count(DISTINCT e.conversation_id)",
    (n) => `${counted(n, "conversation")} so far.`,
  ),
  number(
    "messages_in",
    "Messages it sent",
    "count(e.time) FILTER (e.message_in)",
    (n) => `It sent ${counted(n, "message")}.`,
  ),
  number(
    "response_ms",
    "Mean response time",
    "avg(e.data_response_ms)",
    (ms) => `Was answered in ${seconds(ms)} on average.`,
  ),
  number("wait_ms", "Mean wait", "avg(e.data_wait_ms)", (ms) => `Waited ${seconds(ms)} on average.`),
  number("calls", "Calls", "count(e.time) FILTER (e.type = 'call_completed')", (n) => `${counted(n, "call")} so far.`),
  number(
    "calls_abandoned",
    "Calls it gave up",
    "count(e.time) FILTER (e.type = 'call_abandoned')",
    (n) => `Gave up ${counted(n, "call")}.`,
  ),
  number(
    "talk_ms",
    "Talk time",
    "sum(e.duration_ms) FILTER (e.type = 'call_completed')",
    (ms) => `Talked for ${seconds(ms)} in all.`,
  ),
  number("sentiment", "Mean sentiment", "avg(e.feeling)", (of) => `Sentiment ${plain(of)} on average.`),
  number("last_sentiment", "Last sentiment", "arg_max(e.feeling, e.place)", (of) => `Sentiment ${plain(of)} last.`),
  number("feedback", "Mean feedback", "avg(e.rating)", (of) => `Rated ${plain(of)} of 5 on average.`),
  category("temperature", "Temperature", "arg_max(e.temperature, e.place)", (of) => `Was ${of} last.`),
  category(
    "best_temperature",
    "Best temperature",
    "arg_max(e.temperature, CASE e.temperature WHEN 'hot' THEN 3 WHEN 'warm' THEN 2 WHEN 'cold' THEN 1 END)",
    (of) => `Was ${of} at best.`,
  ),
  number("answered", "Questions answered", "max(e.answers)", (n) => `Answered ${plain(n)} of 4 questions.`),
  number(
    "effectiveness",
    "Confrontational effectiveness",
    "avg(e.effect)",
    (of) => `Confrontational effectiveness ${plain(of)} on average.`,
  ),
  number("stalls", "Stalls", "count(e.time) FILTER (e.stopped)", (n) => `Stalled ${times(n)}.`),
  category(
    "stalled",
    "Stalled",
    "CASE arg_max(e.stall, e.place) WHEN true THEN 'yes' WHEN false THEN 'no' END",
    (of) => (of === "yes" ? "The last step stalled." : "The last step did not stall."),
  ),
  category("qualified", "Qualified", "CASE WHEN bool_or(e.type = 'lead_qualified') THEN 'yes' ELSE 'no' END", (of) =>
    of === "yes" ? "Qualified." : "Not qualified.",
  ),
  category("stage", "Stage", "arg_max(e.stage, e.place)", (of) => `In stage ${of}.`),
  number(
    "lead_score",
    "Score given by bots",
    "arg_max(e.scored, e.place)",
    (of) => `Bots scored it ${plain(of)} last.`,
  ),
  number(
    "sequence_day",
    "Sequence day",
    "arg_max(e.sequence, e.place)",
    (day) => `At day ${plain(day)} of its sequence.`,
  ),
  number(
    "sequence_failures",
    "Failed sequence actions",
    "count(e.time) FILTER (e.type = 'lead_bot_sequence_update' AND e.success = false)",
    (n) => `${counted(n, "sequence action")} failed.`,
  ),
  category("source", "Source", "arg_min(e.source, e.place)", (of) => `Came from ${of}.`),
  category("channel", "Channel", "arg_max(e.channel, e.place)", (of) => `Last by ${of}.`),
  category("intent", "Intent", "arg_max(e.intent_category, e.place)", (of) => `Decoded as ${of} last.`),
  category("urgency", "Urgency", "arg_max(e.urgency_level, e.place)", (of) => `Urgency ${of} last.`),
  number(
    "confidence",
    "Confidence of the decoder",
    "avg(e.certainty)",
    (of) => `Decoded with a confidence of ${plain(of)} on average.`,
  ),
  number(
    "bookings",
    "Bookings",
    "count(e.time) FILTER (e.type = 'booking_created')",
    (n) => `${counted(n, "booking")} so far.`,
  ),
  number(
    "tickets",
    "Tickets",
    "count(e.time) FILTER (e.type = 'ticket_created')",
    (n) => `${counted(n, "ticket")} so far.`,
  ),
  number(
    "troubles",
    "Refunds, cancellations and no-shows",
    "count(e.time) FILTER (e.trouble)",
    (n) => `${counted(n, "refund, cancellation or no-show", "refunds, cancellations or no-shows")} so far.`,
  ),
  number(
    "troubles_90d",
    "Troubles in 90 days",
    `count(e.time) FILTER (e.trouble AND ${within(90)})`,
    (n) =>
      `${counted(n, "refund, cancellation or no-show", "refunds, cancellations or no-shows")} in the last 90 days.`,
  ),
  number(
    "refunded",
    "Refunded",
    `-sum(CASE WHEN e.type = 'refund_issued' THEN e.amount END)`,
    (sum) => `Was refunded ${plain(sum)}.`,
  ),
  number("purchases", "Days with a purchase", PURCHASE_DAYS, (n) => `Bought on ${counted(n, "day")}.`),
  number(
    "purchases_90d",
    "Days with a purchase in 90 days",
    `count(DISTINCT e.purchase_day) FILTER (${within(90)})`,
    (n) => `Bought on ${counted(n, "day")} of the last 90.`,
  ),
  number("money", "Spent", `sum(CASE WHEN e.bought THEN e.amount END)`, (sum) => `Spent ${plain(sum)} so far.`),
  number(
    "money_90d",
    "Spent in 90 days",
    `sum(CASE WHEN e.bought AND ${within(90)} THEN e.amount END)`,
    (sum) => `Spent ${plain(sum)} in the last 90 days.`,
  ),
  number(
    "unbought_days",
    "Days since the last purchase",
    daysSince(`max(e.time) FILTER (e.bought)`),
    (days) => `Last bought ${ago(days)}.`,
  ),
  number(
    "bought_since_days",
    "Days since the first purchase",
    daysSince(`min(e.time) FILTER (e.bought)`),
    (days) => `First bought ${ago(days)}.`,
  ),
  number(
    "gap_days",
    "Days between purchases",
    `CASE WHEN ${PURCHASE_DAYS} > 1 THEN (epoch_us(max(e.time) FILTER (e.bought)) - epoch_us(min(e.time) FILTER (e.bought))) / 86400e6 / (${PURCHASE_DAYS} - 1) END`,
    (days) => `Usually buys every ${inDays(days)}.`,
  ),
];

function number(name: string, label: string, sql: string, words: (value: number) => string): Feature {
  // Rounded: the order in which the database adds up is to leave no trace.
  return { name, kind: "number", label, sql: `round((${sql})::DOUBLE, 9)`, words: (value) => words(Number(value)) };
}

function category(name: string, label: string, sql: string, words: (value: string) => string): Feature {
  return { name, kind: "category", label, sql, words: (value) => words(String(value)) };
}

function within(days: number): string {
  return `e.time >= p.t - INTERVAL ${days} DAY`;
}

function daysSince(moment: string): string {
  return `(epoch_us(p.t) - epoch_us(${moment})) / 86400e6`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${plain(count)} ${count === 1 ? one : many}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${plain(count)} times`;
}

function ago(days: number): string {
  return `${inDays(days)} ago`;
}

function inDays(days: number): string {
  return counted(days < 10 ? Math.round(days * 10) / 10 : Math.round(days), "day");
}

function seconds(ms: number): string {
  return ms < 120_000 ? `${plain(ms / 1_000)} s` : `${plain(ms / 60_000)} min`;
}

/** Three digits tell enough of a fact. */
export function plain(value: number): string {
  return String(Number(value.toPrecision(3)));
}
