/** Keeps answers that cost much for as long as they are worth: what took 100 ms is asked again after 2 s at the earliest. */

/** A twentieth of the time at most goes into one answer, however often it is wanted. */
const WORTH = 20;
const KEPT_MS_MAX = 10_000;
const KEPT_MAX = 200;
/** How soon to look again at an answer that was still being asked for. */
const SOON_MS = 50;

interface Answer<T> {
  value: Promise<T>;
  /** When it may be asked again; infinity while it is being asked. */
  until: number;
}

export interface Kept<T> {
  /** The answer of this key, asked anew or kept; `onOld` hears how long to wait for one that is surely of now. */
  take(key: string, ask: () => Promise<T>, onOld: (wait_ms: number) => void): Promise<T>;
}

/** `now`: milliseconds that only go forward. */
export function createKept<T>(now: () => number = () => performance.now()): Kept<T> {
  const answers = new Map<string, Answer<T>>();
  return {
    take(key, ask, onOld) {
      const known = answers.get(key);
      if (known && now() < known.until) {
        onOld(Number.isFinite(known.until) ? known.until - now() : SOON_MS);
        return known.value;
      }
      const began = now();
      const answer: Answer<T> = { value: ask(), until: Number.POSITIVE_INFINITY };
      answers.delete(key);
      // The oldest goes: a map keeps the order in which it was filled.
      if (answers.size >= KEPT_MAX) answers.delete(answers.keys().next().value ?? "");
      answers.set(key, answer);
      answer.value.then(
        () => {
          answer.until = now() + Math.min(KEPT_MS_MAX, (now() - began) * WORTH);
        },
        () => answers.delete(key),
      );
      return answer.value;
    },
  };
}
