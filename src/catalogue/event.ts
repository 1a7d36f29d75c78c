/**
 * The event: one fact that a bot reports, immutable, in its accepted (normalised) form.
 * This is also, as one line of JSON, the journal's record and the store's staging row.
 */
export interface BotEvent {
  /** 1 to 128 characters, unique per location: the sender's idempotency key. */
  id: string;
  type: string;
  /** When it happened: microseconds since 1970-01-01T00:00:00Z. */
  time: number;
  location_id: string;
  bot_id?: string;
  contact_id?: string;
  conversation_id?: string;
  /** Money: a canonical decimal string with at most 4 places ("450000", "-12.5"). Never a double. */
  value?: string;
  /** ISO 4217, always present when value is. */
  currency?: string;
  duration_ms?: number;
  success?: boolean;
  data?: Record<string, unknown>;
  /** When the server received it: microseconds since 1970-01-01T00:00:00Z. */
  received_at: number;
  /** 53-bit hash of (location_id, id); see ingest/fingerprint.ts. */
  fingerprint: number;
}

/** What a sender may write beside `data`, and data itself; any other field belongs into data. */
export const EVENT_FIELDS = [
  "id",
  "type",
  "time",
  "location_id",
  "bot_id",
  "contact_id",
  "conversation_id",
  "value",
  "currency",
  "duration_ms",
  "success",
  "data",
] as const;

/** Why an event was refused; the codes are the contract's. */
export const REJECTION_CODES = [
  "type_invalid",
  "time_invalid",
  "time_in_future",
  "value_invalid",
  "field_invalid",
  "field_missing",
  "too_large",
  "too_deep",
  "location_forbidden",
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** One refused event of a request. `field` is a dotted path ("data.score"); `detail` never repeats the sent value. */
export interface Rejection {
  index: number;
  id: string | null;
  field: string | null;
  code: RejectionCode;
  detail: string;
}
