import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { browserModules } from "../../scripts/browser-modules.ts";
import { ASSETS, ASSETS_VERSION } from "../../views/assets.ts";
import { type Served, serveAppliance } from "../support/browser.ts";

let served: Served;
let cookie: string;

beforeAll(async () => {
  served = await serveAppliance();
  cookie = session();
});
afterAll(() => served.stop());

function session(): string {
  const { control, now } = served.appliance.parts;
  const [user] = control.users();
  return `bellwether=${control.openSession(user?.user_id ?? "", false, now()).token}`;
}

/** A socket as a page opens it; its frames, and how it ended. */
async function open(path: string, headers: Record<string, string>) {
  const frames: string[] = [];
  const socket = new WebSocket(`${served.url.replace("http", "ws")}${path}`, { headers });
  socket.addEventListener("message", ({ data }) => frames.push(String(data)));
  const opened = await new Promise<boolean>((resolve) => {
    socket.addEventListener("open", () => resolve(true));
    socket.addEventListener("error", () => resolve(false));
    socket.addEventListener("close", () => resolve(false));
  });
  const frame = async (count: number): Promise<string> => {
    const deadline = Date.now() + 5_000;
    while (frames.length < count && Date.now() < deadline) await Bun.sleep(5);
    return frames[count - 1] ?? "";
  };
  return { socket, opened, frame, frames };
}

const own = () => ({ cookie, origin: served.url });

describe("the live socket", () => {
  const refused: { name: string; path: string; headers: () => Record<string, string> }[] = [
    { name: "nobody", path: "/live?view=overview", headers: () => ({ origin: served.url }) },
    {
      name: "a page of another site",
      path: "/live?view=overview",
      headers: () => ({ cookie, origin: "https://evil.example" }),
    },
    { name: "no origin", path: "/live?view=overview", headers: () => ({ cookie }) },
    { name: "an unknown view", path: "/live?view=constructor", headers: own },
    { name: "a query that makes no sense", path: "/live?view=overview&timeframe=2d", headers: own },
    { name: "a location that does not exist", path: "/live?view=overview&location_id=nowhere", headers: own },
  ];
  for (const { name, path, headers } of refused) {
    test(`is closed to ${name}`, async () => {
      expect((await open(path, headers())).opened).toBe(false);
    });
  }

  test("sends everything first, then what changed", async () => {
    const { socket, frame } = await open("/live?view=overview", own());
    const first = await frame(1);
    for (const id of ["period", "kpis", "revenue", "funnel", "bots", "feed", "pulse"])
      expect(first).toContain(`hx-target="#${id}"`);
    await served.post([{ type: "deal_closed", location_id: "here", value: "12.50" }]);
    // The clock may have moved a view in between.
    let seen = 2;
    let second = await frame(seen);
    while (second !== "" && !second.includes('data-value="12.50"')) second = await frame(++seen);
    expect(second).toContain('data-value="12.50"');
    expect(second).not.toContain('hx-target="#funnel"');
    socket.close();
  });

  test("is told nothing of other locations", async () => {
    await served.post([{ type: "deal_closed", location_id: "there", value: "1" }]);
    const { socket, frame, frames } = await open("/live?view=overview&location_id=there", own());
    await frame(1);
    await served.post([{ type: "deal_closed", location_id: "here", value: "77777" }]);
    await Bun.sleep(400);
    expect(frames.join("")).not.toContain("77777");
    socket.close();
  });

  test("does not listen", async () => {
    const { socket, frame, frames } = await open("/live?view=overview", own());
    await frame(1);
    socket.send('{"type":"subscribe","channel":"everything"}');
    socket.send("x".repeat(10_000));
    await Bun.sleep(50);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(frames).toHaveLength(1);
    socket.close();
  });

  test("goes with the session that opened it, and does not keep it alive", async () => {
    const { control, now } = served.appliance.parts;
    const [user] = control.users();
    const { token } = control.openSession(user?.user_id ?? "", false, now());
    const { socket, frame } = await open("/live?view=overview", {
      cookie: `bellwether=${token}`,
      origin: served.url,
    });
    await frame(1);
    const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
    const seen = control.sessionsOf(user?.user_id ?? "", now()).map(({ seen_at }) => seen_at);
    await Bun.sleep(3_500);
    expect(control.sessionsOf(user?.user_id ?? "", now()).map(({ seen_at }) => seen_at)).toEqual(seen);
    control.closeSession(token);
    expect(await closed).toBe(4401);
  }, 10_000);

  test("leaves nobody behind", async () => {
    const { hub } = served.appliance.parts;
    const deadline = Date.now() + 2_000;
    while (hub.watchers() > 0 && Date.now() < deadline) await Bun.sleep(10);
    expect(hub.watchers()).toBe(0);
  });
});

test("the same fragments come over HTTP, to those who are signed in", async () => {
  const answer = await fetch(`${served.url}/fragments?view=overview`, { headers: { cookie } });
  expect(await answer.text()).toContain('<hx-partial hx-target="#kpis" hx-swap="outerMorph">');
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect((await fetch(`${served.url}/fragments?view=overview`)).status).toBe(401);
  const alone = await (
    await fetch(`${served.url}/fragments?view=overview&fragment=feed`, { headers: { cookie } })
  ).text();
  expect(alone).toStartWith('<hx-partial hx-target="#feed"');
  expect(alone.match(/<hx-partial/g)).toHaveLength(1);
  // What was asked for alone is no part of the page's address.
  expect(alone).not.toContain("fragment=");
});

describe("assets", () => {
  const get = (path: string, encoding = "identity") =>
    fetch(`${served.url}/assets/${path}`, { headers: { "accept-encoding": encoding }, decompress: false });

  test("are kept for ever under their version, and asked for again without it", async () => {
    const versioned = await get(`${ASSETS_VERSION}/app.css`);
    expect(versioned.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await get("app.css")).headers.get("cache-control")).toBe("no-cache");
    expect((await get("000000000000/app.css")).status).toBe(404);
    expect((await get("../src/main.ts")).status).toBe(404);
  });

  test("weigh less than 200 kB together, compressed, as the executable has them", async () => {
    const bundled = await browserModules(join(import.meta.dir, "../../public/js"));
    const sizes = [...ASSETS.values()].map(({ path, bytes, type }) => {
      const text = bundled.get(join(import.meta.dir, "../../public", path));
      if (text === "") return 0;
      const compressed = brotliCompressSync(text === undefined ? bytes : new TextEncoder().encode(text));
      return /^(font\/|image\/png)/.test(type) ? bytes.length : compressed.length;
    });
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
  });

  test("refer only to what is there", () => {
    const texts = [...ASSETS.values()].filter(({ type }) => type.startsWith("text/"));
    for (const { path, bytes } of texts.filter(({ path }) => !path.startsWith("vendor/"))) {
      const text = new TextDecoder().decode(bytes);
      for (const [, named = ""] of text.matchAll(/(?:url\("|from "\.\/|import "\.\/)([^"]+)"/g)) {
        const folder = path.includes("/") ? `${path.split("/").at(0)}/` : "";
        const full = named.startsWith("fonts/") ? named : `${folder}${named}`;
        expect([path, full, ASSETS.has(full)]).toEqual([path, full, true]);
      }
    }
  });
});

test("the theme is kept with the account", async () => {
  const page = await (await fetch(`${served.url}/?timeframe=7d`, { headers: { cookie } })).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const send = (theme: string) =>
    fetch(`${served.url}/settings/theme`, {
      method: "POST",
      redirect: "manual",
      headers: {
        cookie,
        origin: served.url,
        "content-type": "application/x-www-form-urlencoded",
        referer: `${served.url}/?timeframe=7d`,
      },
      body: new URLSearchParams({ csrf, theme }),
    });
  const kept = await send("dark");
  expect([kept.status, kept.headers.get("location")]).toEqual([303, "/?timeframe=7d"]);
  expect(served.appliance.parts.control.users()[0]?.theme).toBe("dark");
  expect((await send("pink")).status).toBe(422);
});
