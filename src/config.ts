import { totalmem } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Arguments, type Flag, parseArguments } from "./commands/arguments.ts";
import {
  check,
  defaultNote,
  flagged,
  givenFor,
  number,
  oneOf,
  placeholder,
  readToml,
  type Setting,
  text,
  wrongOrigins,
} from "./setting.ts";

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
  session_idle_min: number;
  session_absolute_h: number;
  session_remember_days: number;
  admin_email: string;
  admin_password: string;
}

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** One row a setting, in the order of the docs. */
export const SETTINGS: readonly Setting[] = [
  text(
    "http",
    "HOST:PORT",
    "127.0.0.1:8000",
    "Where the server listens. Port 0 picks a free one; use 0.0.0.0 or [::] to be reached from other machines.",
  ),
  text("data", "DIR", "./data", "The data directory: everything the appliance writes."),
  flagged("demo", "Feed a labelled demo location with 90 days of history and live simulated bots."),
  text(
    "public_url",
    "URL",
    "",
    "As users reach it (https://bi.example.com): decides cookie prefixes, HSTS and printed links. Empty: http:// and the listening address.",
  ),
  {
    ...number(
      "duckdb_memory_mb",
      64,
      1024 * 1024,
      memoryDefault(),
      "DuckDB's memory limit. The process uses up to 1.6 times of it, plus about 150 MB.",
    ),
    default_text: "a quarter of the machine's, 256 to 2048",
  },
  {
    ...number(
      "duckdb_threads",
      1,
      256,
      Math.max(1, navigator.hardwareConcurrency - 1),
      "Threads of DuckDB. One core is left to the server.",
    ),
    default_text: "one a core, less one",
  },
  number("duckdb_temp_max_mb", 64, 1024 * 1024 * 1024, 4096, "How much DuckDB may spill to disk."),
  number("query_timeout_ms", 100, 3_600_000, 10_000, "A query that takes longer is interrupted."),
  number(
    "questions_at_once_max",
    1,
    1000,
    8,
    "Uncached questions that one key or user may have answered at once; the rest wait. What the cache holds never waits.",
  ),
  number(
    "questions_waiting_max",
    0,
    100_000,
    128,
    "Questions of one key or user that may wait for their turn; more are answered 429. Who waits longer than query_timeout_ms is answered 503.",
  ),
  number("cache_bytes_max", MIB, 16 * GIB, 32 * MIB, "Bytes of answers kept in memory until an event touches them."),
  number("ingest_events_max", 1, 1_000_000, 10_000, "Events in one request."),
  number(
    "ingest_body_bytes_max",
    1024,
    GIB,
    10 * MIB,
    "Bytes of one request, decompressed; decompression stops there.",
  ),
  number("event_bytes_max", 256, MIB, 64 * 1024, "Bytes of one event."),
  number("event_depth_max", 2, 64, 16, "Nesting depth of an event's data."),
  number(
    "ingest_queue_bytes_max",
    MIB,
    4 * GIB,
    64 * MIB,
    "Accepted but not yet visible bytes at which ingest answers 503.",
  ),
  number("apply_rows_max", 100, 200_000, 40_000, "Events in one DuckDB transaction."),
  number(
    "dedupe_ids_max",
    1000,
    1_000_000_000,
    12_000_000,
    "Newest event ids held in memory for exactly-once (about 8 bytes each); older ones are looked up on disk.",
  ),
  number(
    "journal_segment_bytes",
    64 * 1024,
    4 * GIB,
    64 * MIB,
    "Size at which a journal segment is sealed and compressed.",
  ),
  number("disk_free_bytes_min", 0, 1024 * GIB, 512 * MIB, "Ingest answers 503 below this much free disk."),
  number("quarantine_days", 1, 3650, 30, "How long rejected events are kept."),
  number("quarantine_rows_max", 100, 10_000_000, 100_000, "How many rejected events are kept."),
  number("live_pushes_per_s", 1, 60, 4, "How often a live view is pushed at most."),
  number("live_sockets_max", 1, 1_000_000, 20_000, "Open live connections."),
  number("live_sockets_per_user_max", 1, 1_000_000, 100, "Open live connections of one user or key."),
  number("live_sockets_per_address_max", 1, 1_000_000, 1_000, "Open live connections from one address."),
  number("live_channels_per_socket_max", 1, 1_000, 16, "Channels on one live connection."),
  number("live_messages_per_s", 1, 1_000, 10, "Messages that a live connection may send; twice as many at once."),
  number("live_buffer_frames", 1, 100_000, 1_000, "Frames of a channel kept for clients that were away for a moment."),
  number("live_buffer_s", 1, 3_600, 60, "How long they are kept."),
  number(
    "rate_ingest_per_s",
    0,
    1_000_000,
    0,
    "Ingest requests a second of one key (of one address without a key); 0 is no limit: ingest sheds load by its queue already.",
  ),
  number("rate_ingest_burst", 1, 10_000_000, 10_000, "Ingest requests that may come at once, before the rate holds."),
  number(
    "rate_read_per_s",
    0,
    1_000_000,
    10_000,
    "All other requests a second of one key or user (of one address without either); 0 is no limit.",
  ),
  number("rate_read_burst", 1, 10_000_000, 20_000, "Of these, how many may come at once."),
  number(
    "rate_auth_per_s",
    0,
    1_000_000,
    10,
    "Sign-ins, token requests and refreshes a second of one address; 0 is no limit. Failed sign-ins have a limit of their own.",
  ),
  number("rate_auth_burst", 1, 10_000_000, 100, "Of these, how many may come at once."),
  number(
    "url_bytes_max",
    256,
    15_000,
    8_192,
    "Bytes of an address; longer ones are answered 414. (Headers: 16 KiB, 431.)",
  ),
  number("body_timeout_ms", 100, 3_600_000, 30_000, "A body that has not arrived by then is answered 408."),
  number("request_timeout_ms", 100, 3_600_000, 60_000, "A request that is not answered by then is answered 503."),
  {
    ...text(
      "cors_origins",
      "ORIGINS",
      "",
      "Sites whose pages may call the API from a browser, with a key or token, never with cookies: exact origins (https://app.example.com), comma-separated. Empty: none.",
    ),
    kind: { is: "text", placeholder: "ORIGINS", wrong: wrongOrigins },
  },
  flagged("metrics_public", "Show /metrics to anyone; else to keys and users with the scope read for all locations."),
  number("log_days", 1, 3650, 30, "Days that the files in data/logs are kept."),
  number(
    "log_day_bytes_max",
    64 * 1024,
    64 * GIB,
    256 * MIB,
    "Bytes of one day's log file; what is beyond goes to standard error only.",
  ),
  {
    ...text(
      "log_requests",
      "WHICH",
      "problems",
      "Which requests the log file names: off, problems (4xx, 5xx and slow ones, at most 10 a second) or all.",
    ),
    kind: { is: "text", placeholder: "WHICH", wrong: oneOf("off", "problems", "all") },
  },
  number("slow_request_ms", 1, 3_600_000, 1_000, "A request that takes longer is logged as slow."),
  number(
    "slow_query_ms",
    1,
    3_600_000,
    500,
    "A query that takes longer is logged: its SQL without the values, and how long it took.",
  ),
  number("session_idle_min", 1, 525_600, 30, "Minutes without a request after which a session ends."),
  number("session_absolute_h", 1, 8760, 8, "Hours after which a session ends in any case."),
  number("session_remember_days", 1, 3650, 30, "Days a session lasts with “keep me signed in”."),
  {
    ...text(
      "admin_email",
      "EMAIL",
      "",
      "E-mail of the owner account made at the first start, instead of the setup link.",
    ),
    flag: null,
    secret: true,
  },
  { ...text("admin_password", "PASSWORD", "", "Its password."), flag: null, secret: true },
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

/** A machine of 1 GB must do; DuckDB alone must not take a big one for itself. */
function memoryDefault(): number {
  const limit = process.constrainedMemory();
  const machine = totalmem();
  const bytes = limit > 0 && limit < machine ? limit : machine;
  return Math.min(2048, Math.max(256, Math.floor(bytes / MIB / 4)));
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
  session_idle_min: z.number(),
  session_absolute_h: z.number(),
  session_remember_days: z.number(),
  admin_email: z.string(),
  admin_password: z.string(),
});
