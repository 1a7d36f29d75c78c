import { describe, expect, test } from "bun:test";
import { createHub, type View, type Watcher } from "../../src/live/hub.ts";

function inbox(): Watcher & { got: string[] } {
  const got: string[] = [];
  return {
    got,
    send(text) {
      got.push(text);
      return true;
    },
  };
}

function viewOf(render: () => Promise<readonly string[]>, given: Partial<View> = {}): View {
  return { key: "overview", locations: null, render, ...given };
}

const settled = () => Bun.sleep(5);

describe("a view", () => {
  test("is rendered once for all who watch it", async () => {
    let renders = 0;
    const hub = createHub({ pushes_per_s: 1000 });
    const view = viewOf(async () => [`n ${++renders}`]);
    const all = [inbox(), inbox(), inbox()];
    for (const one of all) hub.watch(view, one);
    await settled();
    expect(renders).toBe(1);
    expect(all.map(({ got }) => got)).toEqual([["n 1"], ["n 1"], ["n 1"]]);
    expect(hub.watchers()).toBe(3);
    expect(hub.watched().reduce((sum, { watchers }) => sum + watchers, 0)).toBe(3);
    await hub.close();
  });

  test("sends only the fragments that changed, and everything to one who joins", async () => {
    let figure = 1;
    const hub = createHub({ pushes_per_s: 1000 });
    const view = viewOf(async () => ["same", `figure ${figure}`]);
    const early = inbox();
    hub.watch(view, early);
    await settled();
    figure = 2;
    hub.touch(["here"]);
    await settled();
    const late = inbox();
    hub.watch(view, late);
    expect(early.got).toEqual(["same\nfigure 1", "figure 2"]);
    expect(late.got).toEqual(["same\nfigure 2"]);
    await hub.close();
  });

  test("says nothing when nothing changed", async () => {
    const hub = createHub({ pushes_per_s: 1000 });
    const one = inbox();
    hub.watch(
      viewOf(async () => ["same"]),
      one,
    );
    await settled();
    hub.tick();
    await settled();
    expect(one.got).toEqual(["same"]);
    await hub.close();
  });

  test("is touched by its own locations only", async () => {
    let renders = 0;
    const hub = createHub({ pushes_per_s: 1000 });
    const view = viewOf(async () => [String(++renders)], { locations: ["here"] });
    hub.watch(view, inbox());
    await settled();
    hub.touch(["elsewhere"]);
    await settled();
    expect(renders).toBe(1);
    hub.touch(["elsewhere", "here"]);
    await settled();
    expect(renders).toBe(2);
    await hub.close();
  });

  test("is never rendered twice at a time, and a commit meanwhile is not lost", async () => {
    let running = 0;
    let most = 0;
    let renders = 0;
    const hub = createHub({ pushes_per_s: 1000 });
    const one = inbox();
    const view = viewOf(async () => {
      most = Math.max(most, ++running);
      await Bun.sleep(10);
      running--;
      return [String(++renders)];
    });
    hub.watch(view, one);
    for (let commit = 0; commit < 5; commit++) hub.touch(["here"]);
    await Bun.sleep(60);
    expect(most).toBe(1);
    expect(one.got).toEqual(["1", "2"]);
    await hub.close();
  });

  test("that was quiet is pushed at once; a busy one waits for the limit, then shows the newest", async () => {
    let clock = 0;
    let figure = 0;
    const hub = createHub({ pushes_per_s: 20, now: () => clock });
    const one = inbox();
    hub.watch(
      viewOf(async () => [String(figure)]),
      one,
    );
    await settled();
    for (figure = 1; figure < 10; figure++) hub.touch(["here"]);
    await settled();
    expect(one.got).toEqual(["0"]);
    clock = 60;
    await Bun.sleep(70);
    expect(one.got).toEqual(["0", "10"]);
    await hub.close();
  });

  test("is published once when it can be", async () => {
    let figure = 1;
    const published: string[] = [];
    const hub = createHub({ pushes_per_s: 1000 });
    const view = viewOf(async () => [`figure ${figure}`], { publish: (text) => published.push(text) });
    const all = [inbox(), inbox()];
    for (const one of all) hub.watch(view, one);
    await settled();
    figure = 2;
    hub.touch(["here"]);
    await settled();
    expect(published).toEqual(["figure 2"]);
    expect(all.map(({ got }) => got)).toEqual([["figure 1"], ["figure 1"]]);
    await hub.close();
  });

  test("that fails keeps what is on the screen and tries again at the next commit", async () => {
    let broken = true;
    const errors: unknown[] = [];
    const hub = createHub({ pushes_per_s: 1000, onError: (_, error) => errors.push(error) });
    const one = inbox();
    hub.watch(
      viewOf(async () => {
        if (broken) throw new Error("timed out");
        return ["well"];
      }),
      one,
    );
    await settled();
    expect(one.got).toEqual([]);
    expect(errors).toHaveLength(1);
    broken = false;
    hub.touch(["here"]);
    await settled();
    expect(one.got).toEqual(["well"]);
    await hub.close();
  });

  test("knows how long a commit takes to its push, and counts nobody's joining", async () => {
    let clock = 0;
    const hub = createHub({ pushes_per_s: 1000, now: () => clock });
    const one = inbox();
    let figure = 0;
    hub.watch(
      viewOf(async () => {
        clock += 40;
        return [`figure ${figure}`];
      }),
      one,
    );
    await settled();
    expect([one.got, hub.lag_p95_ms()]).toEqual([["figure 0"], null]);
    figure = 1;
    hub.touch(["here"]);
    await settled();
    expect([one.got.at(-1), hub.lag_p95_ms()]).toEqual(["figure 1", 40]);
    await hub.close();
  });

  test("that nobody watches any more is forgotten", async () => {
    let renders = 0;
    const hub = createHub({ pushes_per_s: 1000 });
    const leave = hub.watch(
      viewOf(async () => [String(++renders)]),
      inbox(),
    );
    await settled();
    leave();
    hub.touch(["here"]);
    await settled();
    expect(renders).toBe(1);
    expect(hub.watchers()).toBe(0);
    await hub.close();
  });
});
