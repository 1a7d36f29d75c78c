/** The live engine: what it asks, what it keeps, and what it tells. */
import { afterEach, describe, expect, test } from "bun:test";
import type { BotEvent } from "../../src/catalogue/event.ts";
import { cleanUp, eventOf } from "../store/fixture.ts";
import { type AlertsWorld, alertsWorld, DAY, HOUR, MINUTE } from "./alerts_world.ts";

const NOON = Date.UTC(2026, 4, 20, 12) * 1_000;

afterEach(cleanUp);

async function opened(): Promise<AlertsWorld> {
  const world = await alertsWorld(NOON);
  for (const id of ["north", "south"])
    world.control.ensureLocation(id, { name: id === "north" ? "The North" : "The South" });
  return world;
}

function errors(location_id: string, times: readonly number[], bot_id = "luna"): BotEvent[] {
  return times.map((time) =>
    eventOf({ type: "error_occurred", location_id, bot_id, time, data: { component: "x", message: "y" } }),
  );
}

const ERRORS = {
  kind: "threshold",
  kpi: "bot_errors",
  window: "1h",
  every: "1m",
  direction: "above",
  value: 2,
  channels: ["c"],
};
const three = (before: number): number[] => [1, 2, 3].map((minute) => before - minute * MINUTE);

describe("a rule of every location", () => {
  test("watches each of them for itself", async () => {
    const world = await opened();
    const { rule_id } = world.rule({ ...ERRORS, name: "Errors" });
    await world.apply([...errors("north", three(NOON)), ...errors("south", [NOON - MINUTE])]);
    await world.at(NOON);
    expect(world.alertsOf(rule_id)).toMatchObject([
      { location_id: "north", title: "Errors: The North", state: "firing", peak: 3 },
    ]);
    expect(world.sent.map(({ notice, channels }) => [notice.kind, notice.location_id, channels])).toEqual([
      ["firing", "north", ["c"]],
    ]);
    await world.apply(errors("south", three(NOON)));
    await world.at(NOON + MINUTE);
    expect(
      world
        .alertsOf(rule_id)
        .map(({ location_id }) => location_id)
        .sort(),
    ).toEqual(["north", "south"]);
  });

  test("forgets what it had at a location that is gone", async () => {
    const world = await opened();
    const { rule_id } = world.rule(ERRORS);
    await world.apply(errors("north", three(NOON)));
    await world.at(NOON);
    expect(world.alerts.state().series.firing).toBe(1);
    world.control.removeLocation("north");
    await world.at(NOON + MINUTE);
    expect(world.alertsOf(rule_id)).toEqual([]);
    expect(world.alerts.state().series).toMatchObject({ firing: 0, ok: 1 });
  });
});

describe("what is asked", () => {
  test("is one question for all rules and locations of the same window", async () => {
    const world = await opened();
    for (let value = 0; value < 40; value++)
      world.rule({ ...ERRORS, value, kpi: value % 2 ? "bot_errors" : "bot_events" });
    world.rule({ ...ERRORS, location_id: "north", kpi: "bot_success_rate", direction: "below" });
    world.rule({ ...ERRORS, location_id: "south", kpi: "bot_errors", bot_id: "luna" });
    await world.apply([...errors("north", three(NOON)), ...errors("south", three(NOON))]);
    await world.at(NOON);
    expect(world.alerts.state()).toMatchObject({ evaluated: 82, questions: { asked: 2 } });
  });

  test("is nothing where nothing can have changed", async () => {
    const world = await opened();
    world.rule({ ...ERRORS, window: "24h", location_id: "north" });
    world.rule({ ...ERRORS, window: "7d", location_id: "south" });
    await world.apply(errors("north", three(NOON - 2 * HOUR)));
    await world.apply(errors("south", three(NOON - DAY)));
    await world.at(NOON);
    const { asked } = world.alerts.state().questions;
    for (let minute = 1; minute <= 10; minute++) await world.at(NOON + minute * MINUTE);
    expect(world.alerts.state().questions).toEqual({ asked, reused: 20 });
    // A commit touches the north; an event of the south leaves its window.
    await world.apply(errors("north", [NOON + 10 * MINUTE]));
    await world.at(NOON + 11 * MINUTE);
    expect(world.alerts.state().questions).toEqual({ asked: asked + 1, reused: 21 });
    await world.at(NOON + 7 * DAY - DAY);
    expect(world.alerts.state().questions.asked).toBeGreaterThan(asked + 1);
  });

  test("does not leave one KPI that cannot be asked in the way of others", async () => {
    const world = await opened();
    world.control.putCustomKpi(
      {
        key: "odd",
        location_id: "north",
        definition: { label: "Odd", unit: "count", better: null, description: "", formula: "count()" },
        changed_by: null,
      },
      "new",
    );
    const odd = world.rule({ ...ERRORS, location_id: "north", kpi: "odd", for: "0s" }).rule_id;
    const good = world.rule({ ...ERRORS, location_id: "north" }).rule_id;
    world.control.putCustomKpi({ key: "odd", location_id: "north", definition: null, changed_by: null }, "there");
    await world.apply(errors("north", three(NOON)));
    for (let minute = 0; minute < 4; minute++) await world.at(NOON + minute * MINUTE);
    expect(world.alertsOf(good)).toMatchObject([{ state: "firing" }]);
    expect(world.alertsOf(odd)).toMatchObject([{ state: "error" }]);
    expect(world.alertsOf(odd)[0]?.text).toContain("not defined here any more");
    expect(world.alerts.state().failing).toBe(1);
    expect(world.sent.map(({ notice }) => notice.kind)).toEqual(["firing", "error"]);
  });
});

describe("what is told", () => {
  test("is not told twice after a restart, whatever the moment", async () => {
    const world = await opened();
    world.rule(ERRORS);
    await world.apply(errors("north", three(NOON)));
    for (let minute = 0; minute < 20; minute++) {
      await world.at(NOON + minute * MINUTE);
      world.restart();
    }
    expect(world.sent.map(({ notice }) => notice.kind)).toEqual(["firing"]);
    await world.at(NOON + 2 * HOUR);
    world.restart();
    await world.at(NOON + 2 * HOUR + MINUTE);
    expect(world.sent.map(({ notice }) => notice.kind)).toEqual(["firing", "resolved"]);
  });

  test("waits for others of its group, and makes one notice of them", async () => {
    const world = await opened();
    const group = { by: ["location"], wait: "2m" };
    world.rule({ ...ERRORS, group, name: "Errors" });
    world.rule({ ...ERRORS, group, name: "Many errors", severity: "critical", for: "1m" });
    await world.apply([...errors("north", three(NOON)), ...errors("south", three(NOON))]);
    await world.at(NOON);
    await world.at(NOON + MINUTE);
    expect(world.sent).toEqual([]);
    world.restart();
    await world.at(NOON + 2 * MINUTE);
    const told = world.sent.map(({ notice }) => [
      notice.location_id,
      notice.severity,
      notice.group?.map(({ title }) => title).sort(),
    ]);
    expect(told).toEqual([
      ["north", "critical", ["Errors: The North", "Many errors: The North"]],
      ["south", "critical", ["Errors: The South", "Many errors: The South"]],
    ]);
  });

  test("of a rule that is switched off is nothing, and its alerts are over", async () => {
    const world = await opened();
    const { rule_id } = world.rule(ERRORS);
    await world.apply(errors("north", three(NOON)));
    await world.at(NOON);
    world.alerts.ruleChanged(rule_id, "The rule was switched off.");
    const [alert] = world.alertsOf(rule_id);
    expect(alert).toMatchObject({ state: "resolved" });
    expect(world.control.alertEvents(alert?.alert_id ?? "").map(({ what, note }) => [what, note])).toContainEqual([
      "resolved",
      "The rule was switched off.",
    ]);
    expect(world.control.alertStates()).toEqual([]);
    expect(world.sent.length).toBe(1);
  });

  test("says in sentences what was seen", async () => {
    const world = await opened();
    world.rule({ ...ERRORS, name: "Errors", location_id: "north", notes: "Call Jorge.", for: "1m" });
    await world.apply(errors("north", three(NOON)));
    await world.at(NOON);
    await world.at(NOON + MINUTE);
    const [{ notice } = { notice: null }] = world.sent;
    expect(notice?.title).toBe("Errors: The North");
    expect(notice?.text).toBe(
      "Bot errors: 3 over the last hour; the rule watches for above 2. It has held for 1 minute. Call Jorge.",
    );
    expect(notice?.facts).toMatchObject({ kpi: "bot_errors", value: 3, threshold: 2, window: "1h" });
    expect(notice?.path).toBe(`/alerts?id=${notice?.alert_id}`);
  });
});

describe("the appliance's own health", () => {
  test("is an alert for each part in trouble, seen by those who see all", async () => {
    const world = await opened();
    const { rule_id } = world.rule({ kind: "system_health", name: "Trouble", channels: ["c"] });
    Object.assign(world.health, { disk: { status: "degraded" }, store: { status: "healthy" } });
    await world.at(NOON);
    expect(world.alertsOf(rule_id)).toMatchObject([
      { location_id: null, facts: { checks: "disk", status: "degraded" } },
    ]);
    Object.assign(world.health, { disk: { status: "healthy" } });
    await world.at(NOON + MINUTE);
    expect(world.sent.map(({ notice }) => notice.kind)).toEqual(["firing", "resolved"]);
  });
});

describe("a delivery that failed", () => {
  const failed = (world: AlertsWorld, channel_id: string): void => {
    const notice = world.sent[0]?.notice;
    if (!notice) throw new Error("nothing was sent");
    world.fail({ delivery_id: "d", channel_id, channel_name: "On call", notice, why: "The receiver answered 500." });
  };

  test("is one alert until one arrives again, told through the other channels", async () => {
    const world = await opened();
    const given = { kind: "webhook", location_id: null, url: "https://example.com/", addresses: [] } as const;
    const { channel_id: a } = world.control.addNotificationChannel({ ...given, name: "On call" }).channel;
    world.rule({ ...ERRORS, location_id: "north", channels: [a, "b"] });
    await world.apply(errors("north", three(NOON)));
    await world.at(NOON);
    failed(world, a);
    failed(world, a);
    await world.at(NOON + MINUTE);
    const open = () => world.control.alerts({ locations: ["north"], open: true, kind: "delivery_failed", limit: 9 });
    expect(open()).toMatchObject([{ rule_id: null, location_id: "north", facts: { channel_id: a } }]);
    expect(world.sent.slice(1).map(({ notice, channels }) => [notice.kind, channels])).toEqual([
      ["delivery_failed", ["b"]],
    ]);
    world.restart();
    await world.at(NOON + 2 * HOUR);
    expect(open().length).toBe(1);
    const about = {
      notice_id: "n",
      channel_id: a,
      channel_name: "On call",
      channel_kind: "webhook",
      location_id: null,
      notice: "{}",
    };
    const [row] = world.control.queueDeliveries([about]);
    const tried = { at: world.clock.now, duration_ms: 1, status: 204, error: null, response: null };
    const outcome = { state: "delivered", next_at: null, remaining: null, error: null } as const;
    world.control.noteAttempt(row?.delivery_id ?? "", tried, outcome);
    await world.at(NOON + 2 * HOUR + MINUTE);
    expect(open()).toEqual([]);
  });

  test("of what told of a failure is told to nobody", async () => {
    const world = await opened();
    const given = { kind: "page", location_id: null, url: null, addresses: [] } as const;
    const add = (name: string): string => world.control.addNotificationChannel({ ...given, name }).channel.channel_id;
    const [a, b, c] = [add("a"), add("b"), add("c")];
    world.rule({ ...ERRORS, location_id: "north", channels: [a, b] });
    world.rule({ kind: "delivery_failed", channels: [a, b, c] });
    await world.apply(errors("north", three(NOON)));
    await world.at(NOON);
    failed(world, a);
    await world.at(NOON + MINUTE);
    const told = world.sent.at(-1);
    expect(told?.channels).toEqual([b, c]);
    const sent = world.sent.length;
    for (const channel_id of [b, c])
      world.fail({ delivery_id: "e", channel_id, channel_name: "x", notice: told?.notice ?? never(), why: "gone" });
    await world.at(NOON + 2 * MINUTE);
    expect(world.sent.length).toBe(sent);
    expect(world.control.alerts({ locations: null, open: true, kind: "delivery_failed", limit: 9 }).length).toBe(3);
  });
});

function never(): never {
  throw new Error("nothing was sent");
}
