import { z } from "zod";
import type { Control } from "./control.ts";
import { type ControlDatabase, remembered } from "./database.ts";
import { hashSecret, newSecret } from "./secrets.ts";
import type { ApiKey, Caller } from "./types.ts";

type Keys = Pick<Control, "addKey" | "keys" | "renameKey" | "removeKey" | "callerOfKey">;

interface KeyRow extends Omit<ApiKey, "scopes"> {
  hash: string;
  scopes: string;
}

const SEEN_EVERY_US = 60 * 1_000_000;
const KEY = /^bw_[A-Za-z0-9_-]{43}$/;
const scopesSchema = z.array(z.enum(["ingest", "read", "export", "admin"]));

/** API keys: machines' way in. */
export function keysOf(database: ControlDatabase): Keys {
  const { sql } = database;
  const seenAt = new Map<string, number>();
  const all = remembered(database, () => {
    const rows = sql.query<KeyRow, []>("SELECT * FROM api_keys ORDER BY created_at, key_id").all();
    const records = rows.map(recordOf);
    const callers = new Map(rows.map((row) => [row.hash, callerOf(recordOf(row))]));
    return { records: Object.freeze(records), callers };
  });
  const markSeen = sql.query("UPDATE api_keys SET last_used_at = $now WHERE key_id = $key_id");

  return {
    addKey({ name, scopes, location_id }) {
      const key = `bw_${newSecret()}`;
      const record: ApiKey = {
        key_id: Bun.randomUUIDv7(),
        name,
        prefix: key.slice(0, 8),
        scopes: [...new Set(scopes)],
        location_id,
        created_at: database.now(),
        last_used_at: null,
      };
      database.changeDurably(() => {
        sql
          .query(
            "INSERT INTO api_keys VALUES ($key_id, $hash, $name, $prefix, $scopes, $location_id, $created_at, $last_used_at)",
          )
          .run({ ...record, hash: hashSecret(key), scopes: JSON.stringify(record.scopes) });
      });
      return { key, record };
    },
    keys() {
      return all().records.map((record) => {
        const seen = seenAt.get(record.key_id);
        return seen === undefined ? record : { ...record, last_used_at: Math.max(seen, record.last_used_at ?? 0) };
      });
    },
    renameKey(key_id, name) {
      database.changeDurably(() =>
        sql.query("UPDATE api_keys SET name = $name WHERE key_id = $key_id").run({ name, key_id }),
      );
      return all().records.find((record) => record.key_id === key_id) ?? null;
    },
    removeKey(key_id) {
      const removed = database.changeDurably(() =>
        sql.query("DELETE FROM api_keys WHERE key_id = $key_id").run({ key_id }),
      );
      seenAt.delete(key_id);
      return removed.changes > 0;
    },
    callerOfKey(key, now) {
      if (!KEY.test(key)) return null;
      const hash = hashSecret(key);
      let caller = all().callers.get(hash);
      if (!caller) {
        // Made by the command line a moment ago and posted with at once: not known is not yet refused.
        database.freshen();
        caller = all().callers.get(hash);
      }
      if (!caller) return null;
      if (now - (seenAt.get(caller.id) ?? 0) >= SEEN_EVERY_US) {
        seenAt.set(caller.id, now);
        database.note(() => markSeen.run({ now, key_id: caller.id }));
      }
      return caller;
    },
  };
}

function recordOf(row: KeyRow): ApiKey {
  const { hash: _, ...record } = row;
  return Object.freeze({ ...record, scopes: scopesSchema.parse(JSON.parse(row.scopes)) });
}

function callerOf(key: ApiKey): Caller {
  return Object.freeze({
    kind: "key",
    id: key.key_id,
    name: key.name,
    role: null,
    scopes: key.scopes,
    locations: key.location_id === null ? null : [key.location_id],
  });
}
