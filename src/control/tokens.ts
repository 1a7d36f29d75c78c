import { generateKeyPairSync } from "node:crypto";
import type { Control } from "./control.ts";
import { type ControlDatabase, remembered } from "./database.ts";
import { hashSecret, newSecret } from "./secrets.ts";
import { DEFAULT_LIMITS, type SessionLimits } from "./sessions.ts";
import type { SignedIn, SignInFrom, SigningKey } from "./types.ts";

type Tokens = Pick<
  Control,
  | "signingKeys"
  | "rotateSigningKey"
  | "openTokens"
  | "rotateRefreshToken"
  | "tokensStand"
  | "tokenFamiliesOf"
  | "endTokens"
  | "endTokensOf"
>;

interface FamilyRow extends SignInFrom {
  family_id: string;
  user_id: string;
  created_at: number;
  seen_at: number;
}

const DAY_US = 24 * 60 * 60 * 1_000_000;
/** Of one person; the one that was refreshed the longest ago gives way. */
const FAMILIES_MAX = 100;

/**
 * Tokens: people's way in without a page. A sign-in begins a family; each of its refresh tokens is good once, and one
 * that comes back ends the whole family: somebody has a copy (RFC 9700, 4.14).
 */
export function tokensOf(database: ControlDatabase, limits: SessionLimits = DEFAULT_LIMITS): Tokens {
  const { sql } = database;
  const lasts = limits.remember_days * DAY_US;
  const family = sql.query<FamilyRow, { family_id: string }>(
    "SELECT * FROM token_families WHERE family_id = $family_id",
  );
  const insertToken = sql.query("INSERT INTO refresh_tokens VALUES ($token_hash, $family_id, NULL)");
  const end = sql.query("DELETE FROM token_families WHERE family_id = $family_id");
  const keys = remembered(database, () =>
    Object.freeze(sql.query<SigningKey, []>("SELECT * FROM signing_keys ORDER BY created_at DESC, kid DESC").all()),
  );
  const addToken = (family_id: string): string => {
    const token = `bwr_${newSecret()}`;
    insertToken.run({ token_hash: hashSecret(token), family_id });
    return token;
  };
  const insertKey = (now: number): void => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const private_jwk = JSON.stringify(privateKey.export({ format: "jwk" }));
    sql
      .query("INSERT INTO signing_keys VALUES ($kid, $private_jwk, $now)")
      .run({ kid: Bun.randomUUIDv7(), private_jwk, now });
  };

  return {
    signingKeys() {
      if (keys().length === 0) {
        database.changeDurably(() => {
          // Another process may have been first.
          if (sql.query("SELECT 1 FROM signing_keys").get() === null) insertKey(database.now());
        });
      }
      return keys();
    },
    rotateSigningKey({ keep_from }) {
      database.changeDurably(() => {
        sql.query("DELETE FROM signing_keys WHERE created_at < $keep_from").run({ keep_from });
        insertKey(database.now());
      });
      return keys();
    },
    openTokens(user_id, now, from) {
      const family_id = Bun.randomUUIDv7();
      return sql
        .transaction(() => {
          sql.query("DELETE FROM token_families WHERE created_at < $ended").run({ ended: now - lasts });
          sql
            .query(
              `DELETE FROM token_families WHERE family_id IN
               (SELECT family_id FROM token_families WHERE user_id = $user_id ORDER BY seen_at DESC LIMIT -1 OFFSET $kept)`,
            )
            .run({ user_id, kept: FAMILIES_MAX - 1 });
          sql
            .query("INSERT INTO token_families VALUES ($family_id, $user_id, $now, $now, $address, $agent)")
            .run({ family_id, user_id, now, ...from });
          return { family_id, refresh_token: addToken(family_id) };
        })
        .immediate();
    },
    rotateRefreshToken(token, now) {
      const token_hash = hashSecret(token);
      return sql
        .transaction(() => {
          const known = sql
            .query<{ family_id: string; used_at: number | null }, { token_hash: string }>(
              "SELECT family_id, used_at FROM refresh_tokens WHERE token_hash = $token_hash",
            )
            .get({ token_hash });
          const row = known && family.get({ family_id: known.family_id });
          if (!known || !row || row.created_at + lasts <= now) return null;
          const { family_id, user_id } = row;
          if (known.used_at !== null) {
            end.run({ family_id });
            return { user_id, family_id, refresh_token: null };
          }
          sql.query("UPDATE refresh_tokens SET used_at = $now WHERE token_hash = $token_hash").run({ now, token_hash });
          sql.query("UPDATE token_families SET seen_at = $now WHERE family_id = $family_id").run({ now, family_id });
          return { user_id, family_id, refresh_token: addToken(family_id) };
        })
        .immediate();
    },
    tokensStand(family_id, user_id, now) {
      const row = family.get({ family_id });
      return row !== null && row.user_id === user_id && row.created_at + lasts > now;
    },
    tokenFamiliesOf: (user_id, now) =>
      sql
        .query<FamilyRow, { user_id: string }>(
          "SELECT * FROM token_families WHERE user_id = $user_id ORDER BY created_at DESC, family_id",
        )
        .all({ user_id })
        .filter(({ created_at }) => created_at + lasts > now)
        .map(
          ({ family_id, created_at, seen_at, address, agent }): SignedIn => ({
            session_id: family_id,
            kind: "token",
            created_at,
            seen_at,
            expires_at: created_at + lasts,
            address,
            agent,
          }),
        ),
    endTokens: (family_id) => end.run({ family_id }).changes > 0,
    endTokensOf(user_id) {
      sql.query("DELETE FROM token_families WHERE user_id = $user_id").run({ user_id });
    },
  };
}
