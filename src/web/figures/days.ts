/** From the days that a form sends to the address that says the same in instants. */
import { queryText } from "../../../views/parts/query.ts";
import { bucketsOf, isTimezone } from "../../catalogue/period.ts";
import { formatInstant } from "../../catalogue/time.ts";
import { fieldProblem } from "../bi/input.ts";

const DAY = 86_400_000_000;
const OF_THE_FORM = ["day_from", "day_to", "timezone", "timeframe", "from", "to"];

/** True when the range form was sent: `day_from` and `day_to`, both included, in `timezone`. */
export function asksForDays(params: URLSearchParams): boolean {
  return params.has("day_from") || params.has("day_to");
}

/** The query string with `from` and `to`; whatever else stood there stays. Throws Problem 422 for what is no day. */
export function rangeOfDays(params: URLSearchParams): string {
  const timezone = params.get("timezone") ?? "UTC";
  if (!isTimezone(timezone)) throw fieldProblem("timezone", "Choose a time zone of the list.");
  const from = dayBounds("day_from", params.get("day_from"), timezone).start;
  const to = dayBounds("day_to", params.get("day_to"), timezone).end;
  if (to <= from) throw fieldProblem("day_to", "The last day must not be before the first.");
  const kept = [...params].filter(([name]) => !OF_THE_FORM.includes(name));
  const named = (name: string) => kept.find(([one]) => one === name)?.[1] ?? null;
  const known = ["location_id", "compare", "currency", "filter"];
  return queryText({
    path: "",
    timeframe: null,
    from: formatInstant(from),
    to: formatInstant(to),
    location_id: named("location_id"),
    timezone,
    compare: named("compare") !== "off",
    currency: named("currency"),
    filters: params.getAll("filter"),
    own: Object.fromEntries(kept.filter(([name]) => !known.includes(name))),
  });
}

function dayBounds(field: string, text: string | null, timezone: string): { start: number; end: number } {
  const noon = Date.parse(`${text ?? ""}T12:00:00Z`) * 1_000;
  if (!/^\d{4}-\d\d-\d\d$/.test(text ?? "") || Number.isNaN(noon)) throw fieldProblem(field, "Choose a day.");
  // Labels are local days written as UTC, so the right one is found whatever the zone's offset.
  const bucket = bucketsOf("day", timezone, noon - DAY, noon + DAY).find(({ label }) => label === noon - DAY / 2);
  if (!bucket) throw fieldProblem(field, "This day does not exist in the time zone.");
  return bucket;
}
