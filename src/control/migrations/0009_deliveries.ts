/** Where alerts are sent, what was sent, and how each try went; and the browsers that people let be pushed to. */
export const deliveries = `
CREATE TABLE notification_channels (
  channel_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  location_id TEXT,
  url TEXT,
  addresses TEXT NOT NULL,
  secret TEXT,
  old_secret TEXT,
  old_secret_until INTEGER,
  enabled INTEGER NOT NULL,
  disabled_reason TEXT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_id TEXT NOT NULL UNIQUE,
  notice_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  channel_name TEXT NOT NULL,
  channel_kind TEXT NOT NULL,
  location_id TEXT,
  notice TEXT NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  next_at INTEGER,
  remaining TEXT,
  error TEXT,
  replay_of TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (channel_id, seq, next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_channel ON deliveries (channel_id, seq);
CREATE INDEX deliveries_notice ON deliveries (notice_id);
CREATE INDEX deliveries_state ON deliveries (state, seq);
CREATE INDEX deliveries_location ON deliveries (location_id, seq);
CREATE INDEX deliveries_failed ON deliveries (finished_at) WHERE state = 'failed';
CREATE INDEX deliveries_created ON deliveries (created_at);

CREATE TABLE delivery_attempts (
  attempt_id INTEGER PRIMARY KEY,
  delivery_id TEXT NOT NULL REFERENCES deliveries (delivery_id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  status INTEGER,
  error TEXT,
  response TEXT
) STRICT;
CREATE INDEX delivery_attempts_delivery ON delivery_attempts (delivery_id);

CREATE TABLE push_subscriptions (
  subscription_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  endpoint TEXT NOT NULL UNIQUE,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX push_subscriptions_user ON push_subscriptions (user_id);

CREATE TRIGGER delivery_location AFTER DELETE ON locations
BEGIN
  DELETE FROM notification_channels WHERE location_id = OLD.location_id;
  DELETE FROM deliveries WHERE location_id = OLD.location_id OR notice ->> '$.location_id' = OLD.location_id;
END;
`;
