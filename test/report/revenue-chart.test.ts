import { afterEach, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../src/catalogue/event.ts";
import { openControl } from "../../src/control/control.ts";
import type { NoticedAnomaly } from "../../src/control/noticed.ts";
import { annotationsIn } from "../../src/report/annotations.ts";
import { framed } from "../../src/report/common.ts";
import { overviewReport } from "../../src/report/overview.ts";
import type { Ahead, RevenueChart } from "../../src/report/revenue-chart.ts";
import { cleanUp, DAY_US, eventOf, groupOf, NOON, openTestStore } from "../store/fixture.ts";

afterEach(cleanUp);

async function world(events: readonly Partial<BotEvent>[]) {
  const store = await openTestStore();
  const control = openControl(":memory:", { now: () => NOON });
  for (const location_id of ["here", "there"]) control.ensureLocation(location_id);
  await store.apply(groupOf(store, events.map(eventOf)));
  return { store, control };
}

const asked = {
  timeframe: "30d",
  timezone: "UTC",
  location_id: null,
  locations: null as readonly string[] | null,
  filters: [],
  personal: true,
  now: NOON,
  compare: true,
  currency: null,
} as const;

type World = Awaited<ReturnType<typeof world>>;
type Wanted = Parameters<typeof overviewReport>[4];

async function chartOf(
  parts: World,
  more: Partial<Parameters<typeof overviewReport>[1]> = {},
  wanted: Wanted = {},
): Promise<RevenueChart> {
  const { chart } = await overviewReport(parts, { ...asked, ...more }, () => {}, undefined, wanted);
  if (!chart.ok) throw new Error(chart.reason);
  return chart.value;
}

const deal = (days: number, value: string, location_id = "here") => ({
  type: "deal_closed",
  location_id,
  time: NOON - days * DAY_US,
  value,
  currency: "USD",
});
const MIDNIGHT = NOON - DAY_US / 2;
const odd = (more: Partial<NoticedAnomaly> = {}): NoticedAnomaly => ({
  anomaly_id: "odd",
  location_id: "here",
  bot_id: null,
  kpi: "revenue",
  currency: "USD",
  grain: "day",
  t: MIDNIGHT - 3 * DAY_US,
  until: MIDNIGHT - 2 * DAY_US,
  noticed_at: MIDNIGHT - 2 * DAY_US,
  state: "over",
  settled_at: null,
  value: 1,
  expected: 10,
  lower: 8,
  upper: 12,
  score: 2,
  severity: "high",
  side: "below",
  signal: "level",
  ...more,
});

describe("the revenue chart", () => {
  test("by weeks adds up to the same as by days, and takes no grain that makes no sense", async () => {
    const parts = await world([deal(1, "10"), deal(8, "20"), deal(20, "30")]);
    const [days, weeks, years] = [
      await chartOf(parts),
      await chartOf(parts, {}, { grain: "week" }),
      await chartOf(parts, {}, { grain: "year" }),
    ];
    const sum = ({ revenue }: RevenueChart) => revenue.trend.reduce((all, { v }) => all + Number(v ?? 0), 0);
    expect([days.grain, weeks.grain, years.grain]).toEqual(["day", "week", "day"]);
    expect([sum(days), sum(weeks)]).toEqual([60, 60]);
    expect(weeks.buckets.length).toBe(weeks.revenue.trend.length);
    expect(days.grains).toEqual(["day", "week"]);
  });

  test("never waits for its forecast, which goes on from the day that is running", async () => {
    const parts = await world(Array.from({ length: 40 }, (_, days) => deal(days, "100")));
    let made: Promise<Ahead | null> | null = null;
    const first = await chartOf(
      parts,
      {},
      {
        aheadOf: (_, ask) => {
          made = ask();
          return undefined;
        },
      },
    );
    expect(first.ahead).toBeUndefined();
    const ahead = await made;
    if (!ahead) throw new Error("no forecast was made");
    const { revenue, commission, buckets } = ahead as Ahead;
    expect([buckets.length, buckets[0]?.start]).toEqual([14, MIDNIGHT]);
    expect([revenue.points?.length, commission.points?.length]).toEqual([14, 14]);
    expect(Number(revenue.points?.[3]?.yhat)).toBeCloseTo(100, 0);
  });

  test("asks for none of the past, of weeks, or without money", async () => {
    const parts = await world([deal(40, "10")]);
    let wanted = 0;
    const aheadOf = () => {
      wanted++;
      return undefined;
    };
    await chartOf(parts, { timeframe: { from: NOON - 50 * DAY_US, to: NOON - 30 * DAY_US } }, { aheadOf });
    await chartOf(parts, {}, { aheadOf, grain: "week" });
    expect(wanted).toBe(0);
  });

  test("marks what the watch noticed of its very figures, and leaves out what it does not show", async () => {
    const parts = await world([deal(3, "10"), deal(1, "5", "there")]);
    const others = [
      odd({ anomaly_id: "withdrawn", state: "withdrawn" }),
      odd({ anomaly_id: "bot", bot_id: "b" }),
      odd({ anomaly_id: "kpi", kpi: "bookings", currency: null }),
      odd({ anomaly_id: "currency", currency: "EUR" }),
      odd({ anomaly_id: "hour", grain: "hour" }),
    ];
    for (const one of [odd(), ...others]) parts.control.noticeAnomaly(one);
    const whole = await chartOf(parts);
    expect(whole.noticed.map(({ value, whole: exact }) => [value, exact])).toEqual([[1, false]]);
    expect((await chartOf(parts, { location_id: "here" })).noticed[0]?.whole).toBe(true);
    expect((await chartOf(parts, { location_id: "there" })).noticed).toEqual([]);
    expect((await chartOf(parts, { locations: ["there"] })).noticed).toEqual([]);
    expect((await chartOf(parts, { filters: [{ field: "bot_id", op: "eq", value: "b" }] })).noticed).toEqual([]);
  });

  test("has the notes of its locations only, masked where names are, removable by who sees their whole reach", async () => {
    const { control, store } = await world([deal(1, "10")]);
    const note = { from: NOON - 2 * DAY_US, to: NOON - DAY_US, kind: "note" as const, created_by: "Jorge" };
    control.addAnnotation({ ...note, location_id: null, text: "Everywhere" });
    control.addAnnotation({ ...note, location_id: "here", text: "Call dana@example.com" });
    control.addAnnotation({ ...note, location_id: "there", text: "Not theirs" });
    const long_ago = { from: NOON - 60 * DAY_US, to: NOON - 59 * DAY_US };
    control.addAnnotation({ ...note, ...long_ago, location_id: null, text: "Long ago" });
    const notesFor = async (locations: readonly string[] | null, personal: boolean) =>
      annotationsIn(control, await framed({ store, control }, { ...asked, locations }), { personal, seen: locations });
    const all = await notesFor(null, true);
    expect(all.map(({ text }) => text).sort()).toEqual(["Call dana@example.com", "Everywhere", "Not theirs"]);
    const own = await notesFor(["here"], false);
    expect(own.map(({ removable }) => removable).sort()).toEqual([false, true]);
    expect(JSON.stringify(own)).not.toContain("dana@example.com");
    expect(JSON.stringify(own)).not.toContain("Not theirs");
  });
});
