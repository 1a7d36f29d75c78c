import type { Control, Session } from "./control.ts";
import type { ControlDatabase } from "./database.ts";
import { hashSecret, newSecret } from "./secrets.ts";

type Sessions = Pick<Control, "openSession" | "session" | "closeSession">;

export interface SessionLimits {
  idle_min: number;
  absolute_h: number;
  remember_days: number;
}

interface SessionRow {
  user_id: string;
  remember: number;
  created_at: number;
  seen_at: number;
}

const MINUTE_US = 60 * 1_000_000;
const SEEN_EVERY_US = MINUTE_US;
const DEFAULTS: SessionLimits = { idle_min: 30, absolute_h: 8, remember_days: 30 };

/** Sessions: people's way in. The token is the cookie's; here lies its SHA-256. */
export function sessionsOf(
  database: ControlDatabase,
  users: Pick<Control, "users">,
  limits: SessionLimits = DEFAULTS,
): Sessions {
  const { sql } = database;
  const find = sql.query<SessionRow, { token_hash: string }>(
    "SELECT user_id, remember, created_at, seen_at FROM sessions WHERE token_hash = $token_hash",
  );
  const insert = sql.query("INSERT INTO sessions VALUES ($token_hash, $user_id, $remember, $now, $now)");
  const see = sql.query("UPDATE sessions SET seen_at = $now WHERE token_hash = $token_hash");
  const remove = sql.query("DELETE FROM sessions WHERE token_hash = $token_hash");
  const prune = sql.query(
    `DELETE FROM sessions WHERE created_at < $now - CASE remember WHEN 1 THEN $remembered ELSE $absolute END
     OR (remember = 0 AND seen_at < $now - $idle)`,
  );
  const idle = limits.idle_min * MINUTE_US;
  const absolute = limits.absolute_h * 60 * MINUTE_US;
  const remembered = limits.remember_days * 24 * 60 * MINUTE_US;

  const sessionOf = (token: string, row: SessionRow): Session | null => {
    const user = users.users().find((known) => known.user_id === row.user_id);
    if (!user) return null;
    // "Keep me signed in" means just that: no idle limit within its days.
    const expires_at =
      row.remember === 1 ? row.created_at + remembered : Math.min(row.seen_at + idle, row.created_at + absolute);
    return { user, csrf: csrfOf(token), expires_at };
  };

  return {
    openSession(user_id, remember, now) {
      const token = newSecret();
      database.sql.transaction(() => {
        prune.run({ now, idle, absolute, remembered });
        insert.run({ token_hash: hashSecret(token), user_id, remember: remember ? 1 : 0, now });
      })();
      const session = sessionOf(token, { user_id, remember: remember ? 1 : 0, created_at: now, seen_at: now });
      if (!session) throw new Error("a session was opened for a user who does not exist");
      return { token, session };
    },
    session(token, now) {
      const token_hash = hashSecret(token);
      const row = find.get({ token_hash });
      if (!row) return null;
      const session = sessionOf(token, row);
      if (!session || session.expires_at <= now) return null;
      if (now - row.seen_at < SEEN_EVERY_US) return session;
      database.note(() => see.run({ now, token_hash }));
      return sessionOf(token, { ...row, seen_at: now });
    },
    closeSession(token) {
      remove.run({ token_hash: hashSecret(token) });
    },
  };
}

/** Derived from the session's token, so that nothing more has to be kept; who knows it cannot find the token. */
function csrfOf(token: string): string {
  return hashSecret(`csrf ${token}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
