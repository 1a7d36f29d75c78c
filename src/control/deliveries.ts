/** What was sent to whom and how each try went: the queue and the log of deliveries are one table. */
import { z } from "zod";
import type { ControlDatabase } from "./database.ts";

export const DELIVERY_STATES = ["waiting", "delivered", "failed", "dropped"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One notice to one channel. */
export interface DeliveryRow {
  /** The order in which they were queued. */
  seq: number;
  delivery_id: string;
  notice_id: string;
  channel_id: string;
  /** As the channel was called then: it may be gone. */
  channel_name: string;
  channel_kind: string;
  /** Of the channel: who may see it. */
  location_id: string | null;
  /** JSON text. */
  notice: string;
  state: DeliveryState;
  tries: number;
  /** When it is due; null once it has ended. */
  next_at: number | null;
  /** Of several recipients those that are still to be reached; null: all of them. */
  remaining: readonly string[] | null;
  /** Of the last try, or why it was given up. */
  error: string | null;
  replay_of: string | null;
  created_at: number;
  finished_at: number | null;
}

export interface DeliveryAttempt {
  at: number;
  duration_ms: number;
  /** Of HTTP or SMTP; null without an answer. */
  status: number | null;
  error: string | null;
  /** Its first 1,024 characters. */
  response: string | null;
}

export type NewDelivery = Pick<
  DeliveryRow,
  "notice_id" | "channel_id" | "channel_name" | "channel_kind" | "location_id" | "notice"
> & { state?: DeliveryState; error?: string | null; replay_of?: string | null };

/** What came of a try. */
export interface DeliveryOutcome {
  state: DeliveryState;
  next_at: number | null;
  remaining: readonly string[] | null;
  error: string | null;
}

export interface DeliveryQuery {
  /** null: every one; else those of these locations. */
  locations: readonly string[] | null;
  channel_id?: string | undefined;
  state?: DeliveryState | undefined;
  notice_id?: string | undefined;
  /** The seq to go on from. */
  before?: number | undefined;
  limit: number;
}

export interface DeliveryControl {
  /** On disk before it returns. A notice that a channel was sent already is left out, unless it is a replay. */
  queueDeliveries(given: readonly NewDelivery[]): readonly DeliveryRow[];
  /** The oldest that is due of each channel but the `busy`. */
  dueDeliveries(now: number, busy: readonly string[], limit: number): readonly DeliveryRow[];
  /** Notes a try and what came of it. One that was dropped while it was on its way does not wait again. */
  noteAttempt(delivery_id: string, attempt: DeliveryAttempt, outcome: DeliveryOutcome): void;
  /** Makes a waiting one due; false for one that has ended. */
  hurryDelivery(delivery_id: string): boolean;
  /** Drops all that waits for a channel. */
  dropDeliveries(channel_id: string, why: string): number;
  delivery(delivery_id: string): DeliveryRow | null;
  deliveryAttempts(delivery_id: string): readonly DeliveryAttempt[];
  /** Newest first. */
  deliveries(query: DeliveryQuery): readonly DeliveryRow[];
  /** The last of the channel that has ended. */
  lastDelivery(channel_id: string): DeliveryRow | null;
  /** Of the channel, or in all. */
  deliveriesWaiting(channel_id?: string): number;
  deliveriesFailed(since: number): { count: number; last: DeliveryRow | null };
  /** Removes some of those that were queued before, and of the oldest beyond `rows_max`; never one that waits. */
  pruneDeliveries(before: number, rows_max: number): void;
}

interface Row extends Omit<DeliveryRow, "state" | "remaining"> {
  state: string;
  remaining: string | null;
}

const stateSchema = z.enum(DELIVERY_STATES);
/** At once: nobody must wait for a log to be tidied. */
const PRUNED_MAX = 2_000;
const remainingSchema = z.array(z.string());

export function deliveriesOf(database: ControlDatabase): DeliveryControl {
  const { sql } = database;
  const insert = sql.query<Row, Record<string, string | number | null>>(
    `INSERT INTO deliveries (delivery_id, notice_id, channel_id, channel_name, channel_kind, location_id, notice, state,
       tries, next_at, error, replay_of, created_at, finished_at)
     SELECT $delivery_id, $notice_id, $channel_id, $channel_name, $channel_kind, $location_id, $notice, $state,
       0, $next_at, $error, $replay_of, $created_at, $finished_at
     WHERE $replay_of IS NOT NULL
       OR NOT EXISTS (SELECT 1 FROM deliveries WHERE notice_id = $notice_id AND channel_id = $channel_id)
     RETURNING *`,
  );
  const due = sql.query<Row, { now: number; busy: string; limit: number }>(
    `SELECT * FROM deliveries WHERE seq IN (
       SELECT min(seq) FROM deliveries
       WHERE state = 'waiting' AND next_at <= $now AND channel_id NOT IN (SELECT value FROM json_each($busy))
       GROUP BY channel_id ORDER BY min(seq) LIMIT $limit
     ) ORDER BY seq`,
  );
  const find = sql.query<Row, { delivery_id: string }>("SELECT * FROM deliveries WHERE delivery_id = $delivery_id");
  const attempt = sql.query(
    `INSERT INTO delivery_attempts (delivery_id, at, duration_ms, status, error, response)
     VALUES ($delivery_id, $at, $duration_ms, $status, $error, $response)`,
  );
  const settle = sql.query(
    `UPDATE deliveries SET tries = tries + 1, state = $state, next_at = $next_at, remaining = $remaining, error = $error,
       finished_at = $finished_at WHERE delivery_id = $delivery_id AND (state = 'waiting' OR $state <> 'waiting')`,
  );
  const attempts = sql.query<DeliveryAttempt, { delivery_id: string }>(
    `SELECT at, duration_ms, status, error, response FROM delivery_attempts WHERE delivery_id = $delivery_id
     ORDER BY attempt_id`,
  );
  const pruneOld = sql.query(
    `DELETE FROM deliveries WHERE seq IN (
       SELECT seq FROM deliveries WHERE created_at < $before AND state <> 'waiting' LIMIT $most)`,
  );
  const pruneMany = sql.query(
    `DELETE FROM deliveries WHERE seq IN (
       SELECT seq FROM deliveries WHERE state <> 'waiting'
         AND seq <= (SELECT seq FROM deliveries ORDER BY seq DESC LIMIT 1 OFFSET $rows_max) ORDER BY seq LIMIT $most)`,
  );
  const waiting = sql.query<{ n: number }, { channel_id: string | null }>(
    "SELECT count(*) AS n FROM deliveries WHERE state = 'waiting' AND ($channel_id IS NULL OR channel_id = $channel_id)",
  );
  const last = sql.query<Row, { channel_id: string }>(
    "SELECT * FROM deliveries WHERE channel_id = $channel_id AND state <> 'waiting' ORDER BY seq DESC LIMIT 1",
  );

  const note = (work: () => void): void => sql.transaction(work).immediate();

  return {
    queueDeliveries: (given) =>
      database.noteDurably(() =>
        given.flatMap(({ state = "waiting", error = null, replay_of = null, ...delivery }) => {
          const now = database.now();
          const waits = state === "waiting";
          const times = { next_at: waits ? now : null, created_at: now, finished_at: waits ? null : now };
          const delivery_id = Bun.randomUUIDv7();
          const row = insert.get({ ...delivery, ...times, delivery_id, state, error, replay_of });
          return row ? [rowOf(row)] : [];
        }),
      ),
    dueDeliveries: (now, busy, limit) => due.all({ now, busy: JSON.stringify(busy), limit }).map(rowOf),
    noteAttempt(delivery_id, { at, duration_ms, status, error, response }, outcome) {
      const { state, next_at } = outcome;
      const remaining = outcome.remaining === null ? null : JSON.stringify(outcome.remaining);
      const finished_at = state === "waiting" ? null : database.now();
      // Not waited for until it is on disk: what a power loss takes is sent again, under the same id.
      note(() => {
        // Its channel's location may have been removed while it was on its way.
        if (find.get({ delivery_id }) === null) return;
        attempt.run({ delivery_id, at, duration_ms, status, error, response });
        settle.run({ delivery_id, state, next_at, remaining, error: outcome.error, finished_at });
      });
    },
    hurryDelivery: (delivery_id) =>
      database.noteDurably(() =>
        sql
          .query("UPDATE deliveries SET next_at = $now WHERE delivery_id = $delivery_id AND state = 'waiting'")
          .run({ delivery_id, now: database.now() }),
      ).changes > 0,
    dropDeliveries: (channel_id, why) =>
      database.noteDurably(() =>
        sql
          .query(
            `UPDATE deliveries SET state = 'dropped', next_at = NULL, error = $why, finished_at = $now
             WHERE channel_id = $channel_id AND state = 'waiting'`,
          )
          .run({ channel_id, why, now: database.now() }),
      ).changes,
    delivery(delivery_id) {
      const row = find.get({ delivery_id });
      return row ? rowOf(row) : null;
    },
    deliveryAttempts: (delivery_id) => attempts.all({ delivery_id }),
    deliveries({ locations, channel_id, state, notice_id, before, limit }) {
      const given = {
        locations: locations === null ? undefined : JSON.stringify(locations),
        channel_id,
        state,
        notice_id,
        before,
      };
      const asked = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
      // Only what is asked: "or none was given" would keep SQLite from its indexes.
      const conditions = asked.map(({ name }) => CONDITIONS[name]).filter((condition) => condition !== undefined);
      const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
      const binds = Object.fromEntries(asked.map(({ name, value }) => [name, value]));
      return sql
        .query<Row, Record<string, string | number>>(`SELECT * FROM deliveries ${where} ORDER BY seq DESC LIMIT $limit`)
        .all({ ...binds, limit })
        .map(rowOf);
    },
    lastDelivery(channel_id) {
      const row = last.get({ channel_id });
      return row ? rowOf(row) : null;
    },
    deliveriesWaiting: (channel_id) => waiting.get({ channel_id: channel_id ?? null })?.n ?? 0,
    deliveriesFailed(since) {
      const of = "FROM deliveries WHERE state = 'failed' AND finished_at >= $since";
      const count = sql.query<{ n: number }, { since: number }>(`SELECT count(*) AS n ${of}`).get({ since })?.n ?? 0;
      const row = sql
        .query<Row, []>("SELECT * FROM deliveries WHERE state = 'failed' ORDER BY finished_at DESC LIMIT 1")
        .get();
      return { count, last: row ? rowOf(row) : null };
    },
    pruneDeliveries(before, rows_max) {
      note(() => {
        pruneOld.run({ before, most: PRUNED_MAX });
        pruneMany.run({ rows_max, most: PRUNED_MAX });
      });
    },
  };
}

const CONDITIONS: Readonly<Record<string, string>> = {
  locations: "location_id IN (SELECT value FROM json_each($locations))",
  channel_id: "channel_id = $channel_id",
  state: "state = $state",
  notice_id: "notice_id = $notice_id",
  before: "seq < $before",
};

function rowOf(row: Row): DeliveryRow {
  const remaining = row.remaining === null ? null : remainingSchema.parse(JSON.parse(row.remaining));
  return { ...row, state: stateSchema.parse(row.state), remaining };
}
