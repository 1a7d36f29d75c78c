/**
 * Answers over real data, to the cent and the unit: the whole sets of ../shared/data where they are, else the samples
 * in test/fixtures. The expected answers were computed apart from this project, in plain Python with exact decimals.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { kpiOf } from "../src/catalogue/kpis.ts";
import type { Grain, Kpi, Unit } from "../src/catalogue/types.ts";
import type { Answer, Cell } from "../src/store/store.ts";
import { type ImportWorld, importWorld, shippedJob } from "./support/imported.ts";

const SHARED = resolve(import.meta.dir, "../../shared/data");
const FIXTURES = resolve(import.meta.dir, "fixtures");
const WHOLE = existsSync(SHARED);

const FILES: Readonly<Record<string, readonly string[]>> = {
  kc_house: ["kc_house_data.csv"],
  bank_marketing: ["bank-full.parquet"],
  hotel_bookings: ["hotel_bookings.parquet"],
  online_retail: ["online_retail.parquet"],
  olist_funnel: ["olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"],
};

const IMPORT_MS_MAX = 120_000;
let world: ImportWorld;

beforeAll(async () => {
  world = await importWorld();
}, IMPORT_MS_MAX);
afterAll(async () => await world.close());

const pairs = z.record(z.string(), z.tuple([z.number(), z.number()]).rest(z.number()));
const counts = z.record(z.string(), z.number());
const sums = z.record(z.string(), z.union([z.string(), z.number()]).transform(Number));
const ranking = z.array(z.tuple([z.string(), z.union([z.string(), z.number()]).transform(Number)]));
const quantiles = z.object({ p50c: z.number(), p90c: z.number(), p95c: z.number(), p99c: z.number() });

const HOUSES = z.object({
  rows: z.number(),
  revenue_usd: z.number(),
  commission_6pct_usd: z.string(),
  distinct_properties: z.number(),
  deals_by_month: counts,
  revenue_by_month_usd: counts,
  commission_by_month_usd: z.record(z.string(), z.string()),
  price: quantiles,
  top5_zip_by_revenue: ranking,
  waterfront: pairs,
  deals_by_isoweekday: counts.optional(),
});
const BANK = z.object({
  rows: z.number(),
  converted: z.number(),
  talk_seconds_total: z.number(),
  duration_s: quantiles,
  "by_month[calls,conv,pct]": pairs,
  by_channel: pairs,
  by_previous_outcome: pairs,
  by_job: pairs,
  talk_seconds_by_month: counts.optional(),
});
const HOTEL = z.object({
  rows: z.number(),
  status: z.object({ "Check-Out": z.number(), Canceled: z.number(), "No-Show": z.number().default(0) }),
  revenue_total: z.string(),
  commission_6pct: z.string().optional(),
  bookings_by_created_month: counts,
  cancellations_by_event_month: counts,
  revenue_by_arrival_month: sums,
  revenue_by_hotel: sums,
  lead_time_days: quantiles,
  "by_market_segment[n,cancelled,pct]": pairs,
});
const RETAIL = z.object({
  rows: z.number(),
  net_revenue: z.string(),
  commission_6pct_of_net: z.string().optional(),
  net_revenue_by_month: sums,
  lines_by_month: counts,
  refund_value_by_month: sums,
  top5_country_net: ranking,
  active_customers_by_month: counts,
  "repeat_customers(>1 distinct non-C invoice)": z.tuple([z.number(), z.number()]),
});
const OLIST = z.object({
  leads: z.number(),
  won: z.number(),
  declared_monthly_revenue_brl: z.string(),
  commission_6pct_of_declared: z.string(),
  won_by_month: counts,
  "leads_by_month[leads,won_ever,pct]": pairs,
  "by_origin[leads,won,pct]": pairs,
  days_first_contact_to_won: quantiles,
});

function truthOf<T>(set: string, schema: z.ZodType<T>): T {
  const path = WHOLE ? join(SHARED, "truth", `${set}.json`) : join(FIXTURES, "truth.json");
  const document: unknown = JSON.parse(readFileSync(path, "utf8"));
  return WHOLE ? schema.parse(document) : (z.object({ [set]: schema }).parse(document)[set] ?? fail(set));
}

function fail(set: string): never {
  throw new Error(`no truth for ${set}`);
}

async function importSet(set: string): Promise<void> {
  const files = WHOLE ? (FILES[set] ?? []).map((file) => join(SHARED, set, file)) : [join(FIXTURES, `${set}.csv`)];
  const first = await world.run(shippedJob(set, files));
  expect(first.rejected).toBe(0);
  const again = await world.run(shippedJob(set, files));
  expect([again.accepted, again.duplicates]).toEqual([0, first.accepted]);
}

interface Asking {
  by?: string[];
  grain?: Grain;
  filters?: { field: string; op: "eq" | "exists"; value: string | boolean }[];
}

/** A built-in KPI by its key, or a formula with its unit. */
type Wanted = string | readonly [formula: string, unit: Unit];

async function ask(
  set: string,
  wanted: readonly Wanted[],
  { by = [], grain, filters = [] }: Asking = {},
): Promise<Answer> {
  return await world.store.ask({
    kpis: wanted.map(kpi),
    by,
    grain: grain ?? null,
    from: Date.UTC(2008, 0) * 1_000,
    to: Date.UTC(2019, 0) * 1_000,
    timezone: "UTC",
    locations: [set],
    filters,
    rules: [],
  });
}

function kpi(wanted: Wanted, index: number): Kpi {
  if (typeof wanted === "string") {
    const known = kpiOf(wanted);
    if (known === null) throw new Error(`no KPI ${wanted}`);
    return known;
  }
  const [formula, unit] = wanted;
  return {
    key: `custom_${index}`,
    label: "Custom",
    unit,
    formula,
    better: null,
    description: "",
    dimensions: [],
    group: "system",
  };
}

/** The totals as numbers, in the order asked. */
async function total(set: string, ...wanted: Wanted[]): Promise<number[]> {
  const { totals } = await ask(set, wanted);
  return Object.values(totals).map(Number);
}

/** The exact text of one money total. */
async function money(set: string, wanted: Wanted): Promise<string> {
  const { totals } = await ask(set, [wanted]);
  return String(Object.values(totals)[0]);
}

/** By month or by a dimension: the cells of the first KPI, empty buckets left out. */
async function split(set: string, wanted: readonly Wanted[], asking: Asking): Promise<Record<string, Cell[]>> {
  const { columns, rows } = await ask(set, wanted, asking);
  const first_kpi = columns.findIndex((column) => column.kind === "kpi");
  const kept = rows.filter((row) => row.slice(first_kpi).some((cell) => cell !== null && Number(cell) !== 0));
  return Object.fromEntries(
    kept.map((row) => [
      asking.grain === undefined ? String(row[0]) : String(row[0]).slice(0, 7),
      [...row.slice(first_kpi)],
    ]),
  );
}

const numbers = (rows: Record<string, Cell[]>) =>
  Object.fromEntries(Object.entries(rows).map(([key, cells]) => [key, cells.map(Number)]));
const firstNumbers = (rows: Record<string, Cell[]>) =>
  Object.fromEntries(Object.entries(rows).map(([key, cells]) => [key, Number(cells[0])]));
/** Rates are computed from these counts; the truth rounds them. */
const firstTwo = (document: z.infer<typeof pairs>) =>
  Object.fromEntries(
    Object.entries(document)
      .map(([key, [one, other]]): [string, number[]] => [key, [one, other]])
      .filter(([, cells]) => cells.some((cell) => cell !== 0)),
  );

async function percentiles(
  set: string,
  field: string,
  where: string,
  truth: z.infer<typeof quantiles>,
  scale: number,
): Promise<void> {
  const wanted = [50, 90, 95, 99].map((p) => [`percentile(${field}, ${p / 100}, ${where})`, "score"] as const);
  const values = await total(set, ...wanted);
  const expected = [truth.p50c, truth.p90c, truth.p95c, truth.p99c];
  for (const [index, value] of values.entries()) expect(value / scale).toBeCloseTo(expected[index] ?? Number.NaN, 5);
}

describe(`truth, ${WHOLE ? "whole sets" : "samples, as ../shared/data is not here"}`, () => {
  test(
    "kc_house: revenue, commission, deals and prices",
    async () => {
      await importSet("kc_house");
      const truth = truthOf("kc_house", HOUSES);
      const set = "kc_house";
      expect(await money(set, "revenue")).toBe(`${truth.revenue_usd}.00`);
      expect(await money(set, "commission")).toBe(truth.commission_6pct_usd);
      expect(await total(set, "deals_closed", "active_contacts")).toEqual([truth.rows, truth.distinct_properties]);
      const months = await split(set, ["deals_closed", "revenue"], { grain: "month" });
      expect(firstNumbers(months)).toEqual(truth.deals_by_month);
      expect(Object.fromEntries(Object.entries(months).map(([month, cells]) => [month, Number(cells[1])]))).toEqual(
        truth.revenue_by_month_usd,
      );
      const commission = await split(set, ["commission"], { grain: "month" });
      expect(Object.fromEntries(Object.entries(commission).map(([month, cells]) => [month, cells[0]]))).toEqual(
        truth.commission_by_month_usd,
      );
      await percentiles(set, "value", 'type = "deal_closed"', truth.price, 1);
      const zips = numbers(await split(set, ["revenue"], { by: ["data.zipcode"] }));
      for (const [zip, revenue] of truth.top5_zip_by_revenue) expect(zips[zip]).toEqual([revenue]);
      expect(numbers(await split(set, ["deals_closed", "revenue"], { by: ["data.waterfront"] }))).toEqual(
        truth.waterfront,
      );
      if (truth.deals_by_isoweekday) {
        expect(firstNumbers(await split(set, ["deals_closed"], { by: ["day_of_week"] }))).toEqual(
          truth.deals_by_isoweekday,
        );
      }
    },
    IMPORT_MS_MAX,
  );

  test(
    "bank_marketing: calls, talk time, conversions",
    async () => {
      await importSet("bank_marketing");
      const truth = truthOf("bank_marketing", BANK);
      const set = "bank_marketing";
      expect(await total(set, "calls", "conversions", "talk_time")).toEqual([
        truth.rows,
        truth.converted,
        truth.talk_seconds_total * 1_000,
      ]);
      const [rate = 0] = await total(set, "call_conversion_rate");
      expect(rate).toBeCloseTo(truth.converted / truth.rows, 9);
      await percentiles(set, "duration_ms", 'type = "call_completed"', truth.duration_s, 1_000);
      const pair = ["calls", "conversions"];
      expect(numbers(await split(set, pair, { grain: "month" }))).toEqual(firstTwo(truth["by_month[calls,conv,pct]"]));
      expect(numbers(await split(set, pair, { by: ["data.channel"] }))).toEqual(firstTwo(truth.by_channel));
      expect(numbers(await split(set, pair, { by: ["data.previous_outcome"] }))).toEqual(
        firstTwo(truth.by_previous_outcome),
      );
      expect(numbers(await split(set, pair, { by: ["data.job"] }))).toEqual(firstTwo(truth.by_job));
      if (truth.talk_seconds_by_month) {
        const talk = firstNumbers(await split(set, ["talk_time"], { grain: "month" }));
        for (const [month, seconds] of Object.entries(truth.talk_seconds_by_month))
          expect(talk[month]).toBe(Number(seconds) * 1_000);
      }
    },
    IMPORT_MS_MAX,
  );

  test(
    "hotel_bookings: bookings, cancellations, no-shows, revenue",
    async () => {
      await importSet("hotel_bookings");
      const truth = truthOf("hotel_bookings", HOTEL);
      const set = "hotel_bookings";
      const completed = ['count(type = "booking_completed")', "count"] as const;
      const cancelled = ['count(type = "booking_cancelled")', "count"] as const;
      const missed = ['count(type = "booking_no_show")', "count"] as const;
      const lost = ['count(type in ("booking_cancelled", "booking_no_show"))', "count"] as const;
      expect(await total(set, "bookings", completed, cancelled, missed)).toEqual([
        truth.rows,
        truth.status["Check-Out"],
        truth.status.Canceled,
        truth.status["No-Show"],
      ]);
      const [no_show = 0, cancel = 0] = await total(set, "no_show_rate", "cancellation_rate");
      expect(no_show).toBeCloseTo(truth.status["No-Show"] / truth.rows, 9);
      expect(cancel).toBeCloseTo(truth.status.Canceled / truth.rows, 9);
      expect(await money(set, "revenue")).toBe(truth.revenue_total);
      if (truth.commission_6pct) expect(Number(await money(set, "commission")).toFixed(2)).toBe(truth.commission_6pct);
      expect(firstNumbers(await split(set, ["bookings"], { grain: "month" }))).toEqual(truth.bookings_by_created_month);
      expect(firstNumbers(await split(set, [lost], { grain: "month" }))).toEqual(truth.cancellations_by_event_month);
      const by_arrival = firstNumbers(await split(set, ["revenue"], { by: ["data.arrival_month"] }));
      expect(by_arrival).toEqual(truth.revenue_by_arrival_month);
      expect(firstNumbers(await split(set, ["revenue"], { by: ["data.hotel"] }))).toEqual(truth.revenue_by_hotel);
      await percentiles(set, "data.lead_time", 'type = "booking_created"', truth.lead_time_days, 1);
      const segments = numbers(await split(set, ["bookings", lost], { by: ["data.market_segment"] }));
      expect(segments).toEqual(firstTwo(truth["by_market_segment[n,cancelled,pct]"]));
    },
    IMPORT_MS_MAX,
  );

  test(
    "online_retail: revenue, refunds, buyers",
    async () => {
      await importSet("online_retail");
      const truth = truthOf("online_retail", RETAIL);
      const set = "online_retail";
      expect(Number(await money(set, "revenue"))).toBe(Number(truth.net_revenue));
      if (truth.commission_6pct_of_net) expect(await money(set, "commission")).toBe(truth.commission_6pct_of_net);
      expect(await total(set, "events")).toEqual([truth.rows]);
      expect(firstNumbers(await split(set, ["revenue"], { grain: "month" }))).toEqual(truth.net_revenue_by_month);
      expect(firstNumbers(await split(set, ["events"], { grain: "month" }))).toEqual(truth.lines_by_month);
      const refunds = firstNumbers(await split(set, ["refunds"], { grain: "month" }));
      for (const [month, value] of Object.entries(truth.refund_value_by_month))
        expect(Math.abs(refunds[month] ?? 0)).toBe(Math.abs(Number(value)));
      const countries = firstNumbers(await split(set, ["revenue"], { by: ["data.country"] }));
      for (const [country, value] of truth.top5_country_net) expect(countries[country]).toBe(Number(value));
      const buyers = ['contacts(type = "order_placed")', "count"] as const;
      expect(firstNumbers(await split(set, [buyers], { grain: "month" }))).toEqual(truth.active_customers_by_month);
      const [repeat, all] = truth["repeat_customers(>1 distinct non-C invoice)"];
      const repeating = [
        'contacts_repeating(2, type = "order_placed") / contacts(type = "order_placed")',
        "percent",
      ] as const;
      const [rate = 0] = await total(set, repeating);
      expect(rate).toBeCloseTo(repeat / all, 9);
    },
    IMPORT_MS_MAX,
  );

  test.skipIf(!WHOLE)(
    "olist_funnel: leads, wins, time to win",
    async () => {
      await importSet("olist_funnel");
      const truth = truthOf("olist_funnel", OLIST);
      const set = "olist_funnel";
      expect(await total(set, "leads", "conversions", "leads_qualified", "deals_closed")).toEqual([
        truth.leads,
        truth.won,
        truth.won,
        truth.won,
      ]);
      const [rate = 0] = await total(set, "conversion_rate");
      expect(rate).toBeCloseTo(truth.won / truth.leads, 9);
      expect(await money(set, "revenue")).toBe(truth.declared_monthly_revenue_brl);
      expect(await money(set, "commission")).toBe(truth.commission_6pct_of_declared);
      expect(firstNumbers(await split(set, ["conversions"], { grain: "month" }))).toEqual(truth.won_by_month);
      const leads = firstNumbers(await split(set, ["leads"], { grain: "month" }));
      for (const [month, cells] of Object.entries(truth["leads_by_month[leads,won_ever,pct]"]))
        expect(leads[month]).toBe(cells[0]);
      const origins = firstNumbers(await split(set, ["leads"], { by: ["data.source"] }));
      for (const [origin, cells] of Object.entries(truth["by_origin[leads,won,pct]"])) {
        expect(origins[origin === "(null)" ? "null" : origin]).toBe(cells[0]);
      }
      const [to_win = 0] = await total(set, "time_to_convert_p50");
      expect(to_win / 86_400_000).toBeCloseTo(truth.days_first_contact_to_won.p50c, 5);
    },
    IMPORT_MS_MAX,
  );
});
