/** The real sets, through the importer and the report: what is known to be odd in them is found, with what made it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { kpiOf } from "../../src/catalogue/kpis.ts";
import { type PlannedEvent, planDay } from "../../src/jobs/demo/plan.ts";
import { type Anomaly, type AnomalyReport, anomalyReport } from "../../src/report/anomalies.ts";
import { framed } from "../../src/report/common.ts";
import { forecastOf } from "../../src/report/forecast.ts";
import { historyOf, sinceFirst } from "../../src/report/history.ts";
import { type ImportWorld, importWorld, shippedJob } from "../support/imported.ts";

const SETS = resolve(import.meta.dir, "../../../shared/data");
const there = existsSync(SETS);
if (!there) console.warn(`skipped: the real sets are not at ${SETS}`);
setDefaultTimeout(300_000);

const DAY = 86_400_000_000;
/** Long after all of them. */
const NOW = Date.UTC(2020, 0, 1) * 1_000;

let world: ImportWorld;
beforeAll(async () => {
  world = await importWorld();
});
afterAll(() => world.close());

const loaded = new Set<string>();
const load = async (set: string, file: string): Promise<void> => {
  if (loaded.has(set)) return;
  loaded.add(set);
  const { rejected } = await world.run(shippedJob(set, [resolve(SETS, set, file)]));
  expect(rejected).toBe(0);
};
const whole = (location_id: string): Promise<AnomalyReport> =>
  anomalyReport(world, {
    timeframe: "all",
    timezone: null,
    location_id,
    locations: [location_id],
    filters: [],
    personal: true,
    now: NOW,
  });
const on = ({ anomalies }: AnomalyReport, day: string, kpis: readonly string[]): Anomaly | undefined =>
  anomalies.find(({ t, kpi }) => t.startsWith(day) && kpis.includes(kpi));
const causes = (anomaly: Anomaly | undefined): string[] =>
  (anomaly?.cause ?? []).map(({ dimension, key }) => `${dimension}=${key}`);

describe.skipIf(!there)("the real sets", () => {
  test("the two revenue spikes of online_retail are found, with the order that made each", async () => {
    await load("online_retail", "online_retail.parquet");
    const report = await whole("online_retail");
    const december = on(report, "2011-12-09", ["gross_revenue", "revenue"]);
    expect([december?.side, december?.severity]).toEqual(["above", "critical"]);
    expect(causes(december)).toEqual(expect.arrayContaining(["contact_id=16446", "data.sku=23843"]));
    const january = on(report, "2011-01-18", ["gross_revenue", "revenue", "refunds"]);
    expect(january?.severity).toBe("critical");
    expect(causes(january)).toEqual(expect.arrayContaining(["contact_id=12346", "data.sku=23166"]));
  });

  test("October 2008 of bank_marketing is found: hardly any calls, and every other one a conversion", async () => {
    await load("bank_marketing", "bank-full.parquet");
    const report = await anomalyReport(world, {
      timeframe: { from: Date.UTC(2008, 8, 1) * 1_000, to: Date.UTC(2008, 10, 1) * 1_000 },
      timezone: null,
      location_id: "bank_marketing",
      locations: ["bank_marketing"],
      filters: [],
      personal: true,
      now: NOW,
    });
    const silent = report.anomalies.filter(({ kpi, side }) => kpi === "calls" && side === "below");
    expect(silent.length).toBeGreaterThan(0);
    const rates = report.anomalies.filter(({ t, kpi }) => t.startsWith("2008-10") && kpi === "call_conversion_rate");
    expect(rates.length).toBeGreaterThan(0);
    expect(new Set(rates.map(({ side }) => side))).toEqual(new Set(["above"]));
    // Those few calls were made by other means than the thousands before.
    expect(rates.flatMap(causes)).toContain("data.channel=telephone");
    expect(rates.flatMap(causes).filter((cause) => cause.startsWith("contact_id"))).toEqual([]);
  });

  test("at most two alarms a hundred KPI-days on hotel_bookings", async () => {
    await load("hotel_bookings", "hotel_bookings.parquet");
    const { quality, watched } = await whole("hotel_bookings");
    expect(quality.judged).toBeGreaterThan(10_000);
    expect(watched.length).toBeGreaterThan(10);
    expect(quality.per_100_judged).toBeLessThanOrEqual(2);
  });

  test("intervals hold what they promise on hotel_bookings", async () => {
    await load("hotel_bookings", "hotel_bookings.parquet");
    const resolved = await framed(world, {
      // The set knows arrivals up to August 2017 only: of what was booked after June the most is not in it.
      timeframe: { from: Date.UTC(2016, 6, 1) * 1_000, to: Date.UTC(2017, 6, 1) * 1_000 },
      timezone: null,
      location_id: "hotel_bookings",
      locations: ["hotel_bookings"],
      filters: [],
      now: NOW,
    });
    const kpis = ["bookings", "revenue"].map(kpiOf).filter((kpi) => kpi !== null);
    const { series } = await historyOf(world, resolved, { kpis, grain: "day", length: 880 * DAY });
    for (const { kpi, values } of series) holds(kpi.key, sinceFirst(values));
  });
});

test("intervals hold what they promise on the demo's data", () => {
  const since = 20_000;
  const days = Array.from({ length: 400 }, (_, day) => planDay(since + day, since));
  const added = (type: string, amount: (event: PlannedEvent) => number): number[] =>
    days.map((day) => day.reduce((sum, event) => sum + (event.type === type ? amount(event) : 0), 0));
  holds(
    "bookings",
    added("booking_created", () => 1),
  );
  holds(
    "calls",
    added("call_completed", () => 1),
  );
  holds(
    "revenue",
    added("deal_closed", ({ value }) => Number(value)),
  );
});

/** Forecasts of a week from 80 ends of the history, against what came: outcomes within 4 points of the level, and better than naive. */
function holds(name: string, values: readonly number[]): void {
  const levels = new Map<number, { inside: number; all: number }>();
  const error = { made: 0, naive: 0 };
  for (let origin = 0; origin < 80; origin++) {
    const end = values.length - 7 - origin * 3;
    const made = forecastOf(values.slice(Math.max(0, end - 365), end), 7);
    for (const [step, { yhat, intervals }] of (made?.points ?? []).entries()) {
      const value = values[end + step] ?? Number.NaN;
      error.made += Math.abs(value - yhat);
      error.naive += Math.abs(value - (values[end + step - 7] ?? Number.NaN));
      for (const { level, lower, upper } of intervals) {
        const tally = levels.get(level) ?? { inside: 0, all: 0 };
        tally.all++;
        if (value >= lower && value <= upper) tally.inside++;
        levels.set(level, tally);
      }
    }
  }
  const held = [...levels].map(([level, { inside, all }]) => ({ level, held: inside / all }));
  expect({ name, held: held.length }).toEqual({ name, held: 2 });
  for (const { level, held: share } of held)
    expect({ name, level, off: Math.abs(share - level) <= 0.04 ? 0 : share - level }).toEqual({ name, level, off: 0 });
  expect(error.made / error.naive).toBeLessThan(0.9);
}
