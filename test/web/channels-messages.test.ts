import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Served, serveAppliance } from "../support/browser.ts";
import { is, openChannel } from "../support/channel_socket.ts";

let served: Served;

beforeAll(async () => {
  served = await serveAppliance(["--live-channels-per-socket-max", "3"]);
  await served.post(["here", "there"].map((location_id) => ({ type: "lead_created", location_id })));
});
afterAll(() => served.stop());

const open = (path: string) => openChannel(served.url, path, { headers: { authorization: `Bearer ${served.key}` } });

describe("what a client says", () => {
  const nonsense: { name: string; said: unknown; data: object }[] = [
    { name: "no JSON", said: "{", data: { code: "malformed" } },
    { name: "a number", said: "5", data: { code: "malformed" } },
    { name: "a list", said: "[]", data: { code: "malformed" } },
    { name: "nothing", said: "", data: { code: "malformed" } },
    { name: "no type", said: { channel: "activity/here" }, data: { code: "malformed", field: "type" } },
    { name: "an unknown type", said: { type: "shout" }, data: { code: "unknown_type" } },
    { name: "a type that is no text", said: { type: ["ping"] }, data: { code: "unknown_type" } },
    { name: "no channel", said: { type: "subscribe" }, data: { code: "malformed", field: "channel" } },
    { name: "a wrong number", said: { type: "resume", seq: -1 }, data: { code: "malformed", field: "seq" } },
    {
      name: "an unknown channel",
      said: { type: "subscribe", channel: "gossip/here" },
      data: { code: "unknown_channel" },
    },
    {
      name: "a channel of the prototype",
      said: { type: "subscribe", channel: "constructor/here" },
      data: { code: "unknown_channel" },
    },
    {
      name: "a location that is not there",
      said: { type: "subscribe", channel: "activity/x" },
      data: { code: "unknown_channel" },
    },
    {
      name: "leaving where one never was",
      said: { type: "unsubscribe", channel: "dashboard/here" },
      data: { code: "not_subscribed" },
    },
    {
      name: "resuming where one never was",
      said: { type: "resume", seq: 1, channel: "dashboard/here" },
      data: { code: "not_subscribed" },
    },
  ];
  for (const { name, said, data } of nonsense) {
    test(`is answered with an error when it is ${name}`, async () => {
      const { until, say, socket } = await open("activity/here");
      await until(() => true);
      say(said);
      expect((await until(is("error"))).data).toMatchObject(data);
      say({ type: "ping", id: 7, unknown: "fields are ignored" });
      expect((await until(is("pong"))).data).toEqual(Object({ id: 7 }));
      socket.close();
    });
  }

  test("is answered with an error when it is bytes", async () => {
    const { until, socket } = await open("activity/here");
    socket.send(new Uint8Array([1, 2, 3]));
    expect((await until(is("error"))).data).toMatchObject({ code: "malformed" });
    socket.close();
  });

  test("is not listened to when it is too much, and ends the socket when it does not stop", async () => {
    const { until, say, closed } = await open("activity/here");
    for (let count = 0; count < 25; count++) say({ type: "ping" });
    expect((await until(is("error"))).data).toMatchObject({ code: "too_fast" });
    for (let count = 0; count < 200; count++) say({ type: "ping" });
    expect(await closed()).toBe(1008);
  });

  test("joins and leaves channels, up to the limit", async () => {
    const { until, say, frames, socket } = await open("activity/here");
    await until(() => true);
    say({ type: "subscribe", channel: "activity/there" });
    say({ type: "subscribe", channel: "health" });
    say({ type: "subscribe", channel: "dashboard/here" });
    await Promise.all([until(is("metrics:initial", "activity/there")), until(is("metrics:initial", "health"))]);
    expect(await until(is("error"))).toMatchObject({ channel: "dashboard/here", data: { code: "too_many_channels" } });
    say({ type: "unsubscribe", channel: "activity/here" });
    await until(is("unsubscribed", "activity/here"));
    const count = frames.length;
    await served.post([
      { type: "lead_created", location_id: "here" },
      { type: "lead_created", location_id: "there" },
    ]);
    await until(is("ai:activity", "activity/there"));
    expect(frames.slice(count).map(({ channel }) => channel)).not.toContain("activity/here");
    socket.close();
  });

  test("brings back what was missed, by message and by address", async () => {
    const first = await open("activity/here");
    const { seq } = await first.until(() => true);
    await served.post([{ type: "lead_created", location_id: "here", contact_id: "missed" }]);
    await first.until(is("ai:activity"));
    first.say({ type: "resume", seq });
    await first.until(is("resumed"));
    expect(first.frames.filter(is("ai:activity"))).toHaveLength(2);
    first.socket.close();
    const second = await open(`activity/here?seq=${seq}`);
    await second.until(is("resumed"));
    expect(second.frames.map(({ type }) => type)).toEqual(["ai:activity", "resumed"]);
    second.socket.close();
  });
});
