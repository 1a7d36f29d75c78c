import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import { type Arguments, type Flag, nearest, parseArguments } from "./commands/arguments.ts";

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
  session_idle_min: number;
  session_absolute_h: number;
  session_remember_days: number;
  admin_email: string;
  admin_password: string;
}

/** What a setting accepts, and so how its text is read. */
type Kind =
  | { is: "text"; placeholder: string }
  | { is: "switch" }
  /** A whole number in [least, most]. */
  | { is: "number"; least: number; most: number };

export interface Setting {
  key: keyof Settings;
  /** Without dashes; null where the command line would show a secret to everyone on the machine. */
  flag: string | null;
  env: string;
  default: string | number | boolean;
  /** How the default is written in help and docs, where it depends on the machine. */
  default_text?: string;
  doc: string;
  kind: Kind;
  /** Secrets may also be named by `<ENV>_FILE`, a file that holds them. */
  secret?: true;
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

/** Wrong settings: which one, where it came from, what it must be. Never the value of a secret. */
export class SettingsError extends Error {}

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
  const file = readToml(tomlText);
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
    native: join(data, "native"),
    toml: join(data, "bellwether.toml"),
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

function text(key: keyof Settings, placeholder: string, fallback: string, doc: string): Setting {
  return { ...named(key), default: fallback, doc, kind: { is: "text", placeholder } };
}

function flagged(key: keyof Settings, doc: string): Setting {
  return { ...named(key), default: false, doc, kind: { is: "switch" } };
}

function number(key: keyof Settings, least: number, most: number, fallback: number, doc: string): Setting {
  return { ...named(key), default: fallback, doc, kind: { is: "number", least, most } };
}

function named(key: keyof Settings): { key: keyof Settings; flag: string; env: string } {
  return { key, flag: key.replaceAll("_", "-"), env: `BELLWETHER_${key.toUpperCase()}` };
}

function placeholder(kind: Kind): string {
  return kind.is === "text" ? kind.placeholder : "N";
}

function defaultNote(setting: Setting): string {
  if (setting.kind.is === "switch" || setting.default === "") return "";
  return ` Default: ${setting.default_text ?? setting.default}.`;
}

function readToml(tomlText: string): Readonly<Record<string, unknown>> {
  let file: Record<string, unknown>;
  try {
    file = parseToml(tomlText);
  } catch (error) {
    throw new SettingsError(`bellwether.toml: ${error instanceof Error ? error.message : String(error)}`);
  }
  const keys = SETTINGS.map((setting): string => setting.key);
  for (const key of Object.keys(file)) {
    if (keys.includes(key)) continue;
    const near = nearest(key, keys);
    throw new SettingsError(`bellwether.toml: unknown setting ${key}${near === null ? "" : `; did you mean ${near}?`}`);
  }
  return file;
}

function givenFor(
  setting: Setting,
  flags: Arguments,
  env: Readonly<Record<string, string | undefined>>,
  file: Readonly<Record<string, unknown>>,
): { value: unknown; from: string } {
  if (setting.flag !== null && flags.has(setting.flag)) {
    const value = setting.kind.is === "switch" ? flags.switched(setting.flag) : flags.text(setting.flag);
    return { value, from: `--${setting.flag}` };
  }
  const direct = env[setting.env];
  if (direct !== undefined && direct !== "") return { value: direct, from: setting.env };
  const secretFile = setting.secret ? env[`${setting.env}_FILE`] : undefined;
  if (secretFile !== undefined && secretFile !== "") {
    return { value: readSecret(secretFile, `${setting.env}_FILE`), from: `${setting.env}_FILE` };
  }
  if (setting.key in file) return { value: file[setting.key], from: `bellwether.toml: ${setting.key}` };
  return { value: setting.default, from: "default" };
}

function readSecret(path: string, from: string): string {
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch {
    throw new SettingsError(`${from}: cannot read the file ${path}`);
  }
}

function check(setting: Setting, value: unknown, from: string): string | number | boolean {
  const { kind } = setting;
  if (kind.is === "text") {
    if (typeof value === "string") return value;
    throw new SettingsError(`${from}: must be text`);
  }
  if (kind.is === "switch") {
    const read = { true: true, "1": true, yes: true, false: false, "0": false, no: false }[String(value)];
    if (read !== undefined) return read;
    throw new SettingsError(`${from}: must be true or false`);
  }
  const read = typeof value === "string" && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  if (typeof read === "number" && Number.isInteger(read) && read >= kind.least && read <= kind.most) return read;
  throw new SettingsError(`${from}: must be a whole number from ${kind.least} to ${kind.most}`);
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
  session_idle_min: z.number(),
  session_absolute_h: z.number(),
  session_remember_days: z.number(),
  admin_email: z.string(),
  admin_password: z.string(),
});
