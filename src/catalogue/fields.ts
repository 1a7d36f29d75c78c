/** The fields that a formula, a filter or a split may name, and what kind of value each holds. */
export type FieldKind = "text" | "number" | "money" | "boolean" | "data";

const FIELDS: Readonly<Record<string, FieldKind>> = {
  type: "text",
  location_id: "text",
  bot_id: "text",
  contact_id: "text",
  conversation_id: "text",
  currency: "text",
  value: "money",
  duration_ms: "number",
  success: "boolean",
  hour_of_day: "number",
  day_of_week: "number",
  // Derived: duration_ms where given, else data.processing_time_ms.
  ml_response_ms: "number",
  // Derived: received_at − time.
  ingest_lag_ms: "number",
  // Derived: data.to of a temperature change, else data.seller_temperature.
  temperature: "text",
  // Derived: data.to of a change of stage.
  stage: "text",
  // Copied out of data when an event is stored, because percentiles read them.
  "data.processing_time_ms": "number",
  "data.response_ms": "number",
  "data.wait_ms": "number",
};

const SEGMENT = /^[\p{L}\p{N}_][\p{L}\p{N}_ -]{0,63}$/u;
const DATA_SEGMENTS_MAX = 16;

/** Null when there is no such field. A dotted `data.path` is always one, as long as its keys are plain. */
export function fieldKind(field: string): FieldKind | null {
  if (Object.hasOwn(FIELDS, field)) return FIELDS[field] ?? null;
  return dataPath(field) ? "data" : null;
}

/** True when formulas and filters may name it. */
export function isField(field: string): boolean {
  return fieldKind(field) !== null;
}

/** The keys of a `data.path`; null when it is none or has a key that is not plain. */
export function dataPath(field: string): readonly string[] | null {
  const [root, ...keys] = field.split(".");
  if (root !== "data" || keys.length === 0 || keys.length > DATA_SEGMENTS_MAX) return null;
  return keys.every((key) => SEGMENT.test(key)) ? keys : null;
}
