/**
 * Control: what people configure, in SQLite. Every SQL statement that is not analytic lives in this folder.
 * It must never hold a secret in clear: passwords are argon2id, keys and session tokens SHA-256.
 * Everything here is synchronous (bun:sqlite) and small; hot look-ups (keys, locations, rules) are kept in memory and dropped on change.
 */
import type { Rejection } from "../catalogue/event.ts";
import type { CommissionRule } from "../catalogue/types.ts";
import type { AccessControl } from "./access.ts";
import { type AcknowledgedControl, acknowledgedOf } from "./acknowledged.ts";
import { type AlertsControl, alertsOf } from "./alerts.ts";
import { type AnnotationControl, annotationsOf } from "./annotations.ts";
import { auditOf } from "./audit.ts";
import { type DashboardControl, dashboardsOf } from "./dashboards.ts";
import { integrityOf, openDatabase } from "./database.ts";
import { type DeliveryControl, deliveriesOf } from "./deliveries.ts";
import { erasuresOf } from "./erasure.ts";
import { factsOf } from "./facts.ts";
import { heartbeatsOf } from "./heartbeats.ts";
import { idempotentOf } from "./idempotent.ts";
import { type InsightNoteControl, insightNotesOf } from "./insight-notes.ts";
import { keysOf } from "./keys.ts";
import { kpisOf } from "./kpis.ts";
import { locationsOf } from "./locations.ts";
import { type NoticedControl, noticedOf } from "./noticed.ts";
import { type NotificationChannelControl, notificationChannelsOf } from "./notification-channels.ts";
import { type PresetControl, presetsOf } from "./presets.ts";
import { quarantineOf } from "./quarantine.ts";
import { type RecommendationControl, recommendationsOf } from "./recommendations.ts";
import { rulesOf } from "./rules.ts";
import { type SavedViewControl, savedViewsOf } from "./saved-views.ts";
import { type ScoreModelControl, scoreModelsOf } from "./score-models.ts";
import { type SessionLimits, sessionsOf } from "./sessions.ts";
import { tokensOf } from "./tokens.ts";
import { totpOf } from "./totp.ts";
import type {
  ApiKey,
  AuditCheck,
  AuditEntry,
  AuditHead,
  AuditQuery,
  AuditRecord,
  Caller,
  CustomKpi,
  Heartbeat,
  Location,
  RuleRow,
  Scope,
  TargetRow,
} from "./types.ts";
import { usersOf } from "./users.ts";

export { ControlError, type ControlErrorCode } from "./error.ts";
export { DEFAULT_TIMEZONE, isTimezone } from "./locations.ts";
export type { Session } from "./types.ts";

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
    ...tokensOf(database, options.sessions),
    ...totpOf(database, users),
    ...keysOf(database),
    ...quarantineOf(database),
    ...idempotentOf(database),
    ...erasuresOf(database),
    ...heartbeatsOf(database),
    ...auditOf(database),
    ...kpisOf(database),
    ...acknowledgedOf(database),
    ...noticedOf(database),
    ...annotationsOf(database),
    ...presetsOf(database),
    ...savedViewsOf(database),
    ...alertsOf(database),
    ...scoreModelsOf(database),
    ...recommendationsOf(database),
    ...insightNotesOf(database),
    ...notificationChannelsOf(database),
    ...deliveriesOf(database),
    ...dashboardsOf(database),
    integrity: () => integrityOf(database),
    generation: () => database.generation(),
    close: () => database.sql.close(),
  };
}

export interface QuarantineRow {
  quarantine_id: number;
  received_at: number;
  location_id: string | null;
  reason: Rejection;
  /** The event as it was sent, or as it was mended since; JSON text, cut at 64 KiB. */
  raw: string;
  mended_at: number | null;
}

/** Which refused events: all of these must hold. */
export interface QuarantineFilter {
  /** null: every one, those included that name no location. */
  locations: readonly string[] | null;
  code?: string;
  /** Received before this moment. */
  received_before?: number;
}

export interface Control
  extends AccessControl,
    AcknowledgedControl,
    NoticedControl,
    AnnotationControl,
    PresetControl,
    SavedViewControl,
    AlertsControl,
    NotificationChannelControl,
    DeliveryControl,
    ScoreModelControl,
    RecommendationControl,
    InsightNoteControl,
    DashboardControl {
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
  commissionRules(): readonly RuleRow[];
  /** A rule of the same scope and valid_from is replaced. Throws ControlError("rule_invalid"), as for a time that is on no quarter of an hour. */
  addCommissionRule(rule: CommissionRule): RuleRow;
  /** null when there is none. Throws ControlError("rule_invalid" | "rule_taken"). */
  setCommissionRule(rule_id: number, change: Partial<Pick<CommissionRule, "rate" | "valid_from">>): RuleRow | null;
  removeCommissionRule(rule_id: number): boolean;
  targets(): readonly TargetRow[];
  setTarget(target: TargetRow): void;
  removeTarget(kpi: string, location_id: string): boolean;

  // API keys
  /** `bw_` + 43 characters base64url (256 bit); returned once. */
  addKey(given: { name: string; scopes: readonly Scope[]; location_id: string | null }): {
    key: string;
    record: ApiKey;
  };
  keys(): readonly ApiKey[];
  renameKey(key_id: string, name: string): ApiKey | null;
  removeKey(key_id: string): boolean;
  /** From the key's text to its caller; null when unknown. In-memory cached; last_used_at is written at most once a minute. */
  callerOfKey(key: string, now: number): Caller | null;

  // Heartbeats
  heartbeats(): readonly Heartbeat[];
  /** The token is shown once; only its SHA-256 is kept. */
  addHeartbeat(given: Pick<Heartbeat, "name" | "location_id" | "bot_id">): { token: string; heartbeat: Heartbeat };
  removeHeartbeat(heartbeat_id: string): boolean;
  /** Null for a token that nobody was given. */
  heartbeatOf(token: string, now: number): Heartbeat | null;

  // Quarantine
  quarantine(
    rows: readonly { received_at: number; location_id: string | null; reason: Rejection; raw: string }[],
  ): void;
  /** Newest first; `before` is the quarantine_id to go on from. */
  quarantined(query: QuarantineFilter & { before?: number; limit: number }): readonly QuarantineRow[];
  quarantinedCount(filter: QuarantineFilter): number;
  quarantinedRow(quarantine_id: number): QuarantineRow | null;
  /** Keeps another text in the place of what was sent. */
  mendQuarantined(quarantine_id: number, raw: string): QuarantineRow | null;
  dropQuarantined(quarantine_id: number): boolean;
  /** How many were dropped. */
  dropAllQuarantined(filter: QuarantineFilter): number;
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

  // Erasure of a contact
  /** Deletes refused events of the contact and kept answers that name it, on disk before it returns. */
  eraseContact(location_id: string, contact_id: string): { quarantined: number; answers: number };
  /** Writes the file anew, so that nothing that was deleted is left in it; false while another process reads it. */
  scrub(): boolean;
  /** The audit log says of an erasure with this proof that it is done. */
  isProven(proof: string): boolean;

  // Audit
  /** Adds an entry, on disk before it returns. */
  audit(entry: AuditEntry): AuditRecord;
  /** Newest first. */
  audits(query: AuditQuery): readonly AuditRecord[];
  /** As it was noted with the last entry: to be kept elsewhere, and compared later. */
  auditHead(): AuditHead;
  /** Those that occur. */
  auditActions(locations: readonly string[] | null): readonly string[];
  /** Recomputes the chain of hashes, a page of entries at a time; `known`: a head that was kept elsewhere. */
  verifyAudit(known?: AuditHead): Promise<AuditCheck>;

  // KPIs that teams define
  /** Those in force: at most one for each key and location, and one for each key and all locations. */
  customKpis(): readonly CustomKpi[];
  /** Newest first; empty when there never was one. */
  customKpiVersions(key: string, location_id: string | null): readonly CustomKpi[];
  /** Adds a version; a definition of null takes the KPI away. null, and nothing done, unless it is in force ("there") or is not ("new"). */
  putCustomKpi(
    given: Pick<CustomKpi, "key" | "location_id" | "definition" | "changed_by">,
    only: "new" | "there",
  ): CustomKpi | null;

  /** What SQLite finds wrong with its own file; empty when nothing is. */
  integrity(): readonly string[];

  /** Grows whenever configuration may have changed: what was computed from it before is to be computed anew. */
  generation(): number;

  close(): void;
}
