import { z } from "zod";
import type { Control } from "./control.ts";
import type { ControlDatabase } from "./database.ts";

type Erasures = Pick<Control, "eraseContact" | "scrub" | "isProven">;

interface Kept {
  quarantine_id: number;
  location_id: string | null;
  raw: string;
}

const eventSchema = z.object({
  contact_id: z.unknown().optional(),
  subject: z.unknown().optional(),
  location_id: z.unknown().optional(),
  locationid: z.unknown().optional(),
});

/** What this database has of a contact: events that were refused, and kept answers that name them. */
export function erasuresOf(database: ControlDatabase): Erasures {
  const { sql } = database;
  // A text with a backslash may have the id in escapes; only a parser can tell.
  const suspects = sql.query<Kept, { location_id: string; contact_id: string }>(
    `SELECT quarantine_id, location_id, raw FROM quarantine WHERE (location_id = $location_id OR location_id IS NULL)
     AND (instr(raw, $contact_id) > 0 OR instr(raw, char(92)) > 0)`,
  );
  const drop = sql.query("DELETE FROM quarantine WHERE quarantine_id = $quarantine_id");
  const forget = sql.query(
    "DELETE FROM idempotent WHERE instr(answer, $contact_id) > 0 OR instr(idempotency_key, $contact_id) > 0",
  );
  // A message about this contact: what it said, and what receivers answered.
  const forgetMessages = sql.query(
    `DELETE FROM deliveries WHERE coalesce(notice ->> '$.location_id', $location_id) = $location_id
     AND EXISTS (SELECT 1 FROM json_each(notice, '$.facts') WHERE value = $contact_id)`,
  );
  const proven = sql.query<{ found: number }, { proof: string }>(
    "SELECT count(*) AS found FROM audit WHERE action = 'contact_erased' AND details ->> 'proof' = $proof",
  );

  return {
    eraseContact(location_id, contact_id) {
      // Before the rows go: what SQLite frees from here on is overwritten with zeros.
      sql.exec("PRAGMA secure_delete = ON");
      return database.noteDurably(() => {
        const theirs = suspects.all({ location_id, contact_id }).filter((row) => isOf(row, location_id, contact_id));
        for (const { quarantine_id } of theirs) drop.run({ quarantine_id });
        forgetMessages.run({ location_id, contact_id });
        return { quarantined: theirs.length, answers: forget.run({ contact_id }).changes };
      });
    },
    scrub() {
      // A page that was split keeps copies of its cells where nothing points to: only a new file has none.
      sql.exec("VACUUM");
      const done = sql.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get();
      return done?.busy === 0;
    },
    isProven: (proof) => (proven.get({ proof })?.found ?? 0) > 0,
  };
}

/** A row of no location is of the one that its event names; without one it is nobody's, and erased to be safe. */
function isOf({ location_id, raw }: Kept, wanted: string, contact_id: string): boolean {
  const read = eventOf(raw);
  // Cut off or never JSON: the text is all there is to go by.
  if (read === null) return raw.includes(contact_id);
  const named = location_id ?? read.location_id ?? read.locationid ?? wanted;
  return named === wanted && [read.contact_id, read.subject].some((id) => String(id ?? "") === contact_id);
}

function eventOf(raw: string): z.infer<typeof eventSchema> | null {
  try {
    return eventSchema.safeParse(JSON.parse(raw)).data ?? null;
  } catch {
    return null;
  }
}
