import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import {
  axeFindings,
  CHROMIUM,
  type Look,
  launchBrowser,
  openPage,
  type Served,
  SHOTS,
  serveAppliance,
  signIn,
  type Watched,
} from "../support/browser.ts";
import { twoMonths } from "../support/seed.ts";

const WIDE = { width: 1440, height: 1000 };
const PHONE = { width: 390, height: 844 };
const LOOKS: readonly Look[] = [
  { ...WIDE, theme: "light" },
  { ...WIDE, theme: "dark" },
  { ...WIDE, theme: "contrast" },
  { ...PHONE, theme: "light" },
  { ...PHONE, theme: "dark" },
];
const SLOW = 60_000;

describe.skipIf(!existsSync(CHROMIUM))("in a browser", () => {
  let served: Served;
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    [served, browser] = await Promise.all([serveAppliance(), launchBrowser()]);
  }, SLOW);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  /** What no page may do, whatever it shows. */
  async function expectSound({ page, console: logged, foreign }: Watched): Promise<void> {
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
    expect(logged).toEqual([]);
    expect(foreign).toEqual([]);
  }

  async function shot({ page }: Watched, name: string, { theme, width }: Look): Promise<void> {
    await page.screenshot({ path: join(SHOTS, `${name}-${theme}-${width}.png`) });
  }

  /** Waits until what is read is no longer what it was. The page's policy forbids code in strings, so the asking is done from here. */
  async function changed(read: () => Promise<string | null>, before: string | null): Promise<void> {
    const deadline = Date.now() + 20_000;
    while ((await read()) === before) {
      if (Date.now() > deadline) throw new Error(`still ${before}`);
      await Bun.sleep(20);
    }
  }
  const revenueOf = (page: Page) => () => page.textContent("#kpi-revenue .kpi-value");
  /** What was looked at last is remembered from one test to the next: these look at the usual. */
  const signInToUsual = async (page: Page): Promise<void> => {
    await signIn(page, served.url);
    await page.goto(`${served.url}/?timeframe=30d`);
  };
  const isLive = ({ page }: Watched) => page.waitForSelector("[data-live][data-state=live]", { state: "attached" });

  test(
    "the sign-in is sound in every theme and width",
    async () => {
      for (const look of LOOKS) {
        const watched = await openPage(browser, served.url, look);
        await watched.page.goto(`${served.url}/login`);
        await expectSound(watched);
        await shot(watched, "login", look);
        await watched.context.close();
      }
    },
    SLOW,
  );

  test(
    "the wait for a first event is sound, and turns into the dashboard by itself",
    async () => {
      for (const look of LOOKS) {
        const watched = await openPage(browser, served.url, look);
        await signIn(watched.page, served.url);
        expect(await watched.page.textContent("h1")).toBe("Send your first event");
        await expectSound(watched);
        await shot(watched, "first-event", look);
        await watched.context.close();
      }
      const watched = await openPage(browser, served.url, { ...WIDE, theme: "light" });
      const { page } = watched;
      await signIn(page, served.url);
      await page.click("button[data-language=python]");
      expect(await page.textContent("#snippet-python")).toContain("urllib");
      expect(await page.isVisible("#snippet-curl")).toBe(false);
      // The key of the snippet is the one that the first event comes with.
      const key = /bw_[\w-]+/.exec((await page.textContent("#snippet-curl")) ?? "")?.[0];
      const answer = await fetch(`${served.url}/v1/events`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ type: "lead_created", location_id: "jorge_main", contact_id: "first" }),
      });
      expect(answer.status).toBe(202);
      await page.waitForSelector("#kpis");
      expect(await page.title()).toBe("Overview · Bellwether");
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "the overview is sound in every theme and width",
    async () => {
      const events = twoMonths(Date.now());
      for (let at = 0; at < events.length; at += 5_000) await served.post(events.slice(at, at + 5_000));
      for (const look of LOOKS) {
        const watched = await openPage(browser, served.url, look);
        await signIn(watched.page, served.url);
        await isLive(watched);
        await watched.page.waitForSelector("html[data-ready]");
        await expectSound(watched);
        await shot(watched, "overview", look);
        await watched.context.close();
      }
    },
    SLOW,
  );

  test(
    "a posted event changes the card without a reload, and nothing jumps",
    async () => {
      const watched = await openPage(browser, served.url, { ...WIDE, theme: "light" });
      const { page } = watched;
      await signInToUsual(page);
      await isLive(watched);
      await page.evaluate(`
        window.shift = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; }).observe({ type: "layout-shift" });
        window.card = document.querySelector("#kpi-revenue");
        window.canvas = document.querySelector("#chart-revenue canvas");`);
      const value = () => page.getAttribute("#kpi-revenue .kpi-value", "data-value");
      const raw = await value();
      const before = Number(raw);
      await served.post([
        {
          type: "deal_closed",
          location_id: "jorge_main",
          bot_id: "seller-bot",
          contact_id: "live",
          value: "1234567.25",
        },
      ]);
      await changed(value, raw);
      expect(Number(await value()) - before).toBeCloseTo(1_234_567.25, 4);
      expect(await page.textContent("#feed-list > li:first-child")).toContain("$1,234,567.25");
      expect(
        await page.evaluate(
          "window.card === document.querySelector('#kpi-revenue') && window.canvas === document.querySelector('#chart-revenue canvas')",
        ),
      ).toBe(true);
      expect(await page.evaluate("window.shift")).toBe(0);
      await expectSound(watched);
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "a paused feed stays as it is while the figures go on",
    async () => {
      const watched = await openPage(browser, served.url, { ...WIDE, theme: "light" });
      const { page } = watched;
      await signInToUsual(page);
      await isLive(watched);
      await page.click("[data-feed-pause]");
      const [feed, revenue] = [await page.textContent("#feed-list"), await page.textContent("#kpi-revenue .kpi-value")];
      await served.post([{ type: "deal_closed", location_id: "jorge_main", contact_id: "paused", value: 40_000_000 }]);
      await changed(revenueOf(page), revenue);
      expect(await page.textContent("#feed-list")).toBe(feed);
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "controls change the page, its address and its live view",
    async () => {
      const watched = await openPage(browser, served.url, { ...WIDE, theme: "dark" });
      const { page } = watched;
      await signIn(page, served.url);
      await isLive(watched);
      await page.click("text=7d");
      await page.waitForURL(/timeframe=7d/);
      await page.click("#location-menu summary");
      await page.click("#location-menu .menu-item:has-text('luna_salon')");
      await page.waitForURL(/location_id=luna_salon/);
      expect(await page.getAttribute("#live-socket", "hx-ws:connect")).toBe(
        "/live?view=overview&timeframe=7d&location_id=luna_salon",
      );
      await page.waitForSelector(".location span:text-is('luna_salon')");
      const bots = () => page.textContent("#bots");
      expect(await bots()).not.toContain("Seller bot");
      await served.post([{ type: "booking_created", location_id: "luna_salon", bot_id: "nova", contact_id: "x" }]);
      await page.waitForSelector("#bots:has-text('Nova')");
      await page.goBack();
      await page.waitForSelector("#bots:has-text('Seller bot')");
      await expectSound(watched);
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "the chart is read by the keys, and its values stand in a table that stays open",
    async () => {
      const watched = await openPage(browser, served.url, { ...WIDE, theme: "light" });
      const { page } = watched;
      await signInToUsual(page);
      await isLive(watched);
      await page.waitForSelector("#chart-revenue canvas");
      await page.focus("#chart-revenue");
      await page.keyboard.press("ArrowLeft");
      expect(await page.textContent("#chart-revenue-say")).toMatch(/: Daily .*Commission to date \$/);
      await page.click("#revenue-rows summary");
      const rows = await page.locator("#revenue-rows tbody tr").count();
      expect(rows).toBeGreaterThanOrEqual(30);
      const label = await page.getAttribute("#chart-revenue", "aria-label");
      await served.post([{ type: "deal_closed", location_id: "jorge_main", contact_id: "table", value: 90_000_000 }]);
      await changed(() => page.getAttribute("#chart-revenue", "aria-label"), label);
      expect(await page.locator("#revenue-rows[open]").count()).toBe(1);
      await expectSound(watched);
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "events of another time are one click away",
    async () => {
      await served.post([
        {
          type: "order_placed",
          time: "2012-03-01T12:00:00Z",
          location_id: "old_shop",
          contact_id: "x",
          value: "12.34",
          currency: "GBP",
        },
      ]);
      const watched = await openPage(browser, served.url, { ...PHONE, theme: "light" });
      const { page } = watched;
      await signIn(page, served.url);
      await page.goto(`${served.url}/?location_id=old_shop`);
      expect(await page.textContent("#notice")).toContain("Mar 1, 2012");
      await page.click("#notice a");
      await page.waitForURL(/timeframe=all/);
      await page.waitForSelector("#kpi-revenue .kpi-value:text-is('£12.34')");
      await expectSound(watched);
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "without a socket the page asks every few seconds, says so, and goes back by itself",
    async () => {
      const watched = await openPage(browser, served.url, { ...WIDE, theme: "light" });
      const { page, context } = watched;
      let cut = false;
      await context.routeWebSocket(/\/live/, (socket) => {
        if (cut) void socket.close({ code: 1011 });
        else {
          const server = socket.connectToServer();
          open.push(() => {
            void server.close();
            void socket.close({ code: 1011 });
          });
        }
      });
      const open: (() => void)[] = [];
      await signInToUsual(page);
      await isLive(watched);
      cut = true;
      for (const close of open) close();
      await page.waitForSelector("[data-live][data-state=polling]", { timeout: 40_000 });
      expect(await page.textContent("#live-banner")).toContain("Figures refresh every 5 s instead.");
      await shot(watched, "polling", { ...WIDE, theme: "light" });
      expect(await axeFindings(page)).toEqual([]);
      const revenue = await page.textContent("#kpi-revenue .kpi-value");
      await served.post([{ type: "deal_closed", location_id: "jorge_main", contact_id: "polled", value: 80_000_000 }]);
      await changed(revenueOf(page), revenue);
      cut = false;
      await page.click("#live-banner [data-live-reconnect]");
      await isLive(watched);
      expect(await page.isVisible("#live-banner")).toBe(false);
      await watched.context.close();
    },
    2 * SLOW,
  );

  test(
    "every control works without script",
    async () => {
      const context = await browser.newContext({ viewport: WIDE, javaScriptEnabled: false });
      const page = await context.newPage();
      await signIn(page, served.url);
      await page.click("text=7d");
      expect(page.url()).toContain("timeframe=7d");
      await page.click("text=Compare");
      expect(page.url()).toContain("compare=off");
      await page.click("#range-menu summary");
      await page.fill("#day-from", "2012-03-01");
      await page.fill("#day-to", "2012-03-01");
      await page.click("#range-menu button");
      expect(page.url()).toContain("from=2012-03-01T00%3A00%3A00Z&to=2012-03-02T00%3A00%3A00Z");
      expect(await page.textContent("#kpi-revenue")).toContain("£12.34");
      await page.click(".theme-menu summary");
      await page.click("button[value=dark]");
      expect(await page.getAttribute("html", "data-theme")).toBe("dark");
      await context.close();
    },
    SLOW,
  );

  test(
    "the demo fills the dashboard, says that it is one, and goes at one click",
    async () => {
      const demo = await serveAppliance(["--demo"]);
      const { store } = demo.appliance.parts;
      const filled = async (before: number): Promise<void> => {
        await Bun.sleep(1_000);
        const { events } = store.state;
        if (events === 0 || events > before + 1_000) await filled(events);
      };
      await filled(0);
      const watched = await openPage(browser, demo.url, { ...WIDE, theme: "light" });
      await signIn(watched.page, demo.url);
      await isLive(watched);
      await watched.page.waitForSelector("html[data-ready]");
      expect(await watched.page.textContent(".notice-demo")).toContain("Demo data is shown.");
      await expectSound(watched);
      await watched.page.click("text=Remove the demo");
      await watched.page.waitForSelector("h1:text-is('Send your first event')");
      await watched.context.close();
      await demo.stop();
    },
    SLOW,
  );
});
