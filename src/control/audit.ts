/**
 * The audit log: append-only, each entry chained to the one before by SHA-256.
 * A chain alone cannot tell that its end was cut off, so the number and hash of the last entry are noted in a second
 * place. Whoever can write the database can forge both: against that only a copy of the head elsewhere helps (the log
 * has each one, `doctor --audit-head` compares).
 */
import { z } from "zod";
import type { Control } from "./control.ts";
import type { ControlDatabase } from "./database.ts";
import type { AuditCheck, AuditHead, AuditRecord } from "./types.ts";

type Audits = Pick<Control, "audit" | "audits" | "auditHead" | "auditActions" | "verifyAudit">;

interface Row extends Omit<AuditRecord, "details"> {
  details: string;
}

/** What stands before the first entry. */
const GENESIS = "0".repeat(64);
/** Read at once while the chain is checked; requests are answered between two pages. */
const PAGE_ROWS = 2_000;
/** The fact that notes the last entry. */
const HEAD = "audit_head";

const detailsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const headSchema = z.object({ entries: z.int(), hash: z.string() });

export function auditOf(database: ControlDatabase): Audits {
  const { sql } = database;
  const last = sql.query<{ entries: number; hash: string }, []>(
    "SELECT audit_id AS entries, hash FROM audit ORDER BY audit_id DESC LIMIT 1",
  );
  const noted = sql.query<{ value: string }, { name: string }>("SELECT value FROM facts WHERE name = $name");
  const note = sql.query("INSERT INTO facts VALUES ($name, $value) ON CONFLICT DO UPDATE SET value = $value");
  const insert = sql.query(
    `INSERT INTO audit VALUES ($audit_id, $at, $actor_kind, $actor_id, $actor_name, $action, $object, $location_id, $address, $details, $hash)`,
  );
  const list = sql.query<Row, Filters>(
    `SELECT * FROM audit WHERE audit_id < $before AND ($action IS NULL OR action = $action)
     AND ($actor IS NULL OR actor_id = $actor OR actor_name = $actor)
     AND ($from IS NULL OR at >= $from) AND ($to IS NULL OR at < $to)
     AND ($locations IS NULL OR location_id IN (SELECT value FROM json_each($locations)))
     ORDER BY audit_id DESC LIMIT $limit`,
  );
  const actions = sql.query<{ action: string }, { locations: string | null }>(
    `SELECT DISTINCT action FROM audit
     WHERE ($locations IS NULL OR location_id IN (SELECT value FROM json_each($locations))) ORDER BY action`,
  );
  const page = sql.query<Row, { after: number; limit: number }>(
    "SELECT * FROM audit WHERE audit_id > $after ORDER BY audit_id LIMIT $limit",
  );

  function notedHead(): AuditHead | null {
    const row = noted.get({ name: HEAD });
    if (row === null) return null;
    try {
      return headSchema.parse(JSON.parse(row.value));
    } catch {
      return null;
    }
  }

  return {
    audit(entry) {
      return database.noteDurably(() => {
        const stored = last.get();
        // The note goes first: were entries cut off at the end, the gap they leave must stay to be seen.
        const head = notedHead() ?? stored;
        const row: Omit<Row, "hash"> = {
          audit_id: Math.max(head?.entries ?? 0, stored?.entries ?? 0) + 1,
          at: entry.at ?? database.now(),
          actor_kind: entry.actor.kind,
          actor_id: entry.actor.id,
          actor_name: entry.actor.name,
          action: entry.action,
          object: entry.object ?? null,
          location_id: entry.location_id ?? null,
          address: entry.address ?? null,
          details: JSON.stringify(entry.details ?? {}),
        };
        const hash = hashOf(head?.hash ?? GENESIS, row);
        insert.run({ ...row, hash });
        note.run({ name: HEAD, value: JSON.stringify({ entries: row.audit_id, hash }) });
        return recordOf({ ...row, hash });
      });
    },
    audits({ before, action, actor, from, to, locations, limit }) {
      const filters = {
        before: before ?? Number.MAX_SAFE_INTEGER,
        action: action ?? null,
        actor: actor ?? null,
        from: from ?? null,
        to: to ?? null,
        locations: scopeOf(locations),
        limit,
      };
      return list.all(filters).map(recordOf);
    },
    auditHead: () => notedHead() ?? last.get() ?? { entries: 0, hash: GENESIS },
    auditActions: (locations) => actions.all({ locations: scopeOf(locations) }).map(({ action }) => action),
    async verifyAudit(known) {
      const promised = [notedHead(), known ?? null].filter((head) => head !== null);
      let at: AuditHead = { entries: 0, hash: GENESIS };
      for (;;) {
        const rows = page.all({ after: at.entries, limit: PAGE_ROWS });
        for (const row of rows) {
          const { hash, ...rest } = row;
          const next = at.entries + 1;
          if (row.audit_id !== next) return broken(at, next, missing(next, row.audit_id - 1));
          if (hash !== hashOf(at.hash, rest))
            return broken(at, next, `entry ${next} was changed, or does not follow from the one before`);
          at = { entries: next, hash };
          const other = promised.find((head) => head.entries === next && head.hash !== hash);
          if (other) return broken(at, next, `entry ${next} is not the one that was noted when it was written`);
        }
        if (rows.length < PAGE_ROWS) break;
        await Bun.sleep(0);
      }
      return endOf(at, promised, notedHead());
    },
  };
}

type Filters = {
  before: number;
  action: string | null;
  actor: string | null;
  from: number | null;
  to: number | null;
  locations: string | null;
  limit: number;
};

/** The chain holds as far as it goes: does it go as far as was noted, and no further? */
function endOf(at: AuditHead, promised: readonly AuditHead[], noted: AuditHead | null): AuditCheck {
  const furthest = Math.max(0, ...promised.map(({ entries }) => entries));
  if (furthest > at.entries) return broken(at, at.entries + 1, missing(at.entries + 1, furthest));
  const end = noted?.entries ?? 0;
  if (noted === null && at.entries > 0) return broken(at, at.entries, "the note of the last entry is missing");
  if (at.entries > end) return broken(at, end + 1, `entry ${end + 1} was not written by the appliance`);
  return { ...at, broken_at: null, detail: null };
}

function broken(at: AuditHead, broken_at: number, detail: string): AuditCheck {
  return { ...at, broken_at, detail };
}

function missing(first: number, last: number): string {
  return first === last ? `entry ${first} is missing` : `entries ${first} to ${last} are missing`;
}

function scopeOf(locations: readonly string[] | null): string | null {
  return locations === null ? null : JSON.stringify(locations);
}

function hashOf(before: string, row: Omit<Row, "hash">): string {
  const { audit_id, at, actor_kind, actor_id, actor_name, action, object, location_id, address, details } = row;
  const fields = [audit_id, at, actor_kind, actor_id, actor_name, action, object, location_id, address, details];
  return new Bun.CryptoHasher("sha256").update(`${before}\n${JSON.stringify(fields)}`).digest("hex");
}

function recordOf(row: Row): AuditRecord {
  return { ...row, details: detailsSchema.parse(JSON.parse(row.details)) };
}
