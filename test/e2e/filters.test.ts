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

const LOOK = { width: 1440, height: 1000, theme: "light" } as const;
const SLOW = 60_000;

describe.skipIf(!existsSync(CHROMIUM))("filters, presets, search and keys in a browser", () => {
  let served: Served;
  let browser: Browser;

  beforeAll(async () => {
    [served, browser] = await Promise.all([serveAppliance(), launchBrowser()]);
    const events = twoMonths(Date.now());
    for (let at = 0; at < events.length; at += 5_000) await served.post(events.slice(at, at + 5_000));
  }, SLOW);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  /** Signed in, on a page; what it logged is looked at when it is closed. */
  async function within(path: string, work: (page: Page, watched: Watched) => Promise<void>): Promise<void> {
    const watched = await openPage(browser, served.url, LOOK);
    await signIn(watched.page, served.url);
    await watched.page.goto(served.url + path);
    await work(watched.page, watched);
    expect(watched.console).toEqual([]);
    expect(watched.foreign).toEqual([]);
    await watched.context.close();
  }
  const search = (page: Page): string => decodeURIComponent(new URL(page.url()).search);
  const chips = (page: Page) => page.locator("#filter-bar .chip-edit").allInnerTexts();

  test(
    "a filter is set from values that are there, changed, and taken off, without a page load",
    async () => {
      await within("/?timeframe=7d", async (page) => {
        await page.evaluate("window.stayed = true");
        await page.click("#filter-menu > summary");
        await page.click("#filter-panel a:has-text('Bot')");
        await page.fill("#filter-search", "se");
        await page.waitForSelector("#filter-values :text('Luna')", { state: "detached" });
        await page.check("#filter-values label:has-text('Seller bot') input");
        await page.click(".filter-foot button");
        await page.waitForSelector(".chip-edit:has-text('Bot is Seller bot')");
        expect(search(page)).toBe("?timeframe=7d&filter=bot_id:eq:seller-bot");
        expect(await page.locator("#bots .bot").count()).toBe(1);

        await page.click(".chip-edit");
        await page.check("#filter-values label:has-text('Lead bot') input");
        await page.click(".filter-foot button");
        await page.waitForSelector(".chip-edit:has-text('Lead bot or Seller bot')");
        expect(search(page)).toBe("?timeframe=7d&filter=bot_id:in:lead-bot,seller-bot");
        // The navigation takes them along.
        expect(await page.getAttribute(".nav a.nav-item[href*='/revenue']", "href")).toContain("filter=bot_id");

        await page.click(".chip-x");
        await page.waitForSelector(".chip-edit", { state: "detached" });
        expect(search(page)).toBe("?timeframe=7d");
        expect(await page.evaluate("window.stayed")).toBe(true);
      });
    },
    SLOW,
  );

  test(
    "the form of a filter does without script",
    async () => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await signIn(page, served.url);
      await page.goto(`${served.url}/?timeframe=90d`);
      await page.click("#filter-menu > summary");
      await page.click("#filter-panel a:has-text('Source')");
      await page.check("#filter-values label:has-text('portal') input");
      await page.click(".filter-foot button");
      expect(search(page)).toBe("?timeframe=90d&filter=data.source:eq:portal");
      expect(await chips(page)).toEqual(["Source is Portal"]);
      await page.click(".search");
      await page.fill("#q", "seller");
      await page.click(".search-page button");
      expect(await page.locator(".search-page .panel").textContent()).toContain("Seller bot");
      await context.close();
    },
    SLOW,
  );

  test(
    "a preset is saved on one page, seen on another, and the last filters come back after signing out and in",
    async () => {
      await within("/?timeframe=90d&filter=type:eq:lead_created", async (page) => {
        await page.click("#preset-menu > summary");
        await page.fill("#preset-name", "New leads");
        await page.click(".preset-save button");
        await page.waitForSelector(".preset-menu .preset-name:has-text('New leads')", { state: "attached" });
        await page.goto(`${served.url}/bots`);
        await page.click("#preset-menu > summary");
        await page.click(".preset-list a:has-text('New leads')");
        await page.waitForSelector(".chip-edit:has-text('Lead created')");
        expect(page.url()).toBe(`${served.url}/bots?timeframe=90d&filter=type%3Aeq%3Alead_created`);

        await page.click(".topbar summary.avatar");
        await page.click("button:has-text('Sign out')");
        await page.waitForURL("**/login");
        await signIn(page, served.url);
        expect(search(page)).toBe("?timeframe=90d&filter=type:eq:lead_created");
        expect(await chips(page)).toEqual(["Event type is Lead created"]);
        // What was chosen to be nothing stays nothing.
        await page.click(".filter-clear");
        await page.waitForSelector(".chip-edit", { state: "detached" });
        await page.click("[aria-label=Timeframe] a:has-text('30d')");
        await page.waitForSelector("[aria-label=Timeframe] a:has-text('30d')[aria-current=true]");
      });
      await within("/", async (page) => expect(search(page)).toBe(""));
    },
    SLOW,
  );

  test(
    "search works by keyboard alone, and gives the focus back",
    async () => {
      await within("/?timeframe=7d", async (page) => {
        await page.focus(".avatar");
        await page.keyboard.press("Control+k");
        await page.waitForSelector("#palette-0");
        const active = () => page.getAttribute("#palette-q", "aria-activedescendant");
        expect(await active()).toBe("palette-0");
        await page.keyboard.press("ArrowDown");
        expect(await active()).toBe("palette-1");
        expect(await page.getAttribute("#palette-1", "aria-selected")).toBe("true");
        await page.keyboard.press("ArrowUp");
        await page.keyboard.press("Escape");
        expect(await page.evaluate("document.activeElement.className")).toContain("avatar");

        await page.keyboard.press("Control+k");
        await page.keyboard.type("bots");
        await page.waitForSelector("#palette-0:has-text('Bots')");
        await page.keyboard.press("Enter");
        await page.waitForURL("**/bots?timeframe=7d");

        await page.keyboard.press("Control+k");
        await page.keyboard.type("dark theme");
        await page.waitForSelector("#palette-0:has-text('Use the dark theme')");
        await page.keyboard.press("Enter");
        await page.waitForSelector("html[data-theme=dark]");
        await page.keyboard.press("Control+k");
        await page.keyboard.press("Control+a");
        await page.keyboard.type("theme of the system");
        await page.waitForSelector("#palette-0:has-text('Use the theme of the system')");
        await page.keyboard.press("Enter");
        await page.waitForSelector("html:not([data-theme=dark])");
      });
    },
    SLOW,
  );

  test(
    "shortcuts go to pages, change the timeframe and open menus, never while writing, and can be switched off",
    async () => {
      await within("/?timeframe=7d", async (page) => {
        await page.keyboard.press("t");
        await page.waitForSelector("[aria-label=Timeframe] a:has-text('30d')[aria-current=true]");
        await page.keyboard.press("c");
        await page.waitForSelector("a.compare[aria-pressed=false]");
        await page.keyboard.press("f");
        expect(await page.evaluate("document.querySelector('#filter-menu').open")).toBe(true);
        await page.fill("#filter-other", "");
        await page.focus("#filter-other");
        await page.keyboard.type("t?");
        expect(await page.inputValue("#filter-other")).toBe("t?");
        await page.keyboard.press("Escape");
        await page.keyboard.press("?");
        await page.waitForSelector("#key-sheet[open]");
        await page.uncheck("[data-keys-switch]");
        await page.keyboard.press("Escape");
        await page.keyboard.press("t");
        await page.keyboard.press("?");
        expect(await page.locator("dialog[open]").count()).toBe(0);
        expect(await page.getAttribute("[aria-label=Timeframe] a:has-text('30d')", "aria-current")).toBe("true");
        await page.evaluate("localStorage.removeItem('bw-keys')");
        await page.keyboard.press("g");
        await page.keyboard.press("b");
        await page.waitForURL("**/bots?compare=off");
      });
    },
    SLOW,
  );

  test(
    "a range is chosen by its name, in the zone in force",
    async () => {
      await within("/?timezone=Asia/Tokyo", async (page) => {
        expect(await page.textContent(".zone")).toContain("Asia/Tokyo");
        await page.click("#range-menu > summary");
        await page.click(".range-quick a:has-text('Yesterday')");
        await page.waitForSelector(".custom-word:has-text('Yesterday')");
        // Midnight in Tokyo.
        const params = new URL(page.url()).searchParams;
        expect(params.get("from")).toContain("T15:00:00");
        expect(Date.parse(params.get("to") ?? "") - Date.parse(params.get("from") ?? "")).toBe(86_400_000);
      });
    },
    SLOW,
  );
});
