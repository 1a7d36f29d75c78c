import type { Control } from "./control.ts";
import { type ControlDatabase, remembered } from "./database.ts";
import { hashSecret, newSecret } from "./secrets.ts";
import type { Heartbeat } from "./types.ts";

type Heartbeats = Pick<Control, "heartbeats" | "addHeartbeat" | "removeHeartbeat" | "heartbeatOf">;

interface Row extends Heartbeat {
  hash: string;
}

const SEEN_EVERY_US = 60 * 1_000_000;
const TOKEN = /^[\w-]{43}$/;

/** Addresses for heartbeats: whoever knows one can say that this bot lives, and nothing else. */
export function heartbeatsOf(database: ControlDatabase): Heartbeats {
  const { sql } = database;
  const all = remembered(database, () => {
    const rows = sql.query<Row, []>("SELECT * FROM heartbeats ORDER BY created_at, heartbeat_id").all();
    return new Map(rows.map(({ hash, ...heartbeat }) => [hash, Object.freeze(heartbeat)]));
  });
  const insert = sql.query(
    "INSERT INTO heartbeats VALUES ($heartbeat_id, $hash, $name, $location_id, $bot_id, $created_at, $last_used_at)",
  );
  const markSeen = sql.query("UPDATE heartbeats SET last_used_at = $now WHERE heartbeat_id = $heartbeat_id");
  const seenAt = new Map<string, number>();

  return {
    heartbeats() {
      return [...all().values()].map((heartbeat) => {
        const seen = seenAt.get(heartbeat.heartbeat_id);
        return seen === undefined ? heartbeat : { ...heartbeat, last_used_at: seen };
      });
    },
    addHeartbeat({ name, location_id, bot_id }) {
      const token = newSecret();
      const heartbeat: Heartbeat = {
        heartbeat_id: Bun.randomUUIDv7(),
        name,
        location_id,
        bot_id,
        created_at: database.now(),
        last_used_at: null,
      };
      database.changeDurably(() => insert.run({ ...heartbeat, hash: hashSecret(token) }));
      return { token, heartbeat };
    },
    removeHeartbeat(heartbeat_id) {
      const removed = database.changeDurably(() =>
        sql.query("DELETE FROM heartbeats WHERE heartbeat_id = $heartbeat_id").run({ heartbeat_id }),
      );
      seenAt.delete(heartbeat_id);
      return removed.changes > 0;
    },
    heartbeatOf(token, now) {
      if (!TOKEN.test(token)) return null;
      const heartbeat = all().get(hashSecret(token)) ?? null;
      if (heartbeat && now - (seenAt.get(heartbeat.heartbeat_id) ?? 0) >= SEEN_EVERY_US) {
        seenAt.set(heartbeat.heartbeat_id, now);
        database.note(() => markSeen.run({ now, heartbeat_id: heartbeat.heartbeat_id }));
      }
      return heartbeat;
    },
  };
}
