import type { EventType } from "../types.ts";
import { data, text } from "./shapes.ts";

/** The machinery around the bots. */
export const systemEvents: readonly EventType[] = [
  plain("cache_hit", "Cache hit", "An answer came from a cache."),
  plain("cache_miss", "Cache miss", "An answer was not in the cache."),
  plain("cache_invalidated", "Cache invalidated", "Cached answers were thrown away."),
  {
    type: "error_occurred",
    family: "system",
    label: "Error",
    description: "Something failed; with a bot_id it counts as that bot's error.",
    data: data({ component: text.nullish(), message: text.nullish() }),
    personal: ["message"],
    needs: [],
    example: {
      type: "error_occurred",
      bot_id: "lead-bot",
      data: { component: "sms", message: "carrier refused the message" },
    },
  },
  plain("client_connected", "Client connected", "A client opened a connection."),
  plain("client_disconnected", "Client disconnected", "A client's connection ended."),
];

function plain(type: string, label: string, description: string): EventType {
  return {
    type,
    family: "system",
    label,
    description,
    data: data(),
    needs: [],
    example: { type, data: { component: "dashboard" } },
  };
}
