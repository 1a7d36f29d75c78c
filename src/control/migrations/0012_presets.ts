/** Named filters, which of them somebody begins with, what they looked at last, and whether a sign-in has begun. */
export const presets = `
CREATE TABLE presets (
  preset_id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  shared INTEGER NOT NULL,
  locations TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX presets_owner ON presets (owner);
CREATE TABLE preset_defaults (
  owner TEXT PRIMARY KEY,
  preset_id TEXT NOT NULL REFERENCES presets ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE last_queries (
  user_id TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  query TEXT NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE sessions ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;

-- What somebody shared stays for the others when they go.
CREATE TRIGGER presets_user AFTER DELETE ON users
BEGIN
  DELETE FROM preset_defaults WHERE owner = 'user ' || OLD.user_id;
  DELETE FROM presets WHERE owner = 'user ' || OLD.user_id AND shared = 0;
  UPDATE presets SET owner = '' WHERE owner = 'user ' || OLD.user_id;
END;
CREATE TRIGGER presets_key AFTER DELETE ON api_keys
BEGIN
  DELETE FROM preset_defaults WHERE owner = 'key ' || OLD.key_id;
  DELETE FROM presets WHERE owner = 'key ' || OLD.key_id AND shared = 0;
  UPDATE presets SET owner = '' WHERE owner = 'key ' || OLD.key_id;
END;
`;
