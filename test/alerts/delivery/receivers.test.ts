/** Receivers that hang, redirect, have enough, or never stop talking: none of them does harm, or holds up another. */
import { afterEach, expect, test } from "bun:test";
import { retryAfter, waitAfter } from "../../../src/alerts/delivery/schedule.ts";
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
const to = ({ url }: Receiver, more: Partial<NewChannel> = {}): Partial<NewChannel> => ({ url, ...more });

test("410 switches the channel off and drops what waits for it, until a person switches it on", async () => {
  const there = listening((_, count) => new Response("", { status: count === 1 ? 410 : 200 }));
  const world = opened();
  const { channel_id } = world.channel(to(there));
  world.delivery.send(notice(), [channel_id]);
  world.delivery.send(notice(), [channel_id]);
  await world.delivery.tick();
  expect(there.received.length).toBe(1);
  expect(world.control.notificationChannel(channel_id)).toMatchObject({
    enabled: false,
    disabled_reason: "The receiver is gone (410).",
  });
  world.delivery.send(notice(), [channel_id]);
  await world.delivery.tick();
  const states = world.control.deliveries({ locations: null, limit: 9 }).map(({ state }) => state);
  expect(states).toEqual(["dropped", "dropped", "failed"]);
  expect(world.failed.length).toBe(1);
  world.control.setNotificationChannel(channel_id, { enabled: true });
  world.delivery.send(notice(), [channel_id]);
  await world.delivery.tick();
  expect(there.received.length).toBe(2);
  expect(world.control.notificationChannel(channel_id)?.disabled_reason).toBeNull();
});

test("Retry-After is kept to, for everything that goes to the channel", async () => {
  const there = listening((_, count) =>
    count === 1 ? new Response("slow down", { status: 429, headers: { "retry-after": "90" } }) : ok(),
  );
  const world = opened();
  const { channel_id } = world.channel(to(there));
  world.delivery.send(notice(), [channel_id]);
  await world.delivery.tick();
  world.delivery.send(notice(), [channel_id]);
  world.clock.now += 89 * SECOND;
  await world.delivery.tick();
  expect(there.received.length).toBe(1);
  world.clock.now += 1 * SECOND;
  await world.delivery.tick();
  expect(there.received.length).toBe(3);
});

test("Retry-After is read as seconds or as a date, and is no longer than a day", () => {
  expect(retryAfter("120", START)).toBe(120);
  expect(retryAfter(new Date(START / 1_000 + 60_000).toUTCString(), START)).toBe(60);
  expect(retryAfter(new Date(START / 1_000 - 60_000).toUTCString(), START)).toBe(0);
  expect(retryAfter("soon", START)).toBeNull();
  expect(retryAfter(undefined, START)).toBeNull();
  expect(waitAfter(1, 999_999, 0)).toBe(86_400 * SECOND);
  expect(waitAfter(2, 1, 0)).toBe(300 * SECOND);
  expect(waitAfter(1, null, 0.999)).toBeGreaterThan(5.4 * SECOND);
  expect(waitAfter(10, 5, 0)).toBeNull();
});

test("a receiver that hangs is given up on after its time, and holds up nobody else", async () => {
  const stuck = listening(() => new Promise<Response>(() => {}));
  const good = listening(ok);
  const world = opened({ timeout_ms: 400 });
  const hanging = world.channel(to(stuck)).channel_id;
  const fine = world.channel(to(good)).channel_id;
  world.delivery.send(notice(), [hanging]);
  const first = world.delivery.tick();
  for (let n = 0; n < 5; n++) world.delivery.send(notice(), [fine]);
  void world.delivery.tick();
  while (world.delivery.state().waiting > 1) await Bun.sleep(1);
  expect(good.received.length).toBe(5);
  await first;
  const [row] = world.control.deliveries({ locations: null, channel_id: hanging, limit: 1 });
  expect(row).toMatchObject({ state: "waiting", tries: 1, error: "No answer within 0.4 s." });
});

test("as many as the setting says are on their way at once", async () => {
  let now = 0;
  let most = 0;
  const there = listening(async () => {
    most = Math.max(most, ++now);
    await Bun.sleep(5);
    now--;
    return ok();
  });
  const world = opened({ settings: { delivery_at_once_max: 3 } });
  const ids = Array.from({ length: 12 }, () => world.channel(to(there)).channel_id);
  world.delivery.send(notice(), ids);
  await world.delivery.tick();
  expect(there.received.length).toBe(12);
  expect(most).toBe(3);
});

test("a redirect is not followed", async () => {
  const elsewhere = listening(ok);
  const there = listening(() => Response.redirect(elsewhere.url, 307));
  const world = opened();
  world.delivery.send(notice(), [world.channel(to(there)).channel_id]);
  await world.delivery.tick();
  expect(elsewhere.received.length).toBe(0);
  const [row] = world.control.deliveries({ locations: null, limit: 1 });
  expect(row).toMatchObject({
    state: "waiting",
    error: "The receiver redirects (307): set the address that it redirects to.",
  });
});

test("of an answer of a gigabyte 64 KB are read and 1,024 characters kept", async () => {
  const chunk = new Uint8Array(64 * 1024).fill(120);
  let given = 0;
  const endless = () =>
    new ReadableStream({
      pull(controller) {
        given += chunk.length;
        if (given > 1024 ** 3) controller.close();
        else controller.enqueue(chunk);
      },
    });
  const there = listening(() => new Response(endless(), { status: 200 }));
  const world = opened();
  world.delivery.send(notice(), [world.channel(to(there)).channel_id]);
  await world.delivery.tick();
  expect(given).toBeLessThan(64 * 1024 * 1024);
  const [row] = world.control.deliveries({ locations: null, limit: 1 });
  expect(row?.state).toBe("delivered");
  expect(world.control.deliveryAttempts(row?.delivery_id ?? "")[0]?.response).toBe("x".repeat(1_024));
});

test("a receiver that is not there is told in plain words", async () => {
  const there = receiver(ok);
  there.stop();
  const world = opened();
  world.delivery.send(notice(), [world.channel(to(there)).channel_id]);
  await world.delivery.tick();
  const [row] = world.control.deliveries({ locations: null, limit: 1 });
  expect(row).toMatchObject({ state: "waiting", tries: 1 });
  expect(row?.error).toContain("The connection was refused");
});

test("an address that is not allowed is given up at once", async () => {
  const world = opened({ settings: { webhook_private_networks: false }, resolve: async () => ["10.0.0.8"] });
  world.delivery.send(notice(), [world.channel({ url: "https://rebound.example.com/" }).channel_id]);
  await world.delivery.tick();
  expect(world.failed.map(({ why }) => why)).toEqual([expect.stringContaining("must be public")]);
});
