import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { KPIS, kpiOf } from "../../src/catalogue/kpis.ts";
import type { Grain, Kpi } from "../../src/catalogue/types.ts";
import { type Control, openControl } from "../../src/control/control.ts";
import { drillDown } from "../../src/report/drill-down.ts";
import { dimensionsOf } from "../../src/report/explore/dimensions.ts";
import { type ExploreAsked, exploreReport } from "../../src/report/explore.ts";
import { answerQuestion } from "../../src/report/question.ts";
import { revenuePage } from "../../src/report/revenue-page.ts";
import type { Store } from "../../src/store/store.ts";
import { cleanUp, DAY_US, eventOf, groupOf, NOON, openTestStore } from "../store/fixture.ts";

// Dozens of questions each, on a machine that may be busy.
setDefaultTimeout(60_000);

let store: Store;
let control: Control;
const failed: unknown[] = [];
const log = (_: string, error: unknown) => failed.push(error);

beforeAll(async () => {
  store = await openTestStore();
  control = openControl(":memory:", { now: () => NOON });
  control.ensureLocation("north", { timezone: "America/New_York" });
  control.ensureLocation("south", { currency: "EUR" });
  const sources = ["portal", "referral", "ads", null];
  await store.apply(
    groupOf(
      store,
      Array.from({ length: 240 }, (_, n) => {
        const source = sources[n % 4] ?? null;
        return eventOf({
          id: `e${n}`,
          type: n % 3 === 0 ? "deal_closed" : n % 3 === 1 ? "lead_created" : "lead_qualified",
          location_id: n % 7 === 0 ? "south" : "north",
          bot_id: n % 5 === 0 ? "luna" : "seller-bot",
          contact_id: `contact-${n % 30}`,
          time: NOON - (n % 55) * DAY_US - n * 60_000_000,
          ...(n % 3 === 0 ? { value: String(100 + n), currency: n % 7 === 0 ? "EUR" : "USD" } : {}),
          data: source === null ? {} : { source },
        });
      }),
    ),
  );
});
afterAll(cleanUp);

function asked(given: Partial<ExploreAsked> = {}): ExploreAsked {
  return {
    timeframe: "30d",
    timezone: null,
    location_id: null,
    locations: null,
    filters: [],
    personal: true,
    now: NOON,
    compare: true,
    currency: null,
    kpi: known("leads"),
    by: null,
    grain: null,
    heat: false,
    open: null,
    ...given,
  };
}

function known(key: string): Kpi {
  const kpi = kpiOf(key);
  if (!kpi) throw new Error(`no ${key}`);
  return kpi;
}

function good<T>(part: { ok: true; value: T } | { ok: false; reason: string } | null): T {
  if (!part?.ok) throw new Error(`failed: ${part?.reason} ${failed.map(String).join(" ")}`);
  return part.value;
}

const explore = (given: Partial<ExploreAsked> = {}) => exploreReport({ store, control }, asked(given), log);
const everything = { t: null, filter: null, after: null, limit: 500 };

describe("explore", () => {
  test("says the same as the API's drill-down: the whole, its parts, its series", async () => {
    const pairs = [
      ["leads", "data.source"],
      ["revenue", "bot_id"],
      ["qualification_rate", "bot_id"],
      ["new_contacts", "location_id"],
      ["average_deal_value", "data.source"],
    ] as const;
    for (const [key, by] of pairs) {
      const kpi = known(key);
      const report = await explore({ kpi, by });
      const api = await drillDown({ store, control }, { ...asked(), kpi, by, limit: 1, after: null });
      const figure = good(report.figure);
      expect({
        key,
        value: figure.value,
        previous: figure.previous,
        change: figure.change,
        trend: figure.trend,
      }).toEqual({
        key,
        value: api.total.value,
        previous: api.total.previous,
        change: api.total.change,
        trend: api.series,
      });
      const parts = good(report.split).segments.map(
        ({ filter: _, series: __, companions: ___, ...segment }) => segment,
      );
      expect(parts).toEqual(api.segments.filter(({ currency = figure.currency }) => currency === figure.currency));
    }
  });

  test("draws for each part what a question about it answers, and other figures beside it", async () => {
    const { split } = await explore({ by: "data.source" });
    const { segments, companions, totals } = good(split);
    expect(companions.map(({ key }) => key)).toEqual(["leads_qualified", "commission"]);
    const { answer } = await answerQuestion(
      { store, control },
      { ...asked(), kpis: ["leads", "leads_qualified"], by: ["data.source"], grain: "day", order: [], limit: null },
    );
    for (const { key, series, companions: beside } of segments) {
      const rows = answer.rows.filter((row) => row[1] === key);
      expect(series?.map(({ v }) => v)).toEqual(rows.map((row) => Number(row[2])));
      expect(beside.leads_qualified?.[0]?.value).toBe(rows.reduce((sum, row) => sum + Number(row[3]), 0));
    }
    expect(totals.leads_qualified?.[0]?.value).toBe(Number(answer.totals.leads_qualified));
  });

  test("shows as many events behind a point as the point counts, and pages them", async () => {
    const report = await explore({ by: "data.source" });
    const [segment] = good(report.split).segments;
    const filter = { field: "data.source", op: "eq", value: String(segment?.key) } as const;
    const whole = good((await explore({ by: "data.source", open: { events: { ...everything, filter } } })).opened);
    expect(whole?.count).toBe(Number(segment?.value));
    expect(whole?.events).toHaveLength(Number(segment?.value));
    const point = segment?.series?.find(({ v }) => Number(v) > 0);
    const t = Date.parse(point?.t ?? "") * 1_000;
    const opened = good((await explore({ by: "data.source", open: { events: { ...everything, t, filter } } })).opened);
    expect([opened?.count, opened?.value, opened?.events.length]).toEqual([
      Number(point?.v),
      Number(point?.v),
      Number(point?.v),
    ]);
    const first = good((await explore({ open: { events: { ...everything, limit: 2 } } })).opened);
    const second = good(
      (await explore({ open: { events: { ...everything, limit: 2, after: first?.next ?? null } } })).opened,
    );
    const ids = [...(first?.events ?? []), ...(second?.events ?? [])].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });

  test("says where a point has gone that is not in the period any more", async () => {
    const t = NOON - 400 * DAY_US;
    expect(good((await explore({ open: { events: { ...everything, t } } })).opened)).toBeNull();
  });

  test("the hours of the week add up to the whole", async () => {
    const report = await explore({ heat: true });
    const cells = good(report.heat);
    expect(cells.reduce((sum, { value }) => sum + Number(value), 0)).toBe(Number(good(report.figure).value));
    expect(cells.every(({ day, hour }) => day >= 1 && day <= 7 && hour >= 0 && hour <= 23)).toBe(true);
  });

  test("explains a figure: formula, SQL, its events and their types, exact or not, from where", async () => {
    const why = good((await explore({ kpi: known("revenue"), open: "definition" })).explained);
    expect(why.formula).toStartWith("sum(value, type in (");
    expect(why.sql).toStartWith("WITH");
    expect(why.types).toContain("deal_closed");
    expect([why.source, why.approximate]).toEqual(["rollup", false]);
    const opened = good((await explore({ kpi: known("revenue"), open: { events: everything } })).opened);
    expect(why.events).toBe(opened?.count ?? -1);
    expect(opened?.events).toHaveLength(why.events);
  });

  test("takes a grain that fits, and the usual one where it does not", async () => {
    const fits = async (grain: Grain | null) => (await explore({ grain })).framed.frame.grain;
    expect(await fits("week")).toBe("week");
    expect(await fits("minute")).toBe("day");
    expect(await fits(null)).toBe("day");
  });

  test("masks whose key is an address, and offers no way deeper that would not work", async () => {
    const own = await openTestStore();
    const lead = { type: "lead_created", location_id: "north", contact_id: "dana@example.com", time: NOON - DAY_US };
    await own.apply(groupOf(own, [eventOf({ ...lead, data: { name: "Dana" } })]));
    const seen = (personal: boolean) =>
      exploreReport({ store: own, control }, asked({ by: "contact_id", personal, open: { events: everything } }), log);
    const [hidden, shown] = await Promise.all([seen(false), seen(true)]);
    expect(good(shown.split).segments[0]).toMatchObject({
      key: "dana@example.com",
      filter: "contact_id:eq:dana@example.com",
    });
    expect(good(hidden.split).segments[0]).toMatchObject({ key: "d•••@•••", filter: null });
    expect(JSON.stringify([hidden.split, hidden.opened])).not.toContain("dana@");
    expect(JSON.stringify(hidden.opened)).not.toContain("Dana");
  });

  test("any built-in figure by any dimension that it suggests has an answer", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...KPIS), fc.nat(), async (kpi, pick) => {
        const { usual, own, common } = dimensionsOf(kpi);
        const fields = [...usual, ...own, ...common];
        const report = await explore({
          kpi,
          by: fields[pick % fields.length] ?? null,
          open: { events: { ...everything, limit: 1 } },
        });
        good(report.figure);
        good(report.split);
        good(report.opened);
      }),
      { numRuns: 25 },
    );
  });
});

describe("the page of revenue", () => {
  test("holds the figures that the API answers, its parts add up, and the largest deal is first", async () => {
    const report = await revenuePage({ store, control }, { ...asked(), measure: "revenue" }, log);
    const { answer } = await answerQuestion(
      { store, control },
      { ...asked(), kpis: ["revenue"], by: ["bot_id"], grain: null, order: [], limit: null },
    );
    const total = usdOf(answer.totals.revenue);
    expect(report.currency).toBe("USD");
    expect(good(report.figures).revenue.value).toBe(total);
    for (const { by, split } of report.parts) {
      const sum = good(split).segments.reduce((all, { value }) => all + Number(value), 0);
      expect({ by, sum }).toEqual({ by, sum: Number(total) });
    }
    expect(report.parts.map(({ by }) => by)).toEqual(["bot_id", "data.source", "location_id"]);
    const values = good(report.largest).map(({ value }) => Number(value));
    expect(values).toEqual([...values].sort((one, other) => other - one));
    expect(good(report.largest).every(({ currency }) => currency === "USD")).toBe(true);
    const drivers = good(report.report).drivers?.find(({ currency }) => currency === "USD");
    expect(Number(drivers?.value) - Number(drivers?.previous)).toBeCloseTo(Number(drivers?.change), 2);
  });

  test("shows another currency when it is asked for, and no target of another money", async () => {
    control.setTarget({ kpi: "revenue", location_id: "north", value: "1000" });
    const report = await revenuePage({ store, control }, { ...asked(), currency: "EUR", measure: "revenue" }, log);
    expect(report.currency).toBe("EUR");
    expect(good(report.parts[0]?.split ?? null).segments.every(({ currency }) => currency === "EUR")).toBe(true);
    expect(good(report.month).target).toBeNull();
    expect(failed).toEqual([]);
  });
});

/** USD of a total that may be in several currencies. */
function usdOf(total: unknown): string | null {
  if (typeof total === "string") return total;
  return typeof total === "object" && total !== null && "USD" in total ? String(total.USD) : null;
}
