/** What the tests of ingest's edge share: limits as they are by default, a context, and the way from bytes to acceptance. */
import { type AcceptContext, type Accepted, acceptEvents } from "../../src/ingest/accept.ts";
import { type DecodeLimits, decodeBody, type Unreadable } from "../../src/ingest/decode.ts";

export const LIMITS: DecodeLimits = {
  events_max: 10_000,
  body_bytes_max: 10 * 1024 * 1024,
  event_bytes_max: 64 * 1024,
  depth_max: 16,
};

/** 2026-03-01T12:00:00Z */
export const NOW = Date.UTC(2026, 2, 1, 12) * 1000;

export function context(given: Partial<AcceptContext> = {}): AcceptContext {
  let made = 0;
  return {
    location_id: null,
    locations: ["here", "there"],
    currencyOf: (location_id) => (location_id === "there" ? "EUR" : "USD"),
    received_at: NOW,
    limits: LIMITS,
    newId: () => `made-${++made}`,
    ...given,
  };
}

/** The whole edge: what one request comes to. */
export async function post(
  body: string | Uint8Array,
  headers: Record<string, string> = { "content-type": "application/json" },
  given: { context?: AcceptContext; limits?: DecodeLimits } = {},
): Promise<Accepted | Unreadable> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const decoded = await decodeBody(bytes, headers, given.limits ?? LIMITS);
  return "status" in decoded ? decoded : acceptEvents(decoded, given.context ?? context());
}

/** The journal's lines, parsed back. */
export function linesOf(accepted: Accepted): Record<string, unknown>[] {
  const text = new TextDecoder().decode(accepted.lines);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
