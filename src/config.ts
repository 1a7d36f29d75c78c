import { join } from "node:path";
import { z } from "zod";
import { type Arguments, type Flag, parseArguments } from "./commands/arguments.ts";
import { check, defaultNote, givenFor, placeholder, readToml, type Setting } from "./setting.ts";
import { ALERTS_SETTINGS } from "./settings/alerts.ts";
import { INGEST_SETTINGS } from "./settings/ingest.ts";
import { INSIGHT_SETTINGS } from "./settings/insight.ts";
import { LIVE_SETTINGS } from "./settings/live.ts";
import { OBSERVE_SETTINGS } from "./settings/observe.ts";
import { PEOPLE_SETTINGS } from "./settings/people.ts";
import { REQUESTS_SETTINGS } from "./settings/requests.ts";
import { SERVER_SETTINGS } from "./settings/server.ts";
import { STORE_SETTINGS } from "./settings/store.ts";

export { originsOf, SettingsError } from "./setting.ts";

/**
 * Every setting and limit, parsed once, documented in place.
 * A value comes from the flag, else the environment (BELLWETHER_…, …_FILE for secrets), else data/bellwether.toml, else the default.
 */
export interface Settings {
  /** Where the server listens: host:port. */
  http: string;
  /** The data directory. */
  data: string;
  demo: boolean;
  /** As users reach it (https://bi.example.com); decides __Host- cookies, HSTS and printed links. Empty: http://<http>. */
  public_url: string;
  duckdb_memory_mb: number;
  duckdb_threads: number;
  duckdb_temp_max_mb: number;
  query_timeout_ms: number;
  questions_at_once_max: number;
  questions_waiting_max: number;
  exports_at_once_max: number;
  cache_bytes_max: number;
  ingest_events_max: number;
  ingest_body_bytes_max: number;
  event_bytes_max: number;
  event_depth_max: number;
  /** Accepted but not yet applied bytes at which ingest answers 503. */
  ingest_queue_bytes_max: number;
  /** Events in one DuckDB transaction at most. */
  apply_rows_max: number;
  /** Newest ids held in memory for exactly-once; older ones are looked up on disk. */
  dedupe_ids_max: number;
  journal_segment_bytes: number;
  /** Ingest answers 503 below this much free disk. */
  disk_free_bytes_min: number;
  quarantine_days: number;
  quarantine_rows_max: number;
  live_pushes_per_s: number;
  live_sockets_max: number;
  live_sockets_per_user_max: number;
  live_sockets_per_address_max: number;
  live_channels_per_socket_max: number;
  /** What a client may send on a socket. */
  live_messages_per_s: number;
  live_buffer_frames: number;
  live_buffer_s: number;
  /** Requests a second of one key, user or address; 0 is no limit. A burst may be that many at once. */
  rate_ingest_per_s: number;
  rate_ingest_burst: number;
  rate_read_per_s: number;
  rate_read_burst: number;
  rate_auth_per_s: number;
  rate_auth_burst: number;
  url_bytes_max: number;
  body_timeout_ms: number;
  request_timeout_ms: number;
  /** Comma-separated exact origins that browsers may call the API from; empty: none. */
  cors_origins: string;
  metrics_public: boolean;
  log_days: number;
  log_day_bytes_max: number;
  /** off | problems | all. */
  log_requests: string;
  slow_request_ms: number;
  slow_query_ms: number;
  /** Series that are watched for anomalies; 0: none. */
  insight_series_max: number;
  /** With its password; empty: no e-mail. */
  smtp_url: string;
  smtp_from: string;
  /** Webhooks over http, to loopback and private addresses. */
  webhook_private_networks: boolean;
  delivery_at_once_max: number;
  delivery_days: number;
  delivery_rows_max: number;
  session_idle_min: number;
  session_absolute_h: number;
  session_remember_days: number;
  admin_email: string;
  admin_password: string;
}

/** One row a setting, in the order of the docs; the rows are in settings/, a file a group. */
export const SETTINGS: readonly Setting[] = [
  ...SERVER_SETTINGS,
  ...STORE_SETTINGS,
  ...INGEST_SETTINGS,
  ...LIVE_SETTINGS,
  ...REQUESTS_SETTINGS,
  ...OBSERVE_SETTINGS,
  ...INSIGHT_SETTINGS,
  ...ALERTS_SETTINGS,
  ...PEOPLE_SETTINGS,
];

/**
 * All settings from the flags in `argv` (only settings' flags may stand there), the environment and the text of
 * bellwether.toml, in that order of precedence. Throws UsageError for unknown flags, SettingsError for wrong values.
 */
export function loadSettings(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  tomlText: string,
): Settings {
  return settingsOf(parseArguments(argv, SETTING_FLAGS), env, tomlText);
}

/** The same from flags that are parsed already, beside a verb's own. */
export function settingsOf(
  flags: Arguments,
  env: Readonly<Record<string, string | undefined>>,
  tomlText: string,
): Settings {
  const file = readToml(
    tomlText,
    SETTINGS.map(({ key }) => key),
  );
  const found: Partial<Record<keyof Settings, string | number | boolean>> = {};
  for (const setting of SETTINGS) {
    const { value, from } = givenFor(setting, flags, env, file);
    found[setting.key] = check(setting, value, from);
  }
  return settingsSchema.parse(found);
}

/** The data directory alone, as it must be known before its bellwether.toml can be read. */
export function dataDirectory(flags: Arguments, env: Readonly<Record<string, string | undefined>>): string {
  return flags.text("data") ?? env.BELLWETHER_DATA ?? "./data";
}

/** The flags that settings have; `serve` takes them all. */
export const SETTING_FLAGS: readonly Flag[] = SETTINGS.flatMap((setting) =>
  setting.flag === null
    ? []
    : [
        {
          name: setting.flag,
          value: setting.kind.is === "switch" ? null : placeholder(setting.kind),
          doc: `${setting.doc}${defaultNote(setting)}`,
        },
      ],
);

/** Where things lie in a data directory. */
export function dataPaths(data: string) {
  return {
    store: join(data, "bellwether.duckdb"),
    control: join(data, "control.sqlite"),
    journal: join(data, "journal"),
    temp: join(data, "tmp"),
    logs: join(data, "logs"),
    native: join(data, "native"),
    toml: join(data, "bellwether.toml"),
    views: join(data, "views.json"),
    lock: join(data, "lock"),
  };
}

const settingsSchema: z.ZodType<Settings> = z.strictObject({
  http: z.string(),
  data: z.string(),
  demo: z.boolean(),
  public_url: z.string(),
  duckdb_memory_mb: z.number(),
  duckdb_threads: z.number(),
  duckdb_temp_max_mb: z.number(),
  query_timeout_ms: z.number(),
  questions_at_once_max: z.number(),
  questions_waiting_max: z.number(),
  exports_at_once_max: z.number(),
  cache_bytes_max: z.number(),
  ingest_events_max: z.number(),
  ingest_body_bytes_max: z.number(),
  event_bytes_max: z.number(),
  event_depth_max: z.number(),
  ingest_queue_bytes_max: z.number(),
  apply_rows_max: z.number(),
  dedupe_ids_max: z.number(),
  journal_segment_bytes: z.number(),
  disk_free_bytes_min: z.number(),
  quarantine_days: z.number(),
  quarantine_rows_max: z.number(),
  live_pushes_per_s: z.number(),
  live_sockets_max: z.number(),
  live_sockets_per_user_max: z.number(),
  live_sockets_per_address_max: z.number(),
  live_channels_per_socket_max: z.number(),
  live_messages_per_s: z.number(),
  live_buffer_frames: z.number(),
  live_buffer_s: z.number(),
  rate_ingest_per_s: z.number(),
  rate_ingest_burst: z.number(),
  rate_read_per_s: z.number(),
  rate_read_burst: z.number(),
  rate_auth_per_s: z.number(),
  rate_auth_burst: z.number(),
  url_bytes_max: z.number(),
  body_timeout_ms: z.number(),
  request_timeout_ms: z.number(),
  cors_origins: z.string(),
  metrics_public: z.boolean(),
  log_days: z.number(),
  log_day_bytes_max: z.number(),
  log_requests: z.string(),
  slow_request_ms: z.number(),
  slow_query_ms: z.number(),
  insight_series_max: z.number(),
  smtp_url: z.string(),
  smtp_from: z.string(),
  webhook_private_networks: z.boolean(),
  delivery_at_once_max: z.number(),
  delivery_days: z.number(),
  delivery_rows_max: z.number(),
  session_idle_min: z.number(),
  session_absolute_h: z.number(),
  session_remember_days: z.number(),
  admin_email: z.string(),
  admin_password: z.string(),
});
