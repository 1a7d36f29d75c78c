/** Known anomalies put into real daily series at known days: what a detector should find, and what it should not. */

export type InjectionKind = "spike" | "shift" | "dropout" | "trend";

interface Injection {
  kind: InjectionKind;
  /** First day of it. */
  at: number;
  /** An alarm from `at` to before `until` has found it. */
  until: number;
  /** Alarms before this day are neither right nor wrong: the series is still coming to terms with it. */
  settled: number;
}

export interface Injected {
  values: readonly number[];
  injections: readonly Injection[];
}

/** Days in which an alarm counts, and days after which the series should be usual again. */
const WINDOWS: Readonly<Record<InjectionKind, { found: number; settled: number }>> = {
  spike: { found: 1, settled: 8 },
  dropout: { found: 3, settled: 10 },
  shift: { found: 7, settled: 35 },
  trend: { found: 28, settled: 42 },
};
const FIRST = 120;
const KINDS: readonly InjectionKind[] = ["spike", "dropout", "spike", "shift", "dropout", "trend"];
const SHIFT = 0.6;
const TREND_A_DAY = 0.02;
const SPIKE_SPREADS = 6;

/** Six of them in each series, in this order, at days that `random` chooses within their sixth of the series. */
export function inject(series: readonly number[], random: () => number): Injected {
  const values = [...series];
  const room = Math.floor((series.length - FIRST) / KINDS.length);
  const injections = KINDS.map((kind, index): Injection => {
    const { found, settled } = WINDOWS[kind];
    const at = FIRST + index * room + Math.floor(random() * Math.max(1, room - settled));
    put(values, series, kind, at, random() < 0.5 ? -1 : 1);
    return { kind, at, until: at + found, settled: at + settled };
  });
  return { values, injections };
}

export interface Found {
  hits: number;
  missed: number;
  false_alarms: number;
  /** Days from the beginning of each that was found. */
  delays: readonly number[];
  /** Days on which an alarm would have been false. */
  quiet_days: number;
  by_kind: Readonly<Record<InjectionKind, { hits: number; of: number }>>;
}

/** Alarms within three days of each other are one. */
const SAME_ALARM = 3;

export function compare(injected: Injected, alarms: readonly boolean[], from: number): Found {
  const by_kind = { spike: none(), shift: none(), dropout: none(), trend: none() };
  const delays: number[] = [];
  for (const { kind, at, until } of injected.injections) {
    const first = alarms.findIndex((alarm, day) => alarm && day >= at && day < until);
    by_kind[kind].of++;
    if (first < 0) continue;
    by_kind[kind].hits++;
    delays.push(first - at);
  }
  let false_alarms = 0;
  let quiet_days = 0;
  let last = -Infinity;
  for (let day = from; day < alarms.length; day++) {
    const inside = injected.injections.some(({ at, settled }) => day >= at && day < settled);
    if (!inside) quiet_days++;
    if (!alarms[day]) continue;
    if (!inside && day - last > SAME_ALARM) false_alarms++;
    last = day;
  }
  const hits = delays.length;
  return { hits, missed: injected.injections.length - hits, false_alarms, delays, quiet_days, by_kind };
}

function none(): { hits: number; of: number } {
  return { hits: 0, of: 0 };
}

function put(values: number[], original: readonly number[], kind: InjectionKind, at: number, sign: number): void {
  const level = mean(original.slice(at - 28, at));
  const spread = spreadOf(original, at);
  const length = kind === "spike" ? 1 : kind === "dropout" ? 3 : values.length - at;
  for (let day = at; day < Math.min(values.length, at + length); day++) {
    const now = values[day] ?? 0;
    const ramp = Math.min(28, day - at + 1) * TREND_A_DAY;
    const changed =
      kind === "spike"
        ? now + sign * SPIKE_SPREADS * spread
        : kind === "dropout"
          ? 0
          : now + sign * level * (kind === "shift" ? SHIFT : ramp);
    values[day] = Math.max(0, changed);
  }
}

/** Median absolute difference to the same weekday of the week before, as a standard deviation. */
function spreadOf(series: readonly number[], at: number): number {
  const differences: number[] = [];
  for (let day = Math.max(7, at - 84); day < at; day++) {
    differences.push(Math.abs((series[day] ?? 0) - (series[day - 7] ?? 0)));
  }
  differences.sort((one, other) => one - other);
  return ((differences[differences.length >> 1] ?? 0) * 1.4826) / Math.SQRT2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
