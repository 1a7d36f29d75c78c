import type { Control, Session } from "./control.ts";
import type { ControlDatabase } from "./database.ts";
import { hashSecret, newSecret } from "./secrets.ts";
import type { SignedIn, SignInFrom } from "./types.ts";

type Sessions = Pick<
  Control,
  "openSession" | "session" | "peekSession" | "closeSession" | "sessionsOf" | "endSession" | "endSessions"
>;

export interface SessionLimits {
  idle_min: number;
  absolute_h: number;
  remember_days: number;
}

interface SessionRow extends SignInFrom {
  session_id: string;
  user_id: string;
  remember: number;
  created_at: number;
  seen_at: number;
}

const MINUTE_US = 60 * 1_000_000;
const SEEN_EVERY_US = MINUTE_US;
/** Of one person; the one that was used the longest ago gives way. */
const SESSIONS_MAX = 100;
export const DEFAULT_LIMITS: SessionLimits = { idle_min: 30, absolute_h: 8, remember_days: 30 };

/** Sessions: people's way in. The token is the cookie's; here lies its SHA-256. */
export function sessionsOf(
  database: ControlDatabase,
  users: Pick<Control, "users">,
  limits: SessionLimits = DEFAULT_LIMITS,
): Sessions {
  const { sql } = database;
  const find = sql.query<SessionRow, { token_hash: string }>("SELECT * FROM sessions WHERE token_hash = $token_hash");
  const ofUser = sql.query<SessionRow, { user_id: string }>(
    "SELECT * FROM sessions WHERE user_id = $user_id ORDER BY created_at DESC, session_id",
  );
  const insert = sql.query(
    `INSERT INTO sessions (token_hash, session_id, user_id, remember, created_at, seen_at, address, agent)
     VALUES ($token_hash, $session_id, $user_id, $remember, $now, $now, $address, $agent)`,
  );
  const see = sql.query("UPDATE sessions SET seen_at = $now WHERE token_hash = $token_hash");
  const remove = sql.query("DELETE FROM sessions WHERE token_hash = $token_hash");
  const prune = sql.query(
    `DELETE FROM sessions WHERE created_at < $now - CASE remember WHEN 1 THEN $remembered ELSE $absolute END
     OR (remember = 0 AND seen_at < $now - $idle)`,
  );
  const makeRoom = sql.query(
    `DELETE FROM sessions WHERE token_hash IN
     (SELECT token_hash FROM sessions WHERE user_id = $user_id ORDER BY seen_at DESC LIMIT -1 OFFSET $kept)`,
  );
  const idle = limits.idle_min * MINUTE_US;
  const absolute = limits.absolute_h * 60 * MINUTE_US;
  const remembered = limits.remember_days * 24 * 60 * MINUTE_US;

  // "Keep me signed in" means just that: no idle limit within its days.
  const endOf = (row: Pick<SessionRow, "remember" | "created_at" | "seen_at">): number =>
    row.remember === 1 ? row.created_at + remembered : Math.min(row.seen_at + idle, row.created_at + absolute);
  const sessionOf = (token: string, row: SessionRow): Session | null => {
    const user = users.users().find((known) => known.user_id === row.user_id);
    if (!user) return null;
    const { session_id, remember } = row;
    return { session_id, user, remember: remember === 1, csrf: csrfOf(token), expires_at: endOf(row) };
  };
  const standing = (token: string, now: number): { session: Session; row: SessionRow } | null => {
    const row = find.get({ token_hash: hashSecret(token) });
    const session = row && sessionOf(token, row);
    return session && session.expires_at > now ? { session, row } : null;
  };

  return {
    openSession(user_id, remember, now, from = { address: null, agent: null }) {
      const token = newSecret();
      const row: SessionRow = {
        session_id: Bun.randomUUIDv7(),
        user_id,
        remember: remember ? 1 : 0,
        created_at: now,
        seen_at: now,
        ...from,
      };
      const { created_at: _, seen_at: __, ...given } = row;
      sql.transaction(() => {
        prune.run({ now, idle, absolute, remembered });
        makeRoom.run({ user_id, kept: SESSIONS_MAX - 1 });
        insert.run({ ...given, token_hash: hashSecret(token), now });
      })();
      const session = sessionOf(token, row);
      if (!session) throw new Error("a session was opened for a user who does not exist");
      return { token, session };
    },
    session(token, now) {
      const found = standing(token, now);
      if (!found) return null;
      if (now - found.row.seen_at < SEEN_EVERY_US) return found.session;
      database.note(() => see.run({ now, token_hash: hashSecret(token) }));
      return sessionOf(token, { ...found.row, seen_at: now });
    },
    peekSession: (token, now) => standing(token, now)?.session ?? null,
    closeSession(token) {
      remove.run({ token_hash: hashSecret(token) });
    },
    sessionsOf: (user_id, now) =>
      ofUser
        .all({ user_id })
        .filter((row) => endOf(row) > now)
        .map(
          ({ session_id, created_at, seen_at, address, agent, ...row }): SignedIn => ({
            session_id,
            kind: "session",
            created_at,
            seen_at,
            expires_at: endOf({ ...row, created_at, seen_at }),
            address,
            agent,
          }),
        ),
    endSession: (user_id, session_id) =>
      sql
        .query("DELETE FROM sessions WHERE user_id = $user_id AND session_id = $session_id")
        .run({ user_id, session_id }).changes > 0,
    endSessions(user_id) {
      sql.query("DELETE FROM sessions WHERE user_id = $user_id").run({ user_id });
    },
  };
}

/** Derived from the session's token, so that nothing more has to be kept; who knows it cannot find the token. */
function csrfOf(token: string): string {
  return hashSecret(`csrf ${token}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
