/** What the appliance noticed by itself, up to when each location was watched, and what a team knows of single days. */
export const watch = `
CREATE TABLE noticed_anomalies (
  anomaly_id TEXT PRIMARY KEY,
  location_id TEXT NOT NULL,
  bot_id TEXT,
  kpi TEXT NOT NULL,
  currency TEXT,
  grain TEXT NOT NULL,
  t INTEGER NOT NULL,
  until INTEGER NOT NULL,
  noticed_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'over', 'withdrawn')),
  settled_at INTEGER,
  value REAL NOT NULL,
  expected REAL NOT NULL,
  lower REAL NOT NULL,
  upper REAL NOT NULL,
  score REAL NOT NULL,
  severity TEXT NOT NULL,
  side TEXT NOT NULL,
  signal TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX noticed_by_location ON noticed_anomalies (location_id, noticed_at);
CREATE TABLE watched_locations (
  location_id TEXT PRIMARY KEY,
  watched_to INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE annotations (
  annotation_id TEXT PRIMARY KEY,
  location_id TEXT,
  t_from INTEGER NOT NULL,
  t_to INTEGER NOT NULL,
  text TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('note', 'holiday')),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER watched_location AFTER DELETE ON locations
BEGIN
  DELETE FROM noticed_anomalies WHERE location_id = OLD.location_id;
  DELETE FROM watched_locations WHERE location_id = OLD.location_id;
  DELETE FROM annotations WHERE location_id = OLD.location_id;
END;
`;
