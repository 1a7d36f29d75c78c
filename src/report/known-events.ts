/** What a team knows of single days (holidays, campaigns, notes), as forecasts and answers are told of it. */
import { bucketsOf } from "../catalogue/period.ts";
import type { Control } from "../control/control.ts";
import type { Framed } from "./common.ts";
import { HISTORY_US } from "./forecast.ts";

const AHEAD_US = 62 * 86_400_000_000;

/** By the start of each local day that has one, from the year before the end of the question to two months behind it. */
export function knownEvents(
  control: Pick<Control, "annotations">,
  { scope, timezone }: Framed,
): ReadonlyMap<number, string> {
  const end = scope.now ?? scope.to;
  const range = { from: end - HISTORY_US, to: end + AHEAD_US };
  const events = new Map<number, string>();
  for (const { from, to, text } of control.annotations({ locations: scope.locations, kind: "holiday", ...range }))
    for (const { start } of bucketsOf("day", timezone, from, to)) events.set(start, text);
  return events;
}
