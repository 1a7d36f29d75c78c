/** What moves by itself in a browser: the connection and its panel, notices, the activity, a page that comes back. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { CHROMIUM, launchBrowser, openPage, type Served, serveAppliance, signIn } from "../support/browser.ts";

const SLOW = 60_000;
const WIDE = { width: 1440, height: 1000, theme: "light" } as const;

describe.skipIf(!existsSync(CHROMIUM))("what moves", () => {
  let served: Served;
  let browser: Browser;

  beforeAll(async () => {
    [served, browser] = await Promise.all([serveAppliance(), launchBrowser()]);
    const bots = ["seller-bot", "lead-bot", "luna"];
    const events = Array.from({ length: 60 }, (_, at) => ({
      type: "lead_created",
      time: new Date(Date.now() - (60 - at) * 60_000).toISOString(),
      location_id: "jorge_main",
      bot_id: bots[at % 3],
      contact_id: `c-${at}`,
    }));
    await served.post(events);
  }, SLOW);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  const until = async (read: () => Promise<boolean>, ms = 15_000): Promise<void> => {
    const deadline = Date.now() + ms;
    while (!(await read())) {
      if (Date.now() > deadline) throw new Error("it did not come to that");
      await Bun.sleep(20);
    }
  };
  const isLive = (page: Page) => page.waitForSelector("[data-live][data-state=live]", { state: "attached" });
  const stall = (contact_id: string) => ({
    type: "jorge_qualification_progress",
    location_id: "jorge_main",
    bot_id: "seller-bot",
    contact_id,
    data: { current_question: 3, questions_answered: 3, stall_detected: true },
  });
  const opened = async (path = "/") => {
    const watched = await openPage(browser, served.url, WIDE);
    await signIn(watched.page, served.url);
    if (path !== "/") await watched.page.goto(served.url + path);
    await isLive(watched.page);
    return watched;
  };

  test(
    "a line that is cut says so in a word and a shape, how often it tried and when next, and comes back",
    async () => {
      const { page, context } = await openPage(browser, served.url, WIDE);
      const cuts: (() => void)[] = [];
      let cut = false;
      await context.routeWebSocket(/\/live/, (socket) => {
        if (cut) return void socket.close({ code: 1011 });
        const server = socket.connectToServer();
        cuts.push(() => {
          void server.close();
          void socket.close({ code: 1011 });
        });
      });
      await signIn(page, served.url);
      await isLive(page);
      await page.click("#live-menu summary");
      expect(await page.textContent("[data-live-text]")).toBe("Connected");
      await until(async () => /^\d+ (s|min|h) ago$/.test((await page.textContent("[data-live-figures]")) ?? ""));
      cut = true;
      for (const close of cuts.splice(0)) close();
      await page.waitForSelector("[data-live][data-state=reconnecting]");
      await until(async () => Number(await page.textContent("[data-live-attempts]")) >= 2);
      await until(async () => /^In \d+ s$/.test((await page.textContent("[data-live-next]")) ?? ""));
      await page.waitForSelector("[data-live][data-state=polling]", { timeout: 40_000 });
      expect(await page.textContent("[data-live-channel]")).toBe("HTTP, every 5 s");
      expect(await page.isVisible("#live-banner")).toBe(true);
      cut = false;
      await page.click(".live-panel [data-live-reconnect]");
      await isLive(page);
      expect(await page.textContent("[data-live-attempts]")).toBe("0");
      expect(await page.isVisible("#live-banner")).toBe(false);
      await context.close();
    },
    2 * SLOW,
  );

  test(
    "a page that was hidden, its line closed, is right within a second of being looked at",
    async () => {
      const { page, context } = await opened();
      await page.evaluate(`
        window.away = true;
        Object.defineProperty(document, "hidden", { get: () => window.away });
        document.dispatchEvent(new Event("visibilitychange"));`);
      await until(async () => served.appliance.parts.hub.watchers() === 0);
      await served.post([{ type: "deal_closed", location_id: "jorge_main", contact_id: "away", value: "98765.25" }]);
      await Bun.sleep(300);
      expect(await page.getAttribute("#kpi-revenue .kpi-value", "data-value")).not.toBe("98765.25");
      await page.evaluate(`window.away = false; document.dispatchEvent(new Event("visibilitychange"));`);
      await until(async () => (await page.getAttribute("#kpi-revenue .kpi-value", "data-value")) === "98765.25", 1_000);
      await isLive(page);
      await context.close();
    },
    SLOW,
  );

  test(
    "stalls are told at once: three at most, the others counted, closed by the keys, and none of them twice",
    async () => {
      const { page, context } = await opened();
      await until(async () => (await page.getAttribute("#toast-source", "data-now")) !== null);
      expect(await page.locator("#toasts .toast:visible").count()).toBe(0);
      await served.post(["a", "b", "c", "d", "e"].map(stall));
      await page.waitForSelector("#toasts .toast:visible");
      expect(await page.locator("#toasts .toast:visible").count()).toBe(3);
      expect(await page.textContent("[data-toast-more] span")).toBe("and 2 more");
      expect(await page.textContent("#toasts [role=status]")).toBe("5 new notices");
      expect(await page.textContent("#toasts .toast:visible")).toContain("Detected a stall at Q4 Timeline with a");
      await page.focus("#toasts .toast:visible [data-toast-close]");
      await page.keyboard.press("Escape");
      expect(await page.textContent("[data-toast-more] span")).toBe("and 1 more");
      // The next one has the focus: who closes them one by one does not lose their place.
      expect(await page.evaluate("document.activeElement.matches('#toasts [data-toast-close]')")).toBe(true);
      await page.click("[data-toast-clear]");
      expect(await page.locator("#toasts .toast:visible").count()).toBe(0);
      await page.reload();
      await isLive(page);
      await until(async () => (await page.getAttribute("#toast-source", "data-now")) !== null);
      expect(await page.locator("#toasts .toast:visible").count()).toBe(0);
      await context.close();
    },
    SLOW,
  );

  test(
    "nobody is told of a stall at a location that they may not see",
    async () => {
      const { control, now } = served.appliance.parts;
      control.ensureLocation("elsewhere");
      const given = { email: "ana@example.com", name: "Ana", password: null };
      const ana = await control.addUser({ ...given, role: "viewer", locations: ["elsewhere"] });
      const { token } = control.openSession(ana.user_id, false, now());
      const { page, context } = await openPage(browser, served.url, WIDE);
      await context.addCookies([{ name: "bellwether", value: token, url: served.url }]);
      await page.goto(`${served.url}/?timeframe=7d`);
      await isLive(page);
      await served.post([stall("unseen"), { ...stall("seen"), location_id: "elsewhere" }]);
      await page.waitForSelector("#toasts .toast:visible");
      // A viewer sees no names either.
      expect(await page.content()).not.toContain("unseen");
      expect(await page.locator("#toasts .toast:visible").count()).toBe(1);
      await context.close();
    },
    SLOW,
  );

  test(
    "a bot's tile answers its event, and the activity shows what was asked for, in pushes too",
    async () => {
      const { page, context } = await opened();
      await page.emulateMedia({ reducedMotion: "no-preference" });
      await served.post([{ type: "lead_created", location_id: "jorge_main", bot_id: "lead-bot", contact_id: "beat" }]);
      await page.waitForSelector(".bot.is-beating:has-text('Lead bot')");
      await page.selectOption("#feed-bot", "luna");
      await page.waitForURL(/feed_bot=luna/);
      await until(async () => !(await page.textContent("#feed-list"))?.includes("Lead bot"));
      expect(await page.locator("#feed-list > li").count()).toBe(10);
      await page.click("#feed a:has-text('Show 50')");
      await until(async () => (await page.locator("#feed-list > li").count()) === 20);
      await isLive(page);
      await served.post([
        { type: "lead_qualified", location_id: "jorge_main", bot_id: "lead-bot", contact_id: "not-hers" },
        { type: "lead_qualified", location_id: "jorge_main", bot_id: "luna", contact_id: "hers" },
      ]);
      await page.waitForSelector("#feed-list > li:has-text('hers')");
      expect(await page.textContent("#feed-list")).not.toContain("not-hers");
      await context.close();
    },
    SLOW,
  );

  test(
    "a row that somebody points at stays, and what came meanwhile is there afterwards",
    async () => {
      const { page, context } = await opened();
      await page.hover("#feed-list > li:nth-child(2)");
      expect(await page.textContent("[data-feed-meta]")).toBe("Held while you read");
      const before = await page.textContent("#feed-list");
      const revenue = await page.textContent("#kpi-revenue .kpi-value");
      await served.post([{ type: "deal_closed", location_id: "jorge_main", contact_id: "held", value: 7_000_000 }]);
      await until(async () => (await page.textContent("#kpi-revenue .kpi-value")) !== revenue);
      expect(await page.textContent("#feed-list")).toBe(before);
      await page.hover("h1");
      await page.waitForSelector("#feed-list > li:has-text('held')");
      await context.close();
    },
    SLOW,
  );
});
