/** The queue and its log: retries by the published schedule, nothing lost by a restart, nobody held up by another. */
import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RETRIES_S } from "../../../src/alerts/delivery/schedule.ts";
import type { NewChannel } from "../../../src/control/notification-channels.ts";
import {
  type DeliveryWorld,
  deliveryWorld,
  notice,
  type Receiver,
  receiver,
  SECOND,
  START,
  type WorldGiven,
} from "./world.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function opened(given: WorldGiven = {}): DeliveryWorld {
  const world = deliveryWorld(given);
  ends.push(() => world.stop());
  return world;
}

function listening(...answer: Parameters<typeof receiver>): Receiver {
  const made = receiver(...answer);
  ends.push(made.stop);
  return made;
}

const ok = () => new Response("thanks");
const no = () => new Response("later", { status: 500 });
const to = ({ url }: Receiver, more: Partial<NewChannel> = {}): Partial<NewChannel> => ({ url, ...more });

test("a notice is delivered to each of its channels, once", async () => {
  const [one, two] = [listening(ok), listening(ok)];
  const world = opened();
  const ids = [world.channel(to(one)).channel_id, world.channel(to(two)).channel_id];
  const sent = notice();
  world.delivery.send(sent, [...ids, ...ids]);
  world.delivery.send(sent, ids);
  expect(world.delivery.state().waiting).toBe(2);
  await world.delivery.tick();
  await world.delivery.tick();
  expect([one.received.length, two.received.length]).toEqual([1, 1]);
  expect(world.delivery.state()).toEqual({ waiting: 0, failed_24h: 0, last_failure: null });
  const [row] = world.control.deliveries({ locations: null, channel_id: ids[0], limit: 9 });
  expect(row).toMatchObject({ state: "delivered", tries: 1, error: null, next_at: null });
  expect(world.control.deliveryAttempts(row?.delivery_id ?? "")).toMatchObject([
    { at: START, status: 200, error: null, response: "thanks" },
  ]);
});

test("a failing delivery is tried by the schedule of Standard Webhooks under one id, then given up and told", async () => {
  const there = listening(no);
  const world = opened();
  const { channel_id } = world.channel(to(there));
  const sent = notice();
  world.delivery.send(sent, [channel_id]);
  const tried: number[] = [];
  await world.delivery.tick();
  for (const wait_s of RETRIES_S) {
    tried.push(there.received.length);
    world.clock.now += wait_s * SECOND - 1;
    await world.delivery.tick();
    expect(there.received.length).toBe(tried.length);
    expect(world.failed).toEqual([]);
    world.clock.now += 1;
    await world.delivery.tick();
  }
  expect(there.received.length).toBe(10);
  expect((world.clock.now - START) / SECOND).toBe(75 * 3_600 + 35 * 60 + 5);
  expect(new Set(there.received.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([sent.notice_id]));
  expect(new Set(there.received.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(10);
  expect(world.failed).toMatchObject([{ channel_id, notice: sent, why: "The receiver answered 500." }]);
  expect(world.delivery.state()).toEqual({
    waiting: 0,
    failed_24h: 1,
    last_failure: { channel_id, at: world.clock.now, why: "The receiver answered 500." },
  });
  world.clock.now += 100 * 86_400 * SECOND;
  await world.delivery.tick();
  expect(there.received.length).toBe(10);
});

test("what waits is sent by the next process, with the same id", async () => {
  const dir = mkdtempSync(join(tmpdir(), "bellwether-delivery-"));
  ends.push(() => rmSync(dir, { recursive: true, force: true }));
  const there = listening((_, count) => (count < 2 ? no() : ok()));
  const path = join(dir, "control.sqlite");
  const clock = { now: START };
  const first = deliveryWorld({ path, clock });
  const { channel_id } = first.channel(to(there));
  const sent = notice();
  first.delivery.send(sent, [channel_id]);
  await first.delivery.tick();
  first.delivery.send(notice(), [channel_id]);
  await first.stop();
  clock.now += 5 * SECOND;
  const second = opened({ path, clock });
  expect(second.delivery.state().waiting).toBe(2);
  await second.delivery.tick();
  const [once, twice] = there.received.map(({ headers }) => headers["webhook-id"]);
  expect([once, twice, there.received.length]).toEqual([sent.notice_id, sent.notice_id, 3]);
  expect(second.control.deliveries({ locations: null, limit: 9 }).map(({ state, tries }) => [state, tries])).toEqual([
    ["delivered", 1],
    ["delivered", 2],
  ]);
});

test("a process that ends in the middle of a try makes it again", async () => {
  const dir = mkdtempSync(join(tmpdir(), "bellwether-delivery-"));
  ends.push(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "control.sqlite");
  const arrived = Promise.withResolvers<void>();
  const there = listening((_, count) => {
    arrived.resolve();
    return count === 1 ? new Promise<Response>(() => {}) : ok();
  });
  const first = deliveryWorld({ path });
  const { channel_id } = first.channel(to(there));
  first.delivery.send(notice(), [channel_id]);
  void first.delivery.tick();
  await arrived.promise;
  await first.stop();
  const second = opened({ path });
  await second.delivery.tick();
  expect(second.control.deliveries({ locations: null, limit: 9 })).toMatchObject([{ state: "delivered", tries: 1 }]);
  const [one, two] = there.received;
  expect(one?.headers["webhook-id"]).toBe(two?.headers["webhook-id"] ?? "");
}, 20_000);

test("messages to one channel arrive in their order, one after the other", async () => {
  const there = listening(ok);
  const world = opened();
  const { channel_id } = world.channel(to(there));
  const sent = Array.from({ length: 20 }, (_, n) => notice({ title: String(n) }));
  for (const one of sent) world.delivery.send(one, [channel_id]);
  await world.delivery.tick();
  expect(there.received.map(({ headers }) => headers["webhook-id"])).toEqual(sent.map(({ notice_id }) => notice_id));
});

test("a channel of one location gets nothing about another, nor about all of them", async () => {
  const there = listening(ok);
  const world = opened();
  const { channel_id } = world.channel(to(there, { location_id: "jorge_main" }));
  world.delivery.send(notice({ location_id: "elsewhere" }), [channel_id]);
  world.delivery.send(notice({ location_id: null }), [channel_id]);
  world.delivery.send(notice(), ["nobody"]);
  world.delivery.send(notice(), [channel_id]);
  await world.delivery.tick();
  expect(there.received.length).toBe(1);
  expect(world.logged.length).toBe(3);
});

test("what waits for a channel that was switched off or removed is dropped", async () => {
  const there = listening(ok);
  const world = opened();
  const [off, gone] = [world.channel(to(there)).channel_id, world.channel(to(there)).channel_id];
  world.delivery.send(notice(), [off, gone]);
  world.control.setNotificationChannel(off, { enabled: false });
  world.control.removeNotificationChannel(gone);
  await world.delivery.tick();
  expect(there.received.length).toBe(0);
  const rows = world.control.deliveries({ locations: null, limit: 9 });
  expect(rows.map(({ state, error }) => [state, error])).toEqual([
    ["dropped", "The channel was removed."],
    ["dropped", "The channel is off."],
  ]);
  expect(world.failed).toEqual([]);
});

test("a replay is a delivery of its own under the same id; what waits is tried at once", async () => {
  const there = listening((_, count) => (count === 1 ? no() : ok()));
  const world = opened();
  const { channel_id } = world.channel(to(there));
  const sent = notice();
  world.delivery.send(sent, [channel_id]);
  await world.delivery.tick();
  const [row] = world.control.deliveries({ locations: null, limit: 1 });
  const delivery_id = row?.delivery_id ?? "";
  expect(world.delivery.replay(delivery_id)?.delivery_id).toBe(delivery_id);
  await world.delivery.tick();
  expect(world.control.delivery(delivery_id)?.state).toBe("delivered");
  const again = world.delivery.replay(delivery_id);
  expect(again).toMatchObject({ replay_of: delivery_id, state: "waiting" });
  await world.delivery.tick();
  expect(there.received.map(({ headers }) => headers["webhook-id"])).toEqual(Array(3).fill(sent.notice_id));
  expect(world.delivery.replay("nothing")).toBeNull();
});

test("a test is one try, told to whoever asked and not as a failure", async () => {
  const there = listening(no);
  const world = opened();
  const { channel_id } = world.channel(to(there));
  expect(await world.delivery.test(channel_id)).toMatchObject({
    state: "failed",
    tries: 1,
    error: "The receiver answered 500.",
  });
  world.clock.now += 86_400 * SECOND;
  await world.delivery.tick();
  expect(there.received.length).toBe(1);
  expect(world.failed).toEqual([]);
  expect(await world.delivery.test("nobody")).toBeNull();
});

test("the log is pruned by age and by rows, but never what waits", async () => {
  const there = listening(ok);
  const stuck = listening(no);
  const world = opened({ settings: { delivery_rows_max: 5 } });
  const waiting = world.channel(to(stuck)).channel_id;
  const fine = world.channel(to(there)).channel_id;
  world.delivery.send(notice(), [waiting]);
  for (let n = 0; n < 10; n++) world.delivery.send(notice(), [fine]);
  await world.delivery.tick();
  world.delivery.prune();
  const states = () => world.control.deliveries({ locations: null, limit: 99 }).map(({ state }) => state);
  expect(states()).toEqual([...Array(5).fill("delivered"), "waiting"]);
  world.clock.now += 31 * 86_400 * SECOND;
  world.delivery.prune();
  expect(states()).toEqual(["waiting"]);
});

test("a location takes its channels and what was said about it with it; a contact, what was said about them", async () => {
  const there = listening(ok);
  const world = opened();
  world.control.ensureLocation("jorge_main");
  const bound = world.channel(to(there, { location_id: "jorge_main" })).channel_id;
  const free = world.channel(to(there)).channel_id;
  world.delivery.send(notice({ facts: { contact_id: "anna" }, text: "Call anna." }), [bound, free]);
  world.delivery.send(notice({ facts: { contact_id: "ben" } }), [bound, free]);
  await world.delivery.tick();
  world.control.eraseContact("jorge_main", "anna");
  const rows = () => world.control.deliveries({ locations: null, limit: 99 });
  expect(rows().map(({ notice: text }) => text.includes("anna"))).toEqual([false, false]);
  world.delivery.send(notice({ location_id: "elsewhere" }), [free]);
  world.control.removeLocation("jorge_main");
  expect(rows().map(({ channel_id, notice: text }) => [channel_id, text.includes("elsewhere")])).toEqual([
    [free, true],
  ]);
  expect(world.control.notificationChannels().map(({ channel_id }) => channel_id)).toEqual([free]);
});

test("no more than a thousand messages wait for one channel", async () => {
  const stuck = listening(no);
  const world = opened();
  const { channel_id } = world.channel(to(stuck));
  for (let n = 0; n < 1_001; n++) world.delivery.send(notice(), [channel_id]);
  expect(world.delivery.state().waiting).toBe(1_000);
  const [row] = world.control.deliveries({ locations: null, limit: 1 });
  expect(row).toMatchObject({ state: "dropped", error: "More than 1000 messages wait for this channel." });
});

test("tries are counted by kind and outcome", async () => {
  const there = listening((_, count) => (count === 1 ? no() : ok()));
  const world = opened();
  const { channel_id } = world.channel(to(there));
  world.delivery.send(notice(), [channel_id, world.channel({ kind: "page" }).channel_id]);
  await world.delivery.tick();
  world.clock.now += 5 * SECOND;
  await world.delivery.tick();
  expect(
    world.delivery
      .tries()
      .map(({ kind, outcome, count }) => [kind, outcome, count].join(" "))
      .sort(),
  ).toEqual(["page delivered 1", "webhook delivered 1", "webhook waiting 1"]);
});
