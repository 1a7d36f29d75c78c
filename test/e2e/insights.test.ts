/** The pages of insights in a real browser: they are honest, they hold together, and one can say something to them. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import {
  axeFindings,
  CHROMIUM,
  crampedCells,
  launchBrowser,
  openPage,
  type Served,
  SHOTS,
  serveAppliance,
  signIn,
  type Watched,
} from "../support/browser.ts";
import { twoMonths } from "../support/seed.ts";

const WIDE = { width: 1440, height: 900 };
const DAY = 86_400_000;
const SLOW = 120_000;

describe.skipIf(!existsSync(CHROMIUM))("insights in a browser", () => {
  let served: Served;
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    served = await serveAppliance();
    browser = await launchBrowser();
    const { control } = served.appliance.parts;
    control.ensureLocation("jorge_main", { name: "Jorge's team", timezone: "UTC" });
    control.ensureLocation("luna_salon", { name: "Luna Salon", timezone: "UTC" });
  }, SLOW);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  /** Two months of a team, bookings by the weekday, and twenty times as many of them two days ago. */
  function history(): Record<string, unknown>[] {
    const now = Date.now();
    const bookings = Array.from({ length: 60 }, (_, ago) => {
      const start = now - ago * DAY;
      const usual = new Date(start).getUTCDay() % 6 === 0 ? 3 : 8;
      return Array.from({ length: ago === 2 ? usual * 20 : usual }, (_, n) => ({
        type: "booking_created",
        location_id: "luna_salon",
        bot_id: ago === 2 ? "jade" : "luna",
        contact_id: `b-${ago}-${n}`,
        time: new Date(start - n * 60_000 - 1_000).toISOString(),
        data: { source: ago === 2 ? "portal" : "phone" },
      }));
    });
    return [...twoMonths(now), ...bookings.flat()];
  }

  async function expectSound({ page, console: logged, foreign }: Watched, path: string): Promise<void> {
    expect([path, await axeFindings(page)]).toEqual([path, []]);
    const sideways = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect([path, sideways]).toEqual([path, 0]);
    expect([path, await crampedCells(page)]).toEqual([path, []]);
    expect([logged, foreign]).toEqual([[], []]);
  }

  const answered = ({ page }: Watched) => page.waitForSelector("#insights-body:not([aria-busy])");

  test(
    "without history they say why there is nothing",
    async () => {
      const watched = await openPage(browser, served.url, { ...WIDE, theme: "light" });
      const { page } = watched;
      await signIn(page, served.url);
      await page.goto(`${served.url}/insights`);
      await answered(watched);
      const text = (await page.textContent("main")) ?? "";
      expect(text).toContain("Nothing needs you");
      expect(text).toContain("There is no complete day of history yet.");
      expect(text).not.toMatch(/NaN|undefined|null/);
      await page.screenshot({ path: join(SHOTS, "insights-empty-light-1440.png"), fullPage: true });
      await expectSound(watched, "/insights");
      await page.click("nav[aria-label=Insights] a:has-text('Contacts')");
      await answered(watched);
      expect(await page.textContent("main")).toContain("Nobody is scored");
      await expectSound(watched, "/insights/contacts");
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "an anomaly says why, a forecast how good it was, and both can be answered",
    async () => {
      const events = history();
      for (let at = 0; at < events.length; at += 5_000) await served.post(events.slice(at, at + 5_000));
      const watched = await openPage(browser, served.url, { ...WIDE, theme: "light" });
      const { page } = watched;
      await signIn(page, served.url);
      await page.goto(`${served.url}/insights?location_id=luna_salon`);
      await answered(watched);
      const booked = page.locator(".anomaly", { hasText: "Bookings was" });
      const text = (await booked.first().textContent()) ?? "";
      expect(text).toContain("to be expected");
      expect(text).toContain("Bot Jade");
      const forecast = (await page.textContent("#forecast-bookings")) ?? "";
      expect(forecast).toMatch(/This method's error was (\d+% (below|above)|the same as) repeating last week's day\./);
      expect(forecast).toMatch(/\d+% of outcomes lay in the 80% band over \d+ tries/);
      await page.waitForSelector("#forecast-bookings canvas");
      await page.focus("#chart-bookings");
      await page.keyboard.press("ArrowRight");
      expect(await page.textContent("#chart-bookings-say")).toContain("80% band");

      await booked.first().locator("button:has-text('Acknowledge')").click();
      await answered(watched);
      expect(await booked.first().textContent()).toContain("jorge has seen to it");
      const first = page.locator("article:has(button:has-text('Dismiss'))").first();
      const sentence = (await first.locator("h3").textContent()) ?? "";
      await first.locator("button:has-text('Dismiss')").click();
      await answered(watched);
      expect(await page.textContent("[role=status]")).toContain("Dismissed for you.");
      const left = await page.locator("[aria-labelledby=concierge-h] h3").allTextContents();
      expect(left).not.toContain(sentence);
      await page.click("text=Show >> visible=true");
      await answered(watched);
      expect(await page.locator("[aria-labelledby=concierge-h] h3").allTextContents()).toContain(sentence);
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "they are read without JavaScript",
    async () => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await signIn(page, served.url);
      await page.goto(`${served.url}/insights?location_id=luna_salon&wait=yes`);
      expect(await page.textContent("#forecast-bookings")).toContain("lay in the 80% band");
      await page.click("#bookings-rows summary");
      expect(await page.textContent("#forecast-bookings table")).toContain("–");
      await page.goto(`${served.url}/insights/contacts?wait=yes`);
      expect(await page.textContent("main")).toContain("points");
      await context.close();
    },
    SLOW,
  );
});
