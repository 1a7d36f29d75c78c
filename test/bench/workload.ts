/** What a workload is: it measures something, beside a yardstick measured in the same run. */
export interface Result {
  workload: string;
  value: number;
  unit: string;
  /** The same work by something that cannot do less; null where the goal is absolute. */
  yardstick: number | null;
  /** value ÷ yardstick. */
  ratio: number | null;
  goal: string;
  met: boolean;
  note?: string;
}

export interface Scale {
  /** Shorter runs, one round. */
  quick: boolean;
  /** 100 million events, too. */
  huge: boolean;
  /** A page is left open for half an hour. */
  soak: boolean;
  rounds: number;
}

export interface Workload {
  name: string;
  run: (scale: Scale) => Promise<readonly Result[]>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Runs a measurement `rounds` times, one after the other. */
export async function repeat<T>(rounds: number, measure: (round: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let round = 0; round < rounds; round++) results.push(await measure(round));
  return results;
}
