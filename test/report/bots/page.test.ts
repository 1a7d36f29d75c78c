import { afterEach, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../../src/catalogue/event.ts";
import { openControl } from "../../../src/control/control.ts";
import { botPage } from "../../../src/report/bots/bot.ts";
import { botsPage } from "../../../src/report/bots/page.ts";
import type { OverviewAsked, Part } from "../../../src/report/overview.ts";
import { cleanUp, DAY_US, eventOf, groupOf, HOUR_US, NOON, openTestStore } from "../../store/fixture.ts";

afterEach(cleanUp);

const MINUTE = 60_000_000;

async function world(events: readonly Partial<BotEvent>[]) {
  const store = await openTestStore();
  const control = openControl(":memory:", { now: () => NOON });
  for (const location_id of ["north", "south"]) control.ensureLocation(location_id, {});
  await store.apply(groupOf(store, events.map(eventOf)));
  return { store, control };
}

const asked: OverviewAsked = {
  timeframe: "30d",
  timezone: null,
  location_id: null,
  locations: null,
  filters: [],
  now: NOON,
  compare: true,
  currency: null,
  personal: true,
};
const quiet = (): void => {};

function known<T>(part: Part<T> | null): T {
  if (!part?.ok) throw new Error("not answered");
  return part.value;
}

const activity = (bot_id: string, time: number, data: Record<string, unknown>, more: Partial<BotEvent> = {}) => ({
  type: "ai_activity",
  location_id: "north",
  bot_id,
  time,
  data: { activity_type: "call", description: "Called back", ...data },
  ...more,
});

describe("the page of all bots", () => {
  test("puts each bot into its group, with what it did but for heartbeats", async () => {
    const parts = await world([
      { type: "lead_created", location_id: "north", bot_id: "lead-bot", time: NOON - HOUR_US, success: true },
      {
        type: "bot_status_update",
        location_id: "north",
        bot_id: "lead-bot",
        time: NOON - MINUTE,
        data: { status: "active", current_step: "Day 7" },
      },
      activity("luna", NOON - HOUR_US, {}),
      { type: "order_placed", location_id: "north", bot_id: "shop", time: NOON - HOUR_US, value: "5", currency: "USD" },
    ]);
    const { lines } = known((await botsPage(parts, asked, quiet)).bots);
    expect(lines.map(({ row, page }) => [row.bot_id, page, row.kind, row.interactions])).toEqual([
      ["lead-bot", "lead-bot", "pipeline", 1],
      ["luna", "luna", "employee", 1],
      ["shop", "shop", "other", 1],
    ]);
    expect(lines[0]?.row).toMatchObject({ status: "active", current_step: "Day 7", handed_to_person: null });
  });

  test("knows the share handed to a person only of bots that tell", async () => {
    const talk = (event: string) => ({
      type: "conversation_event",
      location_id: "north",
      bot_id: "teller",
      time: NOON - HOUR_US,
      data: { event },
    });
    const call = (outcome: string) => ({
      type: "call_completed",
      location_id: "north",
      bot_id: "caller",
      time: NOON - HOUR_US,
      duration_ms: 1,
      data: { outcome },
    });
    const parts = await world([
      ...["started", "started", "started", "started", "handed_off", "ended"].map(talk),
      ...["answered", "transferred"].map(call),
      { type: "conversation_started", location_id: "north", bot_id: "silent", time: NOON - HOUR_US },
    ]);
    const { lines } = known((await botsPage(parts, asked, quiet)).bots);
    expect(Object.fromEntries(lines.map(({ row }) => [row.bot_id, row.handed_to_person]))).toEqual({
      caller: 0.5,
      silent: null,
      teller: 0.25,
    });
  });

  test("gives each employee a card: counts beside the period before, half hours, and what it did last", async () => {
    const parts = await world([
      activity("luna", NOON - 2 * HOUR_US, {}),
      activity(
        "luna",
        NOON - MINUTE,
        { activity_type: "booking", description: "Booked a cut" },
        { value: "80", currency: "USD" },
      ),
      activity("luna", NOON - 40 * DAY_US, {}),
      activity("luna", NOON - 41 * DAY_US, {}),
    ]);
    const [first, ...others] = known((await botsPage(parts, asked, quiet)).employees);
    expect(others).toEqual([]);
    expect(first?.line).toMatchObject({ row: { bot_id: "luna" } });
    expect(first?.card).toMatchObject({
      calls: { value: 1, previous: 2 },
      bookings: { value: 1, previous: 0 },
      money: { label: "Booked value", currency: "USD", value: "80.00", previous: "0.00" },
      half_hours: { counts: "calls" },
      latest: { type: "ai_activity", data: { description: "Booked a cut" } },
    });
  });

  test("a call that is both counted and reported is one call", async () => {
    const done = { type: "call_completed", location_id: "north", bot_id: "jade", duration_ms: 9 };
    const parts = await world([
      { ...done, time: NOON - HOUR_US },
      { ...done, time: NOON - 2 * HOUR_US },
      activity("jade", NOON - HOUR_US, {}),
      activity("jade", NOON - 2 * HOUR_US, {}),
    ]);
    const [employee] = known((await botsPage(parts, asked, quiet)).employees);
    expect(employee?.card.calls.value).toBe(2);
    expect(employee?.card.half_hours?.columns.reduce((sum, one) => sum + one, 0)).toBe(2);
  });

  test("one broken question takes no other with it", async () => {
    const { store, control } = await world([activity("luna", NOON - HOUR_US, {})]);
    const broken = { ...store, state: store.state, ask: () => Promise.reject(new Error("no")) };
    const said: string[] = [];
    const report = await botsPage({ store: broken, control }, asked, (what) => void said.push(what));
    expect(said).toEqual(["bots"]);
    expect([report.bots.ok, report.employees.ok, report.sequences.ok, report.intent.ok]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe("who sees what", () => {
  const both = [
    { type: "lead_created", location_id: "north", bot_id: "shared", time: NOON - HOUR_US, contact_id: "in-north" },
    { type: "lead_created", location_id: "south", bot_id: "shared", time: NOON - MINUTE, contact_id: "in-south" },
    {
      type: "bot_status_update",
      location_id: "south",
      bot_id: "shared",
      time: NOON - MINUTE,
      data: { status: "error", current_step: "Secret of the south" },
    },
    {
      type: "error_occurred",
      location_id: "south",
      bot_id: "shared",
      time: NOON - MINUTE,
      data: { component: "crm", message: "South is down" },
    },
    { type: "call_completed", location_id: "south", bot_id: "southern", time: NOON - MINUTE, duration_ms: 1 },
  ];
  const inNorth = { ...asked, locations: ["north"] };

  test("of a bot that works in two locations only what it did in one's own is seen", async () => {
    const parts = await world(both);
    const all = await botsPage(parts, inNorth, quiet);
    expect(
      known(all.bots).lines.map(({ row }) => [row.bot_id, row.interactions, row.current_step, row.status]),
    ).toEqual([["shared", 1, null, "offline"]]);
    const one = await botPage(parts, inNorth, "shared", quiet);
    expect(JSON.stringify({ all, one })).not.toMatch(/south|South/);
    expect(one?.head).toMatchObject({ location_ids: ["north"], does: ["lead_created"] });
    expect(known(one?.errors ?? null)).toEqual([]);
    expect(known(one?.contacts ?? null).map(({ contact_id }) => contact_id)).toEqual(["in-north"]);
  });

  test("a bot of another location is unknown, as one that does not exist", async () => {
    const parts = await world(both);
    expect(await botPage(parts, inNorth, "southern", quiet)).toBeNull();
    expect(await botPage(parts, inNorth, "nobody", quiet)).toBeNull();
    expect((await botPage(parts, asked, "southern", quiet))?.head.kind).toBe("employee");
  });

  test("in a location where it has not worked it is known, with nothing to show", async () => {
    const parts = await world(both);
    const report = await botPage(parts, { ...asked, location_id: "north" }, "southern", quiet);
    expect(report).toMatchObject({ here: false, head: { location_ids: ["south"] } });
    expect(known(report?.did ?? null)).toEqual([]);
  });

  test("without the right to what is personal names and steps are masked, and no address tells them", async () => {
    const parts = await world([
      activity("dana@example.com", NOON - MINUTE, { customer: "Dana", description: "Called Dana" }),
      {
        type: "bot_status_update",
        location_id: "north",
        bot_id: "dana@example.com",
        time: NOON - MINUTE,
        data: { status: "active", current_step: "With dana@example.com" },
      },
    ]);
    const masked = { ...asked, personal: false };
    const all = await botsPage(parts, masked, quiet);
    expect(known(all.bots).lines).toMatchObject([{ page: null, mark: "masked-0" }]);
    expect(known(all.employees)).toHaveLength(1);
    const one = await botPage(parts, masked, "dana@example.com", quiet);
    expect(JSON.stringify({ all, one })).not.toMatch(/dana|Dana/);
  });
});

describe("the page of one bot", () => {
  test("shows the figures that its events can answer, and panels of its trade alone", async () => {
    const parts = await world([
      {
        type: "intent_analysis_complete",
        location_id: "north",
        bot_id: "decoder",
        time: NOON - HOUR_US,
        success: true,
        data: { processing_time_ms: 30, confidence_score: 0.9, intent_category: "buyer", urgency_level: "active" },
      },
      {
        type: "error_occurred",
        location_id: "north",
        bot_id: "decoder",
        time: NOON - MINUTE,
        data: { component: "model", message: "Out of tokens" },
      },
      { type: "lead_created", location_id: "north", bot_id: "other", time: NOON - MINUTE },
    ]);
    const report = await botPage(parts, asked, "decoder", quiet);
    const keys = known(report?.figures ?? null).map(({ key }) => key);
    expect(keys).toContain("intent_latency_p95");
    expect(keys).not.toContain("leads");
    expect(keys).not.toContain("revenue");
    expect(report?.sequences).toBeNull();
    expect(report?.qualification).toBeNull();
    expect(known(report?.intent ?? null).analyses).toBe(1);
    expect(known(report?.errors ?? null).map(({ data }) => data.message)).toEqual(["Out of tokens"]);
    expect(known(report?.did ?? null).map(({ type, count, share }) => [type, count, share])).toEqual([
      ["error_occurred", 1, 0.5],
      ["intent_analysis_complete", 1, 0.5],
    ]);
    expect(known(report?.feed ?? null).every(({ bot_id }) => bot_id === "decoder")).toBe(true);
  });

  test("tells since when it is known and how it was heard in the last day", async () => {
    const beat = { type: "bot_status_update", location_id: "north", bot_id: "old", data: { status: "active" } };
    const parts = await world([
      { ...beat, time: NOON - 40 * DAY_US },
      { ...beat, time: NOON - HOUR_US },
      { ...beat, time: NOON - 2 * MINUTE },
    ]);
    const head = (await botPage(parts, asked, "old", quiet))?.head;
    expect(head).toMatchObject({
      first_seen: NOON - 40 * DAY_US,
      last_seen: NOON - 2 * MINUTE,
      status: "active",
      does: [],
    });
    expect(head?.quarters.filter((count) => count > 0)).toEqual([1, 1]);
  });

  test("names the alerts about it, and nobody else's", async () => {
    const parts = await world([
      { type: "lead_created", location_id: "north", bot_id: "lead-bot", time: NOON - MINUTE },
    ]);
    const alert = (alert_id: string, bot_id: string, location_id: string) => ({
      alert_id,
      rule_id: null,
      kind: "silence",
      name: "Silence",
      location_id,
      bot_id,
      severity: "warning",
      state: "firing",
      title: `${bot_id} is silent`,
      text: "",
      facts: {},
      peak: null,
      began_at: NOON - MINUTE,
      ended_at: null,
      acknowledged_by: null,
      acknowledged_at: null,
      snoozed_until: null,
    });
    parts.control.saveAlerts({
      states: [],
      events: [],
      notices: [],
      alerts: [alert("a", "lead-bot", "north"), alert("b", "lead-bot", "south"), alert("c", "other", "north")],
    });
    const of = async (locations: readonly string[] | null) =>
      known((await botPage(parts, { ...asked, locations }, "lead-bot", quiet))?.trouble ?? null).alerts.map(
        ({ alert_id }) => alert_id,
      );
    expect(await of(["north"])).toEqual(["a"]);
    expect((await of(null)).sort()).toEqual(["a", "b"]);
  });
});
