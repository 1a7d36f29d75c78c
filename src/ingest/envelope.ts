/**
 * One raw event checked and brought into its accepted form, field by field in the order of the domain's table.
 * It must never repair silently: what is not exactly right is refused with its field, and null means absent.
 */
import { currencies } from "../catalogue/currencies.ts";
import { type BotEvent, EVENT_FIELDS } from "../catalogue/event.ts";
import { moneyOfNumber, negativeOf, parseMoney } from "../catalogue/money.ts";
import { parseInstant, US_PER_HOUR } from "../catalogue/time.ts";
import { treeProblem } from "./data.ts";
import { fingerprint } from "./fingerprint.ts";
import { knownType, typeProblem } from "./known.ts";
import { Refusal } from "./refusal.ts";

export interface AcceptContext {
  /** The one location of a key that is bound to one; its events need not name it. */
  location_id: string | null;
  /** Locations the caller may post to; null: all. */
  locations: readonly string[] | null;
  /** The currency of a location, for values that come without one. */
  currencyOf: (location_id: string) => string;
  /** Now, in microseconds: the time of events without one, and the measure of "in the future". */
  received_at: number;
  limits: { event_bytes_max: number; depth_max: number };
  /** Ids for events without one. */
  newId: () => string;
}

/** The accepted event; an absent field is undefined, so that every draft has one shape. */
export type Draft = { [Field in keyof Required<BotEvent>]: BotEvent[Field] };

/** `time` is RFC 3339 text, or microseconds when `typed` (the importer's rows). `inexact`: the value was a number that no double holds. */
export function checkEvent(raw: unknown, context: AcceptContext, typed: boolean, inexact: boolean): Draft | Refusal {
  if (!isRecord(raw)) return new Refusal(null, "field_invalid", "An event is a JSON object.");
  const type = typeOf(raw.type);
  if (type instanceof Refusal) return type;
  const known = knownType(type);
  const id = raw.id === undefined || raw.id === null ? context.newId() : text(raw.id, "id", 128);
  if (id instanceof Refusal) return id;
  const time = timeOf(raw.time, context.received_at, typed);
  if (time instanceof Refusal) return time;
  const location_id = locationOf(raw.location_id, context);
  if (location_id instanceof Refusal) return location_id;
  const bot_id = label(raw.bot_id, "bot_id");
  if (bot_id instanceof Refusal) return bot_id;
  const contact_id = label(raw.contact_id, "contact_id");
  if (contact_id instanceof Refusal) return contact_id;
  const conversation_id = label(raw.conversation_id, "conversation_id");
  if (conversation_id instanceof Refusal) return conversation_id;
  const value = known?.reported === true ? undefined : moneyOf(raw.value, inexact);
  if (value instanceof Refusal) return value;
  const currency = currencyCode(raw.currency);
  if (currency instanceof Refusal) return currency;
  const duration_ms = durationOf(raw.duration_ms);
  if (duration_ms instanceof Refusal) return duration_ms;
  const success = flag(raw.success);
  if (success instanceof Refusal) return success;
  const data = dataOf(raw, known?.reported === true, context.limits.depth_max);
  if (data instanceof Refusal) return data;
  const unknown = unknownField(raw);
  if (unknown !== null) return unknown;

  const draft: Draft = {
    id,
    type: known === null ? type : known.type,
    time,
    location_id,
    bot_id,
    contact_id,
    conversation_id,
    value: value !== undefined && known?.negative === true ? negativeOf(value) : value,
    currency: currency === undefined && value !== undefined ? context.currencyOf(location_id) : currency,
    duration_ms,
    success,
    data,
    received_at: context.received_at,
    fingerprint: fingerprint(location_id, id),
  };
  if (known === null) return draft;
  const misfit = typeProblem(known, draft);
  if (misfit !== null) return misfit;
  if (known.bot_field !== null && draft.bot_id === undefined) {
    const name = data?.[known.bot_field];
    if (typeof name === "string") draft.bot_id = name;
  }
  return draft;
}

const TYPE = /^[a-z][a-z0-9_.:-]{0,63}$/;

const FIELDS: ReadonlySet<string> = new Set(EVENT_FIELDS);

/** What senders call a field elsewhere. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ["timestamp", "time"],
  ["ts", "time"],
  ["created_at", "time"],
  ["event", "type"],
  ["event_type", "type"],
  ["properties", "data"],
  ["payload", "data"],
  ["metadata", "data"],
  ["amount", "value"],
  ["location", "location_id"],
]);

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(sent: unknown): string | Refusal {
  if (sent === undefined || sent === null) return new Refusal("type", "field_missing", "Every event says its type.");
  if (typeof sent === "string" && TYPE.test(sent)) return sent;
  const detail = "A type is 1 to 64 of a-z, 0-9, _ . : and -, beginning with a letter.";
  return new Refusal("type", "type_invalid", detail);
}

/** Text of 1 to `most` characters. */
function text(sent: unknown, field: string, most: number): string | Refusal {
  if (typeof sent === "string" && sent.length > 0 && (sent.length <= most || codePoints(sent, most) <= most))
    return sent;
  return new Refusal(field, "field_invalid", `Must be text of 1 to ${most} characters.`);
}

/** An emoji is one character, though two units long. */
function codePoints(sent: string, most: number): number {
  return sent.length > most * 2 ? sent.length : [...sent].length;
}

function timeOf(sent: unknown, now: number, typed: boolean): number | Refusal {
  if (sent === undefined || sent === null) return now;
  const time = typed
    ? Number.isInteger(sent)
      ? Number(sent)
      : null
    : typeof sent === "string"
      ? parseInstant(sent)
      : null;
  if (time === null) {
    const detail = 'Must be an RFC 3339 instant with Z or an offset, to the microsecond: "2026-03-01T14:05:00Z".';
    return new Refusal("time", "time_invalid", detail);
  }
  if (time <= now + US_PER_HOUR) return time;
  return new Refusal("time", "time_in_future", "More than an hour ahead of the server's clock; check the sender's.");
}

function locationOf(sent: unknown, context: AcceptContext): string | Refusal {
  if (sent === undefined || sent === null) {
    if (context.location_id !== null) return context.location_id;
    return new Refusal("location_id", "field_missing", "Name the location, or use a key that is bound to one.");
  }
  const location_id = text(sent, "location_id", 64);
  if (location_id instanceof Refusal) return location_id;
  const bound = context.location_id;
  if (bound === null || bound === location_id) {
    if (context.locations === null || context.locations.includes(location_id)) return location_id;
  }
  return new Refusal("location_id", "location_forbidden", "This key may not post to this location.");
}

/** An optional name; empty text is no name. */
function label(sent: unknown, field: string): string | undefined | Refusal {
  return sent === undefined || sent === null || sent === "" ? undefined : text(sent, field, 128);
}

function moneyOf(sent: unknown, inexact: boolean): string | undefined | Refusal {
  if (sent === undefined || sent === null) return undefined;
  const money =
    typeof sent === "string" ? parseMoney(sent) : typeof sent === "number" && !inexact ? moneyOfNumber(sent) : null;
  if (money !== null) return money;
  const detail =
    'Must be a decimal of at most 14 digits and 4 places; send it as a string ("12345.67") when a number would have more than 15 digits.';
  return new Refusal("value", "value_invalid", detail);
}

function currencyCode(sent: unknown): string | undefined | Refusal {
  if (sent === undefined || sent === null) return undefined;
  if (typeof sent === "string" && currencies.has(sent)) return sent;
  return new Refusal("currency", "field_invalid", 'Must be an ISO 4217 code in upper case ("USD").');
}

function durationOf(sent: unknown): number | undefined | Refusal {
  if (sent === undefined || sent === null) return undefined;
  if (typeof sent === "number" && sent >= 0 && Number.isFinite(sent)) return sent;
  return new Refusal("duration_ms", "field_invalid", "Must be a number of milliseconds, 0 or more.");
}

function flag(sent: unknown): boolean | undefined | Refusal {
  if (sent === undefined || sent === null) return undefined;
  return typeof sent === "boolean" ? sent : new Refusal("success", "field_invalid", "Must be true or false.");
}

function dataOf(
  raw: Record<string, unknown>,
  reported: boolean,
  depth_max: number,
): Record<string, unknown> | undefined | Refusal {
  const data = raw.data ?? undefined;
  if (data !== undefined) {
    if (!isRecord(data)) return new Refusal("data", "field_invalid", "Must be a JSON object.");
    const problem = treeProblem(data, depth_max);
    if (problem !== null) return problem;
  }
  return reported && raw.value !== undefined && raw.value !== null ? withReported(data ?? {}, raw.value) : data;
}

/** A reported metric is a plain number and no money: it has one place, `data.value`. */
function withReported(data: Record<string, unknown>, sent: unknown): Record<string, unknown> | Refusal {
  const number = typeof sent === "string" && parseMoney(sent) !== null ? Number(sent) : sent;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    return new Refusal("value", "value_invalid", "Must be a number.");
  }
  if (data.value === undefined || data.value === null) return { ...data, value: number };
  return data.value === number
    ? data
    : new Refusal("value", "value_invalid", "Differs from data.value; send one of them.");
}

function unknownField(raw: Record<string, unknown>): Refusal | null {
  for (const field in raw) {
    if (FIELDS.has(field)) continue;
    const path = field.slice(0, 128).toWellFormed().replaceAll("\u0000", "\ufffd");
    if (field === "received_at") return new Refusal(path, "field_invalid", "The server sets it; leave it out.");
    const meant = MEANT.get(field);
    const remedy =
      meant === undefined ? "Put it into `data`." : `It is called \`${meant}\` here; anything else goes into \`data\`.`;
    return new Refusal(path, "field_invalid", `No field of an event. ${remedy}`);
  }
  return null;
}
