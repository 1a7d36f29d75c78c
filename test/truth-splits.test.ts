/**
 * The rest of the computed answers over the whole public sets: orders, days, extremes, splits by data fields.
 * Not asked, as no KPI or formula answers it from these events: properties sold twice (sales have no conversation),
 * talk time of converted calls only and wins by a lead's origin (two events each), nights and daily rates (not mapped),
 * counts of distinct invoices and articles, cohorts and calendar-month churn (retention comes with its own question).
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { kpiOf } from "../src/catalogue/kpis.ts";
import type { Filter, Grain, Kpi } from "../src/catalogue/types.ts";
import type { Cell } from "../src/store/store.ts";
import { type ImportWorld, importWorld, shippedJob } from "./support/imported.ts";

const SHARED = resolve(import.meta.dir, "../../shared/data");
const MS_MAX = 120_000;

const FILES: Readonly<Record<string, readonly string[]>> = {
  kc_house: ["kc_house_data.csv"],
  bank_marketing: ["bank-full.parquet"],
  hotel_bookings: ["hotel_bookings.parquet"],
  online_retail: ["online_retail.parquet"],
  olist_funnel: ["olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"],
};

let world: ImportWorld;

interface Asking {
  by?: readonly string[];
  grain?: Grain;
  filters?: readonly Filter[];
  /** Highest first. */
  top?: number;
}

/** Rows of a question over the whole set; a KPI is named by its key or written as a formula. */
async function rows(set: string, kpis: readonly string[], { by = [], grain, filters = [], top }: Asking) {
  const asked = kpis.map(kpi);
  const order = asked.slice(0, 1).map(({ key }) => ({ by: key, dir: "desc" as const }));
  const answer = await world.store.ask({
    kpis: asked,
    by,
    grain: grain ?? null,
    from: Date.UTC(2008, 0) * 1_000,
    to: Date.UTC(2019, 0) * 1_000,
    timezone: "UTC",
    locations: [set],
    filters,
    rules: [],
    ...(top === undefined ? {} : { order, limit: top }),
  });
  return answer.rows;
}

async function totals(set: string, kpis: readonly string[]): Promise<number[]> {
  const [row = []] = await rows(set, kpis, {});
  return row.map(Number);
}

function kpi(wanted: string, index: number): Kpi {
  const known = kpiOf(wanted);
  if (known !== null) return known;
  const unit = wanted.includes("value")
    ? "money"
    : wanted.startsWith("count") || wanted.startsWith("contacts")
      ? "count"
      : "score";
  const key = `custom_${index}`;
  return { key, label: key, unit, formula: wanted, better: null, description: "", dimensions: [], group: "system" };
}

const table = (answer: readonly (readonly Cell[])[]) =>
  Object.fromEntries(answer.map(([key, ...cells]) => [String(key ?? "(null)"), cells.map(Number)]));
const days = (answer: readonly (readonly Cell[])[]) =>
  answer.map(([day, cell]) => [String(day).slice(0, 10), Number(cell)]);
const months = (answer: readonly (readonly Cell[])[]) =>
  Object.fromEntries(
    answer.filter(([, cell]) => Number(cell) !== 0).map(([day, cell]) => [String(day).slice(0, 7), Number(cell)]),
  );

const counts = z.record(z.string(), z.array(z.number()));
const ranked = z.array(z.tuple([z.string(), z.number()]));
const rankedMoney = z.array(z.tuple([z.string(), z.string()]));
const spread = z.object({
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  p50c: z.number(),
  p90c: z.number(),
  p95c: z.number(),
  p99c: z.number(),
});
const HOUSES = z.object({
  price: spread,
  days_with_sales: z.number(),
  distinct_zip: z.number(),
  top5_days: ranked,
  top5_zip_by_deals: ranked,
  top5_zip_by_revenue: ranked,
});
const BANK = z.object({ duration_s: spread, by_attempts_in_campaign: counts, days_with_calls: z.number() });
const HOTEL = z.object({
  "by_arrival_month[bookings,cancelled,pct]": counts,
  by_deposit: counts,
  by_hotel: counts,
  lost_value_by_arrival_month: z.record(z.string(), z.string()),
  top5_country: ranked,
  lead_time_days: spread,
  lead_time_days_cancelled: spread,
});
const RETAIL = z.object({
  positive_lines_value: z.string(),
  negative_lines_value: z.string(),
  customers: z.number(),
  customers_with_purchase: z.number(),
  lines_without_customer: z.number(),
  "repeat_customers(>1 distinct non-C invoice)": z.array(z.number()),
  days_with_orders: z.number(),
  top5_days_net: rankedMoney,
  top5_customers_net: rankedMoney,
  new_customers_by_month: z.record(z.string(), z.number()),
});
const FUNNEL = z.object({
  top5_segment: ranked,
  "top5_closers(sr_id)": ranked,
  lead_type: ranked,
  sdr_count: z.number(),
  landing_pages: z.number(),
  "top5_landing_pages[leads,won]": z.array(z.tuple([z.string(), z.number(), z.number()])),
  deals_declaring_revenue: z.number(),
  days_first_contact_to_won: spread,
});

async function given<T>(set: string, schema: z.ZodType<T>): Promise<T> {
  await world.run(
    shippedJob(
      set,
      (FILES[set] ?? []).map((file) => join(SHARED, set, file)),
    ),
  );
  return schema.parse(JSON.parse(readFileSync(join(SHARED, "truth", `${set}.json`), "utf8")));
}

const firstTwo = (document: Record<string, readonly number[]>) =>
  Object.fromEntries(Object.entries(document).map(([key, cells]) => [key, cells.slice(0, 2)]));
const exact = (pairs: readonly (readonly [string, string | number])[]) =>
  pairs.map(([key, value]) => [key, Number(value)]);

describe.skipIf(!existsSync(SHARED))("truth, the rest", () => {
  beforeAll(async () => {
    world = await importWorld();
  }, MS_MAX);
  afterAll(async () => await world.close(), MS_MAX);

  test(
    "kc_house: the best days and zip codes, the least and the most",
    async () => {
      const truth = await given("kc_house", HOUSES);
      const price = (p: number) => `percentile(value, ${p}, type = "deal_closed")`;
      expect(await totals("kc_house", [price(0), price(1)])).toEqual([truth.price.min, truth.price.max]);
      const [mean = 0] = await totals("kc_house", ['mean(value, type = "deal_closed")']);
      expect(mean).toBeCloseTo(truth.price.mean, 1);
      const busy = await rows("kc_house", ["deals_closed"], { grain: "day" });
      expect(busy.filter(([, deals]) => Number(deals) > 0)).toHaveLength(truth.days_with_sales);
      const best = days(busy).sort((a, b) => Number(b[1]) - Number(a[1]) || (String(a[0]) < String(b[0]) ? -1 : 1));
      expect(best.slice(0, 5)).toEqual(truth.top5_days);
      const zips = await rows("kc_house", ["deals_closed"], { by: ["data.zipcode"] });
      expect(zips).toHaveLength(truth.distinct_zip);
      const top = await rows("kc_house", ["deals_closed"], { by: ["data.zipcode"], top: 5 });
      expect(exact(top.map(([zip, deals]) => [String(zip), Number(deals)] as const))).toEqual(truth.top5_zip_by_deals);
      const dear = await rows("kc_house", ["revenue"], { by: ["data.zipcode"], top: 5 });
      expect(dear.map(([zip, revenue]) => [zip, Number(revenue)])).toEqual(truth.top5_zip_by_revenue);
    },
    MS_MAX,
  );

  test(
    "bank_marketing: attempts, and the least, the most and the mean of talk",
    async () => {
      const truth = await given("bank_marketing", BANK);
      const talk = (p: number) => `percentile(duration_ms, ${p}, type = "call_completed")`;
      const [least = 0, most = 0, mean = 0] = await totals("bank_marketing", [
        talk(0),
        talk(1),
        'mean(duration_ms, type = "call_completed")',
      ]);
      expect([least / 1_000, most / 1_000]).toEqual([truth.duration_s.min, truth.duration_s.max]);
      expect(mean / 1_000).toBeCloseTo(truth.duration_s.mean, 5);
      const attempts: Record<string, number[]> = {};
      for (const [attempt, calls, wins] of await rows("bank_marketing", ["calls", "conversions"], {
        by: ["data.attempt"],
      })) {
        const key = Number(attempt) > 5 ? "6+" : String(attempt);
        const [sum = 0, won = 0] = attempts[key] ?? [];
        attempts[key] = [sum + Number(calls), won + Number(wins)];
      }
      expect(attempts).toEqual(firstTwo(truth.by_attempts_in_campaign));
      const called = await rows("bank_marketing", ["calls"], { grain: "day" });
      expect(called.filter(([, calls]) => Number(calls) > 0)).toHaveLength(truth.days_with_calls);
    },
    MS_MAX,
  );

  test(
    "hotel_bookings: by arrival, deposit and country; what cancelled bookings were worth",
    async () => {
      const truth = await given("hotel_bookings", HOTEL);
      const gone = 'type in ("booking_cancelled", "booking_no_show")';
      const lost = `count(${gone})`;
      const pairs = async (field: string) => table(await rows("hotel_bookings", ["bookings", lost], { by: [field] }));
      expect(await pairs("data.arrival_month")).toEqual(firstTwo(truth["by_arrival_month[bookings,cancelled,pct]"]));
      expect(await pairs("data.deposit_type")).toEqual(firstTwo(truth.by_deposit));
      expect(await pairs("data.hotel")).toEqual(firstTwo(truth.by_hotel));
      const worth = table(await rows("hotel_bookings", [`sum(value, ${gone})`], { by: ["data.arrival_month"] }));
      expect(worth).toEqual(
        Object.fromEntries(
          Object.entries(truth.lost_value_by_arrival_month).map(([month, value]) => [month, [Number(value)]]),
        ),
      );
      const countries = await rows("hotel_bookings", ["bookings"], { by: ["data.country"], top: 5 });
      expect(countries.map((row) => [...row])).toEqual(truth.top5_country);
      const quantiles = [
        { condition: 'type = "booking_created"', said: truth.lead_time_days },
        { condition: gone, said: truth.lead_time_days_cancelled },
      ];
      for (const { condition, said } of quantiles) {
        const asked = [0, 0.5, 0.9, 0.95, 0.99, 1].map((p) => `percentile(data.lead_time, ${p}, ${condition})`);
        expect(await totals("hotel_bookings", asked)).toEqual([
          said.min,
          said.p50c,
          said.p90c,
          said.p95c,
          said.p99c,
          said.max,
        ]);
        const [mean = 0] = await totals("hotel_bookings", [`mean(data.lead_time, ${condition})`]);
        expect(mean).toBeCloseTo(said.mean, 5);
      }
    },
    MS_MAX,
  );

  test(
    "online_retail: the best days and customers, new and repeating ones, both signs apart",
    async () => {
      const truth = await given("online_retail", RETAIL);
      expect(await totals("online_retail", ["gross_revenue", "refunds"])).toEqual([
        Number(truth.positive_lines_value),
        Number(truth.negative_lines_value),
      ]);
      expect(
        await totals("online_retail", [
          "contacts()",
          'contacts(type = "order_placed")',
          "count(not contact_id exists)",
        ]),
      ).toEqual([truth.customers, truth.customers_with_purchase, truth.lines_without_customer]);
      const repeating = 'contacts_repeating(2, type = "order_placed")';
      expect((await totals("online_retail", [repeating]))[0]).toBe(
        truth["repeat_customers(>1 distinct non-C invoice)"][0],
      );
      const best = await rows("online_retail", ["revenue"], { grain: "day" });
      expect(best.filter(([, value]) => Number(value) !== 0)).toHaveLength(truth.days_with_orders);
      expect(
        days(best)
          .sort((a, b) => Number(b[1]) - Number(a[1]))
          .slice(0, 5),
      ).toEqual(exact(truth.top5_days_net));
      const customers = await rows("online_retail", ["revenue"], {
        by: ["contact_id"],
        filters: [{ field: "contact_id", op: "exists", value: true }],
        top: 5,
      });
      expect(customers.map(([customer, value]) => [customer, Number(value)])).toEqual(exact(truth.top5_customers_net));
      const orders: Filter = { field: "type", op: "eq", value: "order_placed" };
      expect(months(await rows("online_retail", ["new_contacts"], { grain: "month", filters: [orders] }))).toEqual(
        truth.new_customers_by_month,
      );
    },
    MS_MAX,
  );

  test(
    "olist_funnel: segments, lead types, closers, landing pages and all quantiles of the time to win",
    async () => {
      const truth = await given("olist_funnel", FUNNEL);
      const top = async (field: string, count: string, least: number) =>
        (await rows("olist_funnel", [count], { by: [field], top: least })).map(([key, value]) => [
          key ?? "(null)",
          Number(value),
        ]);
      expect(await top("data.segment", "deals_closed", 5)).toEqual(truth.top5_segment);
      expect(await top("data.closer", "deals_closed", 5)).toEqual(truth["top5_closers(sr_id)"]);
      expect(
        table(
          await rows("olist_funnel", ["deals_closed"], {
            by: ["data.lead_type"],
            filters: [{ field: "type", op: "eq", value: "deal_closed" }],
          }),
        ),
      ).toEqual(Object.fromEntries(truth.lead_type.map(([type, deals]) => [type, [deals]])));
      const wins: Filter = { field: "type", op: "eq", value: "deal_closed" };
      expect(await rows("olist_funnel", ["deals_closed"], { by: ["data.sdr"], filters: [wins] })).toHaveLength(
        truth.sdr_count,
      );
      const leads: Filter = { field: "type", op: "eq", value: "lead_created" };
      expect(await rows("olist_funnel", ["leads"], { by: ["data.landing_page_id"], filters: [leads] })).toHaveLength(
        truth.landing_pages,
      );
      expect(await top("data.landing_page_id", "leads", 5)).toEqual(
        truth["top5_landing_pages[leads,won]"].map(([page, count]) => [page, count]),
      );
      expect(await totals("olist_funnel", ['count(type = "deal_closed" and value > 0)'])).toEqual([
        truth.deals_declaring_revenue,
      ]);
      const asked = [0, 0.5, 0.9, 0.95, 0.99, 1].map(
        (p) => `time_between(${p}, type = "lead_created", type = "lead_converted")`,
      );
      const said = truth.days_first_contact_to_won;
      const won = await totals("olist_funnel", asked);
      for (const [i, expected] of [said.min, said.p50c, said.p90c, said.p95c, said.p99c, said.max].entries()) {
        expect((won[i] ?? Number.NaN) / 86_400_000).toBeCloseTo(expected, 5);
      }
    },
    MS_MAX,
  );
});
