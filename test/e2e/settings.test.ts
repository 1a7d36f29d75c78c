/** The pages of the settings in a real browser: what they look like, and that people can do what they say. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Secret, TOTP } from "otpauth";
import type { Browser } from "playwright-core";
import {
  axeFindings,
  CHROMIUM,
  type Look,
  launchBrowser,
  openPage,
  type Served,
  SHOTS,
  send,
  serveAppliance,
  signIn,
} from "../support/browser.ts";

const there = existsSync(CHROMIUM);
let served: Served;
let browser: Browser;

beforeAll(async () => {
  if (!there) return;
  mkdirSync(SHOTS, { recursive: true });
  served = await serveAppliance();
  browser = await launchBrowser();
  const { control } = served.appliance.parts;
  control.ensureLocation("jorge_main", { name: "Jorge's team", timezone: "America/Los_Angeles" });
  control.ensureLocation("luna_salon", { name: "Luna Salon", timezone: "America/New_York", currency: "EUR" });
  const password = "correct horse battery";
  await control.addUser({ email: "ana@example.com", name: "Ana Lima", password, role: "analyst", locations: null });
  const locations = ["luna_salon"];
  const luna = {
    email: "luna@luna-salon.example.com",
    name: "Luna",
    password: null,
    role: "admin",
    locations,
  } as const;
  await control.addUser(luna);
  control.addCommissionRule({
    location_id: "jorge_main",
    bot_id: null,
    rate: "0.055",
    valid_from: 1_767_225_600_000_000,
  });
  control.addCommissionRule({ location_id: null, bot_id: "luna", rate: "0.1", valid_from: 1_767_225_600_000_000 });
  control.setTarget({ kpi: "revenue", location_id: "jorge_main", value: "2500000" });
  control.setTarget({ kpi: "conversion_rate", location_id: "luna_salon", value: "0.05" });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

describe.skipIf(!there)("the settings", () => {
  test("someone is invited, chooses a password, turns the second factor on, and signs in with it", async () => {
    const look: Look = { width: 1440, height: 900, theme: "light" };
    const owner = await openPage(browser, served.url, look);
    await signIn(owner.page, served.url);
    await owner.page.goto(`${served.url}/settings/users`);
    await owner.page.fill("#email", "mia@example.com");
    await owner.page.fill("#name", "Mia");
    await send(owner.page, "button:has-text('Add and make a link')");
    const link = (await owner.page.textContent("#invitation-url")) ?? "";
    await owner.page.screenshot({ path: join(SHOTS, "settings-invitation-light-1440.png"), fullPage: true });
    await owner.context.close();

    const mia = await openPage(browser, served.url, look);
    await mia.page.goto(link);
    expect(await axeFindings(mia.page)).toEqual([]);
    await mia.page.screenshot({ path: join(SHOTS, "invitation-light-1440.png") });
    await mia.page.fill("#password", "a sentence of hers");
    await send(mia.page, "button[type=submit]:has-text('Save and sign in')");
    await mia.page.goto(`${served.url}/settings/account`);
    await send(mia.page, "button:has-text('Set it up')");
    expect(await axeFindings(mia.page)).toEqual([]);
    await mia.page.screenshot({ path: join(SHOTS, "settings-totp-light-1440.png"), fullPage: true });
    const secret = ((await mia.page.textContent("code.break")) ?? "").replaceAll(" ", "");
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    await mia.page.fill("#otp", totp.generate());
    await send(mia.page, "button:has-text('Turn it on')");
    expect(await mia.page.locator(".codes li").count()).toBe(10);
    const recovery = (await mia.page.locator(".codes li").first().textContent()) ?? "";
    await mia.page.screenshot({ path: join(SHOTS, "settings-codes-light-1440.png"), fullPage: true });
    expect(await axeFindings(mia.page)).toEqual([]);
    await mia.context.clearCookies();

    await mia.page.goto(`${served.url}/login?next=/settings/account`);
    await mia.page.fill("#email", "mia@example.com");
    await mia.page.fill("#password", "a sentence of hers");
    await send(mia.page, "button:has-text('Sign in')");
    await mia.page.screenshot({ path: join(SHOTS, "login-code-light-1440.png") });
    expect(await axeFindings(mia.page)).toEqual([]);
    await mia.page.fill("#otp", recovery.trim());
    await send(mia.page, "button:has-text('Sign in')");
    await mia.page.waitForURL((at) => at.pathname === "/settings/account");
    expect(await mia.page.textContent("main")).toContain("9 of 10 recovery codes are left");
    expect(mia.console).toEqual([]);
    await mia.context.close();
  }, 60_000);

  test("everything works without JavaScript", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await signIn(page, served.url);
    await page.goto(`${served.url}/settings/rules`);
    await page.selectOption("#location", "luna_salon");
    await page.fill("#rate", "7.25");
    await page.click("button:has-text('Add rule')");
    expect(await page.textContent("table")).toContain("7.25%");
    await page.goto(`${served.url}/settings/targets`);
    await page.selectOption("#kpi", "leads");
    await page.fill("#value", "x");
    await page.click("button:has-text('Set target')");
    expect(await page.getAttribute("#value", "aria-invalid")).toBe("true");
    await page.fill("#value", "40");
    await page.click("button:has-text('Set target')");
    expect(await page.textContent("[role=status]")).toContain("Saved.");
    await page.goto(`${served.url}/settings/locations/luna_salon`);
    await page.fill("#confirm", "luna_salon");
    await page.click("button:has-text('Remove for good')");
    expect(await page.textContent("main")).not.toContain("Luna Salon");
    await context.close();
  }, 60_000);
});
