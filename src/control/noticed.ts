/** Anomalies that the appliance noticed by itself: kept, so that a restart neither forgets nor repeats them. */
import type { ControlDatabase } from "./database.ts";

export interface NoticedAnomaly {
  anomaly_id: string;
  location_id: string;
  /** Null: all bots together. */
  bot_id: string | null;
  kpi: string;
  /** Of money. */
  currency: string | null;
  grain: "hour" | "day";
  /** Its bucket; microseconds. */
  t: number;
  until: number;
  noticed_at: number;
  /** Noticed in a bucket that is not over yet; over and still so; not so any more, since what came late says otherwise. */
  state: "open" | "over" | "withdrawn";
  settled_at: number | null;
  value: number;
  expected: number;
  lower: number;
  upper: number;
  score: number;
  severity: "medium" | "high" | "critical";
  side: "above" | "below";
  signal: string;
}

export interface NoticedControl {
  /** False when it is known already. On disk before it returns. */
  noticeAnomaly(given: NoticedAnomaly): boolean;
  /** The same anomaly as it stands now. */
  settleAnomaly(given: Omit<NoticedAnomaly, "noticed_at">): void;
  /** Of these those that were noticed. */
  noticedAmong(anomaly_ids: readonly string[]): ReadonlyMap<string, NoticedAnomaly>;
  /** Of a location, noticed from `since` on, newest first. */
  noticedAnomalies(location_id: string, since: number, limit: number): readonly NoticedAnomaly[];
  /** Up to when buckets of the location were judged; null: never. */
  watchedTo(location_id: string): number | null;
  setWatchedTo(location_id: string, watched_to: number): void;
  /** Forgets what was noticed before; returns how many. */
  pruneNoticed(before: number): number;
}

type Row = { [Key in keyof NoticedAnomaly]: NoticedAnomaly[Key] };

export function noticedOf(database: ControlDatabase): NoticedControl {
  const { sql } = database;
  const put = sql.query(
    `INSERT INTO noticed_anomalies VALUES ($anomaly_id, $location_id, $bot_id, $kpi, $currency, $grain, $t, $until,
       $noticed_at, $state, $settled_at, $value, $expected, $lower, $upper, $score, $severity, $side, $signal)
     ON CONFLICT DO NOTHING`,
  );
  const change = sql.query(
    `UPDATE noticed_anomalies SET state = $state, settled_at = $settled_at, value = $value, expected = $expected,
       lower = $lower, upper = $upper, score = $score, severity = $severity, side = $side, signal = $signal
     WHERE anomaly_id = $anomaly_id`,
  );
  const among = sql.query<Row, { ids: string }>(
    "SELECT * FROM noticed_anomalies WHERE anomaly_id IN (SELECT value FROM json_each($ids))",
  );
  const recent = sql.query<Row, { location_id: string; since: number; limit: number }>(
    `SELECT * FROM noticed_anomalies WHERE location_id = $location_id AND noticed_at >= $since
     ORDER BY noticed_at DESC, t DESC LIMIT $limit`,
  );
  const reached = sql.query<{ watched_to: number }, { location_id: string }>(
    "SELECT watched_to FROM watched_locations WHERE location_id = $location_id",
  );
  const reach = sql.query(
    "INSERT INTO watched_locations VALUES ($location_id, $watched_to) ON CONFLICT DO UPDATE SET watched_to = $watched_to",
  );
  const prune = sql.query("DELETE FROM noticed_anomalies WHERE noticed_at < $before");
  // Findings are no configuration: nothing that was computed from it changes.
  return {
    noticeAnomaly: (given) => database.noteDurably(() => put.run({ ...given }).changes > 0),
    settleAnomaly(given) {
      const { anomaly_id, state, settled_at, value, expected, lower, upper, score, severity, side, signal } = given;
      const changed = { anomaly_id, state, settled_at, value, expected, lower, upper, score, severity, side, signal };
      database.noteDurably(() => change.run(changed));
    },
    noticedAmong(ids) {
      if (ids.length === 0) return new Map();
      return new Map(among.all({ ids: JSON.stringify(ids) }).map((row) => [row.anomaly_id, row]));
    },
    noticedAnomalies: (location_id, since, limit) => recent.all({ location_id, since, limit }),
    watchedTo: (location_id) => reached.get({ location_id })?.watched_to ?? null,
    setWatchedTo: (location_id, watched_to) => database.note(() => void reach.run({ location_id, watched_to })),
    pruneNoticed: (before) => prune.run({ before }).changes,
  };
}
