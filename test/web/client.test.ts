/** The published client against a real appliance, through a line that the test can cut, silence and rob. */
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import {
  BellwetherClient,
  BellwetherError,
  type ClientOptions,
  type ConnectionState,
  type Frame,
  type ListedEvent,
} from "../../public/client/index.js";
import { type Served, serveAppliance } from "../support/browser.ts";
import { type Line, startLine } from "../support/line.ts";

const TIMES = { first: 20, last: 60, poll: 60, ping: 30_000, pong: 5_000 };

let served: Served;
let line: Line;
const clients: BellwetherClient[] = [];

beforeAll(async () => {
  served = await serveAppliance();
  await served.post([{ type: "deal_closed", location_id: "here", value: "100" }]);
  line = startLine(served.url);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  line.mend();
});
afterAll(async () => {
  line.stop();
  await served.stop();
});

function clientOf(options: Partial<ClientOptions> = {}): BellwetherClient {
  const client = new BellwetherClient({ url: line.url, apiKey: served.key, times: TIMES, ...options });
  clients.push(client);
  return client;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 8_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`in vain: ${what}`);
    await Bun.sleep(5);
  }
}

/** Follows the activity of "here": ids of the events that were told, and all frames. */
function following(client: BellwetherClient) {
  const events: ListedEvent[] = [];
  const frames: Frame[] = [];
  const states: ConnectionState[] = [];
  client.onState(({ state }) => states.push(state));
  const live = client.live("activity", "here", {
    onActivity: (told) => void events.push(...told),
    onFrame: (frame) => void frames.push(frame),
  });
  return { live, events, frames, states, ids: () => events.map(({ contact_id }) => contact_id) };
}

const event = (contact_id: string) => ({ type: "lead_created", location_id: "here", contact_id });

test("asks every kind of route and reads problems", async () => {
  const client = clientOf();
  const { kpis } = await client.dashboardKpis({ keys: "revenue", location_id: "here" });
  expect(kpis.revenue?.value).toBe("100.00");
  const { totals } = await client.query({ kpis: ["deals_closed"], timeframe: "24h" });
  expect(totals.deals_closed).toBe(1);
  expect((await client.events({ limit: 1 })).events).toHaveLength(1);
  const wrong = await client.query({ kpis: ["nope"] }).catch((error: unknown) => error);
  expect(wrong).toBeInstanceOf(BellwetherError);
  expect(wrong).toMatchObject({ status: 422, errors: [{ field: "kpis.0" }] });
});

test("posts events once, also when the answer is lost on the way", async () => {
  const client = clientOf();
  line.loseAnswers(1);
  const accepted = await client.postEvents([event("posted-1"), event("posted-2")], { wait: true });
  expect(accepted).toMatchObject({ accepted: 0, duplicates: 2, rejected: 0 });
});

test("keeps what a channel shows up to date", async () => {
  const client = clientOf();
  const live = client.live("dashboard", "here", {});
  await until(() => live.seq !== null, "the snapshot");
  expect(live.data.kpis?.revenue).toMatchObject({ value: "100.00", unit: "money" });
  await served.post([{ type: "deal_closed", location_id: "here", value: "0.50" }]);
  const value = (): unknown => Object(live.data.kpis?.revenue).value;
  await until(() => value() === "100.50", "the new revenue");
  expect(live.data.kpis?.commission).toMatchObject({ value: "6.03" });
});

test("carries several channels on one socket", async () => {
  const client = clientOf();
  const all = [
    client.live("activity", "here", {}),
    client.live("bot-performance", "here", {}),
    client.live("health", null, {}),
  ];
  await until(() => all.every(({ seq }) => seq !== null), "three snapshots");
  expect(line.open()).toBe(1);
  all[0]?.unsubscribe();
  all[1]?.unsubscribe();
  all[2]?.unsubscribe();
  expect(client.state).toBe("disconnected");
});

test("goes on without a gap after the line was cut", async () => {
  const client = clientOf();
  const { live, frames, states, ids } = following(client);
  await until(() => live.seq !== null, "the snapshot");
  await served.post([event("cut-1")]);
  await until(() => ids().includes("cut-1"), "the first event");
  line.cut();
  for (let more = 2; more <= 4; more++) {
    await served.post([event(`cut-${more}`)]);
    await Bun.sleep(260);
  }
  await until(() => ids().includes("cut-4"), "the last event");
  expect(ids()).toEqual(["cut-1", "cut-2", "cut-3", "cut-4"]);
  expect(frames.filter(({ type }) => type === "metrics:initial")).toHaveLength(1);
  expect(frames.map(({ seq }) => seq - (frames[0]?.seq ?? 0))).toEqual(frames.map((_, index) => index));
  expect(states).toContain("error");
  expect(client.state).toBe("connected");
});

test("asks for frames that were lost on the way", async () => {
  const { live, frames, ids } = following(clientOf());
  await until(() => live.seq !== null, "the snapshot");
  line.loseFrames(2);
  for (let more = 1; more <= 4; more++) {
    await served.post([event(`lost-${more}`)]);
    await Bun.sleep(280);
  }
  await until(() => ids().includes("lost-4"), "the last event");
  expect(line.lost()).toBe(2);
  expect(ids()).toEqual(["lost-1", "lost-2", "lost-3", "lost-4"]);
  expect(frames.map(({ seq }) => seq - (frames[0]?.seq ?? 0))).toEqual(frames.map((_, index) => index));
});

test("starts afresh when too much was missed to be told", async () => {
  const { live, frames } = following(clientOf());
  await until(() => live.seq !== null, "the snapshot");
  line.forget();
  await until(() => frames.filter(({ type }) => type === "metrics:initial").length === 2, "a second snapshot");
});

test("polls after five failures, and goes back by itself", async () => {
  const client = clientOf();
  const { live, states } = following(client);
  await until(() => live.seq !== null, "the snapshot");
  line.refuseSockets();
  line.cut();
  await until(() => client.state === "polling", "polling");
  await served.post([event("polled")]);
  await until(() => JSON.stringify(live.data).includes('"polled"'), "the polled event");
  line.mend();
  await until(() => client.state === "connected", "the line to come back");
  expect(states.filter((state) => state === "polling")).toHaveLength(1);
});

test("notices a line that went silent", async () => {
  const client = clientOf({ times: { ...TIMES, ping: 50, pong: 100 } });
  const { live, states } = following(client);
  await until(() => live.seq !== null && client.state === "connected", "the snapshot");
  line.silence();
  await until(() => states.includes("error"), "the silence to be noticed");
  line.mend();
  await until(() => client.state === "connected", "the line to come back");
});

test("signs in, renews its token and goes where it is told when signed out", async () => {
  const client = clientOf({ apiKey: undefined });
  const tokens = await client.login({ email: "jorge@example.com", password: "correct horse battery staple" });
  expect(await client.me()).toMatchObject({ role: "owner" });
  const { live } = following(client);
  await until(() => live.seq !== null, "the snapshot");
  const kept: string[] = [];
  const later = clientOf({
    apiKey: undefined,
    token: "too.old.token",
    refreshToken: tokens.refresh_token,
    onTokens: ({ access_token }) => void kept.push(access_token),
  });
  expect(await later.me()).toMatchObject({ role: "owner" });
  expect(kept).toHaveLength(1);
  await later.logout();
  // The first client's tokens are of the same family.
  await until(() => client.state === "disconnected", "to be signed out");
}, 15_000);

test("says which channel is refused, and keeps the others", async () => {
  const { key } = served.appliance.parts.control.addKey({ name: "here", scopes: ["read"], location_id: "here" });
  const client = clientOf({ apiKey: key });
  const refused: string[] = [];
  client.live("activity", "elsewhere", { onError: ({ code }) => void refused.push(code) });
  const live = client.live("activity", "here", {});
  await until(() => live.seq !== null && refused.length > 0, "both answers");
  expect(refused).toEqual(["forbidden"]);
});
