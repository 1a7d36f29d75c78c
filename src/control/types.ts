/** What people configure: the records of the control database (SQLite). Times are microseconds since the epoch. */
import type { Better, CommissionRule, Unit } from "../catalogue/types.ts";

export type Role = "owner" | "admin" | "analyst" | "viewer";
export type Scope = "ingest" | "read" | "export" | "admin";

export interface Location {
  location_id: string;
  name: string;
  timezone: string;
  currency: string;
  demo: boolean;
  created_at: number;
}

export interface User {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  /** null: all locations. */
  locations: readonly string[] | null;
  theme: "system" | "light" | "dark" | "contrast";
  /** How numbers and dates are written for them, a BCP 47 tag; null: as their browser says. */
  locale: string | null;
  /** A second factor is asked for. */
  totp: boolean;
  /** Has no password yet: an invitation lets them choose one. */
  invited: boolean;
  created_at: number;
}

export interface NewUser {
  email: string;
  name: string;
}

export type UserChange = Partial<Pick<User, "name" | "role" | "locations" | "theme" | "locale">>;

export interface Session {
  session_id: string;
  user: User;
  /** "Keep me signed in." */
  remember: boolean;
  csrf: string;
  expires_at: number;
}

/** Where a sign-in came from. */
export interface SignInFrom {
  address: string | null;
  /** The User-Agent header, cut. */
  agent: string | null;
}

/** A way in that is open: a browser's session, or a family of tokens. */
export interface SignedIn extends SignInFrom {
  session_id: string;
  kind: "session" | "token";
  created_at: number;
  seen_at: number;
  expires_at: number;
}

/** Ed25519; it never leaves the control database and the process. */
export interface SigningKey {
  kid: string;
  /** JWK as JSON text, with the public half. */
  private_jwk: string;
  created_at: number;
}

export interface ApiKey {
  key_id: string;
  name: string;
  /** First characters, to recognise it; the key itself is shown once and stored as SHA-256. */
  prefix: string;
  scopes: readonly Scope[];
  /** null: any location. */
  location_id: string | null;
  created_at: number;
  last_used_at: number | null;
}

/** Who is asking: a person by session or an API key. The one thing that access decisions look at. */
export interface Caller {
  kind: "user" | "key";
  id: string;
  name: string;
  role: Role | null;
  scopes: readonly Scope[];
  /** null: all locations. */
  locations: readonly string[] | null;
}

/** What an audit entry says. Never a password, key, token, nor the data of a contact. */
export interface AuditEntry {
  actor: { kind: "user" | "key" | "command" | "system" | "nobody"; id: string | null; name: string };
  /** What was done, in the past: "login", "login_failed", "key_added", "contact_erased" … */
  action: string;
  /** What it was done to: an id or a name. */
  object?: string | null;
  /** null: all of the appliance; only those who see all locations see the entry. */
  location_id?: string | null;
  address?: string | null;
  details?: Readonly<Record<string, string | number | boolean | null>>;
  /** Microseconds; now when left out. */
  at?: number;
}

export interface AuditRecord {
  audit_id: number;
  at: number;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string;
  action: string;
  object: string | null;
  location_id: string | null;
  address: string | null;
  details: Readonly<Record<string, string | number | boolean | null>>;
  /** SHA-256 over the hash of the entry before and this one. */
  hash: string;
}

/** How many entries there are, and the hash of the last. */
export interface AuditHead {
  entries: number;
  hash: string;
}

/** As far as the chain holds; `broken_at` is the first entry that is missing, changed or not ours, and null when all is well. */
export interface AuditCheck extends AuditHead {
  broken_at: number | null;
  detail: string | null;
}

export interface AuditQuery {
  /** The audit_id to go on from. */
  before?: number;
  action?: string;
  /** Id or name. */
  actor?: string;
  /** Half-open, microseconds. */
  from?: number;
  to?: number;
  /** null: every entry; else only those of the locations. */
  locations: readonly string[] | null;
  limit: number;
}

/** A commission rule as it is kept. */
export interface RuleRow extends CommissionRule {
  rule_id: number;
}

/** An address that is called to say that a bot lives; its token was shown once. */
export interface Heartbeat {
  heartbeat_id: string;
  name: string;
  location_id: string;
  bot_id: string;
  created_at: number;
  last_used_at: number | null;
}

export interface TargetRow {
  kpi: string;
  location_id: string;
  value: string;
}

/** What a team says a KPI is. */
export interface KpiDefinition {
  label: string;
  unit: Unit;
  better: Better;
  description: string;
  /** In the catalogue's formula form; it parses. */
  formula: string;
}

/** One version of a KPI that a team defined. */
export interface CustomKpi {
  key: string;
  /** null: for every location that has none of its own. */
  location_id: string | null;
  /** From 1, without gaps. */
  version: number;
  /** null: taken away. */
  definition: KpiDefinition | null;
  /** Name of who did it. */
  changed_by: string | null;
  changed_at: number;
}
