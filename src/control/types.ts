/** What people configure: the records of the control database (SQLite). Times are microseconds since the epoch. */
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

export interface TargetRow {
  kpi: string;
  location_id: string;
  value: string;
}
