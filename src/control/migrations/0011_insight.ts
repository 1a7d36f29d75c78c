/** Models of contacts with their versions, what to do about scores, and what people said about insights. */
export const insight = `
CREATE TABLE score_models (
  location_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  version INTEGER NOT NULL,
  trained_at INTEGER NOT NULL,
  in_force INTEGER NOT NULL,
  note TEXT,
  rows INTEGER NOT NULL,
  positives INTEGER NOT NULL,
  definition TEXT NOT NULL,
  held_out TEXT,
  model TEXT NOT NULL,
  PRIMARY KEY (location_id, purpose, version)
) STRICT;
CREATE TABLE score_trials (
  location_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  tried_at INTEGER NOT NULL,
  seen_at INTEGER,
  rows INTEGER NOT NULL,
  positives INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  PRIMARY KEY (location_id, purpose)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER scores_location AFTER DELETE ON locations
BEGIN
  DELETE FROM score_models WHERE location_id = OLD.location_id;
  DELETE FROM score_trials WHERE location_id = OLD.location_id;
END;

CREATE TABLE recommendation_rules (
  recommendation_id INTEGER PRIMARY KEY AUTOINCREMENT,
  location_id TEXT,
  purpose TEXT NOT NULL,
  position INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  conditions TEXT NOT NULL,
  action TEXT NOT NULL,
  title TEXT NOT NULL
) STRICT;
CREATE TRIGGER recommendations_location AFTER DELETE ON locations
BEGIN DELETE FROM recommendation_rules WHERE location_id = OLD.location_id; END;
INSERT INTO recommendation_rules (location_id, purpose, position, enabled, conditions, action, title) VALUES
  (NULL, 'conversion', 10, 1, '{"levels":["medium","high"],"stalled":true}', 'take_over', 'Take over by hand: the bot is stuck'),
  (NULL, 'conversion', 20, 1, '{"levels":["high"],"silent_days_min":1}', 'call_now', 'Call: promising, and silent for more than a day'),
  (NULL, 'conversion', 30, 1, '{"levels":["high"]}', 'book_meeting', 'Offer a meeting while it is warm'),
  (NULL, 'conversion', 40, 1, '{"levels":["medium"],"temperatures":["hot","warm"],"silent_days_min":3}', 'follow_up', 'Follow up: warm, and silent for days'),
  (NULL, 'churn', 10, 1, '{"levels":["high"],"factors":["troubles","troubles_90d","refunded"]}', 'make_good', 'Make good: trouble raises the risk'),
  (NULL, 'churn', 20, 1, '{"levels":["high"]}', 'win_back', 'Win back: likely to be lost'),
  (NULL, 'churn', 30, 1, '{"levels":["medium"],"silent_days_min":30}', 'remind', 'Remind: silent for a month');

CREATE TABLE insight_notes (
  caller TEXT NOT NULL,
  insight_id TEXT NOT NULL,
  noted_at INTEGER NOT NULL,
  dismissed_at INTEGER,
  snoozed_until INTEGER,
  rating TEXT,
  PRIMARY KEY (caller, insight_id)
) STRICT, WITHOUT ROWID;
`;
