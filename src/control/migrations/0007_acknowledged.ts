/** Anomalies that somebody has seen to. They are computed when asked, so only what people said about them is kept. */
export const acknowledged = `
CREATE TABLE acknowledged_anomalies (
  anomaly_id TEXT PRIMARY KEY,
  location_id TEXT,
  acknowledged_by TEXT NOT NULL,
  acknowledged_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER acknowledged_location AFTER DELETE ON locations
BEGIN DELETE FROM acknowledged_anomalies WHERE location_id = OLD.location_id; END;
`;
