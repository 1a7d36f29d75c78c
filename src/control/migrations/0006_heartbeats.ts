/** Addresses that a bot or a monitor calls to say that it lives; only the token's SHA-256 is kept. */
export const heartbeats = `
CREATE TABLE heartbeats (
  heartbeat_id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  location_id TEXT NOT NULL,
  bot_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;
`;
