/**
 * Anomalies of a business's series: injected ones in real daily series, beside what people use today; false alarms on hotel
 * bookings; known ones of real sets with their cause; and the time for a new point of 200 live series.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createDetector, detect, type SeriesKind } from "../../../src/analysis/anomaly/detector.ts";
import { seeded } from "../../support/random.ts";
import { compare, type Found, type InjectionKind, inject } from "./business/injection.ts";
import { knownAnomalies } from "./business/known.ts";
import { robustZ, seasonalHybridEsd } from "./business/references.ts";
import { BENCH_DIR, type InsightRow } from "./row.ts";

interface DailySeries {
  name: string;
  counts: boolean;
  values: readonly number[];
}

type Method = (series: DailySeries, values: readonly number[]) => readonly boolean[];

const METHODS: Readonly<Record<"ours" | "robust z" | "S-H-ESD", Method>> = {
  ours: ({ counts }, values) => detect(values, dailyKind(counts)).map((judgement) => judgement?.anomaly ?? false),
  "robust z": (_, values) => robustZ(values),
  "S-H-ESD": (_, values) => seasonalHybridEsd(values),
};
/** Until then no method is asked: the slowest one needs so many days. */
const FIRST_DAY = 84;
const ROUNDS = { hotel: 12, NN5: 2 };
const LIVE_SERIES = 200;
const LIVE_HOURS = 24 * 100;
const LIVE_GROUPS = 15;
const LIVE_POINTS = 20;

export async function businessRows(): Promise<InsightRow[]> {
  if (BENCH_DIR === null) return [];
  const hotel = hotelSeries(BENCH_DIR);
  const sets = { hotel, NN5: nn5Series(BENCH_DIR) };
  return [
    ...injectedRows("hotel", sets.hotel),
    ...injectedRows("NN5", sets.NN5),
    falseAlarmRow(hotel),
    ...(await knownAnomalies()),
    liveRow(),
  ];
}

interface Tally {
  f1: number;
  precision: number;
  recall: number;
  delay: number;
  false_per_100: number;
  by_kind: string;
}

function injectedRows(name: "hotel" | "NN5", series: readonly DailySeries[]): InsightRow[] {
  const ours = tally(series, METHODS.ours, ROUNDS[name]);
  const others = (["robust z", "S-H-ESD"] as const).map((method) => ({
    method,
    ...tally(series, METHODS[method], ROUNDS[name]),
  }));
  const beside = (of: (one: Tally) => number): string =>
    others.map((one) => `${one.method} ${of(one).toFixed(2)} (in this run)`).join(", ");
  const row = { unit: "", aim: null, gate: Number.NaN };
  return [
    {
      ...row,
      what: `injected in ${name} daily series, F1`,
      value: ours.f1,
      better: "up",
      gate: Math.max(...others.map(({ f1 }) => f1)),
      published: beside(({ f1 }) => f1),
      note: `precision ${ours.precision.toFixed(2)}, recall ${ours.recall.toFixed(2)}: ${ours.by_kind}. The series' own anomalies count as false`,
    },
    {
      ...row,
      what: `injected in ${name} daily series, mean delay of what was found`,
      value: ours.delay,
      unit: "days",
      better: "down",
      published: beside(({ delay }) => delay),
    },
    {
      ...row,
      what: `${name} daily series, alarms per 100 days without an injection`,
      value: ours.false_per_100,
      better: "down",
      published: beside(({ false_per_100 }) => false_per_100),
    },
  ];
}

function tally(series: readonly DailySeries[], method: Method, rounds: number): Tally {
  const all: Found[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [i, one] of series.entries()) {
      const injected = inject(one.values, seeded(1_000 * round + i));
      all.push(compare(injected, method(one, injected.values), FIRST_DAY));
    }
  }
  const add = (of: (found: Found) => number): number => all.reduce((sum, found) => sum + of(found), 0);
  const hits = add((found) => found.hits);
  const false_alarms = add((found) => found.false_alarms);
  const precision = hits / Math.max(1, hits + false_alarms);
  const recall = hits / Math.max(1, hits + add(({ missed }) => missed));
  const kinds: readonly InjectionKind[] = ["spike", "dropout", "shift", "trend"];
  return {
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    precision,
    recall,
    delay: add(({ delays }) => delays.reduce((sum, delay) => sum + delay, 0)) / Math.max(1, hits),
    false_per_100: (100 * false_alarms) / add(({ quiet_days }) => quiet_days),
    by_kind: kinds
      .map((kind) => `${kind} ${(add((f) => f.by_kind[kind].hits) / add((f) => f.by_kind[kind].of)).toFixed(2)}`)
      .join(", "),
  };
}

function falseAlarmRow(series: readonly DailySeries[]): InsightRow {
  const judged = series
    .flatMap(({ counts, values }) => detect(values, dailyKind(counts)))
    .filter((one) => one !== null);
  const alarms = judged.filter(({ anomaly }) => anomaly).length;
  return {
    what: "hotel bookings, all alarms per 100 KPI-days",
    value: (100 * alarms) / judged.length,
    unit: "",
    better: "down",
    gate: 2,
    aim: 1,
    published: "",
    note: `${alarms} alarms in ${judged.length} KPI-days of ${series.length} series; true ones are among them`,
  };
}

/** Hourly counts with a day and a week, as a KPI of a bot has them; each new point is asked of all of them. */
function liveRow(): InsightRow {
  const random = seeded(7);
  const kind: SeriesKind = { periods: [24, 168], counts: true, floor: 0, ceiling: null };
  const valueAt = (hour: number): number =>
    Math.round(20 * (1 + Math.sin((2 * Math.PI * hour) / 24)) * (hour % 168 < 120 ? 1 : 0.4) + 8 * random());
  const detectors = Array.from({ length: LIVE_SERIES }, () => createDetector(kind));
  for (let hour = 0; hour < LIVE_HOURS; hour++) for (const one of detectors) one.next(valueAt(hour));
  const times = Array.from({ length: LIVE_GROUPS }, (_, group) => {
    const began = process.cpuUsage();
    for (let i = 0; i < LIVE_POINTS; i++) {
      const value = valueAt(LIVE_HOURS + group * LIVE_POINTS + i);
      for (const one of detectors) one.next(value);
    }
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1_000 / LIVE_POINTS;
  }).sort((one, other) => one - other);
  return {
    what: "anomaly detection on a new point of 200 live KPI series",
    value: times[times.length >> 1] ?? Number.NaN,
    unit: "ms",
    better: "down",
    gate: 5,
    aim: 2,
    published: "",
    note: `processor time, hourly, ${LIVE_HOURS} hours of history; from ${(times[0] ?? 0).toFixed(1)} to ${(times.at(-1) ?? 0).toFixed(1)} ms by what else the machine does`,
  };
}

function dailyKind(counts: boolean): SeriesKind {
  return { periods: [7], counts, floor: 0, ceiling: null };
}

function hotelSeries(folder: string): readonly DailySeries[] {
  const [, ...lines] = readFileSync(join(folder, "hotel/daily.csv"), "utf8").trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(","));
  const hotels = [...new Set(rows.map(([hotel = ""]) => hotel))];
  return hotels.flatMap((hotel) =>
    ["arrivals", "cancelled", "revenue", "bookings_made"].map((name, column) => ({
      name: `${hotel} ${name}`,
      counts: name !== "revenue",
      values: rows.filter(([of]) => of === hotel).map((row) => Number(row[column + 2])),
    })),
  );
}

function nn5Series(folder: string): readonly DailySeries[] {
  return readFileSync(join(folder, "monash/nn5_daily_dataset_without_missing_values.tsf"), "utf8")
    .split(/\r?\n/)
    .filter((line) => /^T\d+:/.test(line))
    .map((line) => {
      const [name = "", , values = ""] = line.split(":");
      return { name, counts: false, values: values.split(",").map(Number) };
    });
}
