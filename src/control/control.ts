/**
 * Control: what people configure, in SQLite. Every SQL statement that is not analytic lives in this folder.
 * It must never hold a secret in clear: passwords are argon2id, keys and session tokens SHA-256.
 * Everything here is synchronous (bun:sqlite) and small; hot look-ups (keys, locations, rules) are kept in memory and dropped on change.
 */
import type { Rejection } from "../catalogue/event.ts";
import type { CommissionRule } from "../catalogue/types.ts";
import { openDatabase } from "./database.ts";
import { factsOf } from "./facts.ts";
import { idempotentOf } from "./idempotent.ts";
import { keysOf } from "./keys.ts";
import { locationsOf } from "./locations.ts";
import { quarantineOf } from "./quarantine.ts";
import { rulesOf } from "./rules.ts";
import { type SessionLimits, sessionsOf } from "./sessions.ts";
import type { ApiKey, Caller, Location, Role, Scope, TargetRow, User } from "./types.ts";
import { usersOf } from "./users.ts";

export { ControlError, type ControlErrorCode } from "./error.ts";
export { DEFAULT_TIMEZONE, isTimezone } from "./locations.ts";

export interface ControlOptions {
  /** Microseconds since the epoch; the machine's clock when left out. */
  now?: () => number;
  /** 30 minutes idle, 8 hours in all, 30 days when remembered, when left out. */
  sessions?: SessionLimits;
}

/**
 * Opens the control database, making or migrating it; ":memory:" for tests. Several processes may have it open.
 * Throws ControlError("newer_database") when a later version wrote it.
 */
export function openControl(path: string, options: ControlOptions = {}): Control {
  const database = openDatabase(path, options.now ?? (() => Date.now() * 1_000));
  const facts = factsOf(database);
  const users = usersOf(database);
  return {
    ...facts,
    ...locationsOf(database, facts.fact),
    ...rulesOf(database),
    ...users,
    ...sessionsOf(database, users, options.sessions),
    ...keysOf(database),
    ...quarantineOf(database),
    ...idempotentOf(database),
    close: () => database.sql.close(),
  };
}

export interface Session {
  user: User;
  csrf: string;
  expires_at: number;
}

export interface QuarantineRow {
  quarantine_id: number;
  received_at: number;
  location_id: string | null;
  reason: Rejection;
  /** The event as it was sent, JSON text, cut at 64 KiB. */
  raw: string;
}

export interface Control {
  // Locations
  locations(): readonly Location[];
  location(location_id: string): Location | null;
  /**
   * Makes the location if it is new (name = id, the reporting time zone of the setup or UTC, USD);
   * called for the first event of an unknown location. Throws ControlError("location_invalid").
   */
  ensureLocation(location_id: string, given?: Partial<Omit<Location, "location_id">>): Location;
  setLocation(location_id: string, change: Partial<Pick<Location, "name" | "timezone" | "currency">>): Location | null;
  removeLocation(location_id: string): boolean;

  // Commission and targets
  commissionRules(): readonly CommissionRule[];
  /** A rule of the same scope and valid_from is replaced. Throws ControlError("rule_invalid"), as for a time that is on no quarter of an hour. */
  addCommissionRule(rule: CommissionRule): void;
  targets(): readonly TargetRow[];
  setTarget(target: TargetRow): void;

  // People
  userCount(): number;
  users(): readonly User[];
  /** Async: argon2id, at most 4 at once. Throws ControlError("email_taken" | "email_invalid" | "password_invalid" | "busy"). */
  addUser(given: {
    email: string;
    name: string;
    password: string;
    role: Role;
    locations: readonly string[] | null;
  }): Promise<User>;
  /** The first user, only while there is none: of two setups at once, one gets ControlError("already_set_up"). */
  addOwner(given: { email: string; name: string; password: string }): Promise<User>;
  removeUser(user_id: string): boolean;
  /** A change of role or locations ends the user's sessions. */
  setUser(user_id: string, change: Partial<Pick<User, "name" | "role" | "locations" | "theme">>): User | null;
  /** Ends the user's sessions. */
  setPassword(user_id: string, password: string): Promise<void>;
  /** The user when the password is right, else null; takes the same time either way. */
  checkPassword(email: string, password: string): Promise<User | null>;

  // Sessions: the token goes into the cookie, only its SHA-256 is stored
  openSession(user_id: string, remember: boolean, now: number): { token: string; session: Session };
  /** Counts as activity: the idle time starts again. */
  session(token: string, now: number): Session | null;
  closeSession(token: string): void;

  /** One-time setup token while no user exists; the same one until it is used, null then. In memory only: a restart makes a new one. */
  setupToken(): string | null;

  // API keys
  /** `bw_` + 43 characters base64url (256 bit); returned once. */
  addKey(given: { name: string; scopes: readonly Scope[]; location_id: string | null }): {
    key: string;
    record: ApiKey;
  };
  keys(): readonly ApiKey[];
  removeKey(key_id: string): boolean;
  /** From the key's text to its caller; null when unknown. In-memory cached; last_used_at is written at most once a minute. */
  callerOfKey(key: string, now: number): Caller | null;

  // Quarantine
  quarantine(
    rows: readonly { received_at: number; location_id: string | null; reason: Rejection; raw: string }[],
  ): void;
  /** Newest first; `before` is the quarantine_id to go on from. */
  quarantined(query: { locations: readonly string[] | null; before?: number; limit: number }): readonly QuarantineRow[];
  quarantinedRow(quarantine_id: number): QuarantineRow | null;
  dropQuarantined(quarantine_id: number): boolean;
  /** Removes rows older than `before` and beyond `rows_max`. */
  pruneQuarantine(before: number, rows_max: number): void;

  // Idempotency-Key of ingest requests, kept 24 h
  idempotent(key_id: string, idempotency_key: string): { body_hash: string; status: number; answer: string } | null;
  rememberIdempotent(
    key_id: string,
    idempotency_key: string,
    kept: { body_hash: string; status: number; answer: string; now: number },
  ): void;

  // Small facts of the appliance (catalogue version, cookie secret …)
  fact(name: string): string | null;
  setFact(name: string, value: string): void;

  close(): void;
}
