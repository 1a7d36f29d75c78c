/** When a message that could not be delivered is tried again. Source: Standard Webhooks, "Deliverability and reliability". */

/** After the first try, which is made at once; the tenth try is the last, 75 h 35 min after it. */
export const RETRIES_S: readonly number[] = [
  5,
  5 * 60,
  30 * 60,
  2 * 3_600,
  5 * 3_600,
  10 * 3_600,
  14 * 3_600,
  20 * 3_600,
  24 * 3_600,
];
/** So that many messages that failed together do not come back together. */
const JITTER = 0.1;
/** A receiver may ask for patience, not for silence. */
const PATIENCE_S_MAX = 24 * 3_600;

/**
 * The wait after `tries` failed ones, in µs; null when it is given up. `asked_s`: what the receiver's Retry-After says.
 * `chance` in [0, 1).
 */
export function waitAfter(tries: number, asked_s: number | null, chance: number): number | null {
  const planned_s = RETRIES_S[tries - 1];
  if (planned_s === undefined) return null;
  const wait_s = Math.max(planned_s * (1 + JITTER * chance), Math.min(asked_s ?? 0, PATIENCE_S_MAX));
  return Math.ceil(wait_s * 1_000_000);
}

/** Seconds of a Retry-After header (RFC 9110, 10.2.3: seconds or a date); null when there is none that can be read. `now` in µs. */
export function retryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const at_ms = Date.parse(header);
  return Number.isNaN(at_ms) ? null : Math.max(0, Math.ceil(at_ms / 1_000 - now / 1_000_000));
}
