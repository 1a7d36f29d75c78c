/**
 * What is known of a contact at a moment, as SQL over the events before it: the columns of an event, and the features of feature-table.ts.
 * It must never read an event of the moment or later: what a score is learned from is what was known then.
 */
import type { FeatureSpec, FeatureValue } from "../../analysis/conversion/model.ts";
import { FEATURES, type Feature, plain } from "./feature-table.ts";

/** A field of `data` that this location's events carry and no row below names. */
export interface Extra {
  key: string;
  kind: FeatureSpec["kind"];
}

/** Fields of `data` that features read, pulled out of each event once. */
const FIELDS = [
  "source",
  "score",
  "to",
  "seller_temperature",
  "questions_answered",
  "stall_detected",
  "confrontational_effectiveness",
  "event",
  "direction",
  "sentiment",
  "sequence_day",
  "intent_category",
  "urgency_level",
  "confidence_score",
  "channel",
  "sentiment_score",
] as const;

/** Events that bring money: who has one is a buyer. */
export const INCOME = "type IN ('deal_closed', 'order_placed', 'booking_completed', 'payment_received')";
const PROGRESS = "type = 'jorge_qualification_progress'";

/** What is worked out of each event once, whatever the number of moments it is looked at from: column and SQL. */
const WORKED_OUT: Readonly<Record<string, string>> = {
  bought: INCOME,
  trouble: "type IN ('refund_issued', 'booking_cancelled', 'booking_no_show')",
  message_in: `(type = 'conversation_message' OR (type = 'conversation_event' AND "event" = 'message')) AND direction = 'in'`,
  temperature: `CASE WHEN type = 'lead_temperature_changed' THEN "to" WHEN ${PROGRESS} THEN seller_temperature END`,
  feeling: "TRY_CAST(coalesce(sentiment, sentiment_score) AS DOUBLE)",
  stall: `CASE WHEN ${PROGRESS} THEN coalesce(stall_detected = 'true', false) END`,
  stopped: `(${PROGRESS} AND stall_detected = 'true') OR (type = 'conversation_event' AND "event" = 'stalled')`,
  answers: `CASE WHEN ${PROGRESS} THEN TRY_CAST(questions_answered AS DOUBLE) END`,
  effect: `CASE WHEN ${PROGRESS} THEN TRY_CAST(confrontational_effectiveness AS DOUBLE) END`,
  rating: "CASE WHEN type = 'feedback_received' THEN TRY_CAST(score AS DOUBLE) END",
  scored: "CASE WHEN type = 'lead_scored' THEN TRY_CAST(score AS DOUBLE) END",
  stage: `CASE WHEN type = 'lead_stage_changed' THEN "to" END`,
  sequence: "CASE WHEN type = 'lead_bot_sequence_update' THEN TRY_CAST(sequence_day AS DOUBLE) END",
  certainty: "TRY_CAST(confidence_score AS DOUBLE)",
  purchase_day: `CASE WHEN ${INCOME} THEN time::DATE END`,
};
const NAMED: ReadonlyMap<string, Feature> = new Map(FEATURES.map((feature) => [feature.name, feature]));
/** What an extra field of `data` is called as a feature. */
export const EXTRA = "data.";

/** Every feature of a location with these extras, in the order of their SQL. */
export function featureSpecs(extras: readonly Extra[]): readonly FeatureSpec[] {
  return [...FEATURES.map(({ name, kind, label }) => ({ name, kind, label })), ...extras.map(extraSpec)];
}

/** From the values of every feature to those that a model of these specs takes; null for what it knows and they don't have. */
export function pickerOf(
  specs: readonly Pick<FeatureSpec, "name">[],
  extras: readonly Extra[],
): (values: readonly FeatureValue[]) => FeatureValue[] {
  const known = featureSpecs(extras);
  const places = specs.map(({ name }) => known.findIndex((spec) => spec.name === name));
  return (values) => places.map((place) => values[place] ?? null);
}

/** Fields of `data` that have a feature of their own already. */
export function isRead(key: string): boolean {
  return FIELDS.some((field) => field === key);
}

/**
 * SQL: the events that meet the conditions, each with its fields of `data` as columns, and its money where that is in the
 * one currency that counts (SQL of a bound value): amounts of several are never added up.
 */
export function fieldsSql(extras: readonly Extra[], currency: string, where: string): string {
  const paths = [...FIELDS, ...extras.map(({ key }) => key)].map((key) => `'$."${key}"'`);
  const columns = [...FIELDS.map((field) => `"${field}"`), ...extras.map((_, index) => `x${index}`)];
  const plain =
    "SELECT contact_id, time, type, bot_id, conversation_id, duration_ms, success, data_response_ms, data_wait_ms, " +
    `CASE WHEN currency IS NULL OR currency = ${currency} THEN value::DOUBLE END AS amount, ` +
    // Of two events at the same moment it must always be the same one that counts.
    "epoch_us(time) * 1024 + abs(fingerprint) % 1024 AS place, " +
    `json_extract_string(data, [${paths.join(", ")}]) AS d FROM events WHERE ${where}`;
  const parted = `SELECT * EXCLUDE (d), ${columns.map((column, index) => `d[${index + 1}] AS ${column}`).join(", ")} FROM (${plain})`;
  const worked = Object.entries(WORKED_OUT).map(([column, sql]) => `${sql} AS ${column}`);
  return `SELECT *, ${worked.join(", ")} FROM (${parted})`;
}

/** SQL items: each feature as a column f0, f1 … */
export function featureItems(extras: readonly Extra[]): string {
  const extra = extras.map(({ kind }, index) =>
    kind === "number" ? `arg_max(TRY_CAST(e.x${index} AS DOUBLE), e.place)` : `arg_max(e.x${index}, e.place)`,
  );
  return [...FEATURES.map(({ sql }) => sql), ...extra].map((sql, index) => `${sql} AS f${index}`).join(", ");
}

/** The fact of a feature as a sentence; a value that may hold what is personal is masked before. */
export function wordsOf({ name, label }: Pick<FeatureSpec, "name" | "label">, value: FeatureValue): string {
  if (value === null) return `${label}: not known.`;
  return NAMED.get(name)?.words(value) ?? `${label} is ${typeof value === "number" ? plain(value) : value}.`;
}

function extraSpec({ key, kind }: Extra): FeatureSpec {
  const label = key.replaceAll(/[_-]+/g, " ");
  return { name: `${EXTRA}${key}`, kind, label: label.slice(0, 1).toUpperCase() + label.slice(1) };
}
