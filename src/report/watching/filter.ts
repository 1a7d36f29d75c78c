import type { Filter } from "../../catalogue/types.ts";

/** Events of this bot, or of none. */
export function botFilter(bot_id: string | null): Filter {
  return bot_id === null
    ? { field: "bot_id", op: "exists", value: false }
    : { field: "bot_id", op: "eq", value: bot_id };
}
