/** Chance from a seed, so that the same training gives the same model. */

/** Mulberry32 (Tommy Ettinger 2017, public domain): 32 bits of state, uniform in [0, 1). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** For each row the number of its fold; both outcomes are spread over the folds evenly (stratified cross-validation, Kohavi 1995). */
export function foldsOf(outcomes: Uint8Array, folds: number, seed: number): Uint8Array {
  const random = createRandom(seed);
  const order = Uint32Array.from(outcomes, (_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const kept = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = kept;
  }
  const fold = new Uint8Array(outcomes.length);
  const dealt = [0, 0];
  for (const row of order) {
    const outcome = outcomes[row] ?? 0;
    // The second kind is dealt from the other end: no fold gets the remainder of both.
    const turn = dealt[outcome] ?? 0;
    fold[row] = outcome === 1 ? folds - 1 - (turn % folds) : turn % folds;
    dealt[outcome] = turn + 1;
  }
  return fold;
}
