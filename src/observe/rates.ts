/** How often something happens right now: counters looked at once a second, their rise over the last ten. */

export interface Rates {
  /** Called once a second. */
  beat(): void;
  /** A second, over the last ten; null before there are two looks. */
  per_s(name: string): number | null;
}

const LOOKS = 11;

/** `totals`: counters that only rise; `now`: microseconds. */
export function createRates(totals: () => Readonly<Record<string, number>>, now: () => number): Rates {
  const looks: { at: number; totals: Readonly<Record<string, number>> }[] = [];
  return {
    beat() {
      looks.push({ at: now(), totals: totals() });
      if (looks.length > LOOKS) looks.shift();
    },
    per_s(name) {
      const first = looks[0];
      const last = looks.at(-1);
      if (!first || !last || last.at <= first.at) return null;
      const risen = (last.totals[name] ?? 0) - (first.totals[name] ?? 0);
      return Math.max(0, risen) / ((last.at - first.at) / 1_000_000);
    },
  };
}
