/** Counts failures by name; too many within the window, and the name has to wait. In memory: a restart forgives. */
export interface Throttle {
  /** Seconds to wait; 0 when another try is fine. `now` in microseconds. */
  waits(name: string, now: number): number;
  failed(name: string, now: number): void;
  forgive(name: string): void;
}

interface Failures {
  count: number;
  /** When the first of them was, µs. */
  since: number;
}

const NAMES_MAX = 10_000;

/** At most `failures_max` failures in `window_s` seconds for one name. */
export function throttle(failures_max: number, window_s: number): Throttle {
  const names = new Map<string, Failures>();
  const window_us = window_s * 1_000_000;
  const current = (name: string, now: number): Failures | null => {
    const failures = names.get(name);
    if (failures && now - failures.since < window_us) return failures;
    names.delete(name);
    return null;
  };
  return {
    waits(name, now) {
      const failures = current(name, now);
      if (!failures || failures.count < failures_max) return 0;
      return Math.max(1, Math.ceil((failures.since + window_us - now) / 1_000_000));
    },
    failed(name, now) {
      const failures = current(name, now);
      if (failures) {
        failures.count++;
        return;
      }
      // The oldest name goes: whoever floods this with names only forgives others.
      const [oldest] = names.size >= NAMES_MAX ? names.keys() : [];
      if (oldest !== undefined) names.delete(oldest);
      names.set(name, { count: 1, since: now });
    },
    forgive(name) {
      names.delete(name);
    },
  };
}
