/** The documentation in a real browser: sound in every theme, for readers with and without an account, and its forms send. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
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
} from "../support/browser.ts";

const LOOKS: readonly Look[] = [
  { width: 1440, height: 900, theme: "light" },
  { width: 1440, height: 900, theme: "contrast" },
  { width: 390, height: 844, theme: "dark" },
];

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

  test.each(LOOKS)(
    "the documentation is sound at $width px, $theme",
    async (look) => {
      const { page, context, console: said, foreign } = await openPage(browser, served.url, look);
      if (look.width > 1000) await signIn(page, served.url);
      const found: string[] = [];
      for (const path of ["/docs", "/docs/events", "/docs/kpis"]) {
        await page.goto(served.url + path);
        // What is folded away counts, too: a few of each kind are opened.
        for (const summary of (await page.locator(".doc-op > summary").all()).slice(0, 4)) await summary.click();
        const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        expect([path, over]).toEqual([path, 0]);
        found.push(...(await axeFindings(page)).map((finding) => `${path}: ${finding}`));
        const name = path.slice(1).replaceAll("/", "-");
        await page.screenshot({ path: join(SHOTS, `${name}-${look.theme}-${look.width}.png`) });
      }
      await context.close();
      expect([found, said, foreign]).toEqual([[], [], []]);
    },
    60_000,
  );

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
