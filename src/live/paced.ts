/** Work that is asked for more often than it may be done. */
export interface Paced {
  /** Runs at once when it was quiet, else as soon as the pause is over. Asked for while it runs, it runs once more. */
  ask(): void;
  /** Asks when this long has passed without a run. */
  askWithin(ms: number): void;
  /** True when nothing is asked for and nothing runs. */
  readonly quiet: boolean;
  /** True while it runs. */
  readonly running: boolean;
  /** Runs no more; resolves when a run that is under way has ended. */
  stop(): Promise<void>;
}

/**
 * At least `pause_ms` lie between the beginnings of two runs, and no two overlap. `run` must not reject. `now`: milliseconds.
 * `busy_share_max`: of the time it may run; after a long run the pause is longer.
 */
export function createPaced(run: () => Promise<void>, pause_ms: number, now: () => number, busy_share_max = 1): Paced {
  let asked = false;
  let running: Promise<void> | null = null;
  let free_at = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let later: ReturnType<typeof setTimeout> | null = null;
  let stopped = false;

  function ask(): void {
    asked = true;
    if (stopped || running || timer) return;
    const wait_ms = free_at - now();
    if (wait_ms <= 0) start();
    else {
      timer = setTimeout(() => {
        timer = null;
        start();
      }, wait_ms);
    }
  }

  function start(): void {
    if (stopped) return;
    forgetLater();
    asked = false;
    const began_at = now();
    free_at = began_at + pause_ms;
    running = run().finally(() => {
      running = null;
      free_at = Math.max(free_at, began_at + (now() - began_at) / busy_share_max);
      if (asked) ask();
    });
  }

  function forgetLater(): void {
    if (later) clearTimeout(later);
    later = null;
  }

  return {
    ask,
    askWithin(ms) {
      if (stopped) return;
      forgetLater();
      later = setTimeout(ask, ms);
      later.unref();
    },
    get quiet() {
      return !asked && !running;
    },
    get running() {
      return running !== null;
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      timer = null;
      forgetLater();
      await running;
    },
  };
}
