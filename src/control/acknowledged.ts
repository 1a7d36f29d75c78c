/** Which anomalies people have acknowledged. */
import type { ControlDatabase } from "./database.ts";

export interface Acknowledgement {
  anomaly_id: string;
  /** Goes with its location; null: of several together. */
  location_id: string | null;
  /** A name, as people know it. */
  acknowledged_by: string;
  acknowledged_at: number;
}

export interface AcknowledgedControl {
  /** The first to acknowledge stays: the one that is kept is returned. */
  acknowledge(given: Omit<Acknowledgement, "acknowledged_at">): Acknowledgement;
  /** False when it was not acknowledged. */
  withdrawAcknowledgement(anomaly_id: string): boolean;
  /** Of these anomalies those that are acknowledged. */
  acknowledgements(anomaly_ids: readonly string[]): ReadonlyMap<string, Acknowledgement>;
}

export function acknowledgedOf(database: ControlDatabase): AcknowledgedControl {
  const { sql } = database;
  const put = sql.query(
    "INSERT INTO acknowledged_anomalies VALUES ($anomaly_id, $location_id, $acknowledged_by, $acknowledged_at) ON CONFLICT DO NOTHING",
  );
  const drop = sql.query("DELETE FROM acknowledged_anomalies WHERE anomaly_id = $anomaly_id");
  const among = sql.query<Acknowledgement, { ids: string }>(
    "SELECT * FROM acknowledged_anomalies WHERE anomaly_id IN (SELECT value FROM json_each($ids))",
  );
  const known = (ids: readonly string[]): Acknowledgement[] => among.all({ ids: JSON.stringify(ids) });
  return {
    acknowledge({ anomaly_id, location_id, acknowledged_by }) {
      const acknowledged_at = database.now();
      database.change(() => put.run({ anomaly_id, location_id, acknowledged_by, acknowledged_at }));
      const [kept] = known([anomaly_id]);
      return kept ?? { anomaly_id, location_id, acknowledged_by, acknowledged_at };
    },
    withdrawAcknowledgement(anomaly_id) {
      return database.change(() => drop.run({ anomaly_id }).changes > 0);
    },
    acknowledgements: (ids) => new Map(known(ids).map((one) => [one.anomaly_id, one])),
  };
}
