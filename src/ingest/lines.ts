/** What is read back out of journal lines. */

/** Fingerprint and time of each line of a frame, in order. Throws when a line is no event: its checksum held, so a bug wrote it. */
export function keysOf(lines: Uint8Array): { fingerprints: Float64Array; times: Float64Array } {
  const texts = new TextDecoder().decode(lines).split("\n");
  texts.pop();
  const fingerprints = new Float64Array(texts.length);
  const times = new Float64Array(texts.length);
  for (const [i, text] of texts.entries()) {
    const event: unknown = JSON.parse(text);
    fingerprints[i] = numberIn(event, "fingerprint");
    times[i] = numberIn(event, "time");
  }
  return { fingerprints, times };
}

/** The lines of a frame one by one, each with its line end. */
export function splitLines(lines: Uint8Array): Uint8Array[] {
  const split: Uint8Array[] = [];
  for (let from = 0; from < lines.length; ) {
    const newline = lines.indexOf(0x0a, from);
    const to = newline === -1 ? lines.length : newline + 1;
    split.push(lines.subarray(from, to));
    from = to;
  }
  return split;
}

/**
 * The frame that removes a location. It is journaled like events, so that the record without the database gives the
 * same: what was there before it goes, what comes after it stays.
 */
export function removalLine(location_id: string): Uint8Array {
  return new TextEncoder().encode(`${REMOVAL}${JSON.stringify(location_id)}}\n`);
}

/** No event's line begins so: theirs begin with the id. */
const REMOVAL = '{"removed_location_id":';

/** The location that a frame removes; null when it holds events. */
export function removalOf(payload: Uint8Array): string | null {
  if (payload[2] !== REMOVAL.charCodeAt(2) || payload.length > 1024) return null;
  const text = new TextDecoder().decode(payload);
  if (!text.startsWith(REMOVAL)) return null;
  const location_id: unknown = JSON.parse(text.slice(REMOVAL.length, -2));
  if (typeof location_id !== "string") throw new Error("a journal line removes no location");
  return location_id;
}

function numberIn(event: unknown, name: "fingerprint" | "time"): number {
  if (typeof event === "object" && event !== null && name in event) {
    const value: unknown = Object.getOwnPropertyDescriptor(event, name)?.value;
    if (typeof value === "number") return value;
  }
  throw new Error(`a journal line has no ${name}`);
}
