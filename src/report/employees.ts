/** AI employees: every bot that reports activities, whatever it is called. */
import { maskedCell } from "./personal.ts";
import { sumOf, textOf } from "./read-answer.ts";
import type { Scan } from "./scan.ts";

export interface Employee {
  bot_id: string;
  activities: { total: number; call: number; booking: number; email: number; task: number };
  /** Activities that were bookings. */
  bookings: number;
  /** What its activities were worth, by currency. */
  value: readonly { currency: string; value: string }[];
  /** Means of what it reported; null where it reported none. */
  sentiment: number | null;
  performance: number | null;
}

const EMPLOYEES_MAX = 200;

interface Counted {
  bot_id: string;
  activity: string | null;
  currency: string | null;
  count: number;
  value: string | null;
  sentiment: number | null;
  sentiments: number;
  performance: number | null;
  performances: number;
}

/** Those with most activities first. */
export async function employeesOf(scan: Scan, personal: boolean): Promise<readonly Employee[]> {
  const rows = await scan.rows<Counted>(
    `SELECT bot_id, field[1] AS activity, currency, count(*) AS count, sum(value) AS value,
       sum(TRY_CAST(field[2] AS DOUBLE)) AS sentiment, count(TRY_CAST(field[2] AS DOUBLE)) AS sentiments,
       sum(TRY_CAST(field[3] AS DOUBLE)) AS performance, count(TRY_CAST(field[3] AS DOUBLE)) AS performances
     FROM (SELECT bot_id, currency, value, data->>['$.activity_type', '$.sentiment_score', '$.performance_score'] AS field
       FROM events WHERE type = 'ai_activity' AND bot_id IS NOT NULL AND ${scan.where})
     GROUP BY bot_id, activity, currency`,
  );
  const employees = [...Map.groupBy(rows, ({ bot_id }) => bot_id)].map(([bot_id, own]): Employee => {
    const of = (activity: string): number => counted(own.filter((row) => row.activity === activity));
    const booking = of("booking");
    const activities = { total: counted(own), call: of("call"), booking, email: of("email"), task: of("task") };
    return {
      bot_id: personal ? bot_id : (textOf(maskedCell(bot_id)) ?? bot_id),
      activities,
      bookings: booking,
      value: worthOf(own),
      sentiment: meanOf(own.map(({ sentiment, sentiments }) => [sentiment, sentiments])),
      performance: meanOf(own.map(({ performance, performances }) => [performance, performances])),
    };
  });
  return employees
    .sort((one, other) => other.activities.total - one.activities.total || (one.bot_id < other.bot_id ? -1 : 1))
    .slice(0, EMPLOYEES_MAX);
}

function counted(rows: readonly Counted[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}

function worthOf(rows: readonly Counted[]): Employee["value"] {
  const priced = rows.flatMap(({ currency, value }) =>
    currency === null || value === null ? [] : [{ currency, value }],
  );
  return [...Map.groupBy(priced, ({ currency }) => currency)]
    .map(([currency, own]) => ({ currency, value: sumOf(own.map(({ value }) => value)) }))
    .sort((one, other) => (one.currency < other.currency ? -1 : 1));
}

function meanOf(parts: readonly (readonly [sum: number | null, count: number])[]): number | null {
  const count = parts.reduce((total, [, one]) => total + one, 0);
  return count === 0 ? null : parts.reduce((total, [one]) => total + (one ?? 0), 0) / count;
}
