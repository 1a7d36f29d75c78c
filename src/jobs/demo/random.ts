/** Randomness that repeats: the same seed gives the same numbers, so that the demo's days are the same whenever they are made. */
export interface Random {
  /** 0 up to, not including, 1. */
  share(): number;
  chance(probability: number): boolean;
  /** A whole number, both ends included. */
  whole(least: number, most: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** Log-normal around its median: durations and prices. */
  around(median: number, spread: number): number;
}

/** mulberry32 by Tommy Ettinger (public domain). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const share = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    share,
    chance: (probability) => share() < probability,
    whole: (least, most) => least + Math.floor(share() * (most - least + 1)),
    pick: (choices) => choices[Math.floor(share() * choices.length)] ?? choices[0],
    around: (median, spread) => median * Math.exp(spread * gauss(share(), share())),
  };
}

/** Box and Muller 1958. */
function gauss(one: number, two: number): number {
  return Math.sqrt(-2 * Math.log(1 - one)) * Math.cos(2 * Math.PI * two);
}
