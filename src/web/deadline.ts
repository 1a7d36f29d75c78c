/** Work that may not take for ever. One timer looks after all of it: a timer each would cost every request. */

/**
 * What `done` or `failed` make of the work's outcome; `failed` is given what `late` makes once it took too long. The work
 * itself is not stopped. (Two functions instead of a promise: this stands in the way of every request.)
 */
export type Within = <T, R>(work: Promise<T>, done: (value: T) => R, failed: (error: unknown) => R) => Promise<R>;

interface Waiting {
  until: number;
  give_up: () => void;
}

export function createDeadline(timeout_ms: number, late: () => Error): Within {
  // In the order of their ends, as all have the same time.
  const waiting = new Set<Waiting>();
  let timer: ReturnType<typeof setInterval> | null = null;

  function look(): void {
    const now = performance.now();
    for (const work of waiting) {
      if (work.until > now) return;
      waiting.delete(work);
      work.give_up();
    }
    if (waiting.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  }

  return <T, R>(work: Promise<T>, done: (value: T) => R, failed: (error: unknown) => R) =>
    new Promise<R>((resolve, reject) => {
      const settle = <Outcome>(make: (outcome: Outcome) => R, outcome: Outcome): void => {
        try {
          resolve(make(outcome));
        } catch (error) {
          reject(error);
        }
      };
      const entry: Waiting = { until: performance.now() + timeout_ms, give_up: () => settle(failed, late()) };
      waiting.add(entry);
      if (timer === null) {
        timer = setInterval(look, Math.min(1_000, timeout_ms / 4));
        timer.unref();
      }
      work.then(
        (value) => {
          if (waiting.delete(entry)) settle(done, value);
          // What comes too late is read by nobody.
          else if (value instanceof Response) void value.body?.cancel();
        },
        (error: unknown) => {
          if (waiting.delete(entry)) settle(failed, error);
        },
      );
    });
}
