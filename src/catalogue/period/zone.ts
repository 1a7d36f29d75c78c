/** Time zones: which offset is in force when. Times are microseconds since the epoch. */

/** From `start` on (until the next stretch) local time is time + `offset`. */
export interface Stretch {
  /** −Infinity for the first. */
  start: number;
  offset: number;
  /**
   * Local time never falls below this within the stretch: when clocks go back over a bucket's edge, what follows stays in
   * the later bucket, so that buckets remain whole stretches of time.
   */
  floor: number;
}

const TRANSITIONS_MAX = 2_000;

/** True for a name of the IANA database ("Europe/Berlin", "UTC"). Plain offsets ("+02:00") are not names. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The stretches that touch [from, to). The zone must be a valid name. */
export function stretchesOf(timezone: string, from: number, to: number): readonly Stretch[] {
  let zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(from / 1_000)).toZonedDateTimeISO(timezone);
  const stretches: Stretch[] = [{ start: -Infinity, offset: offsetOf(zoned), floor: -Infinity }];
  for (let count = 0; count < TRANSITIONS_MAX; count++) {
    const next = zoned.getTimeZoneTransition("next");
    if (!next) break;
    const start = next.epochMilliseconds * 1_000;
    if (start >= to) break;
    const before = stretches.at(-1);
    if (before && before.offset !== offsetOf(next)) {
      const floor = Math.max(before.floor, start + before.offset - 1);
      stretches.push({ start, offset: offsetOf(next), floor });
    }
    zoned = next;
  }
  return stretches;
}

function offsetOf(zoned: Temporal.ZonedDateTime): number {
  return Math.round(zoned.offsetNanoseconds / 1_000);
}
