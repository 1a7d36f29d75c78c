/** Pages of what may take a while: at once where it is kept, else a page that asks again by itself. */

/** Longer than this nobody should look at the page before. */
const PATIENCE_MS = 300;

/** The answer, or null when it is not there soon: it goes on being computed, and is kept for whoever asks next. */
export async function soon<T>(work: Promise<T>): Promise<T | null> {
  // What fails later is told to whoever asks next.
  work.catch(() => {});
  return Promise.race([work, Bun.sleep(PATIENCE_MS).then(() => null)]);
}
