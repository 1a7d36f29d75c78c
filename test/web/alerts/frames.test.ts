/** Channels tell of alerts: of those of their location, as they begin, change and end, beside the stalls that bots report. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, running } from "../../support/appliance.ts";
import { openChannel } from "../../support/channel_socket.ts";

let world: Running;

beforeAll(async () => {
  world = await running();
  const time = new Date(Date.now() - 5 * 60_000).toISOString();
  for (const location_id of ["main", "other"])
    await world.post([
      { type: "error_occurred", location_id, bot_id: "ann@example.com", time, data: { component: "x", message: "y" } },
    ]);
});
afterAll(() => world.stop());

async function listen(name: string, scopes: readonly ("read" | "export")[] = ["read"]) {
  const headers = { authorization: `Bearer ${world.key(scopes, "main")}` };
  const channel = await openChannel(world.url, `${name}/main`, { headers });
  await channel.until(({ type }) => type === "metrics:initial");
  return channel;
}

async function rule(location_id: string, name: string): Promise<void> {
  const json = {
    kind: "threshold",
    name,
    location_id,
    kpi: "bot_errors",
    window: "1h",
    direction: "above",
    value: 0,
    by: "bot_id",
  };
  const { status } = await world.ask("/api/alerts/rules", world.key(["admin"]), { json });
  expect(status).toBe(201);
}

describe("an alert of a rule", () => {
  test("is told on the channels of its location, as it begins and as somebody sees to it", async () => {
    const names = ["dashboard", "business-intelligence", "bot-performance", "ai-concierge", "activity"];
    const channels = await Promise.all(names.map((name) => listen(name, ["read", "export"])));
    const silent = await listen("analytics/advanced");
    const viewer = await listen("dashboard");
    await rule("other", "Theirs");
    await rule("main", "Ours");
    await world.parts.alerts.pass();
    const [first] = await Promise.all(channels.map((channel) => channel.until(({ type }) => type === "alert")));
    expect(first?.data.alerts).toMatchObject([
      {
        kind: "rule",
        rule_kind: "threshold",
        name: "Ours",
        state: "firing",
        location_id: "main",
        bot_id: "ann@example.com",
      },
    ]);
    const masked = await viewer.until(({ type }) => type === "alert");
    expect(JSON.stringify(masked)).not.toContain("ann@example.com");
    const [{ alert_id } = { alert_id: "" }] = world.parts.control.alerts({ locations: ["main"], open: true, limit: 1 });
    await world.ask(`/api/alerts/${alert_id}/acknowledgement`, world.key(["export"]), { method: "POST", json: {} });
    await Promise.all(
      channels.map((channel) =>
        channel.until(({ data }) => JSON.stringify(data).includes('"acknowledged_by":"export"')),
      ),
    );
    for (const { frames } of [...channels, viewer, silent]) expect(JSON.stringify(frames)).not.toContain("Theirs");
    expect(silent.frames.filter(({ type }) => type === "alert")).toEqual([]);
    for (const { socket } of [...channels, viewer, silent]) socket.close();
  });

  test("does not take the place of the stalls that bots report", async () => {
    const channel = await listen("activity");
    await world.post([{ type: "conversation_event", location_id: "main", bot_id: "luna", data: { event: "stalled" } }]);
    const frame = await channel.until(({ type }) => type === "alert");
    expect(frame.data.alerts).toMatchObject([{ kind: "stall", event: { type: "conversation_event" } }]);
    channel.socket.close();
  });
});
