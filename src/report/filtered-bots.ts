/** The bots that filters leave over: those on bots and locations count, as what a bot is does not depend on one event. */
import type { Filter } from "../catalogue/types.ts";
import type { Store } from "../store/store.ts";
import { type Bots, botsSeen } from "./bots.ts";
import type { Asked, Framed } from "./common.ts";

/** So many are looked through; as many as usual are shown. */
const AMONG_MAX = 200;
const SHOWN_MAX = 12;

export async function botsAmong(
  store: Store,
  { locations, filters }: Pick<Framed["scope"], "locations" | "filters">,
  { now, signal }: Pick<Asked, "now" | "signal">,
): Promise<Bots> {
  const ofBots = filters.filter(({ field }) => field === "bot_id");
  const places = narrowed(locations, filters);
  if (ofBots.length === 0) return botsSeen(store, places, now, signal);
  const { bots } = await botsSeen(store, places, now, signal, AMONG_MAX);
  const left = bots.filter(({ bot_id }) => ofBots.every((filter) => fits(bot_id, filter)));
  return { bots: left.slice(0, SHOWN_MAX), total: left.length };
}

/** Of the locations that may be seen, those that are asked for by name. */
function narrowed(locations: readonly string[] | null, filters: readonly Filter[]): readonly string[] | null {
  return filters.reduce<readonly string[] | null>((left, { field, op, value }) => {
    if (field !== "location_id" || (op !== "eq" && op !== "in")) return left;
    const named = [value].flat().map(String);
    return left === null ? named : left.filter((location_id) => named.includes(location_id));
  }, locations);
}

/** As the store compares texts. */
function fits(bot_id: string, { op, value }: Filter): boolean {
  const [first = "", ...others] = [value].flat().map(String);
  switch (op) {
    case "eq":
    case "in":
      return [first, ...others].includes(bot_id);
    case "ne":
      return bot_id !== first;
    case "contains":
      return bot_id.toLowerCase().includes(first.toLowerCase());
    case "exists":
      return first !== "false";
    case "gt":
      return bot_id > first;
    case "gte":
      return bot_id >= first;
    case "lt":
      return bot_id < first;
    case "lte":
      return bot_id <= first;
  }
}
