/** A Chromium over the executable: a machine four times slower, a cache that knows nothing, and what it saw of a page. */
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from "playwright-core";
import { z } from "zod";
import { CHROMIUM } from "../support/browser.ts";
import type { Server } from "./server.ts";

const SLOWER = 4;

export interface Opened {
  page: Page;
  context: BrowserContext;
  cdp: CDPSession;
  /** Asked for elsewhere than at the server. */
  foreign: string[];
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--enable-precise-memory-info",
      "--js-flags=--expose-gc",
    ],
  });
}

/** A page with an empty cache, signed in, on a slow machine. */
export async function open(
  browser: Browser,
  { url }: Pick<Server, "url">,
  cookie: string,
  slower = SLOWER,
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
  const [name = "", value = ""] = cookie.split("=", 2);
  if (name !== "") await context.addCookies([{ name, value, url }]);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: slower });
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) foreign.push(request.url());
  });
  await page.addInitScript({ content: WATCH });
  return { page, context, cdp, foreign };
}

/** Runs in the page before anything of it: keeps what only observers are told. */
const WATCH = `(() => {
  const seen = (window.bench = { shift: 0, busy_until: 0, slowest_ms: 0, slowest: "", moved: "" });
  const on = (type, hear, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(hear)).observe({ type, buffered: true, ...more });
  on("layout-shift", (entry) => {
    if (entry.hadRecentInput) return;
    seen.shift += entry.value;
    seen.moved = entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName).join(", ");
  });
  on("longtask", (entry) => {
    seen.busy_until = Math.max(seen.busy_until, entry.startTime + entry.duration);
  });
  on("event", (entry) => {
    if (entry.interactionId === 0 || entry.duration <= seen.slowest_ms) return;
    seen.slowest_ms = entry.duration;
    seen.slowest = entry.name + " on " + (entry.target?.closest?.("[id]")?.id ?? "?");
  }, { durationThreshold: 16 });
})()`;

const figuresShape = z.object({
  painted_ms: z.number(),
  interactive_ms: z.number(),
  bytes: z.number(),
  requests: z.number(),
  shift: z.number(),
  slowest_ms: z.number(),
  slowest: z.string(),
  /** What moved last. */
  moved: z.string(),
});
export type Figures = z.infer<typeof figuresShape>;

/** Interactive: all scripts have run, and no long task after that. Bytes as they came over the wire, the document apart. */
export async function figuresOf({ page }: Opened): Promise<Figures> {
  const found: unknown = await page.evaluate(`(() => {
    const [navigation] = performance.getEntriesByType("navigation");
    const assets = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/assets/"));
    return {
      painted_ms: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
      interactive_ms: Math.max(navigation.domContentLoadedEventEnd, window.bench.busy_until),
      bytes: assets.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      requests: assets.length,
      shift: window.bench.shift,
      slowest_ms: window.bench.slowest_ms,
      slowest: window.bench.slowest,
      moved: window.bench.moved,
    };
  })()`);
  return figuresShape.parse(found);
}
