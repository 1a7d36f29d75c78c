/** What people do on the pages of leads and funnels, in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import {
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
const PHONE = { width: 390, height: 844, theme: "light" } as const;
const SLOW = 60_000;

describe.skipIf(!existsSync(CHROMIUM))("leads and funnels in a browser", () => {
  let served: Served;
  let browser: Browser;
  let wide: Watched;

  beforeAll(async () => {
    [served, browser] = await Promise.all([serveAppliance(), launchBrowser()]);
    const events = twoMonths(Date.now());
    for (let at = 0; at < events.length; at += 5_000) await served.post(events.slice(at, at + 5_000));
    wide = await openPage(browser, served.url, WIDE);
    await signIn(wide.page, served.url);
  }, SLOW);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  /** The page's policy forbids code in strings, so the asking is done from here. */
  async function until(holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error("it never was so");
      await Bun.sleep(20);
    }
  }
  const openLeads = async (page: Page, query = ""): Promise<void> => {
    await page.goto(`${served.url}/leads?location_id=jorge_main${query}`);
    await page.waitForSelector("#leads .lead-link");
    // The order is by chance, and chances come a moment later the first time.
    await until(async () => !(await page.textContent("#leads"))?.includes("being computed"));
  };
  const names = (page: Page) => page.locator("#leads .lead-link").allTextContents();
  const count = async (page: Page, selector: string) => Number((await page.textContent(selector))?.replaceAll(",", ""));

  test(
    "a search narrows the table while it is typed, and the address keeps it",
    async () => {
      const { page } = wide;
      await openLeads(page);
      await page.fill("#lead-search", "lead-12-");
      await page.waitForURL(/search=lead-12-/);
      await until(async () => (await names(page)).length === 12);
      expect((await names(page)).every((name) => name.startsWith("lead-12-"))).toBe(true);
      expect(await count(page, "#lead-tabs [aria-current] .count")).toBe(12);
      expect(await page.inputValue("#lead-search")).toBe("lead-12-");
      expect(await page.evaluate("document.activeElement.id")).toBe("lead-search");
    },
    SLOW,
  );

  test(
    "a head sorts, a temperature narrows, and both are taken back",
    async () => {
      const { page } = wide;
      await openLeads(page);
      await page.click("#leads th a:has-text('Revenue')");
      await page.waitForSelector("#leads th[aria-sort=descending] a:has-text('Revenue')");
      expect((await names(page))[0]).toMatch(/^c-/);
      await page.click("#leads th a:has-text('Revenue')");
      await page.waitForSelector("#leads th[aria-sort=ascending] a:has-text('Revenue')");
      await page.click("#lead-choices a:has-text('Warm')");
      await page.waitForURL(/temperature=warm/);
      await page.waitForSelector("#lead-choices a[aria-pressed=true]:has-text('Warm')");
      expect((await names(page)).every((name) => name.startsWith("lead-"))).toBe(true);
      await page.click("#lead-choices a:has-text('Clear')");
      await page.waitForSelector("#lead-choices a[aria-pressed=false]:has-text('Warm')");
    },
    SLOW,
  );

  test(
    "a lead opens beside the table; n and p go on, Escape closes and the focus is back",
    async () => {
      const { page } = wide;
      await openLeads(page, "&tab=open");
      const shown = await names(page);
      await page.locator("#leads .lead-link").first().focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector(`#inspector[aria-label="Lead: ${shown[0]}"]`);
      expect(await page.evaluate("document.activeElement.id")).toBe("inspector-title");
      expect(await page.textContent("#inspector")).toContain("New lead by portal");
      await page.keyboard.press("n");
      await page.waitForSelector(`#inspector[aria-label="Lead: ${shown[1]}"]`);
      await page.keyboard.press("p");
      await page.waitForSelector(`#inspector[aria-label="Lead: ${shown[0]}"]`);
      await page.locator("#inspector .tl-more summary").first().click();
      expect(await page.locator("#inspector .tl-more[open] pre").first().textContent()).toContain('"contact_id"');
      await page.keyboard.press("Escape");
      await page.waitForSelector("#inspector", { state: "detached" });
      expect(page.url()).not.toContain("open=");
      expect(await page.evaluate('document.activeElement.classList.contains("lead-link")')).toBe(true);
      await page.goBack();
      await page.waitForSelector("#inspector");
      await page.click("#inspector a:has-text('Open record')");
      await page.waitForSelector("#lead-facts");
      expect(await page.textContent("h1")).toBe(shown[0] ?? "");
    },
    SLOW,
  );

  test(
    "on a phone it is a sheet over the table",
    async () => {
      const { page, context } = await openPage(browser, served.url, PHONE);
      await signIn(page, served.url);
      await openLeads(page, "&tab=open");
      await page.locator("#leads tr").nth(2).click();
      await page.waitForSelector("#inspector");
      const box = await page.locator("#inspector").boundingBox();
      expect([box?.x, box?.width && box.width > 360, box && box.y < 100]).toEqual([0, true, true]);
      await page.click("[data-close-inspector]");
      await page.waitForSelector("#inspector", { state: "detached" });
      await context.close();
    },
    SLOW,
  );

  test(
    "a funnel is built by keyboard, and each change is shown at once",
    async () => {
      const { page } = wide;
      await page.goto(`${served.url}/funnels?location_id=jorge_main`);
      const steps = () => page.locator("#funnel-result tbody td:first-child").allTextContents();
      expect(await steps()).toEqual(["Lead created", "Lead qualified", "Lead converted"]);
      await page.focus("#step-1");
      await page.keyboard.press("Control+A");
      await page.keyboard.type("jorge_qualification_progress");
      await page.keyboard.press("Tab");
      await page.waitForURL(/jorge_qualification_progress/);
      await page.waitForSelector("#funnel-result td:has-text('Qualification progress')");
      await page.focus("#add-step");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#step-3");
      expect((await steps()).length).toBe(4);
      await page.focus("[aria-label='Move step 2 up']");
      await page.keyboard.press("Enter");
      await until(async () => (await page.inputValue("#step-0")) === "jorge_qualification_progress");
      await page.focus("[aria-label='Remove step 4']");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#step-3", { state: "detached" });
      expect(await steps()).toEqual(["Qualification progress", "Lead created", "Lead converted"]);
      // The address says it all.
      const url = page.url();
      await page.goto(url);
      expect(await steps()).toEqual(["Qualification progress", "Lead created", "Lead converted"]);
      expect(wide.console).toEqual([]);
    },
    SLOW,
  );

  test(
    "a condition narrows a step, and retention follows what begins",
    async () => {
      const { page } = wide;
      await page.goto(`${served.url}/funnels?location_id=jorge_main`);
      const first = () => page.textContent("#funnel-result tbody tr:first-child td:nth-child(2)");
      const before = await first();
      await page.click("#step-0-more summary");
      await page.fill("#step-0-field", "data.source");
      await page.fill("#step-0-value", "nowhere");
      await page.keyboard.press("Enter");
      await page.waitForURL(/nowhere/);
      await page.waitForSelector("#funnel-result h3:has-text('Nobody took the first step')");
      await page.click("#builder .chip-x");
      await page.waitForSelector("#funnel-result tbody");
      expect(await first()).toBe(before);
      await page.click(".tabs a:has-text('Retention')");
      await page.waitForSelector("#retention");
      await page.selectOption("#ret-return", "jorge_qualification_progress");
      await page.waitForURL(/return=jorge_qualification_progress/);
      await page.waitForSelector("#cohort-table");
    },
    SLOW,
  );
});
