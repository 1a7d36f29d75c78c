/** The overview in a browser four times slower: first paint, interactive, bytes, shifts, each control; and a page that stays open. */
import type { Browser, Page } from "playwright-core";
import { z } from "zod";
import { type Figures, figuresOf, launch, type Opened, open } from "../browser.ts";
import { dataset } from "../dataset.ts";
import { runLoad, type Server, signIn, startServer } from "../server.ts";
import { median, type Result, repeat, type Scale, type Workload } from "../workload.ts";

const MILLION = 1_000_000;
const ADDRESS = "/?timeframe=30d";
const MB = 1_000_000;

export const PAGE: Workload = {
  name: "page",
  async run(scale): Promise<readonly Result[]> {
    const server = await furnished(scale);
    const browser = await launch();
    const cookie = await signIn(server);
    // The very first page makes the process and compresses the assets: what a person meets once.
    await visited(browser, server, cookie);
    const visits = await repeat(scale.quick ? 3 : 7, () => visited(browser, server, cookie));
    const bare = await repeat(scale.quick ? 3 : 7, () => bareVisit(browser));
    const moved = await whileMoving(browser, server, cookie, scale);
    const used = await whileUsed(browser, server, cookie);
    await browser.close();
    await server.stop();
    const of = (name: "painted_ms" | "interactive_ms" | "bytes" | "requests") =>
      median(visits.map((visit) => visit[name]));
    const requests = of("requests");
    const yardstick = median(bare.map(({ painted_ms }) => painted_ms));
    const beside = (result: Result): Result => ({ ...result, yardstick, ratio: result.value / yardstick });
    return [
      beside(
        absolute(
          "overview in Chromium, 4 times slower, cold cache: first contentful paint",
          of("painted_ms"),
          "ms",
          300,
        ),
      ),
      beside(
        absolute("overview in Chromium, 4 times slower, cold cache: interactive", of("interactive_ms"), "ms", 600),
      ),
      absolute(`assets of the overview, compressed, ${requests} requests`, of("bytes") / 1_000, "kB", 200),
      absolute(
        "requests that leave the host",
        visits.reduce((sum, { foreign }) => sum + foreign, 0),
        "",
        1,
      ),
      {
        ...absolute("layout shift while fragments arrive", moved.shift, "", 0.0001),
        note: `moved last: ${moved.moved || "nothing"}`,
      },
      absolute(`interaction to next paint, slowest of all controls (${used.slowest})`, used.slowest_ms, "ms", 100),
    ];
  },
};

export const PAGE_SOAK: Workload = {
  name: "page-soak",
  async run(scale): Promise<readonly Result[]> {
    const minutes = scale.soak ? 30 : scale.quick ? 1 : 3;
    const server = await furnished(scale);
    const browser = await launch();
    const opened = await open(browser, server, await signIn(server), 1);
    await shown(opened.page, server);
    // What a page keeps once it has shown everything is no growth.
    await eventsFor(server, 10);
    const before = await heapOf(opened);
    await eventsFor(server, minutes * 60);
    const after = await heapOf(opened);
    await browser.close();
    await server.stop();
    return [
      {
        ...absolute(
          `heap growth of a page open for ${minutes} min at 100 events/s`,
          (after.bytes - before.bytes) / MB,
          "MB",
          50,
        ),
        note: `${(before.bytes / MB).toFixed(1)} MB before, ${(after.bytes / MB).toFixed(1)} MB after; ${after.nodes - before.nodes} more DOM nodes, ${after.listeners - before.listeners} more listeners`,
      },
    ];
  },
};

function absolute(workload: string, value: number, unit: string, below: number): Result {
  const goal = below < 1 ? "0" : `below ${below} ${unit}`.trim();
  return { workload, value, unit, yardstick: null, ratio: null, goal, met: value < below };
}

/** With events to show; a million in the long run. */
async function furnished(scale: Scale): Promise<Server> {
  if (!scale.quick) return startServer({ data: (await dataset(MILLION)).data, admin: true });
  const server = await startServer({ admin: true });
  await load(server, { requests: 200, batch: 100, rate: 0, from_ms: Date.now() - 40 * 86_400_000, step_ms: 170_000 });
  return server;
}

async function eventsFor(server: Server, seconds: number): Promise<void> {
  await load(server, {
    requests: seconds * 20,
    batch: 5,
    rate: 20,
    from_ms: Date.now() - seconds * 1_000,
    step_ms: 10,
  });
}

let spaces = 0;

async function load(
  { port, key }: Server,
  given: { requests: number; batch: number; rate: number; from_ms: number; step_ms: number },
): Promise<void> {
  const { from_ms, step_ms, ...plan } = given;
  spaces += 1;
  await runLoad({
    ...plan,
    port,
    // What fills a store waits for it; what comes at a rate is not held up by it.
    path: given.rate === 0 ? "/v1/events?wait=true" : "/v1/events",
    key,
    connections: 4,
    id_space: `page-${Date.now()}-${spaces}`,
    times: { from_ms, step_ms },
  });
}

async function shown(page: Page, server: Server): Promise<void> {
  await page.goto(server.url + ADDRESS);
  await page.waitForSelector("[data-live][data-state=live]", { state: "attached" });
  // So long nothing may be busy that a person waits for.
  await page.waitForTimeout(2_000);
}

async function visited(browser: Browser, server: Server, cookie: string): Promise<Figures & { foreign: number }> {
  const opened = await open(browser, server, cookie);
  await shown(opened.page, server);
  const figures = await figuresOf(opened);
  await opened.context.close();
  return { ...figures, foreign: opened.foreign.length };
}

/** The yardstick: a page of one word, in the same browser on the same machine. */
async function bareVisit(browser: Browser): Promise<Figures> {
  const bare = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () =>
      new Response("<!doctype html><title>Bare</title><p>Bare", { headers: { "content-type": "text/html" } }),
  });
  const opened = await open(browser, { url: bare.url.origin }, "");
  await opened.page.goto(bare.url.origin);
  await opened.page.waitForTimeout(500);
  const figures = await figuresOf(opened);
  await opened.context.close();
  await bare.stop(true);
  return figures;
}

async function whileMoving(
  browser: Browser,
  server: Server,
  cookie: string,
  scale: Scale,
): Promise<{ shift: number; moved: string }> {
  const opened = await open(browser, server, cookie);
  await shown(opened.page, server);
  const before = await figuresOf(opened);
  await eventsFor(server, scale.quick ? 5 : 20);
  const after = await figuresOf(opened);
  await opened.context.close();
  return { shift: after.shift - before.shift, moved: after.moved };
}

/** Every control of the top bar, of the filters and of the panels is used once; links that lead away are not followed. */
async function whileUsed(browser: Browser, server: Server, cookie: string): Promise<Figures> {
  const opened = await open(browser, server, cookie);
  const { page } = opened;
  await shown(page, server);
  const controls = page.locator(
    ".topbar summary, .topbar .seg a, .topbar .compare, .page summary, .page .seg a, .page button:not([type=submit])",
  );
  const count = await controls.count();
  for (let at = 0; at < count; at++) {
    const control = controls.nth(at);
    if (!(await control.isVisible())) continue;
    await control.click({ timeout: 2_000 }).catch(() => {});
    await page.waitForTimeout(150);
    await page.keyboard.press("Escape");
    await page.waitForTimeout(150);
  }
  const figures = await figuresOf(opened);
  await opened.context.close();
  return figures;
}

const heapShape = z.object({ usedSize: z.number() });
const countersShape = z.object({ nodes: z.number(), jsEventListeners: z.number() });

async function heapOf({ cdp }: Opened): Promise<{ bytes: number; nodes: number; listeners: number }> {
  // Nodes that scripts held go one collection later than what held them.
  for (let round = 0; round < 3; round++) {
    await cdp.send("HeapProfiler.collectGarbage");
    await Bun.sleep(300);
  }
  const { usedSize } = heapShape.parse(await cdp.send("Runtime.getHeapUsage"));
  const { nodes, jsEventListeners } = countersShape.parse(await cdp.send("Memory.getDOMCounters"));
  return { bytes: usedSize, nodes, listeners: jsEventListeners };
}
