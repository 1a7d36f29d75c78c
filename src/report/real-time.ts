/** The last hour by the minute, and what goes on right now. */
import { kpiOf } from "../catalogue/kpis.ts";
import type { Kpi } from "../catalogue/types.ts";
import type { Answer, Cell } from "../store/store.ts";
import { type Asked, type Framed, framed, type ReportParts } from "./common.ts";
import { maskedText } from "./personal.ts";

/** What is counted; revenue by currency, decimal strings. */
export interface Counted {
  events: number;
  conversations: number;
  bookings: number;
  errors: number;
  revenue: Readonly<Record<string, string>>;
}

export interface RealTime {
  framed: Framed;
  /** Sixty, oldest first; the last one is running. */
  minutes: readonly ({ t: string } & Counted)[];
  /** Most events first; null stands for events that name no bot. */
  by_bot: readonly ({ bot_id: string | null } & Counted)[];
  totals: Counted;
  active_conversations: number;
}

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;

const ERRORS: Kpi = {
  key: "errors",
  label: "Errors",
  unit: "count",
  better: "down",
  description: "Errors that were reported, and statuses of error.",
  formula: `count(type = "error_occurred") + count(type = "bot_status_update" and data.status = "error")`,
  dimensions: [],
  group: "system",
};

/** The hour that ends with the minute that is running. */
export function lastHour(now: number): { from: number; to: number } {
  const to = (Math.floor(now / MINUTE) + 1) * MINUTE;
  return { from: to - HOUR, to };
}

/** `asked.timeframe` is lastHour(asked.now). */
export async function realTime(parts: ReportParts, asked: Asked): Promise<RealTime> {
  const resolved = await framed(parts, asked);
  const { scope } = resolved;
  const counts = [kpi("events"), kpi("conversations"), kpi("bookings"), ERRORS];
  const revenue = [kpi("revenue")];
  const ask = (kpis: readonly Kpi[], by: readonly string[], grain: "minute" | null): Promise<Answer> =>
    parts.store.ask({ ...scope, kpis, by, grain });
  const [counted, earned, byMinute, byBot, earnedByBot, open] = await Promise.all([
    ask(counts, [], "minute"),
    ask(revenue, ["currency"], null),
    ask(revenue, ["currency"], "minute"),
    ask(counts, ["bot_id"], null),
    ask(revenue, ["bot_id", "currency"], null),
    ask([kpi("active_conversations")], [], null),
  ]);
  const minuteMoney = moneyBy(byMinute, "t");
  const botMoney = moneyBy(earnedByBot, "bot_id");
  const shown = (bot_id: string): string => (asked.personal ? bot_id : maskedText(bot_id));
  return {
    framed: resolved,
    minutes: recordsOf(counted).map((row) => ({
      t: String(row.t),
      ...countsOf(row),
      revenue: minuteMoney.get(row.t ?? null) ?? {},
    })),
    by_bot: recordsOf(byBot).map((row) => ({
      bot_id: typeof row.bot_id === "string" ? shown(row.bot_id) : null,
      ...countsOf(row),
      revenue: botMoney.get(row.bot_id ?? null) ?? {},
    })),
    totals: { ...countsOf(counted.totals), revenue: moneyBy(earned, null).get(null) ?? {} },
    active_conversations: Number(open.totals.active_conversations ?? 0),
  };
}

/** Rows by their columns' names. */
function recordsOf({ columns, rows }: Answer): Record<string, Cell>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])));
}

function countsOf(row: Readonly<Record<string, unknown>>): Omit<Counted, "revenue"> {
  const of = (key: string): number => Number(row[key] ?? 0);
  return { events: of("events"), conversations: of("conversations"), bookings: of("bookings"), errors: of("errors") };
}

/** Revenue by currency, for each value of a column; what came to nothing is left out. */
function moneyBy(answer: Answer, column: string | null): Map<Cell, Record<string, string>> {
  const found = new Map<Cell, Record<string, string>>();
  for (const { currency, revenue, ...row } of recordsOf(answer)) {
    const key = column === null ? null : (row[column] ?? null);
    if (typeof currency !== "string" || typeof revenue !== "string" || Number(revenue) === 0) continue;
    found.set(key, { ...found.get(key), [currency]: revenue });
  }
  return found;
}

function kpi(key: string): Kpi {
  const known = kpiOf(key);
  if (!known) throw new Error("a KPI of the catalogue is missing");
  return known;
}
