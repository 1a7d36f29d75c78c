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

function numberIn(event: unknown, name: "fingerprint" | "time"): number {
  if (typeof event === "object" && event !== null && name in event) {
    const value: unknown = Object.getOwnPropertyDescriptor(event, name)?.value;
    if (typeof value === "number") return value;
  }
  throw new Error(`a journal line has no ${name}`);
}
