/** What a page does when something is missing: the session, the network, one panel, a right; and how it is installed. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { z } from "zod";
import {
  axeFindings,
  CHROMIUM,
  launchBrowser,
  openPage,
  type Served,
  serveAppliance,
  signIn,
} from "../support/browser.ts";

const SLOW = 60_000;
const WIDE = { width: 1440, height: 1000, theme: "light" } as const;
const EMAIL = "jorge@example.com";
const PASSWORD = "correct horse battery staple";

describe.skipIf(!existsSync(CHROMIUM))("when something is missing", () => {
  let served: Served;
  let browser: Browser;

  beforeAll(async () => {
    [served, browser] = await Promise.all([serveAppliance(), launchBrowser()]);
    await served.post([
      { type: "deal_closed", location_id: "jorge_main", bot_id: "seller-bot", contact_id: "c", value: 500 },
    ]);
  }, SLOW);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, SLOW);

  const until = async (read: () => Promise<boolean>, ms = 15_000): Promise<void> => {
    const deadline = Date.now() + ms;
    while (!(await read())) {
      if (Date.now() > deadline) throw new Error("it did not come to that");
      await Bun.sleep(20);
    }
  };
  const isLive = (page: Page) => page.waitForSelector("[data-live][data-state=live]", { state: "attached" });
  const opened = async (path: string) => {
    const watched = await openPage(browser, served.url, WIDE);
    await signIn(watched.page, served.url);
    await watched.page.goto(served.url + path);
    return watched;
  };
  const endSessions = (): void => {
    const { control, now } = served.appliance.parts;
    for (const { user_id } of control.users())
      for (const { session_id } of control.sessionsOf(user_id, now())) control.endSession(user_id, session_id);
  };
  const signInHere = async (page: Page): Promise<void> => {
    await page.waitForSelector("dialog.sign-in[open]");
    await page.fill("dialog.sign-in input[type=email]", EMAIL);
    await page.fill("dialog.sign-in input[type=password]", PASSWORD);
    await page.click("dialog.sign-in button[type=submit]");
  };

  test(
    "a session that has ended keeps what was typed: one signs in on the spot, and the form is sent",
    async () => {
      const { page, context } = await opened("/settings/locations");
      await page.fill("form[action='/settings/locations'] input[name=name]", "Typed before the end");
      await page.fill("form[action='/settings/locations'] input[name=location_id]", "typed_one");
      endSessions();
      await page.click("form[action='/settings/locations'] button[type=submit]");
      await page.waitForSelector("dialog.sign-in[open]");
      expect(await axeFindings(page)).toEqual([]);
      // A wrong password is answered within the dialog.
      await page.fill("dialog.sign-in input[type=email]", EMAIL);
      await page.fill("dialog.sign-in input[type=password]", "not the password");
      await page.click("dialog.sign-in button[type=submit]");
      await page.waitForSelector("dialog.sign-in [role=alert]");
      await signInHere(page);
      await page.waitForURL(/done=|typed_one/);
      expect(served.appliance.parts.control.location("typed_one")?.name).toBe("Typed before the end");
      await context.close();
    },
    SLOW,
  );

  test(
    "what was asked for when the session had ended is done after signing in, and the line comes back",
    async () => {
      const { page, context } = await opened("/?timeframe=30d");
      await isLive(page);
      endSessions();
      await page.click(".seg a:has-text('7d')");
      await signInHere(page);
      await page.waitForURL(/timeframe=7d/);
      await isLive(page);
      await context.close();
    },
    SLOW,
  );

  test(
    "without a network the figures stay with their age, and come back to life by themselves",
    async () => {
      const { page, context } = await opened("/?timeframe=30d");
      await isLive(page);
      await context.setOffline(true);
      await page.waitForSelector("[data-live][data-state=offline]");
      expect(await page.textContent("[data-banner-title]")).toBe("You are offline.");
      expect(await page.textContent("#live-banner [data-live-figures]")).toMatch(/^\d+ (s|min) ago$/);
      expect(await page.isVisible("#kpi-revenue .kpi-value")).toBe(true);
      expect(await axeFindings(page)).toEqual([]);
      await context.setOffline(false);
      await isLive(page);
      expect(await page.isVisible("#live-banner")).toBe(false);
      await context.close();
    },
    SLOW,
  );

  test(
    "a panel that fails alone is asked for again alone, while the others live",
    async () => {
      const { store } = served.appliance.parts;
      const { rows } = store;
      let broken = true;
      Object.assign(store, {
        rows: (sql: string, ...rest: [never]) =>
          broken && sql.includes("duration_ms, success, data FROM events") && sql.includes("NOT list_contains")
            ? Promise.reject(new Error("broken on purpose"))
            : rows(sql, ...rest),
      });
      const { page, context } = await opened("/?timeframe=30d");
      await isLive(page);
      expect(await page.textContent("#feed")).toContain("Activity could not be read");
      expect(await page.isVisible("#kpi-revenue .kpi-value")).toBe(true);
      await page.evaluate("window.card = document.querySelector('#kpi-revenue')");
      broken = false;
      await page.click("#feed [data-retry]");
      await page.waitForSelector("#feed-list");
      expect(await page.evaluate("window.card === document.querySelector('#kpi-revenue')")).toBe(true);
      Object.assign(store, { rows });
      await context.close();
    },
    SLOW,
  );

  test(
    "who may not see a page is told whom to ask",
    async () => {
      const { control, now } = served.appliance.parts;
      const given = {
        email: "vera@example.com",
        name: "Vera",
        password: null,
        role: "viewer",
        locations: null,
      } as const;
      const { user_id } = await control.addUser(given);
      const { token } = control.openSession(user_id, false, now());
      const { page, context } = await openPage(browser, served.url, WIDE);
      await context.addCookies([{ name: "bellwether", value: token, url: served.url }]);
      await page.goto(`${served.url}/settings/users`);
      expect(await page.textContent("main")).toContain("Your role may not do this");
      expect(await page.getAttribute("main a[href^=mailto]", "href")).toBe(`mailto:${EMAIL}`);
      expect(await axeFindings(page)).toEqual([]);
      await context.close();
    },
    SLOW,
  );

  test(
    "it can be installed, and opens without a network on a page that says so and holds no figure",
    async () => {
      const { page, context } = await opened("/?timeframe=30d");
      const href = await page.getAttribute("link[rel=manifest]", "href");
      const manifest = await (await fetch(served.url + href)).json();
      const icon = z.object({ src: z.string(), sizes: z.string(), type: z.string(), purpose: z.string().optional() });
      const { icons, start_url } = z.looseObject({ icons: z.array(icon), start_url: z.string() }).parse(manifest);
      for (const { src, sizes } of icons.filter(({ type }) => type === "image/png")) {
        const answer = await fetch(new URL(src, served.url + href));
        const bytes = new DataView(await answer.arrayBuffer());
        expect(answer.headers.get("content-type")).toBe("image/png");
        expect(`${bytes.getUint32(16)}x${bytes.getUint32(20)}`).toBe(sizes);
      }
      expect(icons.map(({ sizes, purpose }) => `${sizes} ${purpose ?? "any"}`)).toEqual([
        "any any",
        "192x192 any",
        "512x512 any",
        "512x512 maskable",
      ]);
      expect(start_url).toBe("/");
      const ready: unknown = await page.evaluate(
        "navigator.serviceWorker.ready.then(({ active }) => active.scriptURL)",
      );
      expect(ready).toBe(`${served.url}/service-worker.js`);
      const kept: unknown = await page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys())))).then((all) => all.flat().map(({ url }) => new URL(url).pathname))",
      );
      expect(
        z
          .array(z.string())
          .parse(kept)
          .filter((path) => !path.startsWith("/assets/")),
      ).toEqual(["/offline"]);
      await context.setOffline(true);
      await page.reload();
      expect(await page.textContent("h1")).toBe("You are offline");
      await until(async () => (await page.textContent("[data-heard]"))?.startsWith("It was last reached on ") === true);
      expect(await page.locator(".kpi-value").count()).toBe(0);
      expect(await axeFindings(page)).toEqual([]);
      await context.setOffline(false);
      await page.waitForSelector("#kpis");
      await context.close();
    },
    SLOW,
  );
});
