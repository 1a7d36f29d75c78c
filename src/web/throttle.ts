/** Counts failures by name; too many within the window, and the name has to wait. In memory: a restart forgives. */
export interface Throttle {
  /** Seconds to wait; 0 when another try is fine. `now` in microseconds. */
  waits(name: string, now: number): number;
  failed(name: string, now: number): void;
  /** One that was counted was none: a try is counted before it is known to be wrong. */
  takeBack(name: string): void;
  forgive(name: string): void;
  /** For RateLimit-*: how many failures are allowed, how many are left, and the seconds until all are again. */
  state(name: string, now: number): { limit: number; remaining: number; reset_s: number };
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
  const untilOver = (failures: Failures, now: number): number =>
    Math.max(1, Math.ceil((failures.since + window_us - now) / 1_000_000));
  return {
    waits(name, now) {
      const failures = current(name, now);
      return failures && failures.count >= failures_max ? untilOver(failures, now) : 0;
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
    takeBack(name) {
      const failures = names.get(name);
      if (!failures) return;
      failures.count--;
      if (failures.count <= 0) names.delete(name);
    },
    forgive(name) {
      names.delete(name);
    },
    state(name, now) {
      const failures = current(name, now);
      const remaining = Math.max(0, failures_max - (failures?.count ?? 0));
      return { limit: failures_max, remaining, reset_s: failures ? untilOver(failures, now) : window_s };
    },
  };
}
