/** How much of what bots began was handed to a person. */
import { shareOf } from "../read-answer.ts";
import type { Scan } from "../scan.ts";

/**
 * By bot; only of those that say so: they report conversation events, or how their calls ended. The others are missing,
 * as silence about it is not "never".
 */
export async function handedShares(scan: Scan): Promise<ReadonlyMap<string, number>> {
  const call = "type = 'call_completed' AND outcome IS NOT NULL";
  const rows = await scan.rows<{ bot_id: string; handed: number; told: number; begun: number }>(
    `SELECT bot_id,
       count(*) FILTER ((type = 'conversation_event' AND event = 'handed_off') OR (${call} AND outcome = 'transferred')) AS handed,
       count(*) FILTER (type = 'conversation_event' OR (${call})) AS told,
       count(*) FILTER (type = 'conversation_started' OR (type = 'conversation_event' AND event = 'started') OR (${call})) AS begun
     FROM (SELECT bot_id, type, data->>'$.event' AS event, data->>'$.outcome' AS outcome FROM events
       WHERE bot_id IS NOT NULL AND type IN ('conversation_event', 'conversation_started', 'call_completed') AND ${scan.where})
     GROUP BY bot_id`,
  );
  return new Map(
    rows.flatMap(({ bot_id, handed, told, begun }) => {
      const share = told === 0 ? null : shareOf(handed, begun);
      return share === null ? [] : [[bot_id, Math.min(1, share)] as const];
    }),
  );
}
