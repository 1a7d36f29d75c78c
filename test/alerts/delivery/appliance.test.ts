/** The whole appliance: what is queued is sent by its own job, and is still there after it was stopped. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { running } from "../../support/appliance.ts";
import { notice, type Received, receiver } from "./world.ts";

test("the appliance sends what is queued, in the background", async () => {
  const arrived = Promise.withResolvers<Received>();
  const there = receiver((received) => {
    arrived.resolve(received);
    return new Response("ok");
  });
  const world = await running({ webhook_private_networks: true, public_url: "https://bi.example.com" });
  try {
    const json = { name: "On call", kind: "webhook", url: there.url };
    const made = await world.ask("/api/alerts/channels", world.key(["admin"]), { json });
    const { channel_id } = z.object({ channel_id: z.string() }).parse(await made.json());
    const sent = notice();
    world.parts.delivery.send(sent, [channel_id]);
    const { headers } = await arrived.promise;
    expect(headers["webhook-id"]).toBe(sent.notice_id);
    while (world.parts.delivery.state().waiting > 0) await Bun.sleep(1);
    expect(world.parts.control.deliveries({ locations: null, limit: 9 })).toMatchObject([{ state: "delivered" }]);
  } finally {
    await world.stop();
    there.stop();
  }
}, 30_000);
