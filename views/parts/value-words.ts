/** Values of dimensions as people read them. */
import { eventType } from "../../src/catalogue/events.ts";
import { exactMoney, nameOf } from "../format.ts";

/** From Monday, as `day_of_week` counts from 1. */
export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** "Seller bot", "Lead created", "Thursday", "14:00"; what an event does not have is "Not given". */
export function keyWords(
  field: string,
  key: string | number | boolean | null,
  locationName: ((location_id: string) => string) | null,
): string {
  if (key === null || key === "") return "Not given";
  const text = String(key);
  switch (field) {
    case "bot_id":
    case "temperature":
    case "stage":
    case "data.source":
      return nameOf(text);
    case "type":
      return eventType(text)?.label ?? nameOf(text);
    case "location_id":
      return locationName?.(text) ?? text;
    case "success":
      return text === "true" ? "Yes" : "No";
    case "day_of_week":
      return WEEKDAYS[Number(text) - 1] ?? text;
    case "hour_of_day":
      return /^\d{1,2}$/.test(text) ? `${text.padStart(2, "0")}:00` : text;
    default:
      return text;
  }
}

/** A sentence of the concierge with the very same numbers as everywhere on the pages: "2474155.63 USD" is "$2,474,155.63". */
export function sentenceWords(sentence: string): string {
  return sentence.replace(/(-?\d+\.\d{2}) ([A-Z]{3})\b/g, (_, amount: string, currency: string) =>
    exactMoney(amount, currency),
  );
}
