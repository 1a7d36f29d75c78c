import { Secret, TOTP } from "otpauth";
import type { Control } from "./control.ts";
import type { ControlDatabase } from "./database.ts";
import { hashSecret } from "./secrets.ts";

type Totps = Pick<
  Control,
  "startTotp" | "pendingTotp" | "confirmTotp" | "removeTotp" | "checkOtp" | "recoveryCodesLeft"
>;

interface TotpRow {
  email: string;
  totp_secret: string | null;
  totp_pending: string | null;
}

const PERIOD_S = 30;
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** Without those that look alike. 10 of these 30 are 49 bits: enough where every guess is throttled. */
const RECOVERY_LETTERS = "23456789abcdefghjkmnpqrstvwxyz";
const RECOVERY_CHARS = 10;

/**
 * The second factor: TOTP (RFC 6238, SHA-1, 6 digits, 30 s, as every authenticator app has it) and recovery codes.
 * The secret is kept as it is: codes are computed from it, and nobody but the file's owner can read it.
 */
export function totpOf(database: ControlDatabase, users: Pick<Control, "users">): Totps {
  const { sql } = database;
  const rowOf = (user_id: string) =>
    sql
      .query<TotpRow, { user_id: string }>(
        "SELECT email, totp_secret, totp_pending FROM users WHERE user_id = $user_id",
      )
      .get({ user_id });
  const forgetCodes = (user_id: string) =>
    sql.query("DELETE FROM recovery_codes WHERE user_id = $user_id").run({ user_id });

  return {
    startTotp(user_id) {
      const user = users.users().find((known) => known.user_id === user_id);
      if (!user) throw new Error("a second factor was started for a user who does not exist");
      const secret = new Secret({ size: SECRET_BYTES });
      database.changeDurably(() =>
        sql
          .query("UPDATE users SET totp_pending = $pending WHERE user_id = $user_id")
          .run({ pending: secret.base32, user_id }),
      );
      return { secret: secret.base32, url: totp(secret.base32, user.email).toString() };
    },
    pendingTotp(user_id) {
      const row = rowOf(user_id);
      if (!row || row.totp_pending === null) return null;
      return { secret: row.totp_pending, url: totp(row.totp_pending, row.email).toString() };
    },
    confirmTotp(user_id, otp, now) {
      const pending = rowOf(user_id)?.totp_pending ?? null;
      const step = pending === null ? null : stepOf(pending, otp, now);
      if (pending === null || step === null) return null;
      const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
      database.changeDurably(() => {
        sql
          .query(
            "UPDATE users SET totp_secret = $pending, totp_pending = NULL, totp_last_step = $step WHERE user_id = $user_id",
          )
          .run({ pending, step, user_id });
        forgetCodes(user_id);
        for (const code of codes) {
          sql
            .query("INSERT INTO recovery_codes VALUES ($user_id, $code_hash)")
            .run({ user_id, code_hash: hashSecret(plain(code)) });
        }
      });
      return codes;
    },
    removeTotp(user_id) {
      return (
        database.changeDurably(() => {
          forgetCodes(user_id);
          return sql
            .query(
              "UPDATE users SET totp_secret = NULL, totp_pending = NULL, totp_last_step = NULL WHERE user_id = $user_id AND (totp_secret IS NOT NULL OR totp_pending IS NOT NULL)",
            )
            .run({ user_id });
        }).changes > 0
      );
    },
    checkOtp(user_id, otp, now) {
      const secret = rowOf(user_id)?.totp_secret ?? null;
      if (secret === null) return false;
      const step = stepOf(secret, otp, now);
      if (step !== null) {
        // A code is good once: whoever looked over a shoulder comes too late, even within the same half minute.
        return (
          database.noteDurably(() =>
            sql
              .query(
                "UPDATE users SET totp_last_step = $step WHERE user_id = $user_id AND ifnull(totp_last_step, 0) < $step",
              )
              .run({ step, user_id }),
          ).changes > 0
        );
      }
      const code_hash = hashSecret(plain(otp));
      return (
        database.noteDurably(() =>
          sql
            .query("DELETE FROM recovery_codes WHERE user_id = $user_id AND code_hash = $code_hash")
            .run({ user_id, code_hash }),
        ).changes > 0
      );
    },
    recoveryCodesLeft: (user_id) =>
      sql
        .query<{ left: number }, { user_id: string }>(
          "SELECT count(*) AS left FROM recovery_codes WHERE user_id = $user_id",
        )
        .get({ user_id })?.left ?? 0,
  };
}

function totp(secret: string, label = ""): TOTP {
  return new TOTP({ issuer: "Bellwether", label, algorithm: "SHA1", digits: 6, period: PERIOD_S, secret });
}

/** The time step that the code is of: this one, the one before or after (clocks differ); null for a wrong code. */
function stepOf(secret: string, otp: string, now: number): number | null {
  const token = otp.replace(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return null;
  const timestamp = Math.floor(now / 1_000);
  const delta = totp(secret).validate({ token, timestamp, window: 1 });
  return delta === null ? null : Math.floor(timestamp / 1_000 / PERIOD_S) + delta;
}

/** `k7m2p-x9qrt`. */
function newRecoveryCode(): string {
  const letters: string[] = [];
  while (letters.length < RECOVERY_CHARS) {
    for (const byte of crypto.getRandomValues(new Uint8Array(RECOVERY_CHARS))) {
      // Bytes from 240 up are left out: 256 is no multiple of 30, and some letters would come more often.
      if (byte < 240 && letters.length < RECOVERY_CHARS)
        letters.push(RECOVERY_LETTERS.charAt(byte % RECOVERY_LETTERS.length));
    }
  }
  const code = letters.join("");
  return `${code.slice(0, 5)}-${code.slice(5)}`;
}

/** As it may be typed: with or without the dash, in any case. */
function plain(code: string): string {
  return code.toLowerCase().replace(/[\s-]/g, "");
}
