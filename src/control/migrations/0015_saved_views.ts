/** Questions of pages that were kept under a name. */
export const savedViews = `
CREATE TABLE saved_views (
  saved_view_id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  query TEXT NOT NULL,
  shared INTEGER NOT NULL,
  locations TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX saved_views_owner ON saved_views (owner);

-- What somebody shared stays for the others when they go.
CREATE TRIGGER saved_views_user AFTER DELETE ON users
BEGIN
  DELETE FROM saved_views WHERE owner = 'user ' || OLD.user_id AND shared = 0;
  UPDATE saved_views SET owner = '' WHERE owner = 'user ' || OLD.user_id;
END;
CREATE TRIGGER saved_views_key AFTER DELETE ON api_keys
BEGIN
  DELETE FROM saved_views WHERE owner = 'key ' || OLD.key_id AND shared = 0;
  UPDATE saved_views SET owner = '' WHERE owner = 'key ' || OLD.key_id;
END;
`;
