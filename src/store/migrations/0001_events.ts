import type { Migration } from "./migrations.ts";

/**
 * No index, no key, no constraint: facts are only ever appended (reliability.md says why).
 * The data_ columns are copies out of `data`, because percentiles read them.
 * An id that is a UUID is kept as one: 10 bytes instead of 20 on disk, and a third off the time of a checkpoint.
 * Everything that reads goes through the view, where id is one column again.
 */
export const events: Migration = {
  version: 1,
  name: "events",
  statements: [
    `CREATE TABLE stored_events (
      time TIMESTAMP,
      received_at TIMESTAMP,
      location_id VARCHAR,
      type VARCHAR,
      id_uuid UUID,
      id_text VARCHAR,
      bot_id VARCHAR,
      contact_id VARCHAR,
      conversation_id VARCHAR,
      value DECIMAL(18,4),
      currency VARCHAR,
      duration_ms DOUBLE,
      success BOOLEAN,
      data JSON,
      data_processing_time_ms DOUBLE,
      data_response_ms DOUBLE,
      data_wait_ms DOUBLE,
      fingerprint BIGINT
    )`,
    `CREATE VIEW events AS SELECT
      time, received_at, location_id, type, coalesce(id_text, id_uuid::VARCHAR) AS id, bot_id, contact_id, conversation_id,
      value, currency, duration_ms, success, data, data_processing_time_ms, data_response_ms, data_wait_ms, fingerprint
      FROM stored_events`,
    "CREATE TABLE applied (seq BIGINT, events BIGINT, checksum BIGINT)",
    "INSERT INTO applied VALUES (0, 0, 0)",
    "CREATE TABLE fold_due (name VARCHAR, day TIMESTAMP, time_min TIMESTAMP, time_max TIMESTAMP, rows DOUBLE)",
  ],
};
