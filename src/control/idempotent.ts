import type { Control } from "./control.ts";
import type { ControlDatabase } from "./database.ts";

type Idempotent = Pick<Control, "idempotent" | "rememberIdempotent">;
type Kept = NonNullable<ReturnType<Control["idempotent"]>>;

const KEPT_US = 24 * 60 * 60 * 1_000_000;
const PRUNE_EVERY_US = 60 * 1_000_000;

/** Answers of requests that carried an Idempotency-Key, for 24 hours. */
export function idempotentOf(database: ControlDatabase): Idempotent {
  const { sql } = database;
  const find = sql.query<Kept, { key_id: string; idempotency_key: string; oldest: number }>(
    `SELECT body_hash, status, answer FROM idempotent
     WHERE key_id = $key_id AND idempotency_key = $idempotency_key AND kept_at > $oldest`,
  );
  const put = sql.query(
    `INSERT OR REPLACE INTO idempotent VALUES ($key_id, $idempotency_key, $body_hash, $status, $answer, $now)`,
  );
  const prune = sql.query("DELETE FROM idempotent WHERE kept_at <= $oldest");
  let pruned_at = 0;

  return {
    idempotent: (key_id, idempotency_key) => find.get({ key_id, idempotency_key, oldest: database.now() - KEPT_US }),
    rememberIdempotent(key_id, idempotency_key, { body_hash, status, answer, now }) {
      put.run({ key_id, idempotency_key, body_hash, status, answer, now });
      if (now - pruned_at < PRUNE_EVERY_US) return;
      pruned_at = now;
      prune.run({ oldest: now - KEPT_US });
    },
  };
}
