/**
 * Accept: raw events in, journal lines and refusals out. Pure but for the ids it is given; the hot path of ingest.
 * It must never drop an event without counting it as accepted, repeated or refused.
 */
import type { Rejection } from "../catalogue/event.ts";
import { unstorableText } from "./data.ts";
import type { Decoded } from "./decoded.ts";
import { type AcceptContext, checkEvent, type Draft, isRecord } from "./envelope.ts";
import { Refusal } from "./refusal.ts";

export type { AcceptContext } from "./envelope.ts";

export interface Accepted {
  /** NDJSON of BotEvents, "\n" after every line; empty when rows is 0. */
  lines: Uint8Array;
  rows: number;
  /** One a line. */
  fingerprints: Float64Array;
  /** One a line, microseconds. */
  times: Float64Array;
  /** Events whose (location_id, id) an earlier one of the same request has; they are not in lines. */
  repeated: number;
  /** Distinct, in the order of first use. */
  location_ids: readonly string[];
  /** By ascending index. */
  rejections: readonly Rejection[];
  /** For the quarantine, one a rejection. `location_id` is one that the caller may use, or null. */
  rejected_raw: readonly { location_id: string | null; reason: Rejection; raw: string }[];
}

/** Events of one request, as decode leaves them. */
export function acceptEvents(decoded: Decoded, context: AcceptContext): Accepted {
  return accept(decoded, context, false);
}

/** Rows of an import: like events, but `time` is microseconds since the epoch. Null fields are absent. */
export function acceptRows(rows: unknown[], context: AcceptContext): Accepted {
  return accept({ events: rows, unread: NOTHING, inexact: NOTHING }, context, true);
}

const NOTHING: ReadonlyMap<number, never> = new Map<number, never>();

function accept(decoded: Decoded, context: AcceptContext, typed: boolean): Accepted {
  const { events, unread, inexact } = decoded;
  const seen = new Map<number, string>();
  const location_ids = new Set<string>();
  const fingerprints = new Float64Array(events.length);
  const times = new Float64Array(events.length);
  const refused: { location_id: string | null; reason: Rejection; raw: string }[] = [];
  let lines = "";
  let rows = 0;
  let repeated = 0;

  for (let index = 0; index < events.length; index++) {
    const unreadable = unread.get(index);
    if (unreadable !== undefined) {
      refused.push({ location_id: context.location_id, reason: unreadable.rejection, raw: unreadable.raw });
      continue;
    }
    const raw = events[index];
    const checked = checkOne(raw, context, typed, inexact.has(index));
    if (checked instanceof Refusal) {
      refused.push(rejected(index, raw, checked, inexact.get(index), context));
      continue;
    }
    const { draft, line } = checked;
    if (isRepeated(seen, draft)) {
      repeated++;
      continue;
    }
    location_ids.add(draft.location_id);
    fingerprints[rows] = draft.fingerprint;
    times[rows++] = draft.time;
    lines += `${line}\n`;
  }
  return {
    lines: ENCODER.encode(lines),
    rows,
    fingerprints: fingerprints.slice(0, rows),
    times: times.slice(0, rows),
    repeated,
    location_ids: [...location_ids],
    rejections: refused.map(({ reason }) => reason),
    rejected_raw: refused,
  };
}

const ENCODER = new TextEncoder();
/** How JSON.stringify writes NUL and half a surrogate pair, and also backslashes before a u: the last are sorted out on a closer look. */
const ESCAPE = "\\u";

/** The event and its journal line, or why it is refused: its fields first, then text and size that cannot be stored. */
function checkOne(
  raw: unknown,
  context: AcceptContext,
  typed: boolean,
  inexact: boolean,
): { draft: Draft; line: string } | Refusal {
  const draft = checkEvent(raw, context, typed, inexact);
  if (draft instanceof Refusal) return draft;
  const line = JSON.stringify(draft);
  if (line.includes(ESCAPE)) {
    const path = unstorableText(draft, []);
    if (path !== null) {
      return new Refusal(
        path,
        "field_invalid",
        "The text has a NUL character or half of a surrogate pair (\\uD800 to \\uDFFF).",
      );
    }
  }
  const { event_bytes_max } = context.limits;
  // No character takes more than 3 bytes a unit, so nearly every line is settled by its length.
  if (line.length * 3 > event_bytes_max && Buffer.byteLength(JSON.stringify(draft.data ?? null)) > event_bytes_max) {
    return new Refusal("data", "too_large", `Data may take ${Math.floor(event_bytes_max / 1024)} KiB as JSON.`);
  }
  return { draft, line };
}

/** A fingerprint that was seen is confirmed by what it stands for; two events that only share one are both kept. */
function isRepeated(seen: Map<number, string>, { fingerprint, location_id, id }: Draft): boolean {
  const key = `${location_id}\u0000${id}`;
  const first = seen.get(fingerprint);
  if (first === undefined) seen.set(fingerprint, key);
  return first === key;
}

function rejected(
  index: number,
  raw: unknown,
  refusal: Refusal,
  text: string | undefined,
  context: AcceptContext,
): { location_id: string | null; reason: Rejection; raw: string } {
  const { field, code, detail } = refusal;
  const id =
    isRecord(raw) && typeof raw.id === "string" && raw.id.length > 0 && raw.id.length <= 128
      ? raw.id.toWellFormed()
      : null;
  const sent = text ?? JSON.stringify(raw) ?? "null";
  return {
    location_id: locationFor(raw, context),
    reason: { index, id, field, code, detail },
    raw: sent.slice(0, context.limits.event_bytes_max).toWellFormed(),
  };
}

/** Never another tenant's: a refused event is shown to the location that it names only when the caller may post there. */
function locationFor(raw: unknown, context: AcceptContext): string | null {
  if (context.location_id !== null) return context.location_id;
  const named = isRecord(raw) && typeof raw.location_id === "string" ? raw.location_id : null;
  if (named === null || named.length > 64 || named === "") return null;
  return context.locations === null || context.locations.includes(named) ? named : null;
}
