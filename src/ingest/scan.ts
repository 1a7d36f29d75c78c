/**
 * One pass over the bytes of a JSON body before it is parsed: how many events, and which of them are too deep, too large or inexact.
 * It must never parse: 500,000 nested brackets cost it a millisecond, and the parser never sees them.
 */

/** A run of bytes that is one event, [from, to). */
export interface Span {
  index: number;
  from: number;
  to: number;
}

export interface Scan {
  /** More events than the limit; the rest was not looked at. */
  too_many: boolean;
  too_deep: Span[];
  too_large: Span[];
  /** Events whose `value` is a number with more digits than a double holds. */
  inexact: Span[];
  /** Something is nested too deeply that belongs to no one event, or is never closed: nothing can be kept. */
  hopeless: boolean;
}

export interface ScanLimits {
  /** Nesting within one event, the event itself being 1. */
  nesting_max: number;
  event_bytes_max: number;
  events_max: number;
  digits_max: number;
}

const [OTHER, QUOTE, OPEN, CLOSE, COMMA, NUMBER] = [0, 1, 2, 3, 4, 5];
const CLASS = new Uint8Array(256);
for (const char of "[{") CLASS[char.charCodeAt(0)] = OPEN;
for (const char of "]}") CLASS[char.charCodeAt(0)] = CLOSE;
for (const char of "0123456789-") CLASS[char.charCodeAt(0)] = NUMBER;
CLASS[0x22] = QUOTE;
CLASS[0x2c] = COMMA;

const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
/** The depth at which no event opens. */
const NOWHERE = -2;

/**
 * Scans one JSON text in bytes [from, to). Events are the elements of a top-level array, of the array under a top-level key "batch",
 * or else the top-level value itself. Text that is not JSON gives an answer too: the parser will refuse it.
 */
export function scanJson(bytes: Uint8Array, from: number, to: number, limits: ScanLimits): Scan {
  const scan: Scan = { too_many: false, too_deep: [], too_large: [], inexact: [], hopeless: false };
  const top = firstByte(bytes, from, to);
  // The depth at which an event's own bracket opens: 0 for a single object, 1 in an array, 2 in a batch.
  let home = bytes[top] === BRACKET ? 1 : 0;
  let deepest = home + limits.nesting_max;
  let depth = 0;
  let index = 0;
  let start = top;
  let deep = false;
  let inexact = false;

  for (let i = top; i < to; i++) {
    const kind = CLASS[bytes[i] ?? 0];
    if (kind === OTHER) continue;
    if (kind === QUOTE) {
      i = stringEnd(bytes, i, to);
    } else if (kind === COMMA) {
      if (depth === home && ++index >= limits.events_max) {
        scan.too_many = true;
        return scan;
      }
    } else if (kind === OPEN) {
      if (depth === 1 && home !== 1 && bytes[i] === BRACKET && isKey(bytes, i, "batch")) {
        // What is deep beside the batch, or in an earlier one that the parser drops, belongs to no event.
        scan.hopeless ||= deep || scan.too_deep.length > 0;
        scan.too_large.length = 0;
        scan.inexact.length = 0;
        home = 2;
        deepest = home + limits.nesting_max;
        index = 0;
      } else if (depth === home) {
        start = i;
        deep = false;
        inexact = false;
      }
      if (++depth > deepest) deep = true;
    } else if (kind === CLOSE) {
      depth--;
      if (depth === home) {
        const span = { index, from: start, to: i + 1 };
        if (deep) scan.too_deep.push(span);
        else if (span.to - start > limits.event_bytes_max) scan.too_large.push(span);
        else if (inexact) scan.inexact.push(span);
        deep = false;
      } else if (home === 2 && depth === 1) {
        home = NOWHERE;
      }
      if (depth <= 0) break;
    } else {
      const end = numberEnd(bytes, i, to);
      if (end - i > limits.digits_max && depth === home + 1 && isKey(bytes, i, "value")) {
        inexact ||= digitsIn(bytes, i, end) > limits.digits_max;
      }
      i = end - 1;
    }
  }
  scan.hopeless ||= deep;
  return scan;
}

/** A copy of the body in which each span reads 0: the parser then sees only what is worth parsing. */
export function blanked(bytes: Uint8Array, spans: readonly Span[]): Uint8Array {
  const copy = bytes.slice();
  for (const { from, to } of spans) {
    copy.fill(0x20, from, to);
    copy[from] = 0x30;
  }
  return copy;
}

function firstByte(bytes: Uint8Array, from: number, to: number): number {
  let i = from;
  while (i < to && isSpace(bytes[i] ?? 0)) i++;
  return i;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Index of the quote that closes the string opened at `at`. */
function stringEnd(bytes: Uint8Array, at: number, to: number): number {
  let i = at + 1;
  while (i < to) {
    const byte = bytes[i];
    if (byte === 0x22) return i;
    i += byte === BACKSLASH ? 2 : 1;
  }
  return to;
}

function numberEnd(bytes: Uint8Array, at: number, to: number): number {
  let i = at + 1;
  while (i < to) {
    const byte = bytes[i] ?? 0;
    // + - . e E and digits
    const numeric =
      (byte >= 0x30 && byte <= 0x39) ||
      byte === 0x2e ||
      byte === 0x65 ||
      byte === 0x45 ||
      byte === 0x2b ||
      byte === 0x2d;
    if (!numeric) break;
    i++;
  }
  return i;
}

/** Significant digits of the number in [from, to): from the first to the last that is not a zero, exponent apart. */
function digitsIn(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  let zeros = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x65 || byte === 0x45) break;
    if (byte === 0x30) zeros += count > 0 ? 1 : 0;
    else if (byte > 0x30 && byte <= 0x39) {
      count += zeros + 1;
      zeros = 0;
    }
  }
  return count;
}

/** True when the value that begins at `at` stands under this key. */
function isKey(bytes: Uint8Array, at: number, key: string): boolean {
  let i = at - 1;
  while (i >= 0 && isSpace(bytes[i] ?? 0)) i--;
  if (bytes[i] !== 0x3a) return false;
  i--;
  while (i >= 0 && isSpace(bytes[i] ?? 0)) i--;
  if (bytes[i] !== 0x22 || bytes[i - key.length - 1] !== 0x22) return false;
  for (let k = 0; k < key.length; k++) if (bytes[i - key.length + k] !== key.charCodeAt(k)) return false;
  return true;
}
