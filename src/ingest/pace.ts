/**
 * When the next group begins. An event that comes alone is visible a few milliseconds later; in a steady stream, where
 * a transaction's fixed cost would eat the time of the requests, groups are given time to grow.
 */
export interface Pace {
  /** @param hurry somebody waits for the outcome. */
  pause(hurry: boolean): Promise<void>;
  measure(apply: () => Promise<void>): Promise<void>;
}

/** How long the first of a group waits for company. */
const GATHER_MS = 3;
/** Far below what an event may take to become visible. */
const PAUSE_MS_MAX = 60;
/** While somebody looks: behind it a live view still waits for its turn, four times a second at most. */
const WATCHED_PAUSE_MS_MAX = 20;
/** So that small groups take a quarter of one core's time at most. */
const PAUSE_PER_GROUP = 3;

/** `watched`: whether anybody sees the events come. */
export function createPace(
  watched: () => boolean = () => false,
  clock: () => number = () => performance.now(),
  sleep: (ms: number) => Promise<void> = Bun.sleep,
): Pace {
  let pause_ms = 0;
  let ended_at = Number.NEGATIVE_INFINITY;
  return {
    pause(hurry) {
      const longest_ms = watched() ? WATCHED_PAUSE_MS_MAX : PAUSE_MS_MAX;
      const left_ms = hurry ? 0 : ended_at + Math.min(longest_ms, pause_ms) - clock();
      return sleep(Math.max(GATHER_MS, left_ms));
    },
    async measure(apply) {
      const began_at = clock();
      await apply();
      ended_at = clock();
      pause_ms = (ended_at - began_at) * PAUSE_PER_GROUP;
    },
  };
}
