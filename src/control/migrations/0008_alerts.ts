/** Rules of alerts, what each of their series is just now, the alerts that there were and what happened to them. */
export const alerts = `
CREATE TABLE alert_rules (
  rule_id TEXT PRIMARY KEY,
  location_id TEXT,
  rule TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_rules_location ON alert_rules (location_id);

CREATE TABLE alert_states (
  rule_id TEXT NOT NULL REFERENCES alert_rules ON DELETE CASCADE,
  series TEXT NOT NULL,
  alert_id TEXT,
  state TEXT NOT NULL,
  PRIMARY KEY (rule_id, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
  alert_id TEXT PRIMARY KEY,
  rule_id TEXT,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  location_id TEXT,
  bot_id TEXT,
  severity TEXT NOT NULL,
  state TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  facts TEXT NOT NULL,
  peak REAL,
  began_at INTEGER NOT NULL,
  ended_at INTEGER,
  acknowledged_by TEXT,
  acknowledged_at INTEGER,
  snoozed_until INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_began ON alerts (began_at, alert_id);
CREATE INDEX alerts_open ON alerts (ended_at) WHERE ended_at IS NULL;
CREATE INDEX alerts_ended ON alerts (ended_at);

CREATE TABLE alert_events (
  event_id INTEGER PRIMARY KEY AUTOINCREMENT,
  alert_id TEXT NOT NULL REFERENCES alerts ON DELETE CASCADE,
  at INTEGER NOT NULL,
  what TEXT NOT NULL,
  who TEXT,
  note TEXT
) STRICT;
CREATE INDEX alert_events_alert ON alert_events (alert_id, event_id);

CREATE TABLE alert_outbox (
  notice_id TEXT PRIMARY KEY,
  due_at INTEGER NOT NULL,
  bundle TEXT NOT NULL,
  channels TEXT NOT NULL,
  notice TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER alerts_location AFTER DELETE ON locations
BEGIN
  DELETE FROM alert_rules WHERE location_id = OLD.location_id;
  DELETE FROM alerts WHERE location_id = OLD.location_id;
END;
`;
