import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Caller, Role, Scope } from "../../src/control/types.ts";
import { channelNamed, channelSources } from "../../src/web/channels/sources.ts";
import { startTalk } from "../../src/web/channels/talk.ts";
import { type Served, serveAppliance } from "../support/browser.ts";
import { anyFrame, type Frame, is, openChannel, type SocketOptions } from "../support/channel_socket.ts";

let served: Served;

beforeAll(async () => {
  served = await serveAppliance(["--live-sockets-per-user-max", "6", "--live-channels-per-socket-max", "3"]);
  await served.post([
    {
      type: "deal_closed",
      location_id: "here",
      bot_id: "seller-bot",
      contact_id: "ann",
      value: "100",
      data: { source: "ads" },
    },
    { type: "lead_created", location_id: "there", contact_id: "bob" },
  ]);
});
afterAll(() => served.stop());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const open = (path: string, options: SocketOptions = {}) =>
  openChannel(served.url, path, { headers: bearer(served.key), ...options });

function keyFor(scopes: readonly Scope[], location_id: string | null = null) {
  return served.appliance.parts.control.addKey({ name: "test", scopes, location_id });
}

async function userWith(role: Role, locations: readonly string[] | null) {
  const { control, now } = served.appliance.parts;
  const email = `${crypto.randomUUID()}@example.com`;
  const user = await control.addUser({ email, name: "Test", role, locations, password: "correct horse battery" });
  const { token } = control.openSession(user.user_id, false, now());
  return { user, token, email, own: { cookie: `bellwether=${token}`, origin: served.url } };
}

async function tokenOf(email: string): Promise<string> {
  const answer = await fetch(`${served.url}/api/auth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: "correct horse battery" }),
  });
  return Object(await answer.json()).access_token;
}

describe("each channel begins with a snapshot of its sections", () => {
  const channels: { channel: string; sections: string[] }[] = [
    { channel: "dashboard/here", sections: ["bots", "kpis", "pulse"] },
    {
      channel: "bi/revenue-intelligence/here",
      sections: ["by_bot", "by_source", "drivers", "forecast", "kpis", "series"],
    },
    {
      channel: "bot-performance/here",
      sections: ["bot_kpis", "bots", "employees", "intent", "qualification", "sequences"],
    },
    {
      channel: "business-intelligence/here",
      sections: [
        ...["actions", "activity", "anomalies", "bot_kpis", "bots", "by_bot", "by_source", "drivers", "employees"],
        ...[
          "forecast",
          "forecasts",
          "insights",
          "intent",
          "kpis",
          "noticed",
          "pulse",
          "qualification",
          "scores",
          "sequences",
          "series",
        ],
      ],
    },
    { channel: "ai-concierge/here", sections: ["actions", "activity", "employees", "insights", "noticed"] },
    { channel: "analytics/advanced/here", sections: ["actions", "anomalies", "forecasts", "noticed", "scores"] },
    { channel: "activity/here", sections: ["activity"] },
    { channel: "health", sections: ["checks", "system"] },
  ];
  for (const { channel, sections } of channels) {
    test(`/ws/${channel}, also over plain HTTP`, async () => {
      const { frames, until, socket } = await open(channel);
      const first = await until(() => true);
      expect(first).toMatchObject({
        type: "metrics:initial",
        channel,
        location_id: channel === "health" ? null : "here",
      });
      expect(Object.keys(first.data).sort()).toEqual(sections);
      expect(Object.keys(frames[0] ?? {})).toEqual(["type", "channel", "location_id", "seq", "ts", "data"]);
      const answer = await fetch(`${served.url}/ws/${channel}`, { headers: bearer(served.key) });
      expect([answer.status, Object(await answer.json()).type]).toEqual([200, "metrics:initial"]);
      socket.close();
    });
  }

  test("and what they keep in the cache disturbs nobody who asks how the cache fares", async () => {
    const answer = await fetch(`${served.url}/api/bi/cache-analytics`, { headers: bearer(served.key) });
    expect(answer.status).toBe(200);
  });
});

test("a commit reaches the channels of its location as what changed and what happened, and no other", async () => {
  const here = await open("business-intelligence/here");
  const there = await open("business-intelligence/there");
  await Promise.all([here.until(() => true), there.until(() => true)]);
  const progress = {
    current_question: 2,
    questions_answered: 1,
    seller_temperature: "warm",
    confrontational_effectiveness: 40,
  };
  await served.post([
    { type: "deal_closed", location_id: "here", value: "50", contact_id: "cid" },
    {
      type: "jorge_qualification_progress",
      location_id: "here",
      contact_id: "cid",
      bot_id: "jorge-bot",
      data: { ...progress, stall_detected: true, next_step: "call" },
    },
  ]);
  const update = await here.until(is("metrics:update"));
  expect(update.data.kpis?.revenue).toMatchObject({ value: "150.00" });
  expect(Object.keys(update.data.kpis ?? {})).not.toContain("cost");
  const activity = await here.until(is("ai:activity"));
  expect(activity.data).toMatchObject({ events: [{ type: "deal_closed" }, { contact_id: "cid" }], skipped: 0 });
  const status = await here.until(is("bot_status"));
  expect(status.data).toEqual({ bots: { "jorge-bot": { bot_id: "jorge-bot", status: "active", current_step: null } } });
  const alert = await here.until(is("alert"));
  expect(alert.data).toMatchObject({ alerts: [{ kind: "stall", event: { bot_id: "jorge-bot" } }] });
  expect(there.frames).toHaveLength(1);
  here.socket.close();
  there.socket.close();
});

describe("who may come in", () => {
  const refused: { name: string; path: string; status: number; headers: () => Record<string, string> }[] = [
    { name: "nobody", path: "activity/here", status: 401, headers: () => ({}) },
    {
      name: "a key in the address",
      path: `activity/here?token=bw_${"x".repeat(43)}`,
      status: 401,
      headers: () => ({}),
    },
    { name: "a token that is none", path: "activity/here?token=a.b.c", status: 401, headers: () => ({}) },
    {
      name: "a key that may not read",
      path: "activity/here",
      status: 403,
      headers: () => bearer(keyFor(["ingest"]).key),
    },
    {
      name: "a key of elsewhere",
      path: "activity/here",
      status: 403,
      headers: () => bearer(keyFor(["read"], "there").key),
    },
    {
      name: "a key of elsewhere asking for what does not exist",
      path: "activity/nowhere",
      status: 403,
      headers: () => bearer(keyFor(["read"], "there").key),
    },
    {
      name: "one who sees all, for what does not exist",
      path: "activity/nowhere",
      status: 404,
      headers: () => bearer(served.key),
    },
    { name: "an address that is no channel", path: "gossip/here", status: 404, headers: () => bearer(served.key) },
  ];
  for (const { name, path, status, headers } of refused) {
    test(`not ${name}`, async () => {
      expect((await open(path, { headers: headers() })).opened).toBe(false);
      expect((await fetch(`${served.url}/ws/${path}`, { headers: headers() })).status).toBe(status);
    });
  }

  test("a person by cookie, from a page of this site alone", async () => {
    const { own } = await userWith("viewer", ["here"]);
    expect((await open("activity/here", { headers: { ...own, origin: "https://evil.example" } })).opened).toBe(false);
    expect((await open("activity/here", { headers: { cookie: own.cookie } })).opened).toBe(false);
    const { until, socket } = await open("activity/here", { headers: own });
    expect(await until(() => true)).toMatchObject({ type: "metrics:initial" });
    socket.close();
  });

  test("a person by token, in the address or as a subprotocol, from anywhere", async () => {
    const { email } = await userWith("viewer", ["here"]);
    const token = await tokenOf(email);
    const headers = { origin: "https://front.example" };
    const byAddress = await open(`activity/here?token=${token}`, { headers });
    expect(await byAddress.until(() => true)).toMatchObject({ type: "metrics:initial" });
    const byProtocol = await open("activity/here", { headers, protocols: ["bearer", token] });
    expect(await byProtocol.until(() => true)).toMatchObject({ type: "metrics:initial" });
    expect(byProtocol.socket.protocol).toBe("bearer");
    byAddress.socket.close();
    byProtocol.socket.close();
  });

  test("so many at once and no more", async () => {
    const headers = bearer(keyFor(["read"]).key);
    const all = await Promise.all(Array.from({ length: 6 }, () => open("health", { headers })));
    expect(all.every(({ opened }) => opened)).toBe(true);
    expect((await open("health", { headers })).opened).toBe(false);
    for (const { socket } of all) socket.close();
  });
});

describe("what is personal", () => {
  test("is told to those who may see it", async () => {
    const [whole, masked] = await Promise.all([
      open("activity/here", { headers: bearer(keyFor(["read", "export"]).key) }),
      open("activity/here", { headers: bearer(keyFor(["read"]).key) }),
    ]);
    await Promise.all([whole.until(() => true), masked.until(() => true)]);
    await served.post([{ type: "lead_created", location_id: "here", data: { email: "jane@example.com" } }]);
    expect(JSON.stringify((await whole.until(is("ai:activity"))).data)).toContain("jane@example.com");
    expect(JSON.stringify((await masked.until(is("ai:activity"))).data)).not.toContain("jane@");
    whole.socket.close();
    masked.socket.close();
  });
});

describe("a right that is taken away", () => {
  test("ends the socket with the session", async () => {
    const { own, token } = await userWith("viewer", null);
    const { until, closed } = await open("activity/here", { headers: own });
    await until(() => true);
    served.appliance.parts.control.closeSession(token);
    expect(await closed()).toBe(4401);
  });

  test("ends the socket with the key", async () => {
    const { key, record } = keyFor(["read"]);
    const { until, closed } = await open("activity/here", { headers: bearer(key) });
    await until(() => true);
    served.appliance.parts.control.removeKey(record.key_id);
    expect(await closed()).toBe(4401);
  });

  test("ends the socket with the family of its token", async () => {
    const { email, user } = await userWith("viewer", null);
    const { until, closed } = await open("activity/here", { protocols: ["bearer", await tokenOf(email)], headers: {} });
    await until(() => true);
    served.appliance.parts.control.endTokensOf(user.user_id);
    expect(await closed()).toBe(4401);
  });

  test("ends the socket of a person whose role or locations became others", async () => {
    const { own, user } = await userWith("viewer", ["here", "there"]);
    const { until, closed } = await open("activity/here", { headers: own });
    await until(() => true);
    served.appliance.parts.control.setUser(user.user_id, { locations: ["there"] });
    expect(await closed()).toBe(4401);
  });

  test("takes away a channel, and masks the others, should the same credential get fewer rights", async () => {
    const { parts } = served.appliance;
    const frames: Frame[] = [];
    const listener = {
      send: (text: string) => void frames.push({ ...anyFrame, ...JSON.parse(text) }),
      buffered: () => 0,
      follow() {},
      unfollow() {},
      close() {},
    };
    const caller: Caller = {
      kind: "user",
      id: "u",
      name: "",
      role: "analyst",
      scopes: ["read", "export"],
      locations: null,
    };
    const [here, there] = [channelNamed("activity/here"), channelNamed("activity/there")];
    if (!here || !there) throw new Error("channels have names");
    await served.post([{ type: "lead_created", location_id: "there", data: { email: "jane@example.com" } }]);
    await Bun.sleep(400);
    const talk = startTalk(parts, channelSources(parts), listener, { caller, first: here });
    talk.subscribe(here, null);
    talk.subscribe(there, null);
    await Bun.sleep(100);
    const count = frames.length;
    expect(JSON.stringify(frames)).toContain("jane@example.com");
    talk.changed({ ...caller, scopes: ["read"], locations: ["there"] });
    await Bun.sleep(100);
    const after = frames.slice(count);
    expect(after.map(({ type, channel }) => [type, channel])).toEqual([
      ["error", "activity/here"],
      ["metrics:initial", "activity/there"],
    ]);
    expect(after[0]?.data).toMatchObject({ code: "forbidden" });
    expect(JSON.stringify(after)).not.toContain("jane@");
    talk.close();
  });
});

test("nobody is left behind, and what was listened to is let go", async () => {
  const { channels } = served.appliance.parts;
  const deadline = Date.now() + 2_000;
  while (channels.places() > 0 && Date.now() < deadline) await Bun.sleep(10);
  expect(channels.places()).toBe(0);
});
