/** Answers that cost too much to wait for: the last known one at once, a new one in the background. */

/** A hundredth of the time at most goes into one answer, and it is made anew once a minute at most. */
const WORTH = 100;
const EVERY_MS = 60_000;
const KEPT_MAX = 200;

interface Answer<T> {
  value: T | undefined;
  asking: boolean;
  until: number;
}

export interface Later<T> {
  /** Undefined while the first is being made; `onNew` hears when there is one. What fails is tried again later. */
  take(key: string, ask: () => Promise<T>, onNew: () => void): T | undefined;
}

/** `now`: milliseconds that only go forward. */
export function createLater<T>(now: () => number = () => performance.now()): Later<T> {
  const answers = new Map<string, Answer<T>>();
  return {
    take(key, ask, onNew) {
      const known = answers.get(key);
      if (known && (known.asking || now() < known.until)) return known.value;
      const answer: Answer<T> = known ?? { value: undefined, asking: false, until: 0 };
      answers.delete(key);
      // The oldest goes: a map keeps the order in which it was filled.
      if (answers.size >= KEPT_MAX) answers.delete(answers.keys().next().value ?? "");
      answers.set(key, answer);
      const began = now();
      answer.asking = true;
      ask()
        .then(
          (value) => {
            answer.value = value;
            onNew();
          },
          () => {},
        )
        .finally(() => {
          answer.asking = false;
          answer.until = now() + Math.max(EVERY_MS, (now() - began) * WORTH);
        });
      return answer.value;
    },
  };
}
