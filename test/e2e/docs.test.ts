/** The documentation in a real browser: sound in every theme, for readers with and without an account, and its forms send. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { CHROMIUM, launchBrowser, openPage, type Served, serveAppliance, signIn } from "../support/browser.ts";

describe.skipIf(!existsSync(CHROMIUM))("in a browser", () => {
  let browser: Browser;
  let served: Served;
  beforeAll(async () => {
    served = await serveAppliance();
    browser = await launchBrowser();
    await served.post([{ type: "deal_closed", location_id: "jorge_main", value: "450000" }]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  });

  test("a request is tried with one's own rights, or with a key", async () => {
    const { page, context } = await openPage(browser, served.url, { width: 1440, height: 900, theme: "light" });
    const send = async (): Promise<string> => {
      await page.goto(`${served.url}/docs#getApiBiDashboardKpis`);
      const form = page.locator("#getApiBiDashboardKpis form");
      await form.waitFor();
      if (await page.locator("#docs-key").isVisible()) await page.fill("#docs-key", served.key);
      await form.locator("button[type=submit]").click();
      await form.locator(".doc-result:not([hidden])").waitFor();
      return `${await form.locator(".doc-status").textContent()} ${await form.locator(".doc-result").textContent()}`;
    };
    expect(await send()).toMatch(/^200, [\s\S]*"450000.00"/);
    await signIn(page, served.url);
    expect(await send()).toMatch(/^200, [\s\S]*"450000.00"/);
    await context.close();
  }, 60_000);
});
