import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cleanUp } from "../store/fixture.ts";
import { type Explored, explored } from "../support/explored.ts";

let world: Explored;
beforeAll(async () => {
  world = await explored();
});
afterAll(cleanUp);

const ask: Explored["ask"] = (...given) => world.ask(...given);

describe("GET /api/bi/real-time-metrics", () => {
  const realTime = (query = "", as = "analyst") =>
    ask("GET", "/api/bi/real-time-metrics", { path: `/api/bi/real-time-metrics${query}`, as });
  test("tells the last hour by the minute and by bot", async () => {
    const { body } = await realTime("?location_id=south");
    const minutes = body.minutes as Record<string, unknown>[];
    expect([minutes.length, minutes[0]?.t, minutes.at(-1)?.t]).toEqual([
      60,
      "2026-11-18T10:07:00Z",
      "2026-11-18T11:06:00Z",
    ]);
    expect(minutes.at(-2)).toEqual({
      t: "2026-11-18T11:05:00Z",
      events: 2,
      conversations: 1,
      bookings: 0,
      errors: 1,
      revenue: {},
    });
    expect(minutes.at(-3)).toMatchObject({ events: 1, revenue: { EUR: "9.00" } });
    expect(body.by_bot).toEqual([
      { bot_id: "jade", events: 2, conversations: 1, bookings: 0, errors: 1, revenue: {} },
      { bot_id: null, events: 1, conversations: 0, bookings: 0, errors: 0, revenue: { EUR: "9.00" } },
    ]);
    expect(body.totals).toEqual({ events: 3, conversations: 1, bookings: 0, errors: 1, revenue: { EUR: "9.00" } });
    expect([body.active_conversations, body.connected_clients]).toEqual([1, 0]);
  });
  test("is of nowhere else, and takes no timeframe", async () => {
    expect((await realTime("?location_id=north", "south")).status).toBe(403);
    expect((await realTime("?timeframe=7d")).status).toBe(422);
    expect((await realTime("?location_id=north")).body.totals).toMatchObject({ events: 0, revenue: {} });
  });
});

describe("GET /api/dashboard/metrics", () => {
  const metrics = (query = "", as = "analyst") =>
    ask("GET", "/api/dashboard/metrics", { path: `/api/dashboard/metrics${query}`, as });
  test("is one flat object", async () => {
    const { body } = await metrics("?location_id=north");
    expect(body).toMatchObject({
      location_id: "north",
      revenue_30d: "500000.50",
      revenue_today: "0.00",
      leads_30d: 2,
      currency: "USD",
      timezone: "America/New_York",
      bots_idle: 2,
      bots_offline: 1,
      active_conversations: 0,
      connected_clients: 0,
    });
    expect(Object.values(body).every((value) => value === null || typeof value !== "object")).toBe(true);
  });
  test("says money of one currency only", async () => {
    expect((await metrics("?location_id=south")).body).toMatchObject({
      currency: "EUR",
      revenue_30d: "16.00",
      revenue_today: "9.00",
    });
    expect((await metrics()).body).toMatchObject({ currency: "USD", revenue_30d: "500000.50" });
  });
  test("is of nowhere else", async () => {
    expect((await metrics("?location_id=north", "south")).status).toBe(403);
    expect((await metrics("", "nobody")).status).toBe(401);
  });
});
