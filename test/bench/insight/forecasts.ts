/** Forecasts on public series: M4, M3, tourism, NN5, hotel bookings. Each series is forecast once, blind, by one configuration. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { forecast, type Interval } from "../../../src/analysis/forecast/forecast.ts";
import { BENCH_DIR, type InsightRow } from "./row.ts";

interface Series {
  id: string;
  period: number;
  masePeriod: number;
  train: number[];
  test: number[];
}

/** What ../shared/bench/score/forecast.ts exports. */
interface Scorer {
  sets: Record<string, () => Series[]>;
  smape(actual: number[], said: ArrayLike<number>): number;
  mase(train: number[], period: number, actual: number[], said: ArrayLike<number>): number;
  owa(set: string, smape: number, mase: number): number;
}

interface SetOfSeries {
  name: string;
  label: string;
  /** What follows from the length of a bucket, as the appliance has it: never from the series. */
  periods: readonly number[];
  /** Shown without a gate, and left out of the coverage that is promised. */
  extra?: boolean;
}

interface Scored {
  set: SetOfSeries;
  series: number;
  smape: number;
  mase: number;
  /** Of the seasonal naive forecast of the shortest period, on the same points. */
  naive_mase: number;
  coverage: readonly { level: number; coverage: number; total: number | null }[];
  /** Processor time of each, all threads: what else the machine does is not in it. */
  ms: readonly number[];
}

const LEVELS = [0.8, 0.95];
const HOTEL_ORIGINS = 40;
const HOTEL_HORIZON = 7;
const SETS: readonly SetOfSeries[] = [
  { name: "m4-weekly", label: "M4 Weekly", periods: [52] },
  { name: "m4-hourly", label: "M4 Hourly", periods: [24, 168] },
  { name: "m3-monthly", label: "M3 Monthly", periods: [12] },
  { name: "tourism-monthly", label: "tourism monthly", periods: [12] },
  { name: "hotel", label: "hotel bookings", periods: [7] },
  { name: "m3-quarterly", label: "M3 Quarterly", periods: [4], extra: true },
  { name: "nn5-daily", label: "NN5 daily", periods: [7], extra: true },
];

export async function forecastRows(): Promise<InsightRow[]> {
  if (BENCH_DIR === null) return [];
  const scorer: Scorer = await import(join(BENCH_DIR, "score/forecast.ts"));
  const scored = SETS.map((set) =>
    score(set, set.name === "hotel" ? hotel(BENCH_DIR ?? "") : seriesOf(scorer, set), scorer),
  );
  return [
    ...goals(scored, scorer),
    ...scored.filter(({ set }) => !set.extra).flatMap(coverageRows),
    ...timeRows(scored),
    ...scored.filter(({ set }) => set.extra).flatMap(extraRows),
  ];
}

function seriesOf(scorer: Scorer, { name }: SetOfSeries): Series[] {
  const load = scorer.sets[name];
  if (!load) throw new Error(`the scorer has no set ${name}`);
  return load();
}

/** Both hotels' bookings made by day; each of the last 40 weeks is forecast from what was known before it. */
function hotel(folder: string): Series[] {
  const rows = readFileSync(join(folder, "hotel/daily.csv"), "utf8")
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));
  const column = rows[0]?.indexOf("bookings_made") ?? -1;
  return [...new Set(rows.slice(1).map(([name]) => name))].flatMap((name) => {
    const values = rows.filter(([own]) => own === name).map((row) => Number(row[column]));
    return Array.from({ length: HOTEL_ORIGINS }, (_, index) => {
      const end = values.length - HOTEL_HORIZON * (HOTEL_ORIGINS - index);
      const test = values.slice(end, end + HOTEL_HORIZON);
      return { id: `${name} ${end}`, period: 7, masePeriod: 7, train: values.slice(0, end), test };
    });
  });
}

function score(set: SetOfSeries, all: readonly Series[], scorer: Scorer): Scored {
  let smape = 0;
  let mase = 0;
  let naive_mase = 0;
  const ms: number[] = [];
  const points = LEVELS.map(() => ({ inside: 0, of: 0 }));
  const totals = LEVELS.map(() => ({ inside: 0, of: 0 }));
  for (const { train, test, masePeriod } of all) {
    const floor = train.every((value) => value >= 0) ? 0 : null;
    const before = process.cpuUsage();
    const said = forecast(train, test.length, { periods: set.periods, floor, levels: LEVELS });
    const { user, system } = process.cpuUsage(before);
    ms.push((user + system) / 1_000);
    if (said === null) throw new Error("no forecast of a series that has a history");
    const ahead = said.points.map(({ yhat }) => yhat);
    smape += scorer.smape(test, ahead) / all.length;
    mase += scorer.mase(train, masePeriod, test, ahead) / all.length;
    naive_mase += scorer.mase(train, masePeriod, test, naive(train, test.length, set.periods[0] ?? 1)) / all.length;
    for (const [step, { intervals }] of said.points.entries()) tally(points, intervals, test[step] ?? 0);
    tally(
      totals,
      said.total_intervals ?? [],
      test.reduce((total, value) => total + value, 0),
    );
  }
  const coverage = LEVELS.map((level, index) => ({
    level,
    coverage: shareOf(points[index]) ?? 0,
    total: shareOf(totals[index]),
  }));
  return { set, series: all.length, smape, mase, naive_mase, coverage, ms };
}

function tally(counts: { inside: number; of: number }[], intervals: readonly Interval[], value: number): void {
  for (const [index, { lower, upper }] of intervals.entries()) {
    const count = counts[index];
    if (!count) continue;
    count.of++;
    if (value >= lower && value <= upper) count.inside++;
  }
}

function shareOf(count: { inside: number; of: number } | undefined): number | null {
  return count && count.of > 0 ? count.inside / count.of : null;
}

function naive(train: readonly number[], horizon: number, period: number): number[] {
  return Array.from({ length: horizon }, (_, step) => train[train.length - period + (step % period)] ?? 0);
}

function goals(all: readonly Scored[], scorer: Scorer): InsightRow[] {
  const of = (name: string): Scored => {
    const found = all.find(({ set }) => set.name === name);
    if (!found) throw new Error(`${name} was not scored`);
    return found;
  };
  const owa = (scored: Scored, gate: number, aim: number, published: string): InsightRow => ({
    what: `${scored.set.label}, OWA`,
    value: scorer.owa(scored.set.name, scored.smape, scored.mase),
    unit: "",
    better: "down",
    gate,
    aim,
    published,
    note: `${scored.series} series; sMAPE ${scored.smape.toFixed(3)}, MASE ${scored.mase.toFixed(3)}`,
  });
  const m3 = of("m3-monthly");
  const tourism = of("tourism-monthly");
  const bookings = of("hotel");
  return [
    owa(of("m4-weekly"), 0.76, 0.72, "Forecast Pro 0.739 (best of the competition), Smyl 0.851 (winner)"),
    owa(of("m4-hourly"), 0.44, 0.4, "Doornik 0.410 (best of the competition), Smyl 0.440 (winner)"),
    {
      what: "M3 Monthly, sMAPE",
      value: m3.smape,
      unit: "",
      better: "down",
      gate: 13.8,
      aim: 13.6,
      published: "Theta 13.89 (winner)",
      note: `${m3.series} series; MASE ${m3.mase.toFixed(3)}`,
    },
    {
      what: "tourism monthly, MASE",
      value: tourism.mase,
      unit: "",
      better: "down",
      gate: 1.56,
      aim: 1.5,
      published: "seasonal naive 1.631",
      note: `${tourism.series} series; the seasonal naive forecast here ${tourism.naive_mase.toFixed(3)}`,
    },
    {
      what: "hotel bookings, next 7 days, MASE below the seasonal naive forecast's",
      value: 100 * (1 - bookings.mase / bookings.naive_mase),
      unit: "%",
      better: "up",
      gate: 12,
      aim: 18,
      published: "seasonal naive 0%",
      note: `2 hotels, ${HOTEL_ORIGINS} origins a week apart; MASE ${bookings.mase.toFixed(3)} against ${bookings.naive_mase.toFixed(3)}`,
    },
  ];
}

function coverageRows({ set, coverage }: Scored): InsightRow[] {
  return coverage.map(({ level, coverage: covered, total }) => ({
    what: `${set.label}, ${percent(level)} interval, distance from its level`,
    value: 100 * Math.abs(covered - level),
    unit: "points",
    better: "down",
    gate: 4,
    aim: 2,
    published: level === 0.95 ? "Prophet's 95% covered 66 to 83% on four of six of these sets" : "",
    note: `covered ${(100 * covered).toFixed(1)}%${total === null ? "" : `; of the sum over the horizon ${(100 * total).toFixed(1)}%`}`,
  }));
}

function timeRows(all: readonly Scored[]): InsightRow[] {
  const ms = all.flatMap((each) => each.ms).sort((one, other) => one - other);
  const shared = { unit: "ms", better: "down", gate: 50, aim: 20, published: "" } as const;
  const bySet = all.map((each) => `${each.set.label} ${middle(each.ms).toFixed(1)}`).join(", ");
  return [
    {
      what: "processor time of a forecast with its rolling origins, median",
      value: middle(ms),
      ...shared,
      note: `by set: ${bySet}`,
    },
    { what: "the same, of a hundred series the slowest", value: ms[Math.floor(ms.length * 0.99)] ?? 0, ...shared },
    {
      what: "the same, the slowest of all",
      value: ms.at(-1) ?? 0,
      ...shared,
      gate: Number.NaN,
      aim: null,
      note: `of ${ms.length}, with the first calls before anything was compiled`,
    },
  ];
}

function extraRows({ set, series, smape, mase, naive_mase, coverage }: Scored): InsightRow[] {
  const shared = { better: "down", gate: Number.NaN, aim: null, published: "", unit: "" } as const;
  const covered = coverage.map(({ level, coverage: own }) => `${percent(level)} covered ${(100 * own).toFixed(1)}%`);
  return [
    { what: `${set.label}, sMAPE`, value: smape, ...shared, note: `${series} series; ${covered.join(", ")}` },
    { what: `${set.label}, MASE`, value: mase, ...shared, note: `seasonal naive ${naive_mase.toFixed(3)}` },
  ];
}

function percent(level: number): string {
  return `${Math.round(100 * level)}%`;
}

function middle(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] ?? 0;
}
