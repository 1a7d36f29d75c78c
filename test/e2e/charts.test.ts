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

const LOOK = { width: 1440, height: 1000, theme: "light" } as const;
const SLOW = 60_000;
const HOST = "#chart-revenue";

describe.skipIf(!existsSync(CHROMIUM))("a chart in a browser", () => {
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

  async function overview(): Promise<Watched> {
    const watched = await openPage(browser, served.url, LOOK);
    await signIn(watched.page, served.url);
    await watched.page.waitForSelector("[data-live][data-state=live]", { state: "attached" });
    await watched.page.waitForSelector("html[data-ready]");
    await watched.page.waitForSelector(`${HOST} canvas`);
    return watched;
  }

  async function close({ context, console: logged, foreign }: Watched): Promise<void> {
    expect([logged, foreign]).toEqual([[], []]);
    await context.close();
  }

  const said = (page: Page) => page.textContent(`${HOST}-say`);
  const entry = (page: Page, series: string) => page.locator(`[data-legend=chart-revenue][data-series=${series}]`);
  /** The middle of a bucket, in pixels of the page; `from_end` counts from the newest day that is over. */
  async function bucketAt(page: Page, from_end: number): Promise<{ x: number; y: number }> {
    const box = await page.locator(`${HOST} .u-over`).boundingBox();
    const json = (await page.getAttribute(HOST, "data-chart")) ?? "";
    const { names, forecast } = JSON.parse(json);
    if (!box) throw new Error("nothing is drawn");
    const known = forecast?.from ?? names.length;
    return { x: box.x + ((known - 1 - from_end + 0.5) / names.length) * box.width, y: box.y + box.height - 12 };
  }

  async function pushed(page: Page, contact_id: string): Promise<void> {
    const before = await page.getAttribute(HOST, "data-chart");
    await served.post([{ type: "deal_closed", location_id: "jorge_main", contact_id, value: 1_000_000 }]);
    const deadline = Date.now() + 20_000;
    while ((await page.getAttribute(HOST, "data-chart")) === before) {
      if (Date.now() > deadline) throw new Error("nothing was pushed");
      await Bun.sleep(20);
    }
  }

  test(
    "is read by the keys, takes a push in place, and keeps what its legend hides",
    async () => {
      const watched = await overview();
      const { page } = watched;
      await page.waitForSelector("[data-series=forecast]");
      await page.evaluate(`
        window.shift = 0;
        new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shift += one.value; }).observe({ type: "layout-shift" });
        window.canvas = document.querySelector("${HOST} canvas");`);
      await page.focus(HOST);
      await page.keyboard.press("Home");
      expect(await said(page)).toMatch(/^\w{3}, .*partial: Daily \$/);
      await page.keyboard.press("ArrowRight");
      expect(await said(page)).toContain("Commission to date $");
      await page.keyboard.press("End");
      expect(await said(page)).toMatch(/Forecast \$.*80% band \$[\d,]+ – \$/);

      await entry(page, "mean").click();
      expect(await entry(page, "mean").getAttribute("aria-pressed")).toBe("false");
      await pushed(page, "in-place");
      expect(await page.evaluate(`window.canvas === document.querySelector("${HOST} canvas")`)).toBe(true);
      expect(await entry(page, "mean").getAttribute("aria-pressed")).toBe("false");
      await page.focus(HOST);
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowRight");
      expect(await said(page)).not.toContain("7-day mean");
      expect(await page.evaluate("window.shift")).toBe(0);
      await close(watched);
    },
    SLOW,
  );

  test(
    "shows a stretch alone by keys and by a drag, and leads from a column to its events",
    async () => {
      const watched = await overview();
      const { page } = watched;
      await page.focus(HOST);
      for (const key of ["Home", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"]) await page.keyboard.press(key);
      expect(await said(page)).toContain("selected. Enter shows it alone.");
      await page.keyboard.press("Enter");
      await page.waitForURL(/from=.*&to=/);
      const params = new URL(page.url()).searchParams;
      const days = (Date.parse(params.get("to") ?? "") - Date.parse(params.get("from") ?? "")) / 86_400_000;
      expect(days).toBe(3);
      await page.goBack();
      await page.waitForURL(`${served.url}/`);

      await page.waitForSelector(`${HOST} canvas`);
      const [from, to] = [await bucketAt(page, 6), await bucketAt(page, 2)];
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move(to.x, to.y, { steps: 5 });
      await page.mouse.up();
      await page.waitForURL(/from=.*&to=/);
      await page.goBack();
      await page.waitForURL(`${served.url}/`);

      await page.waitForSelector(`${HOST} canvas`);
      const day = await bucketAt(page, 3);
      await page.mouse.click(day.x, day.y);
      await page.waitForURL(/\/explore\?.*kpi=revenue/);
      await watched.context.close();
    },
    SLOW,
  );

  test(
    "takes a note by a click, which everyone sees at once and its author can remove",
    async () => {
      const [author, reader] = [await overview(), await overview()];
      const { page } = author;
      await page.click("#revenue-annotate > summary");
      const day = await bucketAt(page, 4);
      await page.mouse.click(day.x, day.y);
      expect(await page.locator("#revenue-annotate[open]").count()).toBe(1);
      const chosen = await page.locator("#revenue-at option:checked").textContent();
      expect(chosen).toMatch(/^\w{3}, \w{3} \d+, \d{4}$/);
      expect(await axeFindings(page)).toEqual([]);
      await page.fill("#revenue-text", "Portal feed outage");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#revenue .annots:has-text('Portal feed outage')");
      await reader.page.waitForSelector("#revenue .annots:has-text('Portal feed outage')");
      expect(
        await page.evaluate(`JSON.parse(document.querySelector("${HOST}").dataset.chart).annotations[0].letter`),
      ).toBe("A");

      await page.focus(HOST);
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("a");
      expect(await page.evaluate("document.activeElement.id")).toBe("revenue-text");
      await page.click("#revenue-annotate button:has-text('Remove')");
      await page.waitForSelector("#revenue .annots", { state: "detached" });
      await reader.page.waitForSelector("#revenue .annots", { state: "detached" });
      await close(author);
      await close(reader);
    },
    SLOW,
  );

  test(
    "is taken away as pixels, as a vector picture and as rows",
    async () => {
      const watched = await overview();
      const { page } = watched;
      const taken = async (kind: string): Promise<{ name: string; bytes: Buffer }> => {
        await page.click("#revenue-menu > summary");
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.click(`#revenue-menu [data-chart-export=${kind}]`),
        ]);
        const path = await download.path();
        return { name: download.suggestedFilename(), bytes: Buffer.from(await Bun.file(path).arrayBuffer()) };
      };
      const png = await taken("png");
      expect(png.name).toMatch(/^revenue-and-commission-.*\.png$/);
      expect([png.bytes.subarray(1, 4).toString(), png.bytes.readUInt32BE(16)]).toEqual(["PNG", 1_920]);
      // An empty picture of this size packs into far less.
      expect(png.bytes.length).toBeGreaterThan(20_000);

      const svg = (await taken("svg")).bytes.toString();
      expect(svg).toContain("Revenue and commission</text>");
      expect(svg).toContain("All locations · ");
      expect(svg).not.toMatch(/NaN|undefined|light-dark/);
      expect(svg.match(/<rect /g)?.length).toBeGreaterThan(20);

      const csv = (await taken("csv")).bytes.toString();
      const [head, ...rows] = csv.trim().split("\r\n");
      expect(head).toContain("from,to,period,partial,Daily,7-day mean");
      expect(rows.length).toBeGreaterThanOrEqual(30);
      await close(watched);
    },
    SLOW,
  );
});
