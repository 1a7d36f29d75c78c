import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import {
  axeFindings,
  CHROMIUM,
  launchBrowser,
  openPage,
  type Served,
  serveAppliance,
  signIn,
  type Watched,
} from "../support/browser.ts";
import { twoMonths } from "../support/seed.ts";

const WIDE = { width: 1440, height: 1000, theme: "light" } as const;
const SLOW = 60_000;
const DAY_MS = 86_400_000;

describe.skipIf(!existsSync(CHROMIUM))("explore", () => {
  let served: Served;
  let browser: Browser;
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    [served, browser] = await Promise.all([serveAppliance(), launchBrowser()]);
    served.appliance.parts.control.ensureLocation("jorge_main", { name: "Jorge’s team" });
    await served.post(twoMonths(Date.now()));
    await served.post([
      {
        id: "the-deal",
        type: "deal_closed",
        time: new Date(Date.now() - 3 * DAY_MS).toISOString(),
        location_id: "jorge_main",
        bot_id: "closer-bot",
        contact_id: "c-special",
        value: 77_000,
        data: { source: "referral" },
      },
    ]);
    watched = await openPage(browser, served.url, WIDE);
    page = watched.page;
    await signIn(page, served.url);
  }, SLOW);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  const heading = () => page.textContent("#inspector-title");
  const focused = () => page.locator(":focus");

  /** Goes on with Tab until what has the focus matches. */
  async function tabTo(selector: string): Promise<void> {
    for (let step = 0; step < 120; step++) {
      await page.keyboard.press("Tab");
      if ((await page.locator(`${selector}:focus`).count()) > 0) return;
    }
    throw new Error(`the keyboard does not reach ${selector}`);
  }

  test(
    "from the overview to the event that made the figure: card, bot, point, raw event, JSON",
    async () => {
      await page.goto(`${served.url}/?location_id=jorge_main`);
      await page.click("#kpi-revenue a.kpi-label");
      await page.waitForURL(/\/explore\?location_id=jorge_main&kpi=revenue/);
      await page.selectOption("#explore-by", "bot_id");
      await page.waitForSelector("#explore-table tbody tr:has-text('Closer bot')");
      expect(new URL(page.url()).searchParams.get("by")).toBe("bot_id");
      await page.click("#explore-table a:has-text('Closer bot')");
      await page.waitForSelector("#filter-bar .chip:has-text('Closer bot')");
      expect(await page.textContent(".explore-total")).toBe("$77k");

      const chart = page.locator("#chart-explore");
      await chart.scrollIntoViewIfNeeded();
      await chart.focus();
      const said = async () => (await page.textContent("#chart-explore-say")) ?? "";
      for (let left = 0; left < 8 && !/77k|77,000/.test(await said()); left++) await page.keyboard.press("ArrowLeft");
      expect(await said()).toMatch(/77k|77,000/);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#inspector");
      await page.waitForSelector("#inspector .event");
      expect(await page.textContent("#inspector .insp-head p")).toContain("$77,000");
      const event = page.locator("#inspector .event[data-event='the-deal']");
      await event.locator("summary").click();
      expect(await event.locator(".code .s", { hasText: "referral" }).count()).toBe(1);
      expect(await axeFindings(page)).toEqual([]);

      await page.goBack();
      await page.waitForSelector("#inspector", { state: "detached" });
      await page.goForward();
      await page.waitForSelector("#inspector .event");
    },
    SLOW,
  );

  test(
    "the same with the keyboard alone, and Escape goes back to where one was",
    async () => {
      await page.goto(`${served.url}/explore?location_id=jorge_main&by=bot_id&kind=table`);
      await tabTo("#explore-table tbody a[aria-label='Events of Closer bot']");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#inspector");
      expect(await heading()).toBe("Closer bot");
      await page.waitForSelector("#inspector-title:focus");
      await tabTo("#inspector .event summary");
      await page.keyboard.press("Enter");
      expect(await page.locator("#inspector .event[open] .code").isVisible()).toBe(true);
      await page.keyboard.press("Escape");
      await page.waitForSelector("#inspector", { state: "detached" });
      expect(await focused().getAttribute("aria-label")).toBe("Events of Closer bot");
    },
    SLOW,
  );

  test(
    "why this number: formula, SQL, events, freshness",
    async () => {
      await page.goto(`${served.url}/explore?kpi=conversion_rate&location_id=jorge_main`);
      await page.click("a:has-text('Why this number')");
      await page.waitForSelector("#inspector");
      const said = (await page.textContent("#inspector")) ?? "";
      for (const part of [
        "Conversion rate",
        'count(type = "lead_converted")',
        "WITH b0",
        "Events behind it",
        "Complete up to",
      ])
        expect(said).toContain(part);
      expect(await axeFindings(page)).toEqual([]);
      await page.click("#inspector a:has-text('Its events')");
      await page.waitForSelector("#inspector .event");
    },
    SLOW,
  );

  test(
    "shows more events below those that are there",
    async () => {
      await page.goto(`${served.url}/explore?kpi=leads&location_id=jorge_main&open=events`);
      const rows = page.locator("#inspector .event");
      expect(await rows.count()).toBe(20);
      await page.click("#inspector .insp-more a");
      await rows.nth(39).waitFor();
      const ids = await rows.evaluateAll((all) => all.map((one) => one.getAttribute("data-event")));
      expect(new Set(ids).size).toBe(40);
    },
    SLOW,
  );

  test(
    "without script the question is one form, and every step a link",
    async () => {
      const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
      await context.addCookies(await watched.context.cookies());
      const plain = await context.newPage();
      await plain.goto(`${served.url}/explore?location_id=jorge_main`);
      await plain.selectOption("#explore-kpi", "leads");
      await plain.selectOption("#explore-by", "data.source");
      await plain.click("#explore-query button");
      expect(await plain.textContent("#h-explore")).toBe("Leads by source");
      await plain.click("#explore-table tbody a[aria-label='Events of Portal']");
      await plain.click("#inspector .insp-more a");
      expect(await plain.locator("#inspector .event").count()).toBe(20);
      await context.close();
    },
    SLOW,
  );

  test(
    "a question is kept under a name and stands above the others",
    async () => {
      await page.goto(`${served.url}/explore?kpi=leads&by=data.source&location_id=jorge_main`);
      await page.click("#save-menu > summary");
      await page.fill("#save-name", "Where leads come from");
      await page.click("#save-menu button[type=submit]");
      await page.waitForSelector(".saved-tabs a[aria-current]:has-text('Where leads come from')");
    },
    SLOW,
  );

  test(
    "revenue: what moved it leads to Explore; nothing was logged, nobody else was asked",
    async () => {
      await page.goto(`${served.url}/revenue?location_id=jorge_main`);
      await page.waitForSelector("#revenue-movers .movers a");
      await page.click("#revenue-largest a.link-out");
      await page.waitForURL(/\/explore\?.*open=events/);
      expect(await page.locator("#inspector .event").count()).toBeGreaterThan(5);
      expect(watched.console).toEqual([]);
      expect(watched.foreign).toEqual([]);
    },
    SLOW,
  );
});
