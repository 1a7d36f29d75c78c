/** Exports in the browser: what is clicked is what is shown. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, openPage, type Served, serveAppliance, signIn } from "../support/browser.ts";
import { readCsv } from "../support/csv.ts";
import { twoMonths } from "../support/seed.ts";

let served: Served;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  served = await serveAppliance();
  await served.post(twoMonths(Date.now()));
  browser = await launchBrowser();
  ({ page } = await openPage(browser, served.url, { width: 1440, height: 1000, theme: "light" }));
  await signIn(page, served.url);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await served.stop();
});

async function downloaded(click: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: download.suggestedFilename(), text: await Bun.file(await download.path()).text() };
}

test("Export on the overview hands out the events with the filters in force", async () => {
  await page.goto(`${served.url}/?timeframe=7d&location_id=luna_salon&filter=bot_id:eq:jade`);
  await page.click("#export-menu summary");
  const { name, text } = await downloaded(() => page.locator("#export-menu a", { hasText: "CSV, Events" }).click());
  expect(name).toMatch(/^events_luna.*_\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d\.csv$/);
  const [head = [], ...rows] = readCsv(text);
  const at = head.indexOf("bot_id");
  expect(rows.length).toBeGreaterThan(0);
  expect(new Set(rows.map((row) => row[at]))).toEqual(new Set(["jade"]));
  expect(new URL(page.url()).pathname).toBe("/");
}, 30_000);

test("Reports hands out figures by a form, works by keyboard, and lists what was taken", async () => {
  await page.goto(`${served.url}/reports?timeframe=7d`);
  await page.selectOption("#report-kpi", "deals_closed");
  await page.selectOption("#report-by", "bot_id");
  await page.selectOption("#report-grain", "");
  const submit = page.getByRole("button", { name: "Export" });
  await submit.focus();
  const { text } = await downloaded(() => page.keyboard.press("Enter"));
  const [head, ...rows] = readCsv(text);
  expect(head).toEqual(["bot_id", "deals_closed"]);
  expect(rows.map(([bot]) => bot)).toContain("seller-bot");
  await page.reload();
  const taken = page.getByRole("region", { name: "Recent exports" }).getByRole("row");
  expect(await taken.nth(1).textContent()).toContain("Figures csv");
  expect(await taken.nth(1).textContent()).toContain("Whole");
}, 30_000);

test("what stands in the way of a file is said on a page", async () => {
  await page.goto(`${served.url}/api/export/query?kpi=nothing`);
  expect(await page.textContent("main")).toContain("Invalid fields");
}, 30_000);

test("a viewer is told whom to ask, and has no menu", async () => {
  const { control } = served.appliance.parts;
  const password = "a viewer may only look at it";
  await control.addUser({ email: "v@example.com", name: "Vera", password, role: "viewer", locations: null });
  const { page: own } = await openPage(browser, served.url, { width: 1440, height: 1000, theme: "light" });
  await own.goto(`${served.url}/login`);
  await own.fill("#email", "v@example.com");
  await own.fill("#password", password);
  await own.click("button[type=submit]:has-text('Sign in')");
  await own.waitForURL((at) => at.pathname !== "/login");
  await own.goto(`${served.url}/reports`);
  expect(await own.textContent("main")).toContain("Ask an admin for the role analyst");
  await own.goto(`${served.url}/`);
  expect(await own.locator(".export-menu").count()).toBe(0);
  await own.close();
}, 30_000);
