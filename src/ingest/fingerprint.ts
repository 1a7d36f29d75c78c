/**
 * The fingerprint of an event: 53 bits of (location_id, id), so that it is an exact double in JavaScript, JSON and BIGINT.
 * It must never change: stored events carry it, and exactly-once across restarts compares with them.
 */
const HIGH_SEED = 0x9e3779b1;
const LOW_SEED = 0x85ebca77;

/**
 * xxHash32 of `location_id NUL id` (UTF-8) gives the upper 32 bits, and again with another seed the lower 21.
 * A NUL cannot occur in either part (accept refuses it), so distinct pairs hash distinct texts.
 * Equal fingerprints are only a suspicion; the store compares the ids before it drops anything.
 */
export function fingerprint(location_id: string, id: string): number {
  const text = `${location_id}\u0000${id}`;
  return Bun.hash.xxHash32(text, HIGH_SEED) * 0x200000 + (Bun.hash.xxHash32(text, LOW_SEED) >>> 11);
}
