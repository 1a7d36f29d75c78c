/** The lead bot's 3, 7 and 30 day sequences: what was done, and how much of it succeeded. */
import { shareOf } from "./read-answer.ts";
import type { Scan } from "./scan.ts";

export interface SequenceAction {
  action_type: string;
  count: number;
  /** Whose outcome is known. */
  known: number;
  succeeded: number;
  /** Of those known; null where none is. */
  success_rate: number | null;
}

export interface Sequence extends Omit<SequenceAction, "action_type"> {
  sequence_day: number;
  actions: readonly SequenceAction[];
}

export const SEQUENCE_DAYS = [3, 7, 30] as const;
export const SEQUENCE_ACTIONS = ["sms_sent", "email_sent", "call_scheduled", "call_completed"] as const;

interface Counted {
  day: number | null;
  action: string | null;
  count: number;
  known: number;
  succeeded: number;
}

/** Every sequence with every action, also those that were not taken. */
export async function sequencesOf(scan: Scan): Promise<readonly Sequence[]> {
  const rows = await scan.rows<Counted>(
    `SELECT TRY_CAST(field[1] AS INTEGER) AS day, field[2] AS action, count(*) AS count, count(success) AS known,
       count(*) FILTER (success) AS succeeded
     FROM (SELECT success, data->>['$.sequence_day', '$.action_type'] AS field FROM events
       WHERE type = 'lead_bot_sequence_update' AND ${scan.where})
     GROUP BY ALL`,
  );
  return SEQUENCE_DAYS.map((sequence_day) => {
    const own = rows.filter(({ day }) => day === sequence_day);
    const actions = SEQUENCE_ACTIONS.map((action_type) => ({
      action_type,
      ...added(own.filter(({ action }) => action === action_type)),
    }));
    return { sequence_day, ...added(own), actions };
  });
}

function added(rows: readonly Counted[]): Omit<SequenceAction, "action_type"> {
  const sum = (of: (row: Counted) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const known = sum((row) => row.known);
  const succeeded = sum((row) => row.succeeded);
  return { count: sum((row) => row.count), known, succeeded, success_rate: shareOf(succeeded, known) };
}
