/** Work in small steps, done in one go. A server takes the steps themselves and lets others run in between. */
export function finish<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
