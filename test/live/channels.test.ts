import { describe, expect, test } from "bun:test";
import {
  type ChannelOptions,
  createChannels,
  type Listener,
  type Sections,
  type Source,
  type Telling,
} from "../../src/live/channels.ts";

interface Ear extends Listener {
  got: { type: string; seq: number; data: unknown }[];
  topics: Set<string>;
  waiting: number;
  closed: number | null;
}

function ear(): Ear {
  return {
    got: [],
    topics: new Set(),
    waiting: 0,
    closed: null,
    send(text) {
      const { type, seq, data } = JSON.parse(text);
      this.got.push({ type, seq, data });
    },
    buffered() {
      return this.waiting;
    },
    follow(topic) {
      this.topics.add(topic);
    },
    unfollow(topic) {
      this.topics.delete(topic);
    },
    close(code) {
      this.closed = code;
    },
  };
}

const clock = { now: 0 };
const OPTIONS: ChannelOptions = {
  pushes_per_s: 1_000,
  buffer: { frames_max: 100, age_ms_max: 60_000, bytes_max: 100_000 },
  lagging_bytes: 10,
  lagging_ms_max: 1_000,
  idle_channels_max: 2,
  epoch: () => 1_000,
  stamp: () => "2026-01-31T00:00:00Z",
};

/** A channel of "here" that shows what `state` says at the moment. */
function scene(given: Partial<ChannelOptions> = {}) {
  const channels = createChannels({ ...OPTIONS, ...given });
  const state = {
    figures: new Map<string, string>(),
    news: [] as Telling["news"],
    afresh: false,
    renders: 0,
    closed: 0,
  };
  const make = (): Source => ({
    channel: "dashboard/here",
    location_id: "here",
    frames: { kpis: "metrics:update", bots: "bot_status" },
    render: async () => {
      state.renders++;
      const sections: Sections = new Map([
        ["kpis", new Map(state.figures)],
        ["bots", new Map([["bot", state.figures.get("bot") ?? '"idle"']])],
      ]);
      return { sections, again_in_ms: 60_000 };
    },
    tell: async () => {
      const { news, afresh } = state;
      state.news = [];
      state.afresh = false;
      return { news, afresh, sections: new Map([["recent", new Map([["events", "1"]])]]) };
    },
    close: () => void state.closed++,
  });
  const commit = async (figures: Record<string, string>, news: Telling["news"] = []): Promise<void> => {
    for (const [key, text] of Object.entries(figures)) state.figures.set(key, text);
    state.news = news;
    channels.touch(["here"]);
    await Bun.sleep(5);
  };
  const join = async (listener: Listener, seq: number | null = null) => {
    const place = channels.join("dashboard/here whole", make, listener, seq);
    await Bun.sleep(5);
    return place;
  };
  return { channels, state, commit, join };
}

describe("a channel", () => {
  test("sends a snapshot, then only what changed, numbered without a gap", async () => {
    const { commit, join, channels } = scene();
    const one = ear();
    await commit({ revenue: '"1.00"', leads: "1" });
    await join(one);
    await commit({ revenue: '"2.00"' });
    await commit({ revenue: '"2.00"' });
    await commit({ bot: '"active"' }, [{ type: "ai:activity", data: '{"events":[1]}' }]);
    expect(one.got).toEqual([
      {
        type: "metrics:initial",
        seq: 1_000,
        data: { kpis: { revenue: "1.00", leads: 1 }, bots: { bot: "idle" }, recent: { events: 1 } },
      },
      { type: "metrics:update", seq: 1_001, data: { kpis: { revenue: "2.00" } } },
      { type: "ai:activity", seq: 1_002, data: { events: [1] } },
      { type: "metrics:update", seq: 1_003, data: { kpis: { bot: "active" } } },
      { type: "bot_status", seq: 1_004, data: { bots: { bot: "active" } } },
    ]);
    await channels.close();
  });

  test("says null of an entry that is gone, and takes keys as they are", async () => {
    const { commit, join, state, channels } = scene();
    const one = ear();
    await join(one);
    await commit({ constructor: "1", toString: "2" });
    state.figures.delete("toString");
    await commit({});
    expect(one.got.slice(1).map(({ data }) => data)).toEqual([
      { kpis: { constructor: 1, toString: 2 } },
      { kpis: { toString: null } },
    ]);
    await channels.close();
  });

  test("is rendered once and sent once to all who follow", async () => {
    const published: string[] = [];
    const { channels, state, commit } = scene();
    const all = [ear(), ear(), ear()];
    const make = (): Source => ({
      channel: "c",
      location_id: "here",
      frames: { kpis: "metrics:update" },
      render: async () => ({
        sections: new Map([["kpis", new Map([["renders", String(++state.renders)]])]]),
        again_in_ms: 60_000,
      }),
      publish: (_, text) => void published.push(text),
      close() {},
    });
    for (const one of all) channels.join("c", make, one, null);
    await Bun.sleep(5);
    await commit({});
    expect(state.renders).toBe(2);
    expect(all.map(({ got }) => got.length)).toEqual([1, 1, 1]);
    expect(all.every(({ topics }) => topics.has("channel c"))).toBe(true);
    expect(published).toHaveLength(1);
    await channels.close();
  });

  test("tells one who comes back what was missed, while it is known", async () => {
    const { commit, join, channels } = scene();
    const [gone, back] = [ear(), ear()];
    const place = await join(gone);
    place.leave();
    await commit({ revenue: "1" });
    await commit({ revenue: "2" });
    await join(back, 1_000);
    expect(back.got.map(({ type, seq }) => [type, seq])).toEqual([
      ["metrics:update", 1_001],
      ["metrics:update", 1_002],
      ["resumed", 1_002],
    ]);
    const stranger = ear();
    await join(stranger, 7);
    expect(stranger.got.map(({ type, seq }) => [type, seq])).toEqual([["metrics:initial", 1_002]]);
    await channels.close();
  });

  test("resumes within a connection, too", async () => {
    const { commit, join, channels } = scene();
    const one = ear();
    const place = await join(one);
    await commit({ revenue: "1" });
    place.resume(1_000);
    place.resume(1_001);
    expect(one.got.slice(2).map(({ type, seq, data }) => [type, seq, data])).toEqual([
      ["metrics:update", 1_001, { kpis: { revenue: 1 } }],
      ["resumed", 1_001, { missed: 1 }],
      ["resumed", 1_001, { missed: 0 }],
    ]);
    await channels.close();
  });

  test("spares a slow one the backlog and sends it a snapshot once it reads", async () => {
    const { commit, join, channels } = scene({ now: () => clock.now });
    const [slow, quick] = [ear(), ear()];
    const place = await join(slow);
    await join(quick);
    slow.waiting = 11;
    clock.now += 100;
    await commit({ revenue: "1" });
    clock.now += 100;
    await commit({ revenue: "2" });
    expect(slow.got).toHaveLength(1);
    expect(slow.topics.size).toBe(0);
    expect(quick.got).toHaveLength(3);
    slow.waiting = 0;
    place.drained();
    expect(slow.got.at(-1)).toMatchObject({ type: "metrics:initial", seq: 1_002, data: { kpis: { revenue: 2 } } });
    clock.now += 100;
    await commit({ revenue: "3" });
    expect(slow.got.at(-1)).toMatchObject({ type: "metrics:update", seq: 1_003 });
    expect(slow.closed).toBeNull();
    await channels.close();
  });

  test("hangs up on one that never reads", async () => {
    const { commit, join, channels } = scene({ now: () => clock.now });
    const slow = ear();
    await join(slow);
    slow.waiting = 11;
    clock.now += 100;
    await commit({ revenue: "1" });
    expect(channels.state()).toMatchObject({ channels: [{ places: 1, lagging: 1 }], dropped: 0 });
    clock.now += 1_001;
    await commit({ revenue: "2" });
    expect(slow.closed).toBe(1013);
    expect(channels.state().dropped).toBe(1);
    await channels.close();
  });

  test("starts everyone afresh when what was missed cannot be told", async () => {
    const { commit, join, state, channels } = scene();
    const one = ear();
    await join(one);
    state.afresh = true;
    await commit({ revenue: "1" });
    expect(one.got.slice(1)).toMatchObject([
      { type: "metrics:initial", seq: 1_001 },
      { type: "metrics:update", seq: 1_002 },
    ]);
    const back = ear();
    await join(back, 1_000);
    expect(back.got.map(({ type }) => type)).toEqual(["metrics:initial"]);
    await channels.close();
  });

  test("is forgotten some time after the last one left, the longest left first", async () => {
    const { channels, state, join } = scene({ buffer: { ...OPTIONS.buffer, age_ms_max: 20 } });
    const place = await join(ear());
    place.leave();
    place.leave();
    expect(state.closed).toBe(0);
    await Bun.sleep(40);
    expect(state.closed).toBe(1);
    expect(channels.places()).toBe(0);
    await channels.close();
  });

  test("tells what happens while it is still rendering how things are", async () => {
    const { channels } = scene();
    const one = ear();
    const rendered = Promise.withResolvers<void>();
    let renders = 0;
    const source: Source = {
      channel: "c",
      location_id: "here",
      frames: {},
      render: async () => {
        if (++renders > 1) await rendered.promise;
        return { sections: new Map(), again_in_ms: 60_000 };
      },
      tell: async () => ({ news: [{ type: "alert", data: "{}" }], sections: new Map(), afresh: false }),
      close() {},
    };
    channels.join("c", () => source, one, null);
    await Bun.sleep(5);
    channels.touch(["here"]);
    await Bun.sleep(5);
    expect(one.got.map(({ type }) => type)).toEqual(["metrics:initial", "alert"]);
    rendered.resolve();
    await channels.close();
  });

  test("that fails tries again", async () => {
    const errors: unknown[] = [];
    const channels = createChannels({ ...OPTIONS, onError: (_, error) => void errors.push(error) });
    const one = ear();
    let broken = true;
    const source: Source = {
      channel: "c",
      location_id: "here",
      frames: {},
      render: async () => {
        if (broken) throw new Error("timed out");
        return { sections: new Map(), again_in_ms: 60_000 };
      },
      close() {},
    };
    channels.join("c", () => source, one, null);
    await Bun.sleep(5);
    expect([errors.length, one.got.length]).toEqual([1, 0]);
    broken = false;
    channels.touch(["elsewhere", "here"]);
    await Bun.sleep(5);
    expect(one.got).toHaveLength(1);
    await channels.close();
  });
});
