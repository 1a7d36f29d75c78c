/**
 * What each bot is for, told by the events it sends: nothing is configured, and a bot of any trade has its place.
 * It must never be told by a bot's name.
 */
import { eventType } from "../../catalogue/events.ts";
import type { Store } from "../../store/store.ts";
import { ROUTINE } from "../feed.ts";

/** An employee answers calls, books, writes and does tasks; the pipeline takes leads from stage to stage. */
export type BotKind = "pipeline" | "employee" | "other";

export interface Trade {
  kind: BotKind;
  /** Types it sends, the most frequent first; routine ones left out. */
  does: readonly string[];
}

export const BOT_KINDS = ["pipeline", "employee", "other"] as const satisfies readonly BotKind[];

const DAY = 86_400_000_000;
const LEARNED_DAYS = 14;
/** Types of the conversations that bots of every trade have. */
const OF_ALL: ReadonlySet<string> = new Set([
  "conversation_event",
  "conversation_started",
  "conversation_message",
  "conversation_ended",
]);

/** Of every bot that was heard from `since` on, or in the last 14 days. */
export async function botTrades(
  store: Store,
  locations: readonly string[] | null,
  { since, now, signal }: { since: number; now: number; signal?: AbortSignal | undefined },
): Promise<ReadonlyMap<string, Trade>> {
  const from = Math.floor(Math.min(since, now - LEARNED_DAYS * DAY) / DAY) * DAY;
  const where = locations === null ? "true" : "list_contains($1, location_id)";
  const rows = await store.rows<{ bot_id: string; type: string; events: number }>(
    `SELECT bot_id, type, sum(n)::BIGINT AS events FROM rollup_day
     WHERE bot_id IS NOT NULL AND bucket >= make_timestamp(${from}) AND ${where} GROUP BY ALL HAVING events > 0`,
    locations === null ? [] : [locations],
    signal,
  );
  const bots = Map.groupBy(rows, ({ bot_id }) => bot_id);
  return new Map([...bots].map(([bot_id, own]) => [bot_id, tradeOf(own)]));
}

export function tradeOf(sent: readonly { type: string; events: number }[]): Trade {
  const does = sent
    .filter(({ type }) => !ROUTINE.includes(type))
    .toSorted((one, other) => other.events - one.events || (one.type < other.type ? -1 : 1))
    .map(({ type }) => type);
  return { kind: kindOf(does), does };
}

/** Who reports activities is an employee, whatever else it does. */
function kindOf(does: readonly string[]): BotKind {
  if (does.includes("ai_activity")) return "employee";
  const families = does.filter((type) => !OF_ALL.has(type)).map((type) => eventType(type)?.family);
  if (families.some((family) => family === "bots" || family === "leads")) return "pipeline";
  if (families.some((family) => family === "calls" || family === "bookings" || family === "tickets")) return "employee";
  return "other";
}
