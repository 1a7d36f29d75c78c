/** Dashboards that people make, and links by which they are shown without a sign-in: of a link only a SHA-256 is kept. */
export const dashboards = `
CREATE TABLE dashboards (
  dashboard_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  visible TEXT NOT NULL CHECK (visible IN ('private', 'roles', 'everyone')),
  roles TEXT NOT NULL,
  location_id TEXT,
  cards TEXT NOT NULL,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE dashboard_shares (
  share_id TEXT PRIMARY KEY,
  dashboard_id TEXT NOT NULL REFERENCES dashboards ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  locations TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_by_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX shares_by_dashboard ON dashboard_shares (dashboard_id);
CREATE TRIGGER dashboards_of_location AFTER DELETE ON locations
BEGIN
  DELETE FROM dashboards WHERE location_id = OLD.location_id;
  DELETE FROM dashboard_shares WHERE EXISTS (SELECT 1 FROM json_each(locations) WHERE value = OLD.location_id);
END;
CREATE TRIGGER shares_of_user AFTER DELETE ON users
BEGIN
  DELETE FROM dashboard_shares WHERE created_by = OLD.user_id;
END;
`;
