/**
 * JSON and NDJSON to raw events, one for one.
 * It must never hand the parser what is nested too deeply or too large: a scan takes that out first.
 */
import type { Rejection } from "../catalogue/event.ts";
import { NUMBER_DIGITS_MAX } from "../catalogue/money.ts";
import {
  bad,
  type Decoded,
  type DecodeLimits,
  eventTooLarge,
  rawText,
  rejection,
  tooDeep,
  tooMany,
  type Unread,
} from "./decoded.ts";
import type { Unreadable } from "./decompress.ts";
import { blanked, type Scan, type ScanLimits, type Span, scanJson } from "./scan.ts";

/** One event, an array of them, or a batch. */
export function decodeJson(bytes: Uint8Array, limits: DecodeLimits): Decoded | Unreadable {
  const scan = scanJson(bytes, 0, bytes.length, scanLimits(limits));
  const spared = spareParser(bytes, scan, limits);
  if ("status" in spared) return spared;
  const parsed = parseJson(spared.bytes);
  if ("status" in parsed) return parsed;
  // A single event that was taken out leaves a number, which no body that is read ever is.
  const events = parsed.value === 0 && spared.unread.size > 0 ? { events: [null] } : eventsOf(parsed.value);
  if ("status" in events) return events;
  return { ...events, unread: spared.unread, inexact: rawOf(bytes, scan.inexact, limits) };
}

/** Events that are too deep or too large are taken out before the parser sees the rest. */
function spareParser(
  bytes: Uint8Array,
  scan: Scan,
  limits: DecodeLimits,
): { bytes: Uint8Array; unread: Map<number, Unread> } | Unreadable {
  if (scan.too_many) return tooMany(limits);
  if (scan.hopeless) return bad("The body is nested too deeply, or never closed where it is.");
  const unread = new Map<number, Unread>();
  for (const [spans, refuse] of [
    [scan.too_deep, tooDeep],
    [scan.too_large, eventTooLarge],
  ] as const) {
    for (const span of spans)
      unread.set(span.index, { rejection: refuse(span.index, limits), raw: rawText(bytes, span, limits) });
  }
  return { bytes: unread.size === 0 ? bytes : blanked(bytes, [...scan.too_deep, ...scan.too_large]), unread };
}

function eventsOf(value: unknown): { events: unknown[] } | Unreadable {
  if (Array.isArray(value)) return { events: value };
  if (typeof value !== "object" || value === null) return bad(SHAPES);
  if (!("batch" in value) || !Object.hasOwn(value, "batch")) return { events: [value] };
  if (!Array.isArray(value.batch)) return bad("`batch` holds an array of events.");
  if (Object.keys(value).length > 1)
    return bad("An object with `batch` may hold nothing else; put locations and defaults into the events.");
  return { events: value.batch };
}

/** One event a line. */
export function decodeLines(bytes: Uint8Array, limits: DecodeLimits): Decoded | Unreadable {
  const events: unknown[] = [];
  const unread = new Map<number, Unread>();
  const inexact = new Map<number, string>();
  const scan_limits = scanLimits(limits);
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, from);
    const to = newline === -1 ? bytes.length : newline;
    const line = { index: events.length, from, to };
    from = to + 1;
    if (isBlank(bytes, line)) continue;
    if (events.length === limits.events_max) return tooMany(limits);

    const scan = scanJson(bytes, line.from, line.to, scan_limits);
    const read = readLine(bytes, line, scan, limits);
    if ("refused" in read) unread.set(line.index, { rejection: read.refused, raw: rawText(bytes, line, limits) });
    else if (scan.inexact.length > 0) inexact.set(line.index, rawText(bytes, line, limits));
    events.push("refused" in read ? null : read.value);
  }
  return { events, unread, inexact };
}

function readLine(
  bytes: Uint8Array,
  line: Span,
  scan: Scan,
  limits: DecodeLimits,
): { value: unknown } | { refused: Rejection } {
  if (line.to - line.from > limits.event_bytes_max) return { refused: eventTooLarge(line.index, limits) };
  if (scan.hopeless || scan.too_deep.length > 0) return { refused: tooDeep(line.index, limits) };
  const parsed = parseJson(bytes.subarray(line.from, line.to));
  if (!("status" in parsed)) return parsed;
  return { refused: rejection(line.index, null, "field_invalid", `This line cannot be read. ${parsed.detail}`) };
}

const SHAPES = 'Send one event as a JSON object, an array of them, or {"batch": [...]}.';
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The value of one JSON text in UTF-8. */
export function parseJson(bytes: Uint8Array): { value: unknown } | Unreadable {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return bad("It is not valid UTF-8.");
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    return bad(
      text.trim() === "" ? `It is empty. ${SHAPES}` : "It is not valid JSON: check its quotes, commas and brackets.",
    );
  }
}

function rawOf(bytes: Uint8Array, spans: readonly Span[], limits: DecodeLimits): Map<number, string> {
  return new Map(spans.map((span) => [span.index, rawText(bytes, span, limits)]));
}

/** The parser gets slightly deeper events than are accepted, so that their refusal can name their id. */
const NESTING_SPARE = 64;

export function scanLimits(limits: DecodeLimits): ScanLimits {
  return {
    nesting_max: limits.depth_max + NESTING_SPARE,
    event_bytes_max: limits.event_bytes_max,
    events_max: limits.events_max,
    digits_max: NUMBER_DIGITS_MAX,
  };
}

/** True when there is nothing but white space. */
export function isBlank(bytes: Uint8Array, span: Span): boolean {
  for (let i = span.from; i < span.to; i++) {
    const byte = bytes[i] ?? 0;
    if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09 && byte !== 0x0a) return false;
  }
  return true;
}
