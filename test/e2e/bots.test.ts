/** The pages of bots and of the system in Chromium: from all to one and back, what moves by itself, the log. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { openLogFile } from "../../src/observe/log.ts";
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

const WIDE = { width: 1440, height: 1000, theme: "light" } as const;
const PHONE = { width: 390, height: 844, theme: "dark" } as const;
const SLOW = 60_000;

describe.skipIf(!existsSync(CHROMIUM))("bots and the system in a browser", () => {
  let served: Served;
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    [served, browser] = await Promise.all([serveAppliance(), launchBrowser()]);
    const events = twoMonths(Date.now());
    for (let at = 0; at < events.length; at += 5_000) await served.post(events.slice(at, at + 5_000));
    await served.post(trades(Date.now()));
  }, SLOW);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  async function opened(look: typeof WIDE | typeof PHONE): Promise<Watched> {
    const watched = await openPage(browser, served.url, look);
    await signIn(watched.page, served.url);
    return watched;
  }

  const isLive = (page: Page) => page.waitForSelector("[data-live][data-state=live]", { state: "attached" });

  async function expectSound({ page, console: logged, foreign }: Watched, name: string): Promise<void> {
    expect(await axeFindings(page)).toEqual([]);
    expect(await crampedCells(page)).toEqual([]);
    expect(
      await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
    ).toBeLessThanOrEqual(0);
    expect(logged).toEqual([]);
    expect(foreign).toEqual([]);
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  }

  test(
    "from the overview to a bot, and back to all of them, with the filters in force",
    async () => {
      const watched = await opened(WIDE);
      const { page } = watched;
      await page.goto(`${served.url}/?timeframe=7d`);
      await page.click("nav >> text=Bots");
      await page.waitForURL(/\/bots\?timeframe=7d$/);
      const groups = await page.locator("#matrix tr.group").allTextContents();
      expect(groups).toEqual(["Pipeline bots", "AI employees", "Other bots"]);
      expect(await page.locator("#employees h2").allTextContents()).toEqual(["Flora", "Jade", "Luna"]);
      await expectSound(watched, "bots-journey");
      await page.focus("#matrix a >> text=Seller bot");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/bots\/seller-bot\?timeframe=7d$/);
      expect(await page.textContent("h1")).toBe("Seller bot");
      await page.waitForSelector("#chart-bot-events canvas");
      await expectSound(watched, "bot-journey");
      await page.click("#did a >> text=Qualification progress");
      await page.waitForURL(/filter=type/);
      await page.click("text=All bots");
      await page.waitForURL(/\/bots\?/);
      await page.goto(`${served.url}/bots/nobody`);
      expect(await page.textContent("h1")).toBe("No such bot");
      await page.click("text=See all bots");
      await page.waitForSelector("#matrix");
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "statuses, steps and ages move by themselves",
    async () => {
      const watched = await opened(WIDE);
      const { page } = watched;
      await page.goto(`${served.url}/bots`);
      await isLive(page);
      const row = page.locator('#matrix tr[data-bot="flora"]');
      await served.post([status("flora", "active", "Sorting the morning's mail")]);
      await row.locator("text=Sorting the morning's mail").waitFor();
      expect(await row.locator(".status").first().textContent()).toBe("Active");
      await served.post([status("flora", "error", "Mail server refused")]);
      await row.locator(".status-error").waitFor();
      const age = row.locator("[data-ago]");
      const before = await age.textContent();
      await Bun.sleep(1_300);
      expect(await age.textContent()).not.toBe(before);
      await page.goto(`${served.url}/bots/flora`);
      await isLive(page);
      await served.post([
        {
          type: "error_occurred",
          location_id: "luna_salon",
          bot_id: "flora",
          data: { component: "mail", message: "Connection reset" },
        },
      ]);
      await page.locator("#errors >> text=Connection reset").waitFor();
      expect(watched.console).toEqual([]);
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "both are usable on a phone",
    async () => {
      const watched = await opened(PHONE);
      for (const [path, name] of [
        ["/bots", "bots-phone"],
        ["/bots/intent-decoder", "bot-phone"],
        ["/system", "system-phone"],
      ] as const) {
        await watched.page.goto(served.url + path);
        await expectSound(watched, name);
      }
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "the system shows what comes in and what the log says as it is written, and rebuilds on a click",
    async () => {
      const watched = await opened(WIDE);
      const { page } = watched;
      const file = openLogFile({
        dir: join(served.appliance.parts.settings.data, "logs"),
        days: 2,
        day_bytes_max: 1e6,
        now: () => Date.now() * 1_000,
      });
      file.write({ level: "warn", message: "slow query", duration_ms: 900 });
      await file.close();
      await page.goto(`${served.url}/system`);
      await isLive(page);
      await page.locator("#log-lines >> text=slow query").waitFor();
      await expectSound(watched, "system-journey");
      await page.selectOption("#log-level", "error");
      await page.click("#sys-logs button >> text=Show");
      await page.locator("text=No such line").waitFor();
      await isLive(page);
      await page.fill("#log-search", "half a wor");
      file.write({ level: "error", message: "job alerts failed" });
      await file.close();
      await served.post([status("luna", "active", "At work")]);
      await page.locator("#log-lines >> text=job alerts failed").waitFor();
      // What was typed meanwhile stays.
      expect(await page.inputValue("#log-search")).toBe("half a wor");
      await page.click("text=Rebuild rollups");
      await page.waitForURL(/done=rebuild/);
      await page.locator("#sys-jobs >> text=Aggregation").waitFor();
      expect(watched.console).toEqual([]);
      await watched.context.close();
    },
    SLOW,
  );
});

function status(bot_id: string, status: string, current_step: string) {
  return { type: "bot_status_update", location_id: "luna_salon", bot_id, data: { status, current_step } };
}

/** Bots of the trades that the two months lack. */
function trades(now: number) {
  const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
  return Array.from({ length: 40 }, (_, at) => [
    {
      type: "intent_analysis_complete",
      time: ago(at * 90 + 3),
      location_id: "jorge_main",
      bot_id: "intent-decoder",
      success: at % 12 > 0,
      data: {
        processing_time_ms: 18 + ((at * 7) % 45),
        confidence_score: 0.9,
        intent_category: "seller",
        urgency_level: "active",
      },
    },
    {
      type: "lead_bot_sequence_update",
      time: ago(at * 90 + 5),
      location_id: "jorge_main",
      bot_id: "lead-bot",
      contact_id: `lead-${at}`,
      success: at % 9 > 0,
      data: { sequence_day: [3, 7, 30][at % 3], action_type: ["sms_sent", "email_sent", "call_completed"][at % 3] },
    },
    {
      type: "order_placed",
      time: ago(at * 90 + 7),
      location_id: "jorge_main",
      bot_id: "shop",
      value: 12,
      currency: "USD",
    },
  ]).flat();
}
