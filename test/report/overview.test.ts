import { afterEach, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../src/catalogue/event.ts";
import { openControl } from "../../src/control/control.ts";
import { botsSeen, statusOf } from "../../src/report/bots.ts";
import { type FeedWanted, newestEvents } from "../../src/report/feed.ts";
import { leadFunnel } from "../../src/report/funnel.ts";
import { overviewReport } from "../../src/report/overview.ts";
import { pulseOf } from "../../src/report/pulse.ts";
import { stallsWithin } from "../../src/report/stalls.ts";
import type { Store } from "../../src/store/store.ts";
import { chartFoot } from "../../views/charts/chart.ts";
import { bucketEnds } from "../../views/charts/data.ts";
import { NO_QUERY } from "../../views/parts/query.ts";
import { revenueCharts } from "../../views/parts/revenue-chart.ts";
import { cleanUp, DAY_US, eventOf, groupOf, HOUR_US, NOON, openTestStore } from "../store/fixture.ts";

afterEach(cleanUp);

const MINUTE = 60_000_000;

async function world(events: readonly Partial<BotEvent>[]) {
  const store = await openTestStore();
  const control = openControl(":memory:", { now: () => NOON });
  control.ensureLocation("jorge_main");
  await store.apply(groupOf(store, events.map(eventOf)));
  return { store, control };
}

const asked = {
  timeframe: "30d",
  timezone: null,
  location_id: null,
  locations: null,
  filters: [],
  now: NOON,
  compare: true,
  currency: null,
} as const;
const scopeOf = (from: number, to: number) => ({
  from,
  to,
  timezone: "UTC",
  locations: null,
  filters: [],
  rules: [],
  now: NOON,
});

describe("the overview", () => {
  const deal = (days: number, value: string) => ({
    type: "deal_closed",
    time: NOON - days * DAY_US,
    value,
    currency: "USD",
  });

  test("puts each card beside the period before", async () => {
    const parts = await world([deal(1, "100.25"), deal(2, "200"), deal(31, "150")]);
    const { cards } = await overviewReport(parts, asked, () => {});
    expect(cards.map(({ key }) => key)).toEqual([
      "revenue",
      "commission",
      "leads_qualified",
      "conversion_rate",
      "bot_success_rate",
      "intent_latency_p95",
    ]);
    const [revenue] = cards;
    expect(revenue?.figure).toMatchObject({ ok: true, value: { value: "300.25", previous: "150.00" } });
  });

  test("draws buckets that add up to the card, the ones that the period cuts dashed", async () => {
    const parts = await world([deal(0, "1"), deal(1, "10"), deal(29.9, "100"), deal(33, "7")]);
    const report = await overviewReport(parts, asked, () => {});
    if (!report.chart.ok) throw new Error("no chart");
    const query = { ...NO_QUERY, path: "/" };
    const { framed, now } = report;
    const view = {
      framed,
      query,
      previous: "previous 30 days",
      locationName: null,
      exports: false,
      notes: [],
      scope: "",
      now,
    };
    const { upper, lower } = revenueCharts(report.chart.value, view);
    const [values, mean] = upper.series.map((series) => series.values.map((value) => Number(value ?? Number.NaN)));
    expect(bucketEnds(report.buckets, framed, now)).toEqual({ first: true, last: true });
    expect(upper.buckets).toHaveLength(31);
    expect(values?.filter((value) => value > 0).reduce((sum, value) => sum + value, 0)).toBe(111);
    expect(upper.buckets.flatMap(({ partial }, at) => (partial ? [values?.[at]] : []))).toEqual([100, 1]);
    // The seven days before Feb 28 held 10; the day in which the two periods meet is one day.
    expect(mean?.[29]).toBeCloseTo(10 / 7, 2);
    expect(mean?.[30]).toBeNaN();
    expect(lower.series.find(({ role }) => role === "value")?.values.at(-1)).toBe("6.66");
    expect(chartFoot(upper).text).toContain('<td>Sat, Feb 28, 2026</td><td class="num">$10</td>');
  });

  test("one broken question takes no other with it", async () => {
    const { store, control } = await world([deal(1, "5")]);
    const failing: Store = {
      ...store,
      state: store.state,
      rows: () => Promise.reject(new Error("no rows")),
      ask: (question) =>
        question.kpis.some(({ key }) => key === "commission") ? Promise.reject(new Error("slow")) : store.ask(question),
    };
    const failed: string[] = [];
    const report = await overviewReport({ store: failing, control }, asked, (what) => failed.push(what));
    expect(report.cards.map(({ figure }) => figure.ok)).toEqual([true, false, true, true, true, true]);
    expect([report.funnel.ok, report.bots.ok, report.feed.ok]).toEqual([false, false, false]);
    expect(failed).toContain("commission");
  });

  test("says where the events are when none are in the period", async () => {
    const parts = await world([
      { type: "order_placed", time: Date.UTC(2012, 2, 1) * 1000, value: "12", currency: "GBP" },
      { type: "order_placed", time: Date.UTC(2012, 4, 1) * 1000, value: "13", currency: "GBP" },
    ]);
    const { elsewhere } = await overviewReport(parts, asked, () => {});
    expect(elsewhere).toEqual({ first: Date.UTC(2012, 2, 1) * 1000, last: Date.UTC(2012, 4, 1) * 1000 });
    expect((await overviewReport(parts, { ...asked, timeframe: "all" }, () => {})).elsewhere).toBeNull();
  });
});

describe("a bot", () => {
  const silent = (minutes: number, usual_gap = MINUTE) => ({ last_event_at: NOON - minutes * MINUTE, usual_gap });

  test("is active for five minutes, idle for half an hour, then offline", () => {
    expect([0, 5, 6, 30, 31].map((minutes) => statusOf(silent(minutes), null, NOON))).toEqual([
      "active",
      "active",
      "idle",
      "idle",
      "offline",
    ]);
  });

  test("that is usually silent for long is idle for three times as long", () => {
    expect([61, 180, 181].map((minutes) => statusOf(silent(minutes, 60 * MINUTE), null, NOON))).toEqual([
      "idle",
      "idle",
      "offline",
    ]);
  });

  test("is in error while its last status says so", () => {
    expect(statusOf(silent(1), { status: "error", status_at: NOON - 9 * MINUTE }, NOON)).toBe("error");
  });

  test("that signed off is offline until it does something", () => {
    expect(statusOf(silent(1), { status: "offline", status_at: NOON - MINUTE }, NOON)).toBe("offline");
    expect(statusOf(silent(1), { status: "offline", status_at: NOON - 2 * MINUTE }, NOON)).toBe("active");
  });

  test("learns its usual gap from its own history, tells its step, and shows its last hour", async () => {
    const { store } = await world([
      ...Array.from({ length: 40 }, (_, index) => ({ bot_id: "hourly", time: NOON - (index + 1.5) * HOUR_US })),
      {
        bot_id: "busy",
        type: "bot_status_update",
        time: NOON - 3 * MINUTE,
        data: { status: "active", current_step: "Q3" },
      },
      { bot_id: "busy", time: NOON - MINUTE },
      { bot_id: "gone", time: NOON - 20 * DAY_US },
    ]);
    const { bots, total } = await botsSeen(store, null, NOON);
    expect(total).toBe(2);
    expect(bots.map(({ bot_id, status, step }) => ({ bot_id, status, step }))).toEqual([
      { bot_id: "busy", status: "active", step: "Q3" },
      { bot_id: "hourly", status: "idle", step: null },
    ]);
    expect(bots[1]?.usual_gap).toBe(HOUR_US);
    expect(bots[0]?.recent.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect((await botsSeen(store, ["elsewhere"], NOON)).bots).toEqual([]);
  });
});

describe("the funnel", () => {
  const progress = (contact_id: string, questions_answered: number, stall_detected = false) => ({
    type: "jorge_qualification_progress",
    contact_id,
    time: NOON - HOUR_US,
    data: { questions_answered, stall_detected },
  });

  test("counts each contact once, at every question it answered", async () => {
    const { store, control } = await world([
      ...["a", "b", "c", "d"].map((contact_id) => ({ type: "lead_created", contact_id, time: NOON - 2 * HOUR_US })),
      progress("a", 1),
      progress("a", 4),
      progress("b", 2, true),
      progress("c", 1),
      { type: "lead_qualified", contact_id: "a", time: NOON - 1 },
    ]);
    const funnel = await leadFunnel({ store, control }, scopeOf(NOON - DAY_US, NOON), true);
    expect(funnel.stages.map(({ key, contacts }) => [key, contacts])).toEqual([
      ["leads", 4],
      ["q1", 3],
      ["q2", 2],
      ["q3", 1],
      ["q4", 1],
      ["qualified", 1],
    ]);
    expect(funnel.stages[2]).toMatchObject({ share: 2 / 3, lost: 1, previous: 0 });
    expect(funnel).toMatchObject({ kind: "seller", stalls: 1, largest_loss: "Q1" });
  });

  test("of a team without the seller bot goes from lead to conversion", async () => {
    const { store, control } = await world([{ type: "lead_created", contact_id: "a", time: NOON - 1 }]);
    const { kind, stages } = await leadFunnel({ store, control }, scopeOf(NOON - DAY_US, NOON), false);
    expect(kind).toBe("lead");
    expect(stages.map(({ key, previous }) => [key, previous])).toEqual([
      ["leads", null],
      ["qualified", null],
      ["converted", null],
    ]);
  });
});

test("the feed is the newest first, without heartbeats, the future or other locations", async () => {
  const { store } = await world([
    { id: "old", time: NOON - HOUR_US },
    { id: "new", time: NOON - MINUTE, data: { source: "web" } },
    { id: "beat", type: "cache_hit", time: NOON },
    { id: "coming", time: NOON + HOUR_US },
    { id: "theirs", location_id: "elsewhere", time: NOON },
  ]);
  expect((await newestEvents(store, null, { now: NOON })).map(({ id }) => id)).toEqual(["theirs", "new", "old"]);
  const [mine] = await newestEvents(store, ["jorge_main"], { now: NOON });
  expect(mine).toMatchObject({ id: "new", data: { source: "web" } });
});

test("the feed of one bot or of one type has only its events, as many as are wanted", async () => {
  const { store } = await world([
    { id: "luna", bot_id: "luna", time: NOON - 3 },
    { id: "jade", bot_id: "jade", time: NOON - 2 },
    { id: "beat", bot_id: "luna", type: "cache_hit", time: NOON - 1 },
  ]);
  const ids = async (wanted: Partial<FeedWanted>, locations: readonly string[] | null = null) =>
    (await newestEvents(store, locations, { now: NOON }, { bot_id: null, type: null, rows: 50, ...wanted })).map(
      ({ id }) => id,
    );
  expect(await ids({ bot_id: "luna" })).toEqual(["luna"]);
  expect(await ids({ rows: 1 })).toEqual(["jade"]);
  // Asked for by name, routine is news.
  expect(await ids({ type: "cache_hit" })).toEqual(["beat"]);
  expect(await ids({ bot_id: "luna" }, ["elsewhere"])).toEqual([]);
});

test("stalls are those of the last minutes, of the locations asked for, masked for those who may not see names", async () => {
  const stall = {
    type: "jorge_qualification_progress",
    contact_id: "c1",
    data: { stall_detected: true, email: "maria@example.com" },
  };
  const { store } = await world([
    { ...stall, id: "now", time: NOON - 1 },
    { ...stall, id: "long ago", time: NOON - HOUR_US },
    { ...stall, id: "theirs", location_id: "elsewhere", time: NOON - 2 },
    { ...stall, id: "none", time: NOON - 3, data: { stall_detected: false } },
    { id: "said", type: "conversation_event", time: NOON - 4, data: { event: "stalled" } },
  ]);
  const found = (locations: readonly string[] | null, personal = true) =>
    stallsWithin(store, locations, { now: NOON, personal }, 2 * MINUTE);
  expect((await found(null)).map(({ id }) => id)).toEqual(["said", "theirs", "now"]);
  expect((await found(["jorge_main"])).map(({ id }) => id)).toEqual(["said", "now"]);
  expect(JSON.stringify(await found(null, false))).not.toContain("maria@");
});

test("the pulse counts the last minutes, the last hour and the last day", async () => {
  const { store } = await world([
    { time: NOON - MINUTE },
    { time: NOON - 4 * MINUTE },
    { time: NOON - 30 * MINUTE },
    { time: NOON - 5 * HOUR_US },
    { time: NOON - 2 * DAY_US },
  ]);
  const { per_minute, recent, last_24h, last_event_at } = await pulseOf(store, null, NOON);
  expect(per_minute).toBeCloseTo(2 / 5, 9);
  expect(recent.reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(last_24h).toBe(4);
  expect(last_event_at).toBe(NOON - MINUTE);
});
