/** The pages of alerts in a real browser: what they look like, and an alert's life as a person sees it. */
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
  send,
  serveAppliance,
  signIn,
  type Watched,
} from "../support/browser.ts";

const WIDE = { width: 1440, height: 900 };
const SLOW = 120_000;

describe.skipIf(!existsSync(CHROMIUM))("alerts in a browser", () => {
  let served: Served;
  let browser: Browser;
  let receiver: ReturnType<typeof Bun.serve>;
  const received: string[] = [];

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    served = await serveAppliance(["--webhook-private-networks", "true"]);
    browser = await launchBrowser();
    receiver = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: async (request) => {
        received.push(await request.text());
        return new Response("taken", { status: received.length === 1 ? 200 : 500 });
      },
    });
    const { control } = served.appliance.parts;
    control.ensureLocation("jorge_main", { name: "Jorge's team", timezone: "America/Los_Angeles" });
    control.setTarget({ kpi: "revenue", location_id: "jorge_main", value: "2500000" });
    await served.post([event(3 * 86_400_000), event(86_400_000)]);
  }, SLOW);

  afterAll(async () => {
    await browser?.close();
    await receiver?.stop(true);
    await served?.stop();
  }, SLOW);

  /** A stall of so long ago. */
  function event(ago_ms: number): Record<string, unknown> {
    return {
      type: "jorge_qualification_progress",
      location_id: "jorge_main",
      bot_id: "seller-bot",
      contact_id: `c-${ago_ms}`,
      time: new Date(Date.now() - ago_ms).toISOString(),
      data: { current_question: 3, stall_detected: true },
    };
  }

  async function expectSound({ page, console: logged, foreign }: Watched, path: string): Promise<void> {
    expect([path, await axeFindings(page)]).toEqual([path, []]);
    const sideways = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect([path, sideways]).toEqual([path, 0]);
    expect([path, await crampedCells(page)]).toEqual([path, []]);
    expect([logged, foreign]).toEqual([[], []]);
  }

  test(
    "a rule is tried on the past, kept, fires before one's eyes, and is seen to",
    async () => {
      const watched = await openPage(browser, served.url, { ...WIDE, theme: "light" });
      const { page } = watched;
      await signIn(page, served.url);
      await page.goto(`${served.url}/alerts`);
      expect(await page.textContent("#alerts-open")).toContain("No rule is on");
      await page.click("text=Choose rules");
      await page.click(".kinds a:has-text('Stalls')");
      await page.fill("#rule-name", "Sellers stall");
      await page.selectOption("#rule-location-id", "jorge_main");
      await page.fill("#rule-window", "15 m");
      await page.click("button:has-text('Try on the last 30 days')");
      await page.waitForSelector("#backtest .err");
      expect(await page.textContent("#backtest")).toContain("Write a duration such as 15m");
      await page.fill("#rule-window", "15m");
      await page.click("button:has-text('Try on the last 30 days')");
      await page.waitForSelector("#backtest table");
      expect(await page.textContent("#backtest")).toContain("It would have fired 2 times in the last 30 days.");
      await page.screenshot({ path: join(SHOTS, "alerts-backtest-light-1440.png"), fullPage: true });
      await expectSound(watched, "backtest");
      await page.click("button:has-text('Keep the rule')");
      await page.waitForURL(/done=added/);
      expect(await page.textContent(".rule-table")).toContain("Sellers stall");

      await page.goto(`${served.url}/alerts`);
      await page.waitForSelector("[data-live][data-state=live]", { state: "attached" });
      expect(await page.textContent("#alerts-open")).toContain("All is well");
      await page.evaluate("window.same = true");
      await served.post([event(1_000)]);
      await page.waitForSelector("#alerts-open .alert", { timeout: 100_000 });
      expect(await page.textContent("#alerts-open .alert")).toContain("Sellers stall");
      expect(await page.textContent("#nav-alerts")).toContain("1");
      expect(await page.evaluate("window.same")).toBe(true);

      await page.click(".alert-link");
      await page.waitForSelector(".inspector");
      expect(await page.textContent(".inspector")).toContain("It fired");
      await send(page, ".inspector button:has-text('Acknowledge')");
      expect(await page.textContent(".inspector")).toContain("sees to it");
      await page.fill("#alert-note", "Called <b>her</b>.");
      await send(page, "button:has-text('Add note')");
      expect(await page.textContent(".inspector .timeline")).toContain("Called <b>her</b>.");
      await page.selectOption("#snooze-hours", "4");
      await send(page, "button:has-text('Snooze'):right-of(#snooze-hours)");
      expect(await page.textContent(".inspector")).toContain("Not delivered until");
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "a channel's secret is shown once, a test says what came of it, and a delivery is replayed",
    async () => {
      const watched = await openPage(browser, served.url, { ...WIDE, theme: "light" });
      const { page } = watched;
      await signIn(page, served.url);
      await page.goto(`${served.url}/alerts/channels`);
      await page.fill("#channel-name", "On call");
      await page.fill("#channel-url", "https://user:pass@example.com/hook");
      await send(page, "button:has-text('Add channel')");
      expect(await page.getAttribute("#channel-url", "aria-invalid")).toBe("true");
      expect(await page.inputValue("#channel-name")).toBe("On call");
      await page.fill("#channel-url", `http://127.0.0.1:${receiver.port}/hook`);
      await send(page, "button:has-text('Add channel')");
      expect(await page.textContent("#signing-secret")).toStartWith("whsec_");
      await page.goto(`${served.url}/alerts/channels`);
      expect(await page.locator("#signing-secret").count()).toBe(0);
      await send(page, "button[aria-label='Test On call']");
      expect(await page.textContent(".outcome-ok")).toContain("On call: the test was delivered (answer 200");
      await send(page, "button[aria-label='Test On call']");
      expect(await page.textContent(".outcome-bad")).toContain("answer 500");
      expect(received).toHaveLength(2);
      await page.goto(`${served.url}/alerts/deliveries`);
      await send(page, "tbody tr:last-child button:has-text('Replay')");
      expect(await page.textContent("[role=status]")).toContain("Queued once more");
      await page.click("tbody tr:last-child td a");
      await page.waitForSelector(".inspector");
      expect(await page.textContent(".inspector")).toContain("Answer 200");
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "everything works without JavaScript",
    async () => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await signIn(page, served.url);
      await page.goto(`${served.url}/alerts/rules?new=threshold`);
      await page.fill("#rule-name", "Many leads");
      await page.selectOption("#rule-kpi", "leads");
      await page.selectOption("#rule-direction", "above");
      await page.fill("#rule-value", "many");
      await page.click("button:has-text('Keep the rule')");
      expect(await page.getAttribute("#rule-value", "aria-invalid")).toBe("true");
      expect(await page.inputValue("#rule-name")).toBe("Many leads");
      await page.fill("#rule-value", "10");
      await page.click("button:has-text('Try on the last 30 days')");
      expect(await page.textContent("#backtest")).toContain("It would not have fired in the last 30 days.");
      expect(await page.inputValue("#rule-value")).toBe("10");
      await page.click("button:has-text('Keep the rule')");
      expect(await page.textContent("[role=status]")).toContain("Added.");
      await page.click("text=Many leads");
      expect(await page.inputValue("#rule-kpi")).toBe("leads");
      await page.goto(`${served.url}/alerts/rules`);
      await page.click("button[role=switch][aria-label='Many leads']");
      expect(await page.getAttribute("button[role=switch][aria-label='Many leads']", "aria-checked")).toBe("false");
      await page.click("button[role=switch][aria-label='A conversation stalled']");
      expect(await page.textContent(".rule-table >> nth=0")).toContain("A conversation stalled");
      await context.close();
    },
    SLOW,
  );
});
