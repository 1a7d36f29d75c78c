import { afterEach, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../src/catalogue/event.ts";
import type { Filter } from "../../src/catalogue/types.ts";
import { openControl } from "../../src/control/control.ts";
import { filterValues } from "../../src/report/filter-values.ts";
import { overviewReport } from "../../src/report/overview.ts";
import { cleanUp, DAY_US, eventOf, groupOf, NOON, openTestStore } from "../store/fixture.ts";

afterEach(cleanUp);

const MINUTE = 60_000_000;

async function world(events: readonly Partial<BotEvent>[]) {
  const store = await openTestStore();
  const control = openControl(":memory:", { now: () => NOON });
  for (const id of ["main", "north"]) control.ensureLocation(id);
  await store.apply(groupOf(store, events.map(eventOf)));
  return { store, control };
}

const ASKED = {
  timeframe: "30d",
  timezone: null,
  location_id: null,
  locations: null,
  now: NOON,
  compare: true,
  currency: null,
  personal: true,
} as const;

/** One lead a bot, at two places, each with its way through the questions. */
const EVENTS: readonly Partial<BotEvent>[] = [
  ["luna", "main", "portal", 4],
  ["luna", "main", "ads", 2],
  ["jade", "north", "ads", 1],
].flatMap(([bot_id, location_id, source, answered], at) => {
  const who = { bot_id: String(bot_id), location_id: String(location_id), contact_id: `c-${at}` };
  return [
    { ...who, type: "lead_created", time: NOON - DAY_US, data: { source: String(source) } },
    {
      ...who,
      type: "jorge_qualification_progress",
      time: NOON - 10 * MINUTE,
      data: { questions_answered: Number(answered), seller_temperature: answered === 4 ? "hot" : "cold" },
    },
    {
      ...who,
      type: "lead_stage_changed",
      time: NOON - 5 * MINUTE,
      data: { from: "new", to: answered === 4 ? "won" : "open" },
    },
    { ...who, type: "deal_closed", time: NOON - MINUTE, value: "100", currency: "USD" },
  ];
});

describe("filters of the overview", () => {
  async function shown(...filters: Filter[]) {
    const report = await overviewReport(await world(EVENTS), { ...ASKED, filters }, () => {});
    const { cards, funnel, bots, feed } = report;
    return {
      revenue: cards[0]?.figure.ok ? cards[0].figure.value.value : null,
      funnel: funnel.ok ? funnel.value.stages.map(({ contacts }) => contacts) : null,
      bots: bots.ok ? bots.value.bots.map(({ bot_id }) => bot_id) : null,
      total: bots.ok ? bots.value.total : null,
      feed: feed.ok ? feed.value.length : null,
    };
  }

  test("hold for cards, funnel, bots and activity alike", async () => {
    expect(await shown()).toEqual({
      revenue: "300.00",
      funnel: [3, 3, 2, 1, 1, 0],
      bots: ["jade", "luna"],
      total: 2,
      feed: 10,
    });
    expect(await shown({ field: "bot_id", op: "eq", value: "jade" })).toEqual({
      revenue: "100.00",
      funnel: [1, 1, 0, 0, 0, 0],
      bots: ["jade"],
      total: 1,
      feed: 4,
    });
    expect(await shown({ field: "location_id", op: "in", value: ["main"] })).toEqual({
      revenue: "200.00",
      funnel: [2, 2, 2, 1, 1, 0],
      bots: ["luna"],
      total: 1,
      feed: 8,
    });
  });

  test("on what only some events say count those, and leave the bots as they are", async () => {
    const seen = await shown({ field: "data.source", op: "eq", value: "ads" });
    expect(seen).toEqual({ revenue: "0.00", funnel: [2, 0, 0], bots: ["jade", "luna"], total: 2, feed: 2 });
    expect((await shown({ field: "temperature", op: "eq", value: "hot" })).funnel).toEqual([1, 1, 1, 1, 0]);
    expect((await shown({ field: "stage", op: "eq", value: "won" })).feed).toBe(1);
  });

  test("on bots are what the store makes of them", async () => {
    const bots = async (op: Filter["op"], value: Filter["value"]) => (await shown({ field: "bot_id", op, value })).bots;
    expect(await bots("ne", "jade")).toEqual(["luna"]);
    expect(await bots("contains", "UN")).toEqual(["luna"]);
    expect(await bots("exists", false)).toEqual([]);
    expect(await bots("gt", "jade")).toEqual(["luna"]);
  });
});

describe("values for a filter", () => {
  const values = async (
    field: string,
    more: { search?: string; limit?: number; locations?: string[]; personal?: boolean } = {},
  ) => {
    const { search = "", limit = 10, locations = null, personal = true } = more;
    const parts = await world(EVENTS);
    const found = await filterValues(parts, { ...ASKED, filters: [], field, search, limit, locations, personal });
    return [found.values.map(({ value, events }) => `${value} ${events}`), found.complete] as const;
  };

  test("are those that are there, the most frequent first, and only of what one may see", async () => {
    expect(await values("bot_id")).toEqual([["luna 8", "jade 4"], true]);
    expect(await values("data.source")).toEqual([["ads 2", "portal 1"], true]);
    expect(await values("data.source", { locations: ["main"] })).toEqual([["ads 1", "portal 1"], true]);
    expect(await values("stage")).toEqual([["open 2", "won 1"], true]);
    expect(await values("data.nothing")).toEqual([[], true]);
  });

  test("are searched by a part of them, and say when there are more", async () => {
    expect(await values("data.source", { search: "PORT" })).toEqual([["portal 1"], true]);
    expect(await values("type", { search: "lead" })).toEqual([["lead_created 3", "lead_stage_changed 3"], true]);
    expect(await values("data.source", { limit: 1 })).toEqual([["ads 2"], false]);
  });

  test("that are an address are not told to whoever may not see them", async () => {
    const parts = await world([
      { type: "x", contact_id: "a@example.com" },
      { type: "x", contact_id: "c-1" },
    ]);
    const asked = { ...ASKED, filters: [], field: "contact_id", search: "", limit: 10, timeframe: "all" as const };
    const ids = async (personal: boolean) =>
      (await filterValues(parts, { ...asked, personal })).values.map(({ value }) => value);
    expect([await ids(true), await ids(false)]).toEqual([["a@example.com", "c-1"], ["c-1"]]);
    expect(filterValues(parts, { ...asked, field: "data.email", personal: false })).rejects.toThrow();
  });
});
