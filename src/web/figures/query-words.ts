/** What a query of pages says, and what of it no longer holds, in words. */
import { isoDay } from "../../../views/format.ts";
import { parseInstant } from "../../catalogue/time.ts";
import { LEFT_OUT, type LeftOut } from "../presets.ts";
import { chipsOf } from "./filters.ts";

/** One part a word group; empty for the defaults. The text was checked already. */
export function wordsOf(text: string, locationName: (location_id: string) => string): readonly string[] {
  const params = new URLSearchParams(text);
  const zone = params.get("timezone");
  const day = (name: string, less: number): string | null => {
    const time = parseInstant(params.get(name) ?? "");
    return time === null ? null : isoDay(time - less, zone ?? "UTC");
  };
  const [from, to] = [day("from", 0), day("to", 1)];
  const timeframe = params.get("timeframe");
  const location = params.get("location_id");
  const chips = chipsOf({ filters: params.getAll("filter") }, locationName);
  const parts = [
    from !== null && to !== null ? `${from} to ${to}` : null,
    timeframe === null ? null : timeframe === "all" ? "All events" : `Last ${timeframe}`,
    location === null ? null : locationName(location),
    zone === null ? null : zone.replaceAll("_", " "),
    params.get("compare") === "off" ? "Not compared" : null,
    ...chips.map(({ field, op, value }) => `${field} ${op} ${value}`),
  ];
  return parts.filter((part) => part !== null);
}

const LEFT_WORDS: Readonly<Record<LeftOut, string>> = {
  timeframe: "its timeframe",
  dates: "its dates",
  timezone: "its time zone",
  location: "its location",
  comparison: "its comparison",
  filter: "a filter",
};

export function leftOutWords(left_out: readonly LeftOut[]): readonly string[] {
  return left_out.map((what) => LEFT_WORDS[what]);
}

/** What the notice above a page says of `preset_left`; null for nothing, and for words that are not ours. */
export function leftNotice(left: string | null): string | null {
  if (left === null) return null;
  if (left === "all") return "This preset is no longer there, or is not shared with you. Nothing was changed.";
  const known = LEFT_OUT.filter((what) => left.split(",").includes(what));
  if (known.length === 0) return null;
  return `Not all of it could be applied: ${leftOutWords(known).join(", ")} is gone, or not for you to see.`;
}
