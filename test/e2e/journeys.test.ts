/** What people do here from one end to the other: by keyboard alone, on a phone, and two who may not see each other's figures. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { allRoutes } from "../../src/web/app.ts";
import { CHROMIUM, launchBrowser, openPage, type Served, serveAppliance, signIn } from "../support/browser.ts";
import { furnish } from "../support/furnished.ts";

const WIDE = { width: 1440, height: 1000, theme: "light" } as const;
const PHONE = { width: 390, height: 844, theme: "light" } as const;
const SLOW = 120_000;
const PASSWORD = "correct horse battery staple";

describe.skipIf(!existsSync(CHROMIUM))("a journey", () => {
  let served: Served;
  let browser: Browser;

  beforeAll(async () => {
    [served, browser] = await Promise.all([serveAppliance(), launchBrowser()]);
    await furnish(served);
    const { control } = served.appliance.parts;
    for (const [email, locations] of [
      ["jorge-viewer@example.com", ["jorge_main"]],
      ["luna-viewer@example.com", ["luna_salon"]],
    ] as const)
      await control.addUser({ email, name: email, password: PASSWORD, role: "analyst", locations });
  }, SLOW);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  /** Presses Tab until what has the focus matches; how often it took. */
  async function tabTo(page: Page, selector: string, most = 120): Promise<number> {
    for (let times = 1; times <= most; times++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`)) return times;
    }
    throw new Error(`no ${selector} within ${most} tabs`);
  }

  test(
    "by keyboard alone: past the navigation, to another timeframe, into Explore and its raw events",
    async () => {
      const { page, context, console: said } = await openPage(browser, served.url, WIDE);
      await signIn(page, served.url);
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.className")).toBe("skip");
      await page.keyboard.press("Enter");
      await tabTo(page, "#kpi-revenue a");
      // What has the focus can be seen to have it.
      expect(await page.evaluate("getComputedStyle(document.activeElement.closest('.kpi')).outlineStyle")).toBe(
        "solid",
      );
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/explore\?.*kpi=revenue/);
      await page.waitForSelector("html[data-ready]");
      await tabTo(page, '.seg a[href*="timeframe=7d"]');
      await page.keyboard.press("Enter");
      await page.waitForURL(/timeframe=7d/);
      await page.keyboard.press("ControlOrMeta+k");
      await page.keyboard.type("seller bot");
      await page.waitForSelector("[role=listbox] [role=option]");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/bots\/seller-bot/);
      expect(await page.textContent("h1")).toContain("Seller bot");
      await page.keyboard.press("?");
      await page.waitForSelector("dialog[open]");
      await page.keyboard.press("Escape");
      expect(await page.locator("dialog[open]").count()).toBe(0);
      expect(said).toEqual([]);
      await context.close();
    },
    SLOW,
  );

  test(
    "on a phone: by the bar at the bottom to the leads, one of them opened as a sheet, and on through More",
    async () => {
      const { page, context, console: said } = await openPage(browser, served.url, PHONE);
      await signIn(page, served.url);
      await page.click(".nav a:has-text('Leads')");
      await page.waitForURL(/\/leads/);
      await page.click("main table tbody tr a >> nth=0");
      await page.waitForSelector(".inspector");
      const sheet = await page.locator(".inspector").boundingBox();
      expect(sheet?.width).toBe(390);
      await page.click(".inspector [aria-label^=Close]");
      await page.waitForSelector(".inspector", { state: "detached" });
      expect(await page.isVisible(".nav a:has-text('Reports')")).toBe(false);
      await page.click("[data-nav-more]");
      await page.click(".nav a:has-text('Reports')");
      await page.waitForURL(/\/reports/);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
      expect(said).toEqual([]);
      await context.close();
    },
    SLOW,
  );

  test(
    "two people of two locations are never shown a word of the other's, on no page and by no push",
    async () => {
      const secret = {
        jorge: /jorge_main|Jorge’s team|seller-bot|Seller bot|lead-\d+-\d+/,
        luna: /luna_salon|Luna’s salon|caller-\d/,
      };
      const pages = allRoutes(served.appliance.parts)
        .filter(({ method, tag, path }) => method === "GET" && tag === "Page" && !/[:*]|^\/docs|fragments/.test(path))
        .map(({ path }) => path);
      for (const [email, others] of [
        ["jorge-viewer@example.com", secret.luna],
        ["luna-viewer@example.com", secret.jorge],
      ] as const) {
        const { page, context } = await openPage(browser, served.url, WIDE);
        const frames: string[] = [];
        page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => frames.push(String(payload))));
        await signIn(page, served.url, email);
        const leaks: string[] = [];
        for (const path of pages) {
          const answer = await page.goto(served.url + path);
          if (answer?.status() === 403) continue;
          await page.waitForLoadState("load");
          // Their own name is no secret to them.
          const text = (await page.content()).replaceAll(email, "");
          const found = others.exec(text);
          if (found) leaks.push(`${path}: ${text.slice(Math.max(0, found.index - 60), found.index + 60)}`);
        }
        await page.goto(served.url);
        await page.waitForSelector("[data-live][data-state=live]", { state: "attached" });
        await served.post([
          { type: "deal_closed", location_id: "jorge_main", bot_id: "seller-bot", contact_id: "lead-1-1", value: 1 },
          {
            type: "ai_activity",
            location_id: "luna_salon",
            bot_id: "luna",
            contact_id: "caller-1",
            data: { ai_employee: "luna", activity_type: "call", description: "A call" },
          },
        ]);
        await Bun.sleep(1_500);
        const pushed = frames.map((frame) => others.exec(frame.replaceAll(email, ""))?.[0]).filter(Boolean);
        expect([email, leaks, pushed]).toEqual([email, [], []]);
        expect(frames.length).toBeGreaterThan(0);
        await context.close();
      }
    },
    SLOW,
  );
});
