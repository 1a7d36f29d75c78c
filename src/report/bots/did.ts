/** What a bot did by type of event, beside the period before, and how much of it succeeded. */
import { kpiOf } from "../../catalogue/kpis.ts";
import { previousOf } from "../../catalogue/period.ts";
import type { Framed, ReportParts } from "../common.ts";
import { recordsOf, shareOf } from "../read-answer.ts";

export interface Did {
  type: string;
  count: number;
  /** Of all its events in the timeframe. */
  share: number | null;
  /** Null where nothing is compared. */
  previous: number | null;
  /** Of those whose outcome is known; null where none is. */
  success: number | null;
}

const TYPES_MAX = 200;
const KPIS = ["bot_events", "bot_success_rate"].flatMap((key) => kpiOf(key) ?? []);

/** The most frequent first. `resolved`: filtered by the bot. */
export async function didOf(
  { store }: ReportParts,
  { scope }: Pick<Framed, "scope">,
  compares: boolean,
): Promise<readonly Did[]> {
  const ask = (range: { from: number; to: number }) =>
    store.ask({ ...scope, ...range, kpis: KPIS, by: ["type"], grain: null, limit: TYPES_MAX });
  const [now, before] = await Promise.all([ask(scope), compares ? ask(previousOf(scope)) : null]);
  const counts =
    before && new Map(recordsOf(before).map(({ cells }) => [String(cells.type), Number(cells.bot_events)]));
  const rows = recordsOf(now).map(({ cells }) => ({
    type: String(cells.type),
    count: Number(cells.bot_events ?? 0),
    success: cells.bot_success_rate === null ? null : Number(cells.bot_success_rate),
  }));
  const whole = rows.reduce((sum, { count }) => sum + count, 0);
  return rows
    .map((row): Did => ({ ...row, share: shareOf(row.count, whole), previous: counts && (counts.get(row.type) ?? 0) }))
    .toSorted((one, other) => other.count - one.count || (one.type < other.type ? -1 : 1));
}
