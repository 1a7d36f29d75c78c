/** What people said about insights of the concierge, each for themselves: dismissed, snoozed, rated. */
import type { ControlDatabase } from "./database.ts";

export interface InsightNote {
  insight_id: string;
  dismissed_at: number | null;
  snoozed_until: number | null;
  rating: "useful" | "useless" | null;
}

export interface InsightNoteControl {
  /** Of these insights those that this caller said something about. */
  insightNotes(caller: string, insight_ids: readonly string[]): ReadonlyMap<string, InsightNote>;
  /** When this caller last said something; 0 for never. */
  insightNotesAt(caller: string): number;
  /** Changes what is given and keeps the rest. */
  noteInsight(caller: string, insight_id: string, change: Partial<Omit<InsightNote, "insight_id">>): InsightNote;
}

/** Of one caller; the oldest go. */
const NOTES_MAX = 1_000;

type Row = InsightNote & { caller: string; noted_at: number };

export function insightNotesOf(database: ControlDatabase): InsightNoteControl {
  const { sql } = database;
  const among = sql.query<Row, { caller: string; ids: string }>(
    "SELECT * FROM insight_notes WHERE caller = $caller AND insight_id IN (SELECT value FROM json_each($ids))",
  );
  const put = sql.query(
    `INSERT INTO insight_notes VALUES ($caller, $insight_id, $noted_at, $dismissed_at, $snoozed_until, $rating)
     ON CONFLICT DO UPDATE SET noted_at = $noted_at, dismissed_at = $dismissed_at, snoozed_until = $snoozed_until, rating = $rating`,
  );
  const prune = sql.query(
    `DELETE FROM insight_notes WHERE caller = $caller AND insight_id IN (
       SELECT insight_id FROM insight_notes WHERE caller = $caller ORDER BY noted_at DESC LIMIT -1 OFFSET ${NOTES_MAX})`,
  );
  const newest = sql.query<{ noted_at: number | null }, { caller: string }>(
    "SELECT max(noted_at) AS noted_at FROM insight_notes WHERE caller = $caller",
  );
  const known = (caller: string, ids: readonly string[]): readonly InsightNote[] =>
    among.all({ caller, ids: JSON.stringify(ids) }).map(({ insight_id, dismissed_at, snoozed_until, rating }) => ({
      insight_id,
      dismissed_at,
      snoozed_until,
      rating,
    }));
  return {
    insightNotes: (caller, ids) => new Map(known(caller, ids).map((note) => [note.insight_id, note])),
    insightNotesAt: (caller) => newest.get({ caller })?.noted_at ?? 0,
    noteInsight(caller, insight_id, change) {
      // What people say of an insight is no configuration: nothing that was computed changes with it.
      return database.noteDurably(() => {
        const [before] = known(caller, [insight_id]);
        const note: InsightNote = {
          insight_id,
          dismissed_at: null,
          snoozed_until: null,
          rating: null,
          ...before,
          ...change,
        };
        // Later than what was said before, though the clock stood still.
        put.run({ ...note, caller, noted_at: Math.max(database.now(), (newest.get({ caller })?.noted_at ?? 0) + 1) });
        prune.run({ caller });
        return note;
      });
    },
  };
}
