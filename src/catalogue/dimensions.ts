/** What an answer can be split by: every field that says which, none that says how much; and any `data.path`. */
import { fieldKind } from "./fields.ts";

const LABELS: Readonly<Record<string, string>> = {
  bot_id: "Bot",
  location_id: "Location",
  type: "Event type",
  contact_id: "Contact",
  conversation_id: "Conversation",
  currency: "Currency",
  success: "Success",
  hour_of_day: "Hour of day",
  day_of_week: "Day of week",
  temperature: "Temperature",
  stage: "Stage",
};
const MEASURED = new Set(["value", "duration_ms", "ml_response_ms", "ingest_lag_ms"]);

/** `hour_of_day` is 0 to 23, `day_of_week` 1 (Monday) to 7, both in the question's time zone. */
export function isDimension(field: string): boolean {
  return fieldKind(field) !== null && !MEASURED.has(field);
}

/** As column heads name it: "Bot", "Zipcode". */
export function dimensionLabel(field: string): string {
  const known = Object.hasOwn(LABELS, field) ? LABELS[field] : undefined;
  if (known) return known;
  const words = field.replace(/^data\./, "").replace(/[._]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
